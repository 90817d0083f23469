/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/duration.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/buffer.h"

#define USEC_PER_MONTH ((usec_t) 2629800 * USEC_PER_SEC) /* a twelfth of a year */
#define USEC_PER_YEAR ((usec_t) 31557600 * USEC_PER_SEC) /* 365.25 days */

#define BLANKS " \t\n\r"

typedef struct Unit {
        const char *name;
        usec_t length_usec;
        bool is_calendar; /* of no fixed length */
} Unit;

/* clang-format off */
static const Unit units[] = {
        { "",            USEC_PER_SEC },
        { "us",          1 },
        { "\302\265s",   1 }, /* U+00B5 MICRO SIGN */
        { "\316\274s",   1 }, /* U+03BC GREEK SMALL LETTER MU */
        { "usec",        1 },
        { "ms",          USEC_PER_MSEC },
        { "msec",        USEC_PER_MSEC },
        { "s",           USEC_PER_SEC },
        { "sec",         USEC_PER_SEC },
        { "second",      USEC_PER_SEC },
        { "seconds",     USEC_PER_SEC },
        { "m",           USEC_PER_MINUTE },
        { "min",         USEC_PER_MINUTE },
        { "minute",      USEC_PER_MINUTE },
        { "minutes",     USEC_PER_MINUTE },
        { "h",           USEC_PER_HOUR },
        { "hr",          USEC_PER_HOUR },
        { "hour",        USEC_PER_HOUR },
        { "hours",       USEC_PER_HOUR },
        { "d",           USEC_PER_DAY },
        { "day",         USEC_PER_DAY },
        { "days",        USEC_PER_DAY },
        { "w",           USEC_PER_WEEK },
        { "week",        USEC_PER_WEEK },
        { "weeks",       USEC_PER_WEEK },
        { "M",           USEC_PER_MONTH, true },
        { "month",       USEC_PER_MONTH, true },
        { "months",      USEC_PER_MONTH, true },
        { "y",           USEC_PER_YEAR, true },
        { "year",        USEC_PER_YEAR, true },
        { "years",       USEC_PER_YEAR, true },
};

/* What is written, the longest first; nothing above days, so that "every" can read it. */
static const Unit written_units[] = {
        { "d",   USEC_PER_DAY },
        { "h",   USEC_PER_HOUR },
        { "min", USEC_PER_MINUTE },
        { "s",   USEC_PER_SEC },
        { "ms",  USEC_PER_MSEC },
        { "us",  1 },
};
/* clang-format on */

static const Unit *unit_find(const char *name, size_t length) {
        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0)
                        return &units[i];
        return NULL;
}

static bool is_digit(char character) {
        return character >= '0' && character <= '9';
}

/* Adds up whole units and a decimal fraction, exact to the microsecond and cut off below it. */
static int scale_number(
                const char *digits,
                size_t n_digits,
                const char *fraction,
                size_t n_fraction,
                usec_t unit_usec,
                usec_t *ret) {

        __int128 part = 0, divisor = 1;
        usec_t whole = 0;

        for (size_t i = 0; i < n_digits; i++)
                if (__builtin_mul_overflow(whole, 10, &whole) ||
                    __builtin_add_overflow(whole, digits[i] - '0', &whole))
                        return -ERANGE;
        if (__builtin_mul_overflow(whole, unit_usec, &whole))
                return -ERANGE;

        for (size_t i = 0; i < MIN(n_fraction, (size_t) 18); i++) {
                part = part * 10 + (fraction[i] - '0');
                divisor *= 10;
        }
        if (__builtin_add_overflow(whole, (usec_t) (part * unit_usec / divisor), ret))
                return -ERANGE;
        return 0;
}

/* Reads "NUMBER [UNIT]" and the blanks behind it. Returns 0, -EINVAL or -ERANGE. */
static int read_term(const char **text, usec_t *ret_usec, const Unit **ret_unit) {
        const char *digits = *text, *fraction = NULL, *name, *end;
        size_t n_digits, n_fraction = 0;
        const Unit *unit;
        int r;

        if (digits[0] == '-' && (is_digit(digits[1]) || digits[1] == '.'))
                return -ERANGE; /* a negative span */

        n_digits = strspn(digits, "0123456789");
        end = digits + n_digits;
        if (*end == '.') {
                fraction = end + 1;
                n_fraction = strspn(fraction, "0123456789");
                if (n_fraction == 0)
                        return -EINVAL;
                end = fraction + n_fraction;
        }
        if (end == digits)
                return -EINVAL;

        name = end + strspn(end, BLANKS);
        end = name + strcspn(name, BLANKS ".0123456789");
        unit = unit_find(name, (size_t) (end - name));
        if (!unit)
                return -EINVAL;

        r = scale_number(digits, n_digits, fraction, n_fraction, unit->length_usec, ret_usec);
        if (r < 0)
                return r;

        *ret_unit = unit;
        *text = end + strspn(end, BLANKS);
        return 0;
}

static bool is_infinity(const char *text) {
        size_t length = strlen("infinity");

        return strncmp(text, "infinity", length) == 0 && text[length + strspn(text + length, BLANKS)] == '\0';
}

int duration_parse(const char *text, usec_t *ret_usec) {
        const char *rest = text + strspn(text, BLANKS);
        usec_t sum = 0;

        if (is_infinity(rest)) {
                *ret_usec = USEC_INFINITY;
                return 0;
        }

        do {
                const Unit *unit;
                usec_t term;
                int r;

                r = read_term(&rest, &term, &unit);
                if (r < 0)
                        return r;
                sum = usec_add(sum, term);
                if (sum == USEC_INFINITY)
                        return -ERANGE;
        } while (*rest != '\0');

        *ret_usec = sum;
        return 0;
}

bool duration_has_calendar_unit(const char *text) {
        const char *rest = text + strspn(text, BLANKS);

        while (*rest != '\0') {
                const Unit *unit;
                usec_t term;

                if (read_term(&rest, &term, &unit) < 0)
                        return false;
                if (unit->is_calendar)
                        return true;
        }
        return false;
}

static uint64_t magnitude(usec_t span_usec) {
        return span_usec < 0 ? -(uint64_t) span_usec : (uint64_t) span_usec;
}

int duration_format(usec_t span_usec, char **ret) {
        CLEANUP(buffer_done) Buffer text = { 0 };
        uint64_t rest = magnitude(span_usec);
        const char *before = span_usec < 0 ? "-" : "";

        /* buffer_take() reports a lack of memory. */
        if (span_usec == USEC_INFINITY || span_usec == 0) {
                (void) buffer_add_string(&text, span_usec == 0 ? "0" : "infinity");
                return buffer_take(&text, ret);
        }
        for (size_t i = 0; i < ARRAY_SIZE(written_units); i++) {
                uint64_t length = (uint64_t) written_units[i].length_usec;

                if (rest < length)
                        continue;
                (void) buffer_add_format(
                                &text, "%s%" PRIu64 "%s", before, rest / length, written_units[i].name);
                rest %= length;
                before = " ";
        }
        return buffer_take(&text, ret);
}

const char *duration_format_short(usec_t span_usec, char buffer[static DURATION_SHORT_MAX]) {
        const char *sign = span_usec < 0 ? "-" : "";
        uint64_t span = magnitude(span_usec);
        uint64_t tenths = span % (uint64_t) USEC_PER_SEC / 100000;
        uint64_t first, second;
        size_t i = 0;

        if (span_usec == USEC_INFINITY || span_usec == 0) {
                (void) snprintf(buffer, DURATION_SHORT_MAX, "%s", span_usec == 0 ? "0" : "infinity");
                return buffer;
        }
        while (span < (uint64_t) written_units[i].length_usec)
                i++;
        first = span / (uint64_t) written_units[i].length_usec;

        /* Below a minute one unit says enough, with a decimal where it is seconds. */
        if (span < (uint64_t) USEC_PER_MINUTE) {
                if (span >= (uint64_t) USEC_PER_SEC && tenths > 0)
                        (void) snprintf(buffer, DURATION_SHORT_MAX, "%s%" PRIu64 ".%" PRIu64 "s", sign, first,
                                        tenths);
                else
                        (void) snprintf(buffer, DURATION_SHORT_MAX, "%s%" PRIu64 "%s", sign, first,
                                        written_units[i].name);
                return buffer;
        }

        second = span % (uint64_t) written_units[i].length_usec / (uint64_t) written_units[i + 1].length_usec;
        if (second > 0)
                (void) snprintf(buffer, DURATION_SHORT_MAX, "%s%" PRIu64 "%s %" PRIu64 "%s", sign, first,
                                written_units[i].name, second, written_units[i + 1].name);
        else
                (void) snprintf(buffer, DURATION_SHORT_MAX, "%s%" PRIu64 "%s", sign, first,
                                written_units[i].name);
        return buffer;
}
