/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Errands: short work for the daemon itself that leaves no record (MessageErrand).
 *
 * A command is a process like a run's: as the user, in a session and, where there is one, a cgroup of its
 * own; it and all that it started are killed with its end, its time-out, or when nobody wants it any more. A
 * path is looked at by a process of the runner's own program as the user (path-watcher.h): what he cannot see
 * is not there, and no file system that hangs holds up the runner.
 *
 * What an action program says of itself is asked of it without any privilege: by a user that has nothing,
 * with a bound on time, size, memory and processes.
 *
 * An errand belongs to the connection on which it came. Nothing of it survives that, a stop of the runner or
 * a re-exec.
 */

#include "runner/http-worker.h"
#include "runner/run-context.h"

#define ERRANDS_MAX 512U        /* at once; more are refused with EAGAIN */
#define ERRAND_TEXT_MAX 1024U   /* of its output, in bytes; a description is longer */
#define ERRAND_MARK_MAX 40U     /* of JOBSCHED_RUN and of the cgroup's name */
#define ERRAND_PREFIX "errand-" /* of both */

typedef struct Errand Errand;

typedef struct Errands {
        RunContext *context;
        const char *program; /* the runner's own file */
        Errand *all;         /* list */
        Errand *by_cookie;   /* hash: those of which somebody wants to hear */
        Errand *by_pid;      /* hash */
        size_t n;
        HttpWorker http; /* begun and ended by the runner */
        uint64_t next_serial;
        bool stopping;
        /* Once for each errand, unless it is cancelled; also from within errands_start(). */
        void (*on_done)(void *userdata, const MessageErrandDone *done);
        void *userdata;
} Errands;

void errands_init(Errands *errands, RunContext *context, const char *program);
void errands_done(Errands *errands);

/*
 * Begins an errand and takes what it needs out of the message. Returns 0, also when it could not begin, which
 * on_done() says then; or -EBADMSG: there is one with that cookie.
 */
int errands_start(Errands *errands, MessageErrand *message);
/* Nobody hears of it any more. An unknown cookie is that of one that has just ended. */
void errands_cancel(Errands *errands, uint64_t cookie);
/* The connection has ended: cancels all. */
void errands_cancel_all(Errands *errands);
/* Ends all, each with this error (a positive errno) and text. */
void errands_fail_all(Errands *errands, int error, const char *text);
/* From now on none begins; those that there are end with ECANCELED. */
void errands_stop(Errands *errands);

/* Is that child an errand's process? */
bool errands_has_process(const Errands *errands, pid_t pid);
/* That child has ended and waits to be reaped. Returns false if it is no errand's. */
bool errands_on_exit(Errands *errands, pid_t pid);
/* Is that the mark, or the name of the cgroup behind its prefix, of one that somebody waits for? */
bool errands_is_alive(const Errands *errands, const char *mark);
