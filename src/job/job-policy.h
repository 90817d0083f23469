/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What governs a job's executions: the policies of one job, each with its default. */

#include "util/string-table.h"
#include "util/types.h"

typedef enum OverlapPolicy {
        OVERLAP_SKIP,    /* the new one is skipped (overlap); the default */
        OVERLAP_QUEUE,   /* it waits; when `limit` wait already it is skipped (queue-full) */
        OVERLAP_REPLACE, /* the oldest is ended, cancelled (replaced); only the newest waits for that */
        OVERLAP_ALLOW,   /* they run side by side */
        OVERLAP_POLICY_COUNT,
} OverlapPolicy;

typedef enum CatchUpPolicy {
        CATCH_UP_NONE,   /* what was missed stays missed */
        CATCH_UP_LATEST, /* the newest missed occurrence runs late, the others stay missed; the default */
        CATCH_UP_ALL,    /* the newest `max` run late, oldest first, the others stay missed */
        CATCH_UP_POLICY_COUNT,
} CatchUpPolicy;

typedef enum Backoff {
        BACKOFF_CONSTANT,    /* delay; the default */
        BACKOFF_LINEAR,      /* delay · 1, 2, 3 … */
        BACKOFF_EXPONENTIAL, /* delay · 1, 2, 4 … */
        BACKOFF_COUNT,
} Backoff;

typedef enum AfterWhen {
        AFTER_SUCCESS, /* the default */
        AFTER_FAILURE,
        AFTER_ANY,
        AFTER_WHEN_COUNT,
} AfterWhen;

/* What becomes of processes that outlive the main process. */
typedef enum LeftBehind {
        LEFT_BEHIND_KILL,  /* the default */
        LEFT_BEHIND_WAIT,  /* the execution goes on until they have ended */
        LEFT_BEHIND_LEAVE, /* nothing is done about them */
        LEFT_BEHIND_COUNT,
} LeftBehind;

DECLARE_STRING_TABLE(overlap_policy, OverlapPolicy);
DECLARE_STRING_TABLE(catch_up_policy, CatchUpPolicy);
DECLARE_STRING_TABLE(backoff, Backoff);
DECLARE_STRING_TABLE(after_when, AfterWhen);
DECLARE_STRING_TABLE(left_behind, LeftBehind);

extern const char *const overlap_policy_names[],
                *const catch_up_policy_names[],
                                *const backoff_names[], *const after_when_names[], *const left_behind_names[];

/* `success-codes:`: what counts as success beside exit code 0. */
typedef struct SuccessCodes {
        uint64_t exit_codes[4]; /* bit per code 0…255; 0 is always set */
        uint64_t signals;       /* bit per signal 1…63 */
} SuccessCodes;

/* True if an outcome is among them. `exit_code` is -1 when a signal ended it, `signal` 0 when none did. */
bool success_codes_match(const SuccessCodes *codes, int exit_code, int signal);

#define INSTANCES_UNLIMITED UINT64_MAX

/* `overlap:` and `max-instances:`. It acts when so many executions of the job are active. */
typedef struct Overlap {
        OverlapPolicy policy;
        uint64_t limit;         /* of `queue`: so many wait at most; default 10, 1…1,000,000 */
        uint64_t max_instances; /* default 1, with `allow` INSTANCES_UNLIMITED */
} Overlap;
#define OVERLAP_DEFAULT \
        { .policy = OVERLAP_SKIP, .limit = 10, .max_instances = 1 }

typedef struct CatchUp {
        CatchUpPolicy policy;
        usec_t within_usec; /* counted from start_after; USEC_INFINITY: however late */
        uint64_t max;       /* of `all`; default 100, 1…100,000 */
} CatchUp;
#define CATCH_UP_DEFAULT \
        { .policy = CATCH_UP_LATEST, .within_usec = USEC_INFINITY, .max = 100 }

/* `random-delay:`: an occurrence starts somewhat later than it is due. */
typedef struct RandomDelay {
        usec_t up_to_usec; /* 0: none */
        bool fresh;        /* drawn for each occurrence; else the same each time, by machine, owner and job */
} RandomDelay;

typedef struct RetryPolicy {
        uint64_t attempts; /* the first one counts; default 1: no retry; 1…1000 */
        usec_t delay_usec; /* from the end of an attempt to the next; default 10 s */
        Backoff backoff;
        usec_t max_delay_usec; /* USEC_INFINITY: no cap, the default */
        double jitter; /* each delay is longer or shorter by up to this part of it: 0…1; default 0 */
        usec_t max_elapsed_usec; /* from the first start; no attempt begins later. USEC_INFINITY: the default
                                  */

        /* `on:`. Without it failed and timed-out; cancelled never is. */
        bool on_failed; /* any failure; else only those in `on_codes` */
        bool on_timeout, on_lost;
        SuccessCodes on_codes; /* here exit code 0 means nothing */
} RetryPolicy;
#define RETRY_DEFAULT                                                                            \
        {                                                                                        \
                .attempts = 1, .delay_usec = 10 * USEC_PER_SEC, .max_delay_usec = USEC_INFINITY, \
                .max_elapsed_usec = USEC_INFINITY, .on_failed = true, .on_timeout = true,        \
        }

/* `after:`. Without a schedule a trigger (all of them have ended since the last start), else a gate. */
typedef struct AfterPolicy {
        char **jobs;   /* names; NULL: none */
        unsigned line; /* of the key, in the job's own file; 0: unknown */
        AfterWhen when;
        usec_t wait_usec; /* of a gate; USEC_INFINITY: until the next occurrence is due, the default */
} AfterPolicy;

/* `trigger:`: one start of each for every final execution. */
typedef struct Triggers {
        char **on_success, **on_failure; /* names; NULL: none */
        unsigned line;                   /* as above */
} Triggers;

typedef struct OutputPolicy {
        uint64_t capture_bytes; /* head and tail together; default 64K, 0…16M */
        bool journal;           /* also into the journal (or stderr where there is none); default true */

        char *file;           /* a path with %n %i %t and strftime; NULL: none. Opened as the job's user */
        uint64_t keep_files;  /* of those that the pattern gives, or PATH.1 … of a fixed one; 0: all, the
                                 default */
        usec_t keep_age_usec; /* older ones go; USEC_INFINITY: the default */
} OutputPolicy;
#define OUTPUT_DEFAULT \
        { .capture_bytes = 64 * 1024, .journal = true, .keep_age_usec = USEC_INFINITY }

typedef struct KeepPolicy {
        uint64_t executions; /* default 1000 */
        usec_t age_usec;     /* default 90 d */
} KeepPolicy;
#define KEEP_DEFAULT \
        { .executions = 1000, .age_usec = 90 * USEC_PER_DAY }

#define PRIORITY_DEFAULT 50U
#define PRIORITY_MAX 100U /* 0 is first */
