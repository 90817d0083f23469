/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Job definitions: any bytes decode or are refused with at least one error, and the definition of what
 * decodes decodes to the same definition again.
 */

#include <assert.h>
#include <string.h>

#include "job/job-decode.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/string-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static usec_t now(void *userdata, ClockKind kind) {
        return INT64_C(1767225600) * USEC_PER_SEC;
}

static void check_again(const JobDecodeContext *context, const Job *job) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *again = NULL;
        int r;

        r = job_decode_definition(
                        context, job->name, job->definition, strlen(job->definition), &diagnostics, &again);
        if (r < 0 || strcmp(job->definition, again->definition) != 0 ||
            !string_list_equal(job->schedule_texts, again->schedule_texts) ||
            !job->timetable.exceptions != !again->timetable.exceptions)
                abort();
}

static void check_text(const JobDecodeContext *context, const char *name, const char *text, size_t size) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        int r;

        r = job_decode_definition(context, name, text, size, &diagnostics, &job);
        if (r == -EINVAL && diagnostics.n_errors == 0)
                abort();
        if (r == 0 && (diagnostics.n_errors > 0 || !job))
                abort();
        if (job)
                check_again(context, job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static TimeZoneCache *zones;
        const Clock clock = { .now = now };
        JobDecodeContext context = { .system_mode = true, .clock = &clock, .ignore_files = true };

        if (!zones && time_zone_cache_new(&zones) < 0)
                abort();
        context.zones = zones;
        check_text(&context, "fuzz", (const char *) data, size);

        context.owner_uid = 1000; /* much is refused then */
        check_text(&context, "ann/fuzz", (const char *) data, size);
        return 0;
}
