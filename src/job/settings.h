/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The daemon's settings: command line over JOBSCHED_* environment over file over default.
 * Every setting is one row of a table (key, type, range, default); an unknown key is an error with a
 * suggestion.
 */

#include "job/job-decode.h"
#include "util/diagnostics.h"

typedef enum StoreKind {
        STORE_FILE,   /* STATE_DIR/jobsched.db */
        STORE_MEMORY, /* nothing survives the daemon */
        STORE_KIND_COUNT,
} StoreKind;

DECLARE_STRING_TABLE(store_kind, StoreKind);

/* What H and ~ in cron expressions are chosen by, beside the job's name. */
typedef enum HashSeed {
        HASH_SEED_NONE,       /* nothing: the same times on every machine */
        HASH_SEED_MACHINE_ID, /* the machine */
        HASH_SEED_COUNT,
} HashSeed;

DECLARE_STRING_TABLE(hash_seed, HashSeed);

typedef struct Settings {
        StoreKind store;          /* store: file */
        char *log_level;          /* log-level: info */
        uint64_t commit_rows;     /* commit-rows: 1000, rows that at most wait for one group commit */
        usec_t commit_delay_usec; /* commit-delay: 0, how long a commit may wait for company; 0…1 s */
        usec_t write_ahead_usec; /* write-ahead: 1s, how long before its due time a begin row is written; 0…2
                                    s */
        uint8_t business_days;   /* business-days: Mon..Fri, bit 0 = Sunday */
        HashSeed hash_seed;      /* hash-seed: none */

        QueueDefinitions queues;  /* queues: */
        uint64_t default_slots;   /* default-slots: 1, of a queue that nothing defines */
        uint64_t max_running;     /* max-running: 1000, all executions together */
        double starts_per_second; /* start-rate: INFINITY */
        char **allow_queues;      /* allow-queues: patterns; NULL: none */
        char **allow_users;       /* allow-users: patterns; NULL: nobody */
        char **deny_users;        /* deny-users: patterns; NULL: none */
        UserLimits user_limits;   /* user-limits: */

        usec_t shutdown_wait_usec; /* shutdown-wait: 0 */

        char *mail_from;          /* mail-from: NULL: as sendmail has it */
        char *sendmail;           /* sendmail: /usr/sbin/sendmail */
        NotifyTargets on_trouble; /* notify: {on-trouble: …} */

        char *defaults; /* defaults: as YAML text, merged under every job; NULL: none */
} Settings;

void settings_done(Settings *settings);

/*
 * What the settings say of all definitions; it borrows from them. `machine_id` is for `hash-seed`. Whether
 * there is a systemd they do not say.
 */
JobSite settings_site(const Settings *settings, const char *machine_id);

/*
 * Fills *ret with defaults, then the file (a missing one is fine), then the environment. `assignments` are
 * "key=value" from the command line (NULL-terminated, may be NULL). Returns 0, -EINVAL with diagnostics, or
 * another errno (the file cannot be read).
 */
int settings_load(
                const char *path,
                char *const *environment,
                char *const *assignments,
                Diagnostics *diagnostics,
                Settings *ret);
