/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A cron expression in English. It is made from the masks and not from the text, so that it says what
 * happens, and of H it names the value. The date is in cron-describe-date.c.
 */

#include "schedule/cron.h"
#include "schedule/describe-text.h"

void cron_describe_hash(const CronSchedule *cron, CronField first, CronField last, Buffer *buffer) {
        for (unsigned i = cron->element_begin[first]; i < cron->element_begin[last + 1]; i++) {
                CronElementKind kind = cron->elements[i].kind;

                if (kind == CRON_HASH || kind == CRON_HASH_RANGE || kind == CRON_RANDOM) {
                        (void) buffer_add_string(buffer, " (by hash)");
                        return;
                }
        }
}

void cron_describe(const Schedule *schedule, Buffer *buffer) {
        const CronSchedule *cron = (const CronSchedule *) schedule;
        const DescribeTimes times = {
                .hours = cron->hours,
                .minutes = cron->minutes,
                .seconds = cron->seconds,
        };
        bool at_times = describe_times(&times, buffer);

        cron_describe_hash(cron, CRON_SECOND, CRON_HOUR, buffer);
        cron_describe_date(cron, at_times, buffer);
}
