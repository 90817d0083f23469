/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Makes the process of a run: what can be prepared is prepared here, the rest is process-child.c. */

#include <sys/resource.h>

#include "protocol/message.h"
#include "runner/account.h"
#include "runner/process-child.h"
#include "runner/run-record.h"

/* What is the same for all runs. */
typedef struct LaunchDefaults {
        bool user_mode;           /* nobody changes user */
        const char *lang;         /* NULL: none */
        int null_fd;              /* /dev/null */
        struct rlimit open_files; /* for the children; the runner raised its own */
        bool reset_oom_score;
        uint64_t ignored_signals; /* launch_read_ignored_signals() */
} LaunchDefaults;

typedef struct Launched {
        pid_t pid;
        int stdout_fd, stderr_fd; /* non-blocking */
        int error_fd;             /* gives a ChildError, or its end when the exec worked */
} Launched;

typedef struct LaunchTarget {
        const char *mark;      /* JOBSCHED_RUN: by it the runner finds what it left behind */
        const RunKey *key;     /* of its record; NULL: it has none */
        int record_fd;         /* run_record_begin() */
        int cgroup_fd;         /* -EBADF: none */
        int program_fd;        /* what is executed, as argument 0; -EBADF: found by argument 0 */
        int input_fd;          /* its standard input, in place of what the start says; -EBADF: that */
        bool dies_with_runner; /* it is of no use to anybody else */
        const ProcessSettings *settings;
        const char *notify_socket;         /* NULL: none */
        const char *credentials_directory; /* NULL: none */
} LaunchTarget;

/* Which signals this process ignores now: a child takes them back, and has no time to ask for all. */
uint64_t launch_read_ignored_signals(void);

/* Returns 0, or a negative errno with a sentence in *reterr_message (NULL: out of memory). */
int launch(const LaunchDefaults *defaults,
           const MessageStart *start,
           const Account *account,
           const LaunchTarget *target,
           Launched *ret,
           char **reterr_message);

/* launch-explain.c: the sentence for what a child reported. NULL: out of memory. */
char *launch_explain(const MessageStart *start, const Account *account, const ChildError *error);
