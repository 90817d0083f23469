/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Executor: what the manager needs of whoever runs executions. main() gives it the runner's client
 * (runner-client.h); tests give a fake one.
 */

#include "job/execution-record.h"
#include "job/job.h"
#include "util/types.h"

typedef struct LaunchId {
        uint64_t execution_id;
        unsigned attempt; /* from 1 */
} LaunchId;

typedef struct Launch {
        LaunchId id;
        const Job *job;
        ExecutionCause cause;
        usec_t due_usec;
        char *const *environment;          /* "NAME=value", beside the job's own: JOBSCHED_PARENT_… */
        const ParameterValues *parameters; /* effective ones of this execution; NULL: none */
        char *const *secrets; /* "NAME=ID": those of them that the runner keeps, or "NAME=credential:OTHER";
                                 NULL: none */
} Launch;

typedef enum ErrandKind {
        ERRAND_COMMAND,
        ERRAND_PATH_EXISTS,
        ERRAND_PATH_CHANGED,
        ERRAND_HTTP,
        ERRAND_DESCRIBE, /* what the action program at `path` says of itself */
        ERRAND_KIND_COUNT,
} ErrandKind;

/* Short work that leaves no record: a condition's command, a path to wait for, a message to deliver. */
typedef struct Errand {
        ErrandKind kind;
        const Job *job; /* as whose user, in whose directory, with whose shell; NULL: as the daemon's owner */
        char *const *arguments; /* command as a list, or … */
        const char *script;     /* … as a text */
        char *const *environment;
        const void *input; /* stdin, or the body of a request */
        size_t input_size;
        const char *path;
        bool opposite;     /* it is not to exist */
        bool watch;        /* wait for it; false: look once */
        usec_t since_usec; /* of a change */
        const char *url, *method;
        char *const *headers;
        usec_t timeout_usec;
} Errand;

/* Borrowed for the time of the call. */
typedef struct ErrandResult {
        int error;               /* 0: it was done; else a negative errno, -ENOTCONN: the connection was lost,
                                    -EADDRNOTAVAIL: a request may not go to that address */
        int exit_code;           /* of a command; of a path 0: so, 1: not so. -1: none */
        int signal;              /* -1: none */
        int http_status;         /* -1: none */
        usec_t retry_after_usec; /* what the server asked for; -1: nothing */
        const char *text;        /* what it said; never NULL */
} ErrandResult;

/* Comes once, unless it is cancelled. Not from run_errand() itself. */
typedef void (*executor_errand_t)(void *userdata, const ErrandResult *result);

typedef enum LaunchEnd {
        LAUNCH_EXITED,
        LAUNCH_SIGNALED,
        LAUNCH_TIMED_OUT,
        LAUNCH_STOPPED,
        LAUNCH_FAILED,  /* never exec'd */
        LAUNCH_ACCOUNT, /* user or group unknown or not permitted */
        LAUNCH_SHUTDOWN,
        LAUNCH_LOST,
        LAUNCH_ANSWERED, /* an http action: `verdict` judges the answer */
        LAUNCH_DENIED,   /* an http action: it may not go there, and another attempt would end so, too */
} LaunchEnd;

typedef enum LaunchVerdict {
        LAUNCH_VERDICT_GOOD,
        LAUNCH_VERDICT_STATUS,  /* of an http action: not a status that was expected */
        LAUNCH_VERDICT_CONTENT, /* the result is not what was expected */
} LaunchVerdict;

/* All borrowed for the time of the call. */
typedef struct LaunchOutcome {
        LaunchEnd end;
        int exit_code; /* -1: none */
        int signal;    /* -1: none */
        bool oom;
        const char *message; /* a sentence; NULL: none */
        pid_t pid;
        usec_t started_usec, ended_usec; /* started: USEC_INFINITY if never exec'd */
        double cpu_seconds;              /* negative: unknown */
        int64_t memory_peak_bytes;       /* -1: unknown */
        const OutputRecord *output;
        int http_status; /* -1: none */
        LaunchVerdict verdict;
        const char *result; /* JSON object; NULL: none */
} LaunchOutcome;

typedef enum LaunchListed {
        LAUNCH_LISTED_RUNNING,
        LAUNCH_LISTED_ENDED, /* its on_ended() comes after on_connected() */
        LAUNCH_LISTED_LOST,  /* the same; the outcome will be LAUNCH_LOST */
} LaunchListed;

typedef struct ListedLaunch {
        LaunchId id;
        bool foreign; /* of another store: not ours to judge */
        const char *job;
        LaunchListed state;
        pid_t pid;
        usec_t started_usec;
} ListedLaunch;

typedef struct ExecutorHello {
        const char *incarnation, *generation; /* RUNNER.md 4 */
        const ListedLaunch *listed;
        size_t n_listed;
} ExecutorHello;

/* What the executor tells the manager, in the manager's thread. */
typedef struct ExecutorEvents {
        void (*on_connected)(void *userdata, const ExecutorHello *hello);
        void (*on_disconnected)(void *userdata, int error);
        void (*on_started)(void *userdata, LaunchId id, pid_t pid, usec_t started_usec);
        /* Repeated after each reconnection until it is acknowledged. */
        void (*on_ended)(void *userdata, LaunchId id, const LaunchOutcome *outcome);
        /* What the job last said of itself; -1 and NULL: nothing. */
        void (*on_progress)(void *userdata, LaunchId id, int progress, const char *status_text);
        /* size 0: the end of this execution's output. */
        void (*on_output)(void *userdata, LaunchId id, OutputStream stream, const void *data, size_t size);
        void *userdata;
} ExecutorEvents;

/* The answer to lookup_user(): error is 0, -ENOENT (no such user), or another negative errno. */
typedef void (*executor_user_t)(void *userdata, int error, uid_t uid, gid_t gid, const char *name);

typedef struct Executor {
        void *userdata;
        void (*set_events)(void *userdata, const ExecutorEvents *events);
        bool (*is_connected)(void *userdata);
        /* Idempotent by id. Returns 0, -ENOTCONN, or another errno: nothing was sent. */
        int (*start)(void *userdata, const Launch *launch);
        /* kill-signal, then SIGKILL to everything after kill-timeout. */
        int (*stop)(void *userdata, LaunchId id);
        int (*kill)(void *userdata, LaunchId id, int signal, bool everything);
        int (*acknowledge)(void *userdata, LaunchId id);
        int (*follow)(void *userdata, LaunchId id, bool on);
        /*
         * The machine is to be awake at this instant of CLOCK_REALTIME, if it can be woken; USEC_INFINITY: no
         * more. Remembered, and told to whichever runner connects later.
         */
        void (*wake_at)(void *userdata, usec_t realtime_usec);
        /* Returns 0 with *ret_id (never 0), or a negative errno: -ENOTCONN. */
        int (*run_errand)(
                        void *userdata,
                        const Errand *errand,
                        executor_errand_t done,
                        void *done_userdata,
                        uint64_t *ret_id);
        void (*cancel_errand)(void *userdata, uint64_t id);
        /* By name, or by uid when name is NULL. */
        int (*lookup_user)(
                        void *userdata,
                        const char *name,
                        uid_t uid,
                        executor_user_t done,
                        void *done_userdata);
        /*
         * The value of a secret parameter, to be kept under that id of 32 hex digits; NULL: to be forgotten.
         * `done` comes once (NULL: nobody asks). Returns 0, -ENOTCONN, or another errno: `done` is not
         * called.
         */
        int (*keep_secret)(
                        void *userdata,
                        const char *id,
                        const char *value,
                        void (*done)(void *userdata, int error),
                        void *done_userdata);
        /* Secrets of other ids than these, sorted and 32 bytes each, are forgotten. Returns 0 or an errno. */
        int (*keep_only_secrets)(void *userdata, const char *ids, size_t n_ids);
} Executor;
