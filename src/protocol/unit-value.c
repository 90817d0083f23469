/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/unit-value.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/duration.h"
#include "util/size.h"
#include "util/string-table.h"

#define DIGITS "0123456789"
#define WEIGHT_MAX 10000U
#define MODE_MAX 07777U
#define PERCENT_MAX 1000000U

/* --- single values --------------------------------------------------------------------------------- */

static bool parse_boolean(const char *text, int64_t *ret) {
        static const char *const words[] = { "0",    "1", "no", "yes", "n",  "y", "false",
                                             "true", "f", "t",  "off", "on", NULL };

        for (size_t i = 0; words[i]; i++)
                if (strcasecmp(words[i], text) == 0) {
                        *ret = (int64_t) (i % 2);
                        return true;
                }
        return false;
}

/* Digits alone, in base 8 or 10. */
static bool parse_number(const char *text, int base, uint64_t maximum, uint64_t *ret) {
        unsigned long long value;

        if (text[0] == '\0' || text[strspn(text, base == 8 ? "01234567" : DIGITS)] != '\0')
                return false;
        errno = 0;
        value = strtoull(text, NULL, base);
        if (errno != 0 || value > maximum)
                return false;
        *ret = value;
        return true;
}

static bool parse_integer(const char *text, int64_t *ret) {
        bool negative = text[0] == '-';
        uint64_t value = 0;

        if (!parse_number(text + negative, 10, INT_MAX, &value))
                return false;
        *ret = negative ? -(int64_t) value : (int64_t) value;
        return true;
}

static bool parse_signal(const char *text, int64_t *ret) {
        uint64_t number = 0;

        if (parse_number(text, 10, 64, &number) && number > 0) {
                *ret = (int64_t) number;
                return true;
        }
        text += strncasecmp(text, "SIG", 3) == 0 ? 3 : 0;
        for (int i = 1; i < NSIG; i++) {
                const char *name = sigabbrev_np(i);

                if (name && strcasecmp(name, text) == 0) {
                        *ret = i;
                        return true;
                }
        }
        return false;
}

/* "12.5%" in parts of 10,000; what is finer is not told apart. */
static bool parse_percentage(const char *text, uint64_t maximum, uint64_t *ret) {
        size_t n = strlen(text), n_whole = strspn(text, DIGITS), n_fraction = 0;
        uint64_t value = 0;

        if (n_whole == 0 || n_whole > 7 || n < 2 || text[n - 1] != '%')
                return false;
        if (text[n_whole] == '.')
                n_fraction = strspn(text + n_whole + 1, DIGITS);
        if (n_fraction > 2 || n_whole + n_fraction + (text[n_whole] == '.' ? 1 : 0) + 1 != n)
                return false;

        for (size_t i = 0; i < n_whole; i++)
                value = value * 10 + (uint64_t) (text[i] - '0');
        for (size_t i = 0; i < 2; i++)
                value = value * 10 + (i < n_fraction ? (uint64_t) (text[n_whole + 1 + i] - '0') : 0);
        if (value > maximum * 100)
                return false;
        *ret = value;
        return true;
}

/* A percentage of what the machine has. */
static bool parse_scale(const char *text, UnitValue *ret) {
        uint64_t parts = 0;

        if (!parse_percentage(text, 100, &parts))
                return false;
        ret->value = parts * UINT32_MAX / 10000;
        ret->is_scale = true;
        return true;
}

/* One side of a limit, or a value like it. Returns 0, -EINVAL or -ENOMEM. */
static int parse_bound(UnitPropertyKind kind, const char *text, uint64_t *ret) {
        usec_t usec = 0;
        int r;

        if (strcmp(text, "infinity") == 0) {
                *ret = UINT64_MAX;
                return 0;
        }
        switch (kind) {
        case UNIT_LIMIT_NUMBER:
        case UNIT_TASKS:
                return parse_number(text, 10, UINT64_MAX - 1, ret) ? 0 : -EINVAL;
        case UNIT_LIMIT_BYTES:
        case UNIT_BYTES:
                return size_parse(text, ret) < 0 ? -EINVAL : 0;
        default:
                break;
        }

        r = duration_parse(text, &usec);
        if (r < 0)
                return r == -ENOMEM ? r : -EINVAL;
        *ret = kind == UNIT_LIMIT_SECONDS ? ((uint64_t) usec + USEC_PER_SEC - 1) / USEC_PER_SEC
                                          : (uint64_t) usec;
        return 0;
}

static int parse_limit(UnitPropertyKind kind, const char *text, UnitValue *ret) {
        const char *colon = strchr(text, ':');
        CLEANUP_FREE char *soft = NULL;
        int r;

        r = parse_bound(kind, colon ? colon + 1 : text, &ret->value);
        if (r < 0)
                return r;
        ret->soft = ret->value;
        if (!colon)
                return 0;

        soft = strndup(text, (size_t) (colon - text));
        if (!soft)
                return -ENOMEM;
        r = parse_bound(kind, soft, &ret->soft);
        return r < 0 || ret->soft <= ret->value ? r : -EINVAL;
}

/* --- lists ----------------------------------------------------------------------------------------- */

static bool is_path(const char *word) {
        word += strspn(word, "-+");
        return word[0] == '/';
}

/* "7" or "0-3"; the highest number is bounded so that a mask stays small. */
static bool cpu_range_valid(const char *text, size_t n) {
        size_t n_first = strspn(text, DIGITS), n_last = 0;
        unsigned long first = strtoul(text, NULL, 10), last = first;

        if (n_first < n && text[n_first] == '-') {
                n_last = strspn(text + n_first + 1, DIGITS);
                last = strtoul(text + n_first + 1, NULL, 10);
        }
        return n_first > 0 && n_first <= 4 && n_last <= 4 && first <= last && last < UNIT_CPUS_MAX &&
                        n == n_first + (n_last > 0 ? n_last + 1 : 0);
}

static bool cpus_valid(const char *text) {
        size_t n_ranges = 0;

        for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
                size_t n = strcspn(text, " ,");

                if (!cpu_range_valid(text, n))
                        return false;
                text += n;
                n_ranges++;
        }
        return n_ranges > 0;
}

static bool words_valid(UnitPropertyKind kind, const char *text) {
        size_t n_words = 0;

        for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
                size_t n = strcspn(text, " \t");

                if ((kind == UNIT_PATHS || kind == UNIT_BIND || kind == UNIT_TMPFS) && !is_path(text))
                        return false;
                text += n;
                n_words++;
        }
        return n_words > 0;
}

static bool pair_valid(UnitPropertyKind kind, const char *text) {
        size_t n = strcspn(text, kind == UNIT_PAIR ? " :" : " ");
        const char *second = text + n + strspn(text + n, " ");
        uint64_t value = 0;

        if (kind == UNIT_PAIR)
                return n > 0;
        if (text[0] != '/' || *second == '\0')
                return false;
        return kind == UNIT_DEVICE_WEIGHT ? parse_number(second, 10, WEIGHT_MAX, &value) && value > 0
                                          : size_parse(second, &value) >= 0;
}

static bool list_valid(UnitPropertyKind kind, const char *text) {
        switch (kind) {
        case UNIT_CPUS:
                return cpus_valid(text);
        case UNIT_ENVIRONMENT:
                return strchr(text, '=') && text[0] != '=';
        case UNIT_FILES:
                return is_path(text);
        case UNIT_PAIR:
        case UNIT_DEVICE_WEIGHT:
        case UNIT_DEVICE_BYTES:
                return pair_valid(kind, text);
        default:
                return words_valid(kind, text);
        }
}

/* --- any value ------------------------------------------------------------------------------------- */

static bool parse_simple(const UnitPropertyType *type, const char *text, UnitValue *ret) {
        int choice;

        switch (type->kind) {
        case UNIT_BOOLEAN:
                return parse_boolean(text, &ret->number);
        case UNIT_INTEGER:
                return parse_integer(text, &ret->number);
        case UNIT_SIGNAL:
                return parse_signal(text, &ret->number);
        case UNIT_MODE:
                return parse_number(text, 8, MODE_MAX, &ret->value);
        case UNIT_WEIGHT:
                return parse_number(text, 10, WEIGHT_MAX, &ret->value) && ret->value > 0;
        case UNIT_QUOTA:
                if (!parse_percentage(text, PERCENT_MAX, &ret->value) || ret->value == 0)
                        return false;
                ret->value *= 100; /* parts of 10,000 of a CPU's second */
                return true;
        case UNIT_CHOICE:
        case UNIT_INDEX:
                choice = string_table_find(type->choices, text);
                ret->number = choice;
                return choice >= 0;
        default:
                return true; /* a text */
        }
}

int unit_property_parse(const UnitPropertyType *type, const char *text, UnitValue *ret) {
        assert(type);
        assert(text);
        assert(ret);

        *ret = (UnitValue){ 0 };
        if (text[0] == '\0')
                return -EINVAL;
        if (unit_property_is_list(type->kind))
                return list_valid(type->kind, text) ? 0 : -EINVAL;

        switch (type->kind) {
        case UNIT_BYTES:
        case UNIT_TASKS:
                return parse_scale(text, ret) ? 0 : parse_bound(type->kind, text, &ret->value);
        case UNIT_DURATION:
                return parse_bound(type->kind, text, &ret->value);
        case UNIT_LIMIT_NUMBER:
        case UNIT_LIMIT_BYTES:
        case UNIT_LIMIT_SECONDS:
        case UNIT_LIMIT_USEC:
                return parse_limit(type->kind, text, ret);
        default:
                return parse_simple(type, text, ret) ? 0 : -EINVAL;
        }
}
