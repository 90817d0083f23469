/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A job: one named definition, checked and ready to be decided on.
 *
 * A Job is immutable and ref-counted; a reload makes new ones. What survives a reload is the manager's
 * ScheduledJob.
 */

#include <sys/types.h>

#include "schedule/timetable.h"
#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/types.h"

typedef enum JobOrigin {
        JOB_ORIGIN_FILE,    /* YAML on disk, changed only by editing */
        JOB_ORIGIN_RUNTIME, /* made over D-Bus, kept in the database */
        JOB_ORIGIN_CRONTAB, /* read from cron's own files */
        JOB_ORIGIN_COUNT,
} JobOrigin;

typedef enum ActionKind {
        ACTION_COMMAND,
        ACTION_KIND_COUNT,
} ActionKind;

typedef enum OverlapPolicy {
        OVERLAP_SKIP, /* due while an execution of the job is active: skipped (overlap) */
        OVERLAP_POLICY_COUNT,
} OverlapPolicy;

typedef enum CatchUpPolicy {
        CATCH_UP_NONE,   /* what was missed stays missed */
        CATCH_UP_LATEST, /* the newest missed occurrence runs late, the others stay missed; the default */
        CATCH_UP_ALL,    /* the newest `max` run late, oldest first, the others stay missed */
        CATCH_UP_POLICY_COUNT,
} CatchUpPolicy;

DECLARE_STRING_TABLE(job_origin, JobOrigin);
DECLARE_STRING_TABLE(action_kind, ActionKind);
DECLARE_STRING_TABLE(overlap_policy, OverlapPolicy);
DECLARE_STRING_TABLE(catch_up_policy, CatchUpPolicy);

extern const char *const overlap_policy_names[], *const catch_up_policy_names[];

/* `command:`. A list is exec'd as it is, a string goes to `shell`. */
typedef struct CommandAction {
        char **arguments; /* the list; NULL for a string */
        char *script;     /* the string; NULL for a list */
        char *shell;      /* absolute path; "/bin/sh" by default */
} CommandAction;

/* `success-codes:`: what counts as success beside exit code 0. */
typedef struct SuccessCodes {
        uint64_t exit_codes[4]; /* bit per code 0…255; 0 is always set */
        uint64_t signals;       /* bit per signal 1…63 */
} SuccessCodes;

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

typedef struct OutputPolicy {
        uint64_t capture_bytes; /* head and tail together; default 64K, 0…16M */
        bool journal;           /* also into the journal (or stderr where there is none); default true */
} OutputPolicy;

typedef struct KeepPolicy {
        uint64_t executions; /* default 1000 */
        usec_t age_usec;     /* default 90 d */
} KeepPolicy;
#define KEEP_DEFAULT \
        { .executions = 1000, .age_usec = 90 * USEC_PER_DAY }

typedef struct Job {
        unsigned n_refs;

        char *name;
        uid_t owner_uid;
        JobOrigin origin;
        char *file;       /* NULL: not from a file */
        unsigned line;    /* of the job's key in that file */
        char *definition; /* the merged job body as YAML: job_decode_definition() of it gives an equal Job */
        char **warnings;  /* sentences with their place */

        char *description; /* NULL: none */
        bool enabled;

        char **schedule_texts;        /* canonical, one for each entry */
        char **schedule_descriptions; /* in plain English, one for each entry */
        Timetable timetable;          /* without entries: manual only */
        char *timezone;               /* the name as written; "local" by default */
        TimeZone *zone;

        /* What a schedule is read with unless it says otherwise itself. */
        CronDialect dialect;
        CronDays days;
        DstRule dst;
        char *hash_key; /* what H and ~ are spread by; NULL: the name */

        RandomDelay random_delay;
        bool wake;            /* wakes the machine from suspend; default false */
        usec_t accuracy_usec; /* how much later a wake-up may be, to share one with others; default 0 */

        ActionKind action;
        CommandAction command;

        char *user;         /* NULL: the owner */
        char *group;        /* NULL: the user's primary group */
        char **groups;      /* supplementary; NULL: the user's own */
        char *directory;    /* NULL: the user's home */
        mode_t umask;       /* default 022 */
        char **environment; /* "NAME=value" */

        usec_t timeout_usec;       /* of one attempt; USEC_INFINITY: none, the default */
        usec_t start_timeout_usec; /* from launch to exec; default 30 s */
        usec_t kill_timeout_usec;  /* from kill-signal to SIGKILL; default 10 s */
        int kill_signal;           /* default SIGTERM */
        SuccessCodes success_codes;

        OverlapPolicy overlap;
        CatchUp catch_up;
        OutputPolicy output;
        KeepPolicy keep;
} Job;

Job *job_ref(Job *job);
Job *job_unref(Job *job);
DEFINE_CLEANUP(Job, job_unref);

/*
 * [A-Za-z0-9_][A-Za-z0-9_.@-]{0,127}, or USER/NAME of two such parts for an ordinary user's runtime job.
 */
bool job_name_valid(const char *name);

bool job_is_interval_like(const Job *job, size_t entry);

/* True if an outcome counts as success. `exit_code` is -1 when a signal ended it, `signal` 0 when none did.
 */
bool success_codes_match(const SuccessCodes *codes, int exit_code, int signal);
