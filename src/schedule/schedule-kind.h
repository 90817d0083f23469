/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What schedule.c asks of each kind. A kind embeds a Schedule as its first member, and one row of the table
 * in schedule.c makes it known.
 */

#include "schedule/schedule.h"
#include "util/buffer.h"
#include "util/types.h"

/* Longer texts are refused before anything else is looked at. */
#define SCHEDULE_TEXT_MAX 1024U

typedef struct ScheduleOperations {
        ScheduleKind kind;
        void (*done)(Schedule *schedule); /* may be NULL: only the memory of the Schedule itself */

        /* Memory that runs out is kept by the buffer. */
        void (*format)(const Schedule *schedule, Buffer *buffer);
        void (*describe)(const Schedule *schedule, Buffer *buffer);

        const char *(*warning)(const Schedule *schedule);   /* may be NULL: never */
        bool (*is_interval_like)(const Schedule *schedule); /* may be NULL: never */

        /* As schedule_next() and schedule_previous(), without the limits; the context has the right zone. */
        int (*next)(const Schedule *schedule,
                    const ScheduleContext *context,
                    usec_t after_usec,
                    Occurrence *ret);
        int (*previous)(const Schedule *schedule,
                        const ScheduleContext *context,
                        usec_t before_usec,
                        Occurrence *ret);

        /* How many lie in (after, until]; may be NULL: they are walked through. */
        uint64_t (*count)(
                        const Schedule *schedule,
                        const ScheduleContext *context,
                        usec_t after_usec,
                        usec_t until_usec);
} ScheduleOperations;

struct Schedule {
        const ScheduleOperations *operations;
        TimeZone *zone; /* that the text ends with; NULL: none. Set by the kind's parser */

        /* Set by schedule.c, after the kind's parser. */
        DstRule dst; /* never AUTO */
        bool has_start, has_end;
        Timestamp start, end;
};

/* The text has no blanks around it; the options are not NULL. As schedule_parse(). */
int cron_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);
int calendar_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);
int every_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);
int at_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);
int boot_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);
int startup_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);
int resume_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);
int rrule_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr);

/* How many lie in (after, until], without walking; only if the kind knows how. */
bool schedule_can_count(const Schedule *schedule);
uint64_t schedule_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec);

/* When a start or an end is, in the zone of the context if it was written without an offset. */
usec_t schedule_limit_usec(const Timestamp *limit, const ScheduleContext *context);

/* Fills *reterr, if there is one, and returns -EINVAL. */
int schedule_error(ScheduleError *reterr, size_t offset, const char *format, ...) PRINTF_LIKE(3, 4);

/* A span in the notation that duration_parse() reads. */
void schedule_format_span(usec_t span_usec, Buffer *buffer);

/* A span in words: "15 minutes", "1h 30min"; `after_every`: "minute" instead of "1 minute". */
void schedule_describe_span(usec_t span_usec, bool after_every, Buffer *buffer);
