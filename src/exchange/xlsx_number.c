#include "exchange/xlsx_number.h"

#include "base/calendar.h"

#include <assert.h>

enum { DIGITS_MAX = 15, EXPONENT_MAX = 308, EXPONENT_MIN = -324 }; /* of the first digit: 1.8e308 and 4.9e-324 */

/* --- formats ---------------------------------------------------------------------------------------------------- */

enum xlsx_format xlsx_format_known(uint32_t number) {
    /* 27 to 36 and 50 to 58 are those of Chinese: 年, 月, 日, 时 */
    static const struct {
        unsigned char first, last, format;
    } known[] = {
        {9, 10, XLSX_FORMAT_PERCENT}, {14, 17, XLSX_FORMAT_DATE}, {18, 21, XLSX_FORMAT_TIME},
        {22, 22, XLSX_FORMAT_DATE},   {27, 31, XLSX_FORMAT_DATE}, {32, 35, XLSX_FORMAT_TIME},
        {36, 36, XLSX_FORMAT_DATE},   {45, 45, XLSX_FORMAT_TIME}, {46, 46, XLSX_FORMAT_ELAPSED},
        {47, 47, XLSX_FORMAT_TIME},   {50, 54, XLSX_FORMAT_DATE}, {55, 56, XLSX_FORMAT_TIME},
        {57, 58, XLSX_FORMAT_DATE},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (number >= known[i].first && number <= known[i].last) return (enum xlsx_format)known[i].format;
    return XLSX_FORMAT_NUMBER;
}

/* What stands in a format outside quotes. */
struct signs {
    bool date, month, time, elapsed, percent, digit;
};

static bool starts_with(struct text text, size_t offset, struct text word) {
    if (text.length - offset < word.length) return false;
    for (size_t i = 0; i < word.length; i++)
        if (small_letter(text.bytes[offset + i]) != word.bytes[i]) return false;
    return true;
}

/* A word whose letters do not stand for something each, moved past. */
static bool skip_word(struct text code, size_t *offset, struct signs *signs) {
    static const struct {
        const char *word;
        bool time, date;
    } words[] = {
        {"general", false, false}, {"g/通用格式", false, false}, {"e+", false, false},       {"e-", false, false},
        {"am/pm", true, false},    {"a/p", true, false},         {"上午/下午", true, false}, {"年", false, true},
        {"月", false, true},       {"日", false, true},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct text word = text_from(words[i].word);
        if (!starts_with(code, *offset, word)) continue;
        *offset += word.length;
        signs->time = signs->time || words[i].time;
        signs->date = signs->date || (words[i].date && !signs->digit); /* 0年 counts years */
        return true;
    }
    return false;
}

/* Past the end of what is put in brackets: a colour, a condition, a language, or hours that go on beyond a day. */
static size_t skip_brackets(struct text code, size_t offset, struct signs *signs) {
    size_t end = offset + 1;
    bool elapsed = true;
    for (; end < code.length && code.bytes[end] != ']'; end++) {
        char byte = small_letter(code.bytes[end]);
        elapsed =
            elapsed && (byte == 'h' || byte == 'm' || byte == 's') && byte == small_letter(code.bytes[offset + 1]);
    }
    signs->elapsed = signs->elapsed || (elapsed && end > offset + 1 && end < code.length);
    return end + 1;
}

static size_t skip_quotes(struct text code, size_t offset) {
    for (offset++; offset < code.length && code.bytes[offset] != '"';) offset++;
    return offset + 1;
}

static void note_sign(char byte, struct signs *signs) {
    switch (small_letter(byte)) {
    case 'd':
    case 'y':
    case 'e': /* 年 as a number, of an era or not */
    case 'g':
    case 'b':
    case 'a': /* 星期一 */ signs->date = true; break;
    case 'm': signs->month = true; break;
    case 'h':
    case 's': signs->time = true; break;
    case '%': signs->percent = true; break;
    case '0':
    case '#':
    case '?': signs->digit = true; break;
    default: break;
    }
}

/* Of the first section, which is that of the numbers that a date can have. */
enum xlsx_format xlsx_format_of(struct text code) {
    struct signs signs = {0};
    for (size_t offset = 0; offset < code.length && code.bytes[offset] != ';';) {
        char byte = code.bytes[offset];
        if (byte == '"')
            offset = skip_quotes(code, offset);
        else if (byte == '[')
            offset = skip_brackets(code, offset, &signs);
        else if (byte == '\\' || byte == '_' || byte == '*')
            offset += 2; /* the next one is shown, or its width is, or it fills */
        else if (!skip_word(code, &offset, &signs))
            note_sign(code.bytes[offset++], &signs);
    }
    if (signs.date) return XLSX_FORMAT_DATE;
    if (signs.elapsed) return XLSX_FORMAT_ELAPSED;
    if (signs.time) return XLSX_FORMAT_TIME;
    if (signs.month) return XLSX_FORMAT_DATE; /* minutes stand beside hours or seconds */
    return signs.percent ? XLSX_FORMAT_PERCENT : XLSX_FORMAT_NUMBER;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* Digits of a number as they come. */
struct taken {
    uint64_t digits;
    int count;     /* of digits kept, from the first that is not 0 */
    int64_t place; /* the exponent of the last digit that was kept */
    bool any, up;
};

/* Past the digits from *offset on, behind the point or before it. */
static void take_digits(struct text text, size_t *offset, bool behind, struct taken *taken) {
    for (; *offset < text.length && is_digit(text.bytes[*offset]); ++*offset) {
        unsigned digit = (unsigned)(text.bytes[*offset] - '0');
        bool kept = taken->count<DIGITS_MAX, significant = taken->count> 0 || digit != 0;
        taken->any = true;
        if (kept && significant) {
            taken->digits = taken->digits * 10 + digit;
            taken->count++;
        } else if (taken->count == DIGITS_MAX) {
            taken->up = digit >= 5;
            taken->count++;
        }
        if (behind) taken->place -= kept;
        if (!behind) taken->place += !kept;
    }
}

/* The exponent that is written, if one is; false when it is broken. More than any number has is as good as any more. */
static bool take_exponent(struct text text, size_t *offset, int64_t *exponent) {
    enum { ENOUGH = 1 << 30 };
    *exponent = 0;
    if (*offset == text.length || small_letter(text.bytes[*offset]) != 'e') return true;
    ++*offset;
    bool negative = *offset < text.length && text.bytes[*offset] == '-';
    if (negative || (*offset < text.length && text.bytes[*offset] == '+')) ++*offset;
    size_t start = *offset;
    for (; *offset < text.length && is_digit(text.bytes[*offset]); ++*offset)
        if (*exponent < ENOUGH) *exponent = *exponent * 10 + (text.bytes[*offset] - '0');
    if (negative) *exponent = -*exponent;
    return *offset > start;
}

bool xlsx_number_read(struct text text, struct xlsx_number *number) {
    struct taken taken = {0};
    int64_t exponent;
    size_t offset = 0;
    *number = (struct xlsx_number){0};
    bool negative = text.length > 0 && text.bytes[0] == '-';
    if (negative || (text.length > 0 && text.bytes[0] == '+')) offset++;
    take_digits(text, &offset, false, &taken);
    if (offset < text.length && text.bytes[offset] == '.') {
        offset++;
        take_digits(text, &offset, true, &taken);
    }
    if (!taken.any || !take_exponent(text, &offset, &exponent) || offset < text.length) return false;
    if (taken.digits == 0) return true;
    int kept = taken.count < DIGITS_MAX ? taken.count : DIGITS_MAX;
    int64_t place = taken.place + exponent, first = place + kept - 1;
    if (first < EXPONENT_MIN || first > EXPONENT_MAX) return false;
    taken.digits += taken.up;
    for (; taken.digits % 10 == 0; place++) taken.digits /= 10;
    *number = (struct xlsx_number){.negative = negative, .digits = taken.digits, .exponent = (int)place};
    return true;
}

bool xlsx_number_is_cut(struct xlsx_number number) {
    int before = number.exponent;
    for (uint64_t left = number.digits; left > 0; left /= 10) before++;
    return number.digits > 0 && before > DIGITS_MAX;
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void write_zeros(struct builder *out, int count) {
    static const char zeros[] = "00000000000000000000000000000000";
    enum { PIECE = sizeof zeros - 1 };
    for (; count > 0; count -= PIECE)
        builder_add(out, (struct text){zeros, count < PIECE ? (size_t)count : (size_t)PIECE});
}

static void write_decimal(struct builder *out, struct xlsx_number number) {
    char bytes[24];
    size_t at = sizeof bytes;
    for (uint64_t left = number.digits; at == sizeof bytes || left > 0; left /= 10)
        bytes[--at] = (char)('0' + left % 10);
    struct text digits = {bytes + at, sizeof bytes - at};
    int before = (int)digits.length + number.exponent; /* digits before the point */
    if (number.negative) builder_add(out, TEXT("-"));
    if (before <= 0) {
        builder_add(out, TEXT("0."));
        write_zeros(out, -before);
        builder_add(out, digits);
    } else if (number.exponent >= 0) {
        builder_add(out, digits);
        write_zeros(out, number.exponent);
    } else {
        builder_add(out, text_slice(digits, 0, (size_t)before));
        builder_add(out, TEXT("."));
        builder_add(out, text_slice(digits, (size_t)before, digits.length));
    }
}

static void write_padded(struct builder *out, unsigned value, size_t width, const char *behind) {
    char bytes[16];
    size_t at = sizeof bytes;
    while (value > 0 || sizeof bytes - at < width) {
        bytes[--at] = (char)('0' + value % 10);
        value /= 10;
    }
    builder_add(out, (struct text){bytes + at, sizeof bytes - at});
    builder_add(out, text_from(behind));
}

/* A moment as days and seconds of the day, to the nearest second; false when a spreadsheet shows none: before its first
 * day, or after the year 9999. */
static bool split_moment(struct xlsx_number number, bool from_1904, unsigned *days, unsigned *seconds) {
    enum { DECIMALS = 12, DAY_SECONDS = 86400, LAST_1900 = 2958465, LAST_1904 = 2957003 };
    unsigned last = from_1904 ? LAST_1904 : LAST_1900;
    uint64_t power = 1;
    if (number.negative) return false;
    for (; number.exponent < -DECIMALS && number.digits > 0; number.exponent++) number.digits /= 10;
    for (; number.exponent > 0 && number.digits <= last; number.exponent--) number.digits *= 10;
    for (; number.exponent < 0 && number.digits > 0; number.exponent++) power *= 10;
    uint64_t whole = number.digits / power, rest = number.digits % power;
    if (number.exponent > 0 || whole > last) return false;
    *seconds = (unsigned)((rest * DAY_SECONDS + power / 2) / power);
    *days = (unsigned)whole + *seconds / DAY_SECONDS;
    *seconds %= DAY_SECONDS;
    return *days <= last;
}

static void write_day(struct builder *out, unsigned days, bool from_1904) {
    enum { LEAP_DAY = 60 };
    int year = 1900, month = days ? 2 : 1, day = days ? 29 : 0;
    if (from_1904)
        day_split(day_from(1904, 1, 1) + (day_number)days, &year, &month, &day);
    else if (days != 0 && days != LEAP_DAY)
        day_split(day_from(1899, 12, 31) + (day_number)days - (days > LEAP_DAY), &year, &month, &day);
    write_padded(out, (unsigned)year, 4, "-");
    write_padded(out, (unsigned)month, 2, "-");
    write_padded(out, (unsigned)day, 2, "");
}

static void write_time(struct builder *out, unsigned hours, unsigned seconds) {
    write_padded(out, hours, 2, ":");
    write_padded(out, seconds / 60 % 60, 2, ":");
    write_padded(out, seconds % 60, 2, "");
}

void xlsx_number_write(struct builder *out, struct xlsx_number number, enum xlsx_format format, bool from_1904) {
    unsigned days, seconds;
    bool moment = format == XLSX_FORMAT_DATE || format == XLSX_FORMAT_TIME || format == XLSX_FORMAT_ELAPSED;
    if (!moment || !split_moment(number, from_1904, &days, &seconds)) {
        if (format == XLSX_FORMAT_PERCENT && number.digits) number.exponent += 2;
        write_decimal(out, number);
        if (format == XLSX_FORMAT_PERCENT) builder_add(out, TEXT("%"));
        return;
    }
    unsigned hours = seconds / 3600;
    if (format == XLSX_FORMAT_ELAPSED || (format == XLSX_FORMAT_TIME && days == 0)) {
        write_time(out, hours + days * 24, seconds);
        return;
    }
    write_day(out, days, from_1904);
    if (seconds == 0) return;
    builder_add(out, TEXT(" "));
    write_time(out, hours, seconds);
}
