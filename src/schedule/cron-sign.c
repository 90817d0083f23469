/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The signs of the two day fields: L, W and #; and what is said about a sign that fits nowhere. */

#include <string.h>
#include <strings.h>

#include "schedule/cron-parser.h"

#define MAX_FROM_END 30U
#define MAX_NTH 5U

/* clang-format off */
static const struct {
        const char *text, *meaning, *place;
} signs[] = {
        { "?",  "any value",                     "in the place of a '*'" },
        { "L",  "the last day",                  "in the day of the month, or behind a weekday as in friL" },
        { "LW", "the last weekday of the month", "in the day of the month" },
        { "WL", "the last weekday of the month", "in the day of the month" },
        { "W",  "the nearest weekday",           "behind a single day of the month, as in 15W" },
        { "#",  "the n-th weekday of the month", "behind a single weekday, as in fri#2" },
        { "H",  "a value by hash",               "in the place of a value" },
        { "~",  "a random value",                "behind a single value or in the place of one" },
};
/* clang-format on */

static size_t sign_length(const char *at) {
        size_t n = 0;

        while ((at[n] >= 'a' && at[n] <= 'z') || (at[n] >= 'A' && at[n] <= 'Z'))
                n++;
        return n > 0 ? n : 1;
}

int cron_refuse_sign(CronParser *parser, const char *at) {
        const CronFieldInfo *field = &cron_fields[parser->field];
        size_t n = sign_length(at);

        for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
                if (strlen(signs[i].text) != n || strncasecmp(at, signs[i].text, n) != 0)
                        continue;
                if (cron_is_vixie(parser))
                        return CRON_ERROR(
                                        parser, at, "'%s' (%s) is not known to the dialect vixie",
                                        signs[i].text, signs[i].meaning);
                return CRON_ERROR(
                                parser, at, "'%s' (%s) has no meaning here: it stands %s", signs[i].text,
                                signs[i].meaning, signs[i].place);
        }

        if (*at == '\0' || *at == ' ' || *at == '\t')
                return CRON_ERROR(parser, at, "a value is missing here: %s expected", field->example);
        if (*at < ' ' || *at > '~')
                return CRON_ERROR(parser, at, "a character that no cron expression has");
        return CRON_ERROR(
                        parser, at, "'%.*s' has no meaning here: %s expected for the %s",
                        (int) MIN(n, (size_t) 20), at, field->example, field->name);
}

int cron_parse_last_day(CronParser *parser, CronElement *element, bool *ret_found) {
        const char *begin = parser->at;
        unsigned n = 0;
        int r;

        if (parser->field != CRON_DAY)
                return 0;
        if (cron_word_at(begin, "LW") || cron_word_at(begin, "WL")) {
                *element = (CronElement){ .kind = CRON_NEAREST_TO_LAST };
                parser->at += strlen("LW");
                *ret_found = true;
                return 0;
        }
        if (!cron_word_at(begin, "L"))
                return 0;

        parser->at++;
        if (*parser->at == '-') {
                begin = ++parser->at;
                r = cron_parse_number(parser, &n);
                if (r < 0)
                        return r;
                if (n > MAX_FROM_END)
                        return CRON_ERROR(parser, begin, "no month has a day %u days before its last", n);
        }
        *element = (CronElement){ .kind = CRON_FROM_END, .first = (uint16_t) n };
        if (cron_word_at(parser->at, "W")) {
                element->kind = CRON_NEAREST_TO_LAST;
                parser->at++;
        }
        *ret_found = true;
        return 0;
}

static int parse_nth(CronParser *parser, CronElement *element) {
        const char *begin = ++parser->at;
        unsigned n = 0;
        int r;

        r = cron_parse_number(parser, &n);
        if (r < 0)
                return r;
        if (n < 1 || n > MAX_NTH)
                return CRON_ERROR(
                                parser, begin, "no month has a weekday number %u: 1 to %u expected after '#'",
                                n, MAX_NTH);
        element->kind = CRON_NTH_WEEKDAY;
        element->last = (uint16_t) n;
        return 0;
}

int cron_parse_day_sign(CronParser *parser, CronElement *element, bool *ret_found) {
        bool day = parser->field == CRON_DAY, weekday = parser->field == CRON_WEEKDAY;

        if (weekday && *parser->at == '#') {
                *ret_found = true;
                return parse_nth(parser, element);
        }
        if ((day && cron_word_at(parser->at, "W")) || (weekday && cron_word_at(parser->at, "L"))) {
                element->kind = day ? CRON_NEAREST : CRON_LAST_WEEKDAY;
                parser->at++;
                *ret_found = true;
        }
        return 0;
}
