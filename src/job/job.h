/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A job: one named definition, checked and ready to be decided on.
 *
 * A Job is immutable and ref-counted; a reload makes new ones. What survives a reload is the manager's
 * ScheduledJob.
 */

#include <sys/types.h>

#include "job/action.h"
#include "job/condition.h"
#include "job/job-policy.h"
#include "job/notify.h"
#include "job/parameter.h"
#include "job/process-policy.h"
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

DECLARE_STRING_TABLE(job_origin, JobOrigin);

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
        RequestAction request; /* of every other kind */

        ParameterSet parameters; /* that it declares itself or has from its template */
        char **values;           /* "name=value", checked */
        char *template;          /* the name of the one that it was made from; NULL: none */
        char *profile;           /* NULL: none */
        char **tags;             /* NULL: none */
        char *renamed_from;      /* the history of that name is taken over; NULL: none */
        bool one_shot;    /* at run time made: it leaves the list once nothing is due and all has ended */
        bool of_template; /* it has no schedule of its own: its template's delay says when */

        ProcessPolicy process;
        SuccessCodes success_codes;

        CatchUp catch_up;
        Overlap overlap;
        RetryPolicy retry;
        char *queue;       /* NULL: none but the limits that hold for all */
        uint64_t priority; /* 0…PRIORITY_MAX, 0 first */
        AfterPolicy after;
        Triggers triggers;
        Conditions conditions;

        OutputPolicy output;
        NotifyPolicy notify;
        usec_t expect_within_usec; /* overdue without a success in that time; USEC_INFINITY: the default */
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

/* "command", "http", "sql", …; borrowed. */
const char *job_kind(const Job *job);
