/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a value of each type has to be. */

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/parameter.h"
#include "protocol/secret-id.h"
#include "util/buffer.h"
#include "util/civil-date.h"
#include "util/pattern.h"
#include "util/string-list.h"
#include "util/string-table.h"
#include "util/utf8.h"

#define SHOWN_MAX 40U /* bytes of a value that a message repeats */
#define DIGITS "0123456789"
#define DOUBLE_TEXT_MAX 32U

/* What a check says beside "wrong": a value that ends the sentence in its own way. */
typedef struct Judgement {
        char *value;         /* the normal form; NULL: it is not of the type, or out of range */
        const char *hint;    /* of choices: the nearest one; NULL: none */
        const char *instead; /* what is expected, where the rule does not say it; NULL: the rule does */
} Judgement;

/* --- patterns --------------------------------------------------------------------------------------------
 */

/* Returns 0, -EINVAL with *ret_error, or -ENOMEM. */
static int pattern_compile(const char *text, Pattern **ret, char **ret_error) {
        char fault[PATTERN_FAULT_MAX];
        int r = pattern_new(text, PATTERN_WHOLE, ret, fault);

        if (r == -EINVAL && asprintf(ret_error, "the pattern %s", fault) < 0)
                return -ENOMEM;
        return r;
}

int parameter_pattern_check(const char *pattern, char **ret_error) {
        CLEANUP(pattern_freep) Pattern *compiled = NULL;

        return pattern_compile(pattern, &compiled, ret_error);
}

/* What would take too long to compare is no match. */
static int matches_pattern(const char *text, const char *value) {
        CLEANUP(pattern_freep) Pattern *pattern = NULL;
        CLEANUP_FREE char *error = NULL;
        int r;

        if (!text)
                return 1;
        r = pattern_compile(text, &pattern, &error);
        if (r >= 0)
                r = pattern_match(pattern, value, strlen(value));
        return r == -EINVAL || r == -E2BIG ? 0 : r;
}

/* --- one function for each type --------------------------------------------------------------------------
 */

static int take_copy(const char *text, Judgement *judgement) {
        judgement->value = strdup(text);
        return judgement->value ? 0 : -ENOMEM;
}

/* Digits with or without a minus; "010" could be octal to others. */
static bool parse_integer(const char *text, int64_t *ret) {
        const char *digits = text + (*text == '-' ? 1 : 0);
        size_t n = strspn(digits, DIGITS);
        long long value;

        if (n == 0 || digits[n] != '\0' || (n > 1 && digits[0] == '0'))
                return false;
        errno = 0;
        value = strtoll(text, NULL, 10);
        if (errno != 0)
                return false;
        *ret = value;
        return true;
}

static int check_integer(const Parameter *parameter, const char *text, Judgement *judgement) {
        int64_t value = 0, limit = 0;

        if (!parse_integer(text, &value))
                return 0;
        if (parameter->minimum && parse_integer(parameter->minimum, &limit) && value < limit)
                return 0;
        if (parameter->maximum && parse_integer(parameter->maximum, &limit) && value > limit)
                return 0;
        return asprintf(&judgement->value, "%" PRId64, value) < 0 ? -ENOMEM : 0;
}

/* Not all that strtod() reads: no blanks, no base 16, no "inf", no leading zeros. */
static bool parse_number(const char *text, double *ret) {
        const char *p = text + (*text == '-' ? 1 : 0);
        size_t n = strspn(p, DIGITS);

        if (n == 0 || (n > 1 && p[0] == '0'))
                return false;
        p += n;
        if (*p == '.') {
                n = strspn(++p, DIGITS);
                if (n == 0)
                        return false;
                p += n;
        }
        if (*p == 'e' || *p == 'E') {
                p++;
                p += *p == '+' || *p == '-' ? 1 : 0;
                n = strspn(p, DIGITS);
                if (n == 0)
                        return false;
                p += n;
        }
        if (*p != '\0')
                return false;
        *ret = strtod(text, NULL);
        return isfinite(*ret);
}

/* The shortest text that reads back as the same number. */
static void format_number(double value, char buffer[static DOUBLE_TEXT_MAX]) {
        for (int n_digits = 15; n_digits <= 17; n_digits++) {
                (void) snprintf(buffer, DOUBLE_TEXT_MAX, "%.*g", n_digits, value);
                if (strtod(buffer, NULL) >= value && strtod(buffer, NULL) <= value)
                        return;
        }
}

static int check_number(const Parameter *parameter, const char *text, Judgement *judgement) {
        char normal[DOUBLE_TEXT_MAX];
        double value = 0, limit = 0;

        if (!parse_number(text, &value))
                return 0;
        if (parameter->minimum && parse_number(parameter->minimum, &limit) && value < limit)
                return 0;
        if (parameter->maximum && parse_number(parameter->maximum, &limit) && value > limit)
                return 0;
        format_number(value, normal);
        return take_copy(normal, judgement);
}

/* Returns the number of characters; -EINVAL if it is not UTF-8. */
static int64_t count_characters(const char *text) {
        size_t size = strlen(text);
        int64_t n = 0;

        for (size_t i = 0; i < size; n++) {
                size_t length = utf8_length(text + i, size - i);

                if (length == 0)
                        return -EINVAL;
                i += length;
        }
        return n;
}

static bool length_is_right(const Parameter *parameter, const char *text) {
        int64_t n;

        if (strlen(text) > PARAMETER_VALUE_MAX)
                return false;
        n = count_characters(text);
        return n >= 0 && (uint64_t) n >= parameter->min_length &&
                        (parameter->max_length == 0 || (uint64_t) n <= parameter->max_length);
}

static int check_string(const Parameter *parameter, const char *text, Judgement *judgement) {
        int r;

        if (!length_is_right(parameter, text))
                return 0;
        r = matches_pattern(parameter->pattern, text);
        return r <= 0 ? r : take_copy(text, judgement);
}

static int check_secret(const Parameter *parameter, const char *text, Judgement *judgement) {
        if (strcmp(text, PARAMETER_MASK) == 0)
                judgement->instead = "the secret itself: '" PARAMETER_MASK "' is shown in the place of one";
        else if (parameter_secret_reference(text))
                judgement->instead = "the secret itself: '${secret:…}' stands for one that is kept where it "
                                     "was exported from, for that job alone";
        else if (parameter_credential(text, NULL) > 0 || secret_id_valid(text) ||
                 length_is_right(parameter, text))
                return take_copy(text, judgement);
        return 0;
}

static int check_boolean(const Parameter *parameter, const char *text, Judgement *judgement) {
        if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
                return take_copy(text, judgement);
        return 0;
}

static int check_choice(const Parameter *parameter, const char *text, Judgement *judgement) {
        if (string_list_contains(parameter->choices, text))
                return take_copy(text, judgement);
        if (parameter->choices)
                judgement->hint = string_nearest(text, (const char *const *) parameter->choices);
        return 0;
}

static int check_date(const Parameter *parameter, const char *text, Judgement *judgement) {
        CivilDate date = { 0 };

        if (strlen(text) != strlen("2026-03-29") || text[4] != '-' || text[7] != '-' ||
            strspn(text, DIGITS) != 4 || strspn(text + 5, DIGITS) != 2 || strspn(text + 8, DIGITS) != 2)
                return 0;
        date = (CivilDate){ .year = (int) strtol(text, NULL, 10),
                            .month = (int) strtol(text + 5, NULL, 10),
                            .day = (int) strtol(text + 8, NULL, 10) };
        return date.year >= 1 && civil_date_valid(date) ? take_copy(text, judgement) : 0;
}

typedef int (*CheckFunction)(const Parameter *parameter, const char *text, Judgement *judgement);

static const CheckFunction checks[] = {
        [PARAMETER_INTEGER] = check_integer, [PARAMETER_NUMBER] = check_number,
        [PARAMETER_STRING] = check_string,   [PARAMETER_BOOLEAN] = check_boolean,
        [PARAMETER_CHOICE] = check_choice,   [PARAMETER_DATE] = check_date,
        [PARAMETER_SECRET] = check_secret,
};

/* --- in words --------------------------------------------------------------------------------------------
 */

static void describe_range(const Parameter *parameter, Buffer *buffer) {
        if (parameter->minimum && parameter->maximum)
                (void) buffer_add_format(buffer, " from %s to %s", parameter->minimum, parameter->maximum);
        else if (parameter->minimum)
                (void) buffer_add_format(buffer, " of at least %s", parameter->minimum);
        else if (parameter->maximum)
                (void) buffer_add_format(buffer, " of at most %s", parameter->maximum);
}

static void describe_length(const Parameter *parameter, Buffer *buffer) {
        const char *unit = parameter->max_length == 1 ||
                                        (parameter->max_length == 0 && parameter->min_length == 1)
                        ? "character"
                        : "characters";

        if (parameter->min_length > 0 && parameter->min_length == parameter->max_length)
                (void) buffer_add_format(buffer, " of %" PRIu64 " %s", parameter->min_length, unit);
        else if (parameter->min_length > 0 && parameter->max_length > 0)
                (void) buffer_add_format(
                                buffer, " of %" PRIu64 " to %" PRIu64 " %s", parameter->min_length,
                                parameter->max_length, unit);
        else if (parameter->min_length > 0)
                (void) buffer_add_format(buffer, " of at least %" PRIu64 " %s", parameter->min_length, unit);
        else if (parameter->max_length > 0)
                (void) buffer_add_format(buffer, " of at most %" PRIu64 " %s", parameter->max_length, unit);
        else
                (void) buffer_add_string(buffer, " of at most 64 KiB");
}

static int describe_choices(const Parameter *parameter, Buffer *buffer) {
        CLEANUP_FREE char *names = NULL;
        int r;

        r = string_list_join(parameter->choices, ", ", &names);
        return r < 0 ? r : buffer_add_format(buffer, "one of %s", names);
}

int parameter_describe(const Parameter *parameter, char **ret) {
        static const char *const nouns[] = {
                [PARAMETER_INTEGER] = "an integer",
                [PARAMETER_NUMBER] = "a number",
                [PARAMETER_STRING] = "a text",
                [PARAMETER_BOOLEAN] = "true or false",
                [PARAMETER_CHOICE] = "",
                [PARAMETER_DATE] = "a date such as 2026-03-29",
                [PARAMETER_SECRET] = "a secret text",
        };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        int r = 0;

        assert(parameter);
        assert(ret);

        (void) buffer_add_string(&buffer, nouns[parameter->type]);
        if (parameter->type == PARAMETER_INTEGER || parameter->type == PARAMETER_NUMBER)
                describe_range(parameter, &buffer);
        if (parameter->type == PARAMETER_STRING || parameter->type == PARAMETER_SECRET)
                describe_length(parameter, &buffer);
        if (parameter->type == PARAMETER_CHOICE)
                r = describe_choices(parameter, &buffer);
        if (parameter->type == PARAMETER_STRING && parameter->pattern)
                (void) buffer_add_format(&buffer, " that matches %s", parameter->pattern);
        return r < 0 ? r : buffer_take(&buffer, ret);
}

/* "…, not 'x'; did you mean 'y'?"; what a secret holds is not said. */
static int refuse(
                const Parameter *parameter,
                const char *text,
                const Judgement *judgement,
                char **ret_error) {
        const char *hint = judgement->hint;
        CLEANUP_FREE char *expected = NULL;
        CLEANUP_FREE char *shown = NULL;
        bool is_cut = strlen(text) > SHOWN_MAX;
        int r;

        r = parameter_describe(parameter, &expected);
        if (r >= 0)
                r = utf8_clean(text, strlen(text), SHOWN_MAX, &shown);
        if (r < 0)
                return r;
        if (parameter->type == PARAMETER_SECRET)
                r = asprintf(ret_error, "parameter '%s' expects %s", parameter->name,
                             judgement->instead ?: expected);
        else
                r = asprintf(ret_error, "parameter '%s' expects %s, not '%s%s'%s%s%s", parameter->name,
                             expected, shown, is_cut ? "…" : "", hint ? "; did you mean '" : "", hint ?: "",
                             hint ? "'?" : "");
        return r < 0 ? -ENOMEM : -EINVAL;
}

int parameter_check(const Parameter *parameter, const char *text, char **ret_value, char **ret_error) {
        Judgement judgement = { 0 };
        int r;

        assert(parameter);
        assert(text);
        assert(ret_value);
        assert(ret_error);

        r = checks[parameter->type](parameter, text, &judgement);
        if (r < 0)
                return r;
        if (!judgement.value)
                return refuse(parameter, text, &judgement, ret_error);
        *ret_value = judgement.value;
        return 0;
}
