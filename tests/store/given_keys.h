/* Keys that tests know: their secrets are bytes that count up. */
#ifndef DOUDI_TESTS_GIVEN_KEYS_H
#define DOUDI_TESTS_GIVEN_KEYS_H

#define HEX_32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX_48 HEX_32 "202122232425262728292a2b2c2d2e2f"
#define HEX_32_FROM_64 "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"

#define KEYS_HEAD "doudi-keys 1\n"
#define INDEX_LINE "index sm3 2026-11-28 " HEX_32 "\n"
#define INDEX_LINE_SHA256 "index sha256 2026-11-28 " HEX_32 "\n"
#define SM4_LINE "1 sm4 2026-11-28 " HEX_48 "\n"
#define AES_LINE "2 aes 2027-11-28 " HEX_32_FROM_64 "\n"

#endif
