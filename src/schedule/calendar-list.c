/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Numbers, elements and lists, and what to say of anything else. */

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "schedule/calendar-parser.h"
#include "util/string-table.h"

#define DIGITS "0123456789"

const char *const calendar_words[] = {
        "Mon",       "Tue",          "Wed",        "Thu",      "Fri",     "Sat",      "Sun",
        "Monday",    "Tuesday",      "Wednesday",  "Thursday", "Friday",  "Saturday", "Sunday",
        "minutely",  "hourly",       "daily",      "weekly",   "monthly", "yearly",   "annually",
        "quarterly", "semiannually", "biannually", NULL,
};

size_t calendar_word_length(const char *text) {
        size_t n = 0;

        while (calendar_is_letter(text[n]) || (n > 0 && text[n] == '-' && calendar_is_letter(text[n + 1])))
                n++;
        return n;
}

int calendar_refuse_word(CalendarParser *parser, const char *at) {
        size_t length = calendar_word_length(at);
        const char *nearest;
        char word[24];

        if (length >= sizeof(word))
                return CALENDAR_ERROR(parser, at, "this word has no meaning here");
        memcpy(word, at, length);
        word[length] = '\0';

        nearest = string_nearest(word, calendar_words);
        if (nearest && strcasecmp(nearest, word) == 0)
                return CALENDAR_ERROR(
                                parser, at,
                                "'%s' stands in the wrong place: weekdays begin the text, in one "
                                "list without blanks, and a word such as daily stands alone",
                                word);
        if (nearest)
                return CALENDAR_ERROR(
                                parser, at, "'%s' is no weekday or word; did you mean '%s'?", word, nearest);
        return CALENDAR_ERROR(
                        parser, at,
                        "'%s' has no meaning here: a weekday, a date, a time or a word such as daily "
                        "expected",
                        word);
}

int calendar_refuse_sign(CalendarParser *parser, CalendarField field, const char *at, bool after_value) {
        if (*at == '\0')
                return CALENDAR_ERROR(
                                parser, at, "the text ends too early: the %s is expected here (%s)",
                                calendar_limits[field].name, calendar_limits[field].example);
        if (calendar_is_letter(*at))
                return calendar_refuse_word(parser, at);
        if (*at < ' ' || *at > '~')
                return CALENDAR_ERROR(parser, at, "a character that no calendar expression has");
        if (*at == ' ')
                return CALENDAR_ERROR(parser, at, "a blank has no meaning here");
        if (*at == '*')
                return CALENDAR_ERROR(parser, at, "'*' stands alone in its field, not in a list");
        return CALENDAR_ERROR(
                        parser, at, "'%c' has no meaning %s the %s: %s expected", *at,
                        after_value ? "after" : "as", calendar_limits[field].name,
                        calendar_limits[field].example);
}

/* The digits behind the point, rounded to microseconds. */
static int parse_fraction(CalendarParser *parser, int64_t *value) {
        const char *at = parser->at + 1;
        size_t n = strspn(at, DIGITS);
        int64_t fraction = 0;

        if (n == 0)
                return CALENDAR_ERROR(parser, at, "a digit is missing after the decimal point");
        for (size_t i = 0; i < 6; i++)
                fraction = fraction * 10 + (i < n ? at[i] - '0' : 0);
        if (n > 6 && at[6] >= '5')
                fraction++;

        *value += fraction;
        parser->at = at + n;
        return 0;
}

static int parse_number(CalendarParser *parser, CalendarField field, int32_t *ret) {
        const char *begin = parser->at;
        int64_t value = 0;
        int r;

        if (!calendar_is_digit(*begin))
                return calendar_refuse_sign(parser, field, begin, false);

        for (; calendar_is_digit(*parser->at); parser->at++)
                value = MIN(value * 10 + (*parser->at - '0'), (int64_t) INT32_MAX + 1);
        if (field == CALENDAR_SECOND) {
                value *= USEC_PER_SEC;
                if (parser->at[0] == '.' && parser->at[1] != '.') {
                        r = parse_fraction(parser, &value);
                        if (r < 0)
                                return r;
                }
        }
        if (value > INT32_MAX)
                return CALENDAR_ERROR(
                                parser, begin, "this number is too large: %s expected for the %s",
                                calendar_limits[field].example, calendar_limits[field].name);
        *ret = (int32_t) value;
        return 0;
}

static int parse_step(CalendarParser *parser, CalendarField field, CalendarElement *element) {
        const char *begin = ++parser->at;
        int r;

        r = parse_number(parser, field, &element->step);
        if (r < 0)
                return r;
        if (element->step == 0)
                return CALENDAR_ERROR(
                                parser, begin, "a step of 0 never moves on: a number %s expected",
                                field == CALENDAR_SECOND ? "of seconds, such as 0.5," : "from 1");
        return 0;
}

static int parse_range_end(CalendarParser *parser, CalendarField field, CalendarElement *element) {
        int32_t unit = field == CALENDAR_SECOND ? (int32_t) USEC_PER_SEC : 1;
        int r;

        parser->at += 2;
        r = parse_number(parser, field, &element->stop);
        if (r < 0)
                return r;

        element->step = unit;
        if (field == CALENDAR_SECOND && *parser->at != '/' && element->stop - element->start < unit)
                return CALENDAR_ERROR(
                                parser, parser->text + element->offset,
                                "a range of seconds spans a second at least, or has a step");
        return 0;
}

static int add_element(CalendarParser *parser, const CalendarElement *element) {
        if (parser->n_elements >= CALENDAR_TEXT_ELEMENTS_MAX)
                return CALENDAR_ERROR(parser, parser->at, "more list elements than a text can have");
        parser->elements[parser->n_elements++] = *element;
        return 0;
}

int calendar_add_value(CalendarParser *parser, int32_t value) {
        return add_element(parser, &(CalendarElement){ .start = value, .stop = -1 });
}

static int parse_element(CalendarParser *parser, CalendarField field) {
        CalendarElement element = { .stop = -1, .offset = (uint16_t) (parser->at - parser->text) };
        int r;

        r = parse_number(parser, field, &element.start);
        if (r < 0)
                return r;
        if (parser->at[0] == '.' && parser->at[1] == '.') {
                r = parse_range_end(parser, field, &element);
                if (r < 0)
                        return r;
        }
        if (*parser->at == '/') {
                r = parse_step(parser, field, &element);
                if (r < 0)
                        return r;
        }
        if (*parser->at && !strchr(" ,-~:", *parser->at))
                return calendar_refuse_sign(parser, field, parser->at, true);
        return add_element(parser, &element);
}

void calendar_begin_list(CalendarParser *parser, CalendarField field) {
        parser->element_begin[field] = (uint16_t) parser->n_elements;
}

int calendar_parse_list(CalendarParser *parser, CalendarField field) {
        size_t begin = parser->n_elements;
        int r;

        parser->element_begin[field] = (uint16_t) begin;
        if (*parser->at == '*') {
                parser->at++;
                if (*parser->at == '/')
                        return CALENDAR_ERROR(
                                        parser, parser->at, "'*' takes no step: write %d/ and the step",
                                        calendar_limits[field].min);
                if (field != CALENDAR_SECOND)
                        return 0;
                return add_element(parser, &(CalendarElement){ .stop = -1, .step = USEC_PER_SEC });
        }

        for (;;) {
                if (parser->n_elements - begin >= CALENDAR_ELEMENTS_MAX)
                        return CALENDAR_ERROR(
                                        parser, parser->at, "more than %u list elements",
                                        CALENDAR_ELEMENTS_MAX);
                r = parse_element(parser, field);
                if (r < 0)
                        return r;
                if (*parser->at != ',')
                        return 0;
                parser->at++;
        }
}
