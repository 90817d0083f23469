/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the files of the calendar kind share: a parsed expression of systemd.time(7), as its normal form says
 * it and as bit masks for the search.
 */

#include "schedule/schedule-kind.h"
#include "util/types.h"

#define CALENDAR_YEAR_MIN 1970
#define CALENDAR_YEAR_MAX 2199
#define CALENDAR_YEAR_WORDS 4U /* of 64 years */
#define CALENDAR_ALL_WEEKDAYS 0x7fU

/* A list may have this many elements. */
#define CALENDAR_ELEMENTS_MAX 241U

typedef enum CalendarField {
        CALENDAR_YEAR,
        CALENDAR_MONTH,
        CALENDAR_DAY,
        CALENDAR_HOUR,
        CALENDAR_MINUTE,
        CALENDAR_SECOND, /* in microseconds */
        CALENDAR_FIELD_COUNT,
} CalendarField;

/* "5", "9..17", "9..17/2", "5/15". A range ends exactly on its last value. */
typedef struct CalendarElement {
        int32_t start;
        int32_t stop;    /* -1: none was written */
        int32_t step;    /* 0: a single value; 1 (second: 1 s) where a range has none */
        uint16_t offset; /* in the text, for messages */
} CalendarElement;

typedef struct CalendarLimits {
        int32_t min, max;
        const char *name, *example;
} CalendarLimits;

typedef struct CalendarSchedule {
        Schedule base;

        uint64_t years[CALENDAR_YEAR_WORDS]; /* bit 0 of the first is CALENDAR_YEAR_MIN */
        uint32_t days[4];                    /* bit n is day n, for months of 28, 29, 30 and 31 days */
        uint16_t months;                     /* bit 1 is January */
        uint16_t months_with_days;           /* of these, those in which a day can match */
        uint8_t weekdays;                    /* bit 0 is Monday */
        bool from_end;                       /* the days were written with "~": 1 is the last */
        bool interval_like;
        bool fractions; /* a second is not a whole one: the search looks at the elements, too */
        uint32_t hours;
        uint64_t minutes, seconds;
        const char *warning;

        /*
         * The elements of field f are [element_begin[f], element_begin[f + 1]), sorted; none is "*". The
         * "*" of the seconds is 0/1.
         */
        uint16_t element_begin[CALENDAR_FIELD_COUNT + 1];
        CalendarElement elements[];
} CalendarSchedule;

static inline unsigned calendar_n_elements(const CalendarSchedule *calendar, CalendarField field) {
        return (unsigned) (calendar->element_begin[field + 1] - calendar->element_begin[field]);
}

extern const CalendarLimits calendar_limits[CALENDAR_FIELD_COUNT];

/* Years get four digits, a range ends on its last value, and one of a single value is that value. */
void calendar_element_normalize(CalendarField field, CalendarElement *element);

/* Sorts a list of normal elements and drops what is there twice. Returns the new length. */
size_t calendar_elements_sort(CalendarElement *elements, size_t n_elements);

/*
 * Checks a normal element, the `index`-th of its sorted list. `from_end`: days counted from the end of the
 * month. Returns 0, -EINVAL with *reterr, or -ENOMEM.
 */
int calendar_element_check(
                CalendarField field,
                bool from_end,
                size_t index,
                const CalendarElement *element,
                ScheduleError *reterr);

/* Makes the masks from the elements, and what follows from them. */
void calendar_fill_masks(CalendarSchedule *calendar);

/* LocalPattern functions; `data` is the CalendarSchedule. */
bool calendar_pattern_next(const void *data, usec_t from, usec_t *ret);
bool calendar_pattern_previous(const void *data, usec_t until, usec_t *ret);
uint64_t calendar_pattern_count(const void *data, usec_t from, usec_t until);

int calendar_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret);
int calendar_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);
uint64_t calendar_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec);

void calendar_format(const Schedule *schedule, Buffer *buffer);
void calendar_describe(const Schedule *schedule, Buffer *buffer);
