/* Numbers as a spreadsheet shows them. */
#include "base/memory.h"
#include "exchange/xlsx_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_as(const char *written, enum xlsx_format format, bool from_1904, const char *shown) {
    struct xlsx_number number;
    struct builder out;
    builder_init(&out);
    assert_true(xlsx_number_read(text_from(written), &number));
    xlsx_number_write(&out, number, format, from_1904);
    assert_string_equal(builder_text(&out).bytes, shown);
    builder_free(&out);
}

static void expect(const char *written, const char *shown) {
    expect_as(written, XLSX_FORMAT_NUMBER, false, shown);
}

static void expect_refused(const char *written) {
    struct xlsx_number number;
    assert_false(xlsx_number_read(text_from(written), &number));
}

static void shows_fifteen_digits(void **state) {
    (void)state;
    expect("100.1", "100.1");
    expect("100.09999999999999", "100.1");
    expect("100.09999999999998", "100.1");
    expect("100.0999999999994", "100.099999999999");
    expect("100.0999999999995", "100.1");
    expect("0.1000000000000000055511151231257827021181583404541015625", "0.1");
    expect("123456789012345", "123456789012345");
    expect("1234567890123454", "1234567890123450");
    expect("1234567890123455", "1234567890123460");
    expect("12345678901234549", "12345678901234500"); /* rounded once */
    expect("999999999999999.4", "999999999999999");
    expect("999999999999999.5", "1000000000000000");
    expect("-9999999999999995", "-10000000000000000");
    expect("5.3010219900307123E+17", "530102199003071000");
    expect("0.00012345678901234549", "0.000123456789012345");
    expect("0.5", "0.5");
    expect("90", "90");
}

static void shows_no_exponent(void **state) {
    (void)state;
    expect("1E3", "1000");
    expect("1.5e+3", "1500");
    expect("1.2345E2", "123.45");
    expect("12345E-2", "123.45");
    expect("1E-7", "0.0000001");
    expect("1E-5", "0.00001");
    expect("1.5E0", "1.5");
    char written[400] = "1";
    memset(written + 1, '0', 308);
    expect("1E308", written);
    memset(written, '0', 326);
    memcpy(written + 1, ".", 1);
    memcpy(written + 325, "5", 2);
    expect("4.9999999999999999E-324", written);
}

static void shows_zero_and_odd_ways_of_writing(void **state) {
    (void)state;
    static const char *const zeros[] = {"0", "-0", "+0", "0.000", "-0E5", "0E99999999999999999999", "000", ".0", "0."};
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) expect(zeros[i], "0");
    expect("+7", "7");
    expect("007.700", "7.7");
    expect("-.25", "-0.25");
    expect("5.", "5");
    expect("100.00", "100");
}

static void refuses_what_is_no_number(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "-",
                                        ".",
                                        "1e",
                                        "1e+",
                                        "e5",
                                        "1 2",
                                        "1,000",
                                        "--1",
                                        "1.2.3",
                                        "0x10",
                                        "NaN",
                                        "INF",
                                        "1E309",
                                        "1E-325",
                                        "1E99999999999999999999",
                                        "1E-99999999999999999999",
                                        "12a",
                                        "１"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) expect_refused(wrong[i]);
}

/* Each decimal of up to 15 digits that stands for a number comes back from what is written of that number. */
static void gives_back_every_decimal(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t digits = (seed >> 11) % UINT64_C(1000000000000000);
        int point = (int)((seed >> 5) % 16);
        char decimal[40], whole[40], seventeen[40];
        snprintf(whole, sizeof whole, "%015llu", (unsigned long long)digits);
        snprintf(decimal, sizeof decimal, "%.*s.%s", point, whole, whole + point);
        snprintf(seventeen, sizeof seventeen, "%.17g", strtod(decimal, NULL));
        struct xlsx_number a, b;
        assert_true(xlsx_number_read(text_from(decimal), &a) && xlsx_number_read(text_from(seventeen), &b));
        assert_true(a.digits == b.digits && a.exponent == b.exponent && a.negative == b.negative);
    }
}

static void shows_percents(void **state) {
    (void)state;
    expect_as("0.9", XLSX_FORMAT_PERCENT, false, "90%");
    expect_as("0.90500000000000003", XLSX_FORMAT_PERCENT, false, "90.5%");
    expect_as("-0.001", XLSX_FORMAT_PERCENT, false, "-0.1%");
    expect_as("0", XLSX_FORMAT_PERCENT, false, "0%");
    expect_as("12", XLSX_FORMAT_PERCENT, false, "1200%");
}

static void shows_days(void **state) {
    (void)state;
    static const struct {
        const char *written, *from_1900, *from_1904;
    } days[] = {
        {"0", "1900-01-00", "1904-01-01"},
        {"1", "1900-01-01", "1904-01-02"},
        {"31", "1900-01-31", "1904-02-01"},
        {"59", "1900-02-28", "1904-02-29"},
        {"60", "1900-02-29", "1904-03-01"},
        {"61", "1900-03-01", "1904-03-02"},
        {"43282", "2018-07-01", "2022-07-02"},
        {"4.3282E4", "2018-07-01", "2022-07-02"},
        {"2957003", "9995-12-30", "9999-12-31"},
        {"2957004", "9995-12-31", "2957004"},
        {"2958465", "9999-12-31", "2958465"},
        {"2958466", "2958466", "2958466"},
        {"2958465.999999", "2958465.999999", "2958465.999999"},
        {"-1", "-1", "-1"},
        {"1E7", "10000000", "10000000"},
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        expect_as(days[i].written, XLSX_FORMAT_DATE, false, days[i].from_1900);
        expect_as(days[i].written, XLSX_FORMAT_DATE, true, days[i].from_1904);
    }
}

static void shows_times(void **state) {
    (void)state;
    expect_as("43282.354166666664", XLSX_FORMAT_DATE, false, "2018-07-01 08:30:00");
    expect_as("43282.35416667", XLSX_FORMAT_DATE, false, "2018-07-01 08:30:00");
    expect_as("43282.999988425923", XLSX_FORMAT_DATE, false, "2018-07-01 23:59:59");
    expect_as("43281.99999999999", XLSX_FORMAT_DATE, false, "2018-07-01");
    expect_as("43282.0000057", XLSX_FORMAT_DATE, false, "2018-07-01");          /* 0.49 seconds */
    expect_as("43282.0000058", XLSX_FORMAT_DATE, false, "2018-07-01 00:00:01"); /* 0.501 */
    expect_as("1E-300", XLSX_FORMAT_DATE, false, "1900-01-00");
    expect_as("0.354166666666667", XLSX_FORMAT_TIME, false, "08:30:00");
    expect_as("0", XLSX_FORMAT_TIME, false, "00:00:00");
    expect_as("0.9999999999", XLSX_FORMAT_TIME, false, "1900-01-01");
    expect_as("43282.5", XLSX_FORMAT_TIME, false, "2018-07-01 12:00:00");
    expect_as("1.2604166666666667", XLSX_FORMAT_ELAPSED, false, "30:15:00");
    expect_as("0.5", XLSX_FORMAT_ELAPSED, true, "12:00:00");
    expect_as("2958465", XLSX_FORMAT_ELAPSED, false, "71003160:00:00");
    expect_as("-0.5", XLSX_FORMAT_TIME, false, "-0.5");
}

static void expect_format(const char *code, enum xlsx_format format) {
    if (xlsx_format_of(text_from(code)) != format) fail_msg("%s", code);
}

static void knows_formats_by_their_codes(void **state) {
    (void)state;
    static const char *const dates[] = {"yyyy-mm-dd",
                                        "yyyy\"年\"m\"月\"d\"日\";@",
                                        "yyyy年m月d日",
                                        "[$-804]yyyy\"年\"m\"月\"",
                                        "m\"月\"",
                                        "mmm",
                                        "D/M/YY",
                                        "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
                                        "yyyy/m/d h:mm;@",
                                        "[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"",
                                        "aaaa",
                                        "[$-404]e/m/d",
                                        "m/d/yy h:mm AM/PM",
                                        "[Red]d",
                                        "年月日",
                                        "[h]\"x\"yyyy"};
    static const char *const times[] = {"h:mm", "mm:ss",    "h:mm AM/PM", "上午/下午h\"时\"mm\"分\"",
                                        "ss.0", "HH:MM:SS", "A/P h"};
    static const char *const elapsed[] = {"[h]:mm:ss", "[mm]:ss", "[SS]"};
    static const char *const percents[] = {"0%", "0.00%", "#,##0.0%;[Red]-0%", "0 %"};
    static const char *const numbers[] = {"General",
                                          "GENERAL",
                                          "G/通用格式",
                                          "G/通用格式\"人\"",
                                          "0.00E+00",
                                          "##0.0E-0",
                                          "#,##0.00",
                                          "@",
                                          "",
                                          "0\"day\"",
                                          "[Red]0",
                                          "0年",
                                          "0\"月\"",
                                          "\\d0",
                                          "0_d",
                                          "*m0",
                                          "0\\%",
                                          "\"%\"0",
                                          "0;yyyy",
                                          "[Red]General;General",
                                          "_(* #,##0.00_)",
                                          "[>=100]0",
                                          "[",
                                          "[h",
                                          "\"d",
                                          "\\",
                                          "[]",
                                          "[hm]0"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) expect_format(dates[i], XLSX_FORMAT_DATE);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) expect_format(times[i], XLSX_FORMAT_TIME);
    for (size_t i = 0; i < sizeof elapsed / sizeof *elapsed; i++) expect_format(elapsed[i], XLSX_FORMAT_ELAPSED);
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) expect_format(percents[i], XLSX_FORMAT_PERCENT);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) expect_format(numbers[i], XLSX_FORMAT_NUMBER);
}

static void knows_formats_by_their_numbers(void **state) {
    (void)state;
    static const char kinds[] = "nnnnnnnnnppnnnddddttttdnnnndddddttttdnnnnnnnntetnndddddttddnnn";
    static const char letters[] = "npdte";
    for (uint32_t i = 0; i < sizeof kinds - 1; i++) assert_int_equal(letters[xlsx_format_known(i)], kinds[i]);
    assert_int_equal(xlsx_format_known(270), XLSX_FORMAT_NUMBER); /* 14 in a byte */
    assert_int_equal(xlsx_format_known(UINT32_MAX), XLSX_FORMAT_NUMBER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_fifteen_digits),
        cmocka_unit_test(shows_no_exponent),
        cmocka_unit_test(shows_zero_and_odd_ways_of_writing),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(gives_back_every_decimal),
        cmocka_unit_test(shows_percents),
        cmocka_unit_test(shows_days),
        cmocka_unit_test(shows_times),
        cmocka_unit_test(knows_formats_by_their_codes),
        cmocka_unit_test(knows_formats_by_their_numbers),
    };
    return cmocka_run_group_tests_name("xlsx_number", tests, NULL, NULL);
}
