/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The keys of one mapping under `schedule:`, before they become a Schedule. */

#include "job/job-fields.h"
#include "util/buffer.h"

/* A start or an end. */
typedef struct ScheduleLimit {
        const char *text; /* as written, borrowed from the node; NULL: none */
        Timestamp time;
} ScheduleLimit;

typedef struct TimestampList {
        Timestamp *items;
        size_t n_items;
} TimestampList;

typedef enum EveryFrom {
        EVERY_FROM_START,
        EVERY_FROM_END,
        EVERY_FROM_COUNT,
} EveryFrom;

typedef struct ScheduleSpec {
        const YamlNode *kinds[SCHEDULE_KIND_COUNT];
        TimeZone *zone;

        /* The job's, unless the mapping says otherwise. */
        CronDialect dialect;
        CronDays days;
        DstRule dst;
        char *hash_key;

        EveryFrom from;
        ScheduleLimit start, end;
        TimestampList exdates, rdates;
} ScheduleSpec;

/* As the job says. Returns 0 or -ENOMEM. */
int schedule_spec_init(ScheduleSpec *spec, const Job *job);
void schedule_spec_done(ScheduleSpec *spec);

/*
 * Reads a mapping. *ret_kind is the one kind that it names, or SCHEDULE_KIND_COUNT with an error in the
 * diagnostics. Returns 0 or an errno that is not the user's.
 */
int schedule_spec_decode(
                const YamlContext *context,
                const YamlNode *node,
                ScheduleSpec *spec,
                ScheduleKind *ret_kind);

/* Borrows from the spec and the context. */
ScheduleOptions schedule_spec_options(const YamlContext *context, const ScheduleSpec *spec);

/* Appends what the schedule's own text does not say: ", dialect vixie, start 2026-01-01". */
void schedule_spec_format(const ScheduleSpec *spec, ScheduleKind kind, Buffer *buffer);
