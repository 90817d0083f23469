/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a new process does between clone() and exec(): only async-signal-safe calls, on data that was prepared
 * before. After the change of user its owner may stop or trace its surroundings, so nobody waits for it.
 */

#include <signal.h>
#include <sys/resource.h>

#include "runner/child-environment.h"
#include "runner/process-settings.h"
#include "util/types.h"

typedef enum ChildStep {
        CHILD_STEP_NOTE,
        CHILD_STEP_SESSION,
        CHILD_STEP_DESCRIPTORS,
        CHILD_STEP_LIMITS,
        CHILD_STEP_OOM_SCORE,
        CHILD_STEP_RESOURCE, /* detail: RLIMIT_… */
        CHILD_STEP_NICE,
        CHILD_STEP_IO_PRIORITY,
        CHILD_STEP_AFFINITY,
        CHILD_STEP_GROUPS,
        CHILD_STEP_GROUP,
        CHILD_STEP_USER,
        CHILD_STEP_ENVIRONMENT, /* detail: which environment file, from 0 */
        CHILD_STEP_DIRECTORY,
        CHILD_STEP_EXECUTE,
        CHILD_STEP_COUNT,
} ChildStep;

/* Comes through the error pipe, unless the exec worked, which closes it. */
typedef struct ChildError {
        int step;
        int error; /* a positive errno */
        int detail;
        unsigned line; /* of an environment file; 0: none */
} ChildError;

#define SIGNAL_MAX 64

/* The kernel's own structure, where it has no restorer (no handler of ours needs one here). */
typedef struct KernelSignalAction {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        uint64_t mask;
} KernelSignalAction;

typedef struct ChildPlan {
        char *const *arguments;
        int program_fd;      /* what is executed; -EBADF: `program` is */
        const char *program; /* looked for in the PATH of the environment if there is no slash in it */
        ChildEnvironment *environment; /* in memory of its own: the child adds to it */
        char *const *environment_files;
        const ProcessSettings *settings;

        const char *directory;
        bool directory_optional; /* the home directory: where there is none, the root directory */
        mode_t umask;

        bool change_user;
        uid_t uid;
        gid_t gid;
        const gid_t *groups;
        size_t n_groups;

        uint64_t ignored_signals; /* which the runner ignores, and the program shall not; bit 0 is signal 1 */
        struct rlimit open_files;
        bool reset_oom_score;
        bool dies_with_runner;

        int stdin_fd, stdout_fd, stderr_fd, error_fd; /* all above 2 */

        int note_fd; /* the run's record, see run-record.h */
        char *note;  /* in memory of its own: the child writes into it */
        size_t note_size, note_pid_offset, note_time_offset;
} ChildPlan;

_Noreturn void process_child_run(const ChildPlan *plan);
