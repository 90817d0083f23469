/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* All runs: starts them, reaps them, finds what they left behind, takes up what a killed runner left. */

#include <systemd/sd-event.h>

#include "runner/errand.h"
#include "runner/fd-store.h"
#include "runner/run.h"

typedef struct RunnerOptions {
        bool user_mode;
        const char *runner_dir;
        const char *secret_dir;
        const char *program;             /* the runner's own file, for its helpers */
        char *const *action_directories; /* borrowed as long as the runner lives */
        const char *journal_socket;      /* NULL: none */
        uid_t refused_uid;
        LaunchDefaults launch;
        int lock_fd;             /* kept over a re-exec, or -EBADF */
        const char *incarnation; /* the same, or NULL: a new one */
} RunnerOptions;

typedef struct Runner {
        sd_event *event;
        RunContext context;
        Run *runs; /* hash by key */
        Errands errands;
        char incarnation[33];
        bool stopping;
        RunEvents observer;
        void (*on_reaped)(void *userdata, pid_t pid, int status); /* a child that is no run */
        void *on_reaped_userdata;
        sd_event_source *child_signal, *more_children;
} Runner;

/* Errors are logged. SIGCHLD must be blocked. */
int runner_init(Runner *runner, sd_event *event, const RunnerOptions *options);
void runner_done(Runner *runner);

/*
 * Takes up what is in runs/: outcomes wait for the daemon again; what has none is killed wherever it still
 * runs, and is lost, unless it is a unit of systemd, which goes on. Their pipes are taken from `store`. Runs
 * that came over a re-exec are in the table before.
 */
int runner_recover(Runner *runner, FdStore *store);

Run *runner_find(Runner *runner, const RunKey *key);
/* A known one is left alone (*ret, returns 0), a new one begins (returns 1). Takes the start over. */
int runner_start(Runner *runner, const RunKey *key, MessageStart *start, Run **ret);
/* The daemon has the outcome: forgets an ended run. */
void runner_forget(Runner *runner, Run *run);
/* Puts a run into the table that was made elsewhere. */
void runner_adopt(Runner *runner, Run *run);

/*
 * From now on nothing starts. Each is stopped, and ends as END_SHUTDOWN; but units go on, and are taken up by
 * the next runner.
 */
void runner_stop(Runner *runner);
/* Those that have no outcome yet and do not outlive us. */
size_t runner_count_active(const Runner *runner);
/* SIGKILL for all that still run. */
void runner_kill(Runner *runner);

/* Looks for children that have ended, e.g. after a re-exec. */
void runner_reap(Runner *runner);
