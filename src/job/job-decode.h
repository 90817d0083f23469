/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From YAML to jobs: one schema and one validator for files, D-Bus and the store.
 *
 * Table-driven (yaml-field.h): each key of a mapping is a row. Unknown, repeated, missing and ill-typed keys
 * are all reported in one pass, with line and column, and the nearest valid key for a misspelt one.
 */

#include "job/job.h"
#include "util/diagnostics.h"

typedef struct Clock Clock;

/* What the settings say of all definitions. */
typedef struct JobSite {
        const char *hash_salt; /* goes into H and ~, so that machines differ; NULL: nothing */
        uint8_t business_days; /* bit 0 = Sunday */
} JobSite;

#define JOB_SITE_BUSINESS_DAYS 0x3EU /* Monday to Friday */

/* What stands around a definition. All borrowed. */
typedef struct JobDecodeContext {
        TimeZoneCache *zones;
        JobOrigin origin;
        uid_t owner_uid;
        bool system_mode;    /* false: --user, where user, group and groups are refused */
        const char *file;    /* for messages; NULL: not a file */
        const JobSite *site; /* NULL: as if nothing were set */
        const Clock *clock;  /* to warn of schedules that never come again; NULL: they are not noticed */
} JobDecodeContext;

/*
 * Decodes one stored or sent definition: a YAML mapping with the keys of a job, nothing to merge.
 * Returns 0, -EINVAL with `diagnostics` filled, -EFBIG, or -ENOMEM.
 */
int job_decode_definition(
                const JobDecodeContext *context,
                const char *name,
                const char *text,
                size_t size,
                Diagnostics *diagnostics,
                Job **ret);
