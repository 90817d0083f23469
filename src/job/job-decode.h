/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From YAML to jobs: one schema and one validator for files, D-Bus and the store.
 *
 * Table-driven (yaml-field.h): each key of a mapping is a row. Unknown, repeated, missing and ill-typed keys
 * are all reported in one pass, with line and column, and the nearest valid key for a misspelt one.
 */

#include <sys/stat.h>

#include "job/action-catalog.h"
#include "job/job.h"
#include "job/queue-definition.h"
#include "util/diagnostics.h"

typedef struct Clock Clock;

/* What one ordinary user may have at most. */
typedef struct UserLimits {
        uint64_t jobs, profiles;
        uint64_t running, waiting; /* executions at one time */
        uint64_t starts_per_minute, changes_per_minute;
        uint64_t definition_bytes; /* of one job */
} UserLimits;

/* What the settings say of all definitions. */
typedef struct JobSite {
        const char *hash_salt; /* goes into H and ~, so that machines differ; NULL: nothing */
        uint8_t business_days; /* bit 0 = Sunday; 0: Monday to Friday */
        bool has_systemd;      /* one that could start transient units */

        const ActionCatalog *actions;   /* the action programs; NULL: none */
        const QueueDefinitions *queues; /* those of the settings; NULL: none */
        char *const *allow_users;       /* patterns of who may have jobs; NULL: no ordinary user */
        char *const *deny_users;        /* patterns of who may not all the same */
        UserLimits user_limits;
        char *const *allow_queues; /* patterns of those that ordinary users' jobs may be in; NULL: none */
} JobSite;

/* What stands around a definition. All borrowed. */
typedef struct JobDecodeContext {
        TimeZoneCache *zones;
        JobOrigin origin;
        uid_t owner_uid;
        bool system_mode;    /* false: --user, where user, group and groups are refused */
        const char *file;    /* for messages; NULL: not a file */
        const char *name;    /* of the job; set by the decoder itself */
        const JobSite *site; /* NULL: as if nothing were set */
        const Clock *clock;  /* to warn of schedules that never come again; NULL: they are not noticed */

        bool ignore_files; /* what other files hold does not count: only the definition is judged */
        bool any_action;   /* a mapping whose key is like none of a job's may be an action program's */

        /*
         * Told of each other file that a definition takes something from; `status` is all zero if it could
         * not be opened. May be NULL. Returns 0 or -ENOMEM.
         */
        int (*on_file)(void *userdata, const char *path, const struct stat *status);
        void *on_file_userdata;
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
