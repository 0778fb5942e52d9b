/* The file of keys (store/keys.h): its owner alone may read it, it is on disk before anything is sealed with it, and
 * the old one stands until a new one does.
 *
 * Without a file everything that was sealed is lost: whoever keeps one keeps a copy, apart from copies of the database.
 */
#ifndef DOUDI_STORE_KEY_FILE_H
#define DOUDI_STORE_KEY_FILE_H

#include "store/keys.h"

/* Nothing is left in `keys` unless the status is KEYS_OK; then they are the caller's to clear. `line` as by keys_parse.
 */
enum keys_status keys_read(struct keys *keys, const char *path, size_t *line);

/* A new file with one key of that kind, KEY_SM4 or KEY_AES; KEYS_THERE, and nothing done, when the path is taken. */
enum keys_status keys_make(const char *path, enum seal_key_kind kind, day_number made);

/* A new key in the file, by a draft beside it (`.part`) that takes its place. After KEYS_UNWRITABLE the new file may
 * stand already; it is only not certain to outlast a power cut. */
enum keys_status keys_add(const char *path, enum seal_key_kind kind, day_number made, size_t *line);

#endif
