/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The answer to a CalendarRequest: what the schedule means, and when it is due. */

#include "schedctl/calendar-request.h"
#include "util/json-writer.h"

/* One due time. */
typedef struct CalendarTime {
        Occurrence occurrence;
        usec_t start_usec; /* after the random delay */
} CalendarTime;

/* The zero value is an empty one. It may be filled again and again: the memory of `times` stays. */
typedef struct CalendarAnswer {
        const CalendarRequest *request; /* borrowed; as long as the answer is looked at */
        Schedule *schedule;
        const TimeZone *zone; /* that counts: the text's, else the request's */
        char *normalized, *description;
        const char *warnings[2]; /* static texts */
        size_t n_warnings;
        bool exhausted; /* there were fewer times than were asked for */
        CalendarTime *times;
        size_t n_times, n_allocated;
} CalendarAnswer;

void calendar_answer_done(CalendarAnswer *answer);

/* Returns 0, -EINVAL (the expression is wrong) with *reterr, or -ENOMEM. */
int calendar_answer_find(
                CalendarAnswer *answer,
                const CalendarRequest *request,
                const CalendarEnvironment *environment,
                CalendarError *reterr);

/* Adds the keys of the answer to an object that is open. */
void calendar_answer_encode(const CalendarAnswer *answer, JsonWriter *writer);
