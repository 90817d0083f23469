/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reading a calendar expression: its state, and the lists of values that all fields have. */

#include "schedule/calendar.h"

/* Of the whole text; each element is at least a digit and what separates it. */
#define CALENDAR_TEXT_ELEMENTS_MAX (SCHEDULE_TEXT_MAX / 2 + CALENDAR_FIELD_COUNT)

/* Of calendar_words: Mon to Sun, then Monday to Sunday. */
#define CALENDAR_N_WEEKDAY_NAMES 14U

typedef struct CalendarParser {
        char text[SCHEDULE_TEXT_MAX + 1]; /* without the zone */
        const char *at;
        ScheduleError *error;
        const ScheduleOptions *options;

        TimeZone *zone; /* owned */
        unsigned weekdays;
        bool from_end;
        CalendarElement elements[CALENDAR_TEXT_ELEMENTS_MAX];
        size_t n_elements;
        uint16_t element_begin[CALENDAR_FIELD_COUNT + 1];
} CalendarParser;

#define CALENDAR_ERROR(parser, where, ...) \
        schedule_error((parser)->error, (size_t) ((where) - (parser)->text), __VA_ARGS__)

static inline bool calendar_is_digit(char c) {
        return c >= '0' && c <= '9';
}

static inline bool calendar_is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Weekdays and the words that stand for an expression, ended by NULL. */
extern const char *const calendar_words[];

/* How many letters a word has, a "-" within it included. */
size_t calendar_word_length(const char *text);

/* Reports letters where none fit, with the word that was probably meant. Returns -EINVAL, as the next one. */
int calendar_refuse_word(CalendarParser *parser, const char *at);

/* Reports what stands at `at` instead of a value of the field or, `after_value`, of what may follow it. */
int calendar_refuse_sign(CalendarParser *parser, CalendarField field, const char *at, bool after_value);

/* Begins the list of a field; until something is added it is "*". */
void calendar_begin_list(CalendarParser *parser, CalendarField field);

/* Adds a single value. Returns 0 or -EINVAL. */
int calendar_add_value(CalendarParser *parser, int32_t value);

/* Reads "*" or "1,5..9,20/2", up to what cannot belong to it. Returns 0 or -EINVAL. */
int calendar_parse_list(CalendarParser *parser, CalendarField field);
