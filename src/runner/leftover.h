/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Finding what a run left behind where it has no cgroup of its own: by descent (the runner is a subreaper, so
 * orphans become its children), and by JOBSCHED_RUN in the environment, which no other runner's
 * runs can have. Best effort: a
 * process that hides on purpose from all three is not found.
 *
 * Signals go through pidfds that were compared first: a recycled pid is never hit.
 */

#include "util/types.h"

#define LEFTOVER_MARK_MAX 192U

/* What is known of a process that could be a leftover. */
typedef struct LeftoverTraits {
        pid_t pid;
        char mark[LEFTOVER_MARK_MAX]; /* the value of JOBSCHED_RUN, "" if there is none */
} LeftoverTraits;

typedef bool (*leftover_match_t)(void *userdata, const LeftoverTraits *traits);
/* Is it passed over unseen? Reading the traits of a thousand running jobs takes long. */
typedef bool (*leftover_skip_t)(void *userdata, pid_t pid);

/*
 * Sends SIGKILL to those of our own children that match, and to all below them. The caller's skip() passes
 * over the children that are runs themselves. Returns how many were signalled; those may have made others
 * meanwhile, so look again when they have been reaped.
 */
int leftover_kill_children(leftover_skip_t skip, leftover_match_t match, void *userdata);

/* The same among all processes of the host, until none is left; waits for the dying, at most two seconds. */
int leftover_kill_everywhere(leftover_match_t match, void *userdata);

/* Signals everything below `pid`, a child of ours that was not reaped yet, but not itself. */
int leftover_signal_descendants(pid_t pid, int signal_number);

/*
 * Those of our own children that are of this session or carry this mark: signals them and all below them, or
 * only counts them. While a process executes a program its environment cannot be read, but its session can.
 */
int leftover_signal_marked(const char *mark, pid_t session, int signal_number);
int leftover_count_marked(const char *mark, pid_t session);

/* Reads the traits of a process. Returns 0, -ESRCH, or another errno. */
int leftover_traits(pid_t pid, LeftoverTraits *ret);
