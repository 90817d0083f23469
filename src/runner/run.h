/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One run: an attempt of an execution, from MESSAGE_START until its outcome is acknowledged.
 *
 *   LOOKUP     the helper resolves its user
 *   STARTING   the process exists, and has not executed its program yet
 *   RUNNING    it has
 *   SETTLING   its main process has ended, and what it left behind is waited for
 *   ENDED      the outcome is in runs/, waiting for the daemon
 *
 * It ends with its main process, unless left-behind says "wait". What that leaves behind is killed then: by
 * its cgroup, or by its process group here and by the runner's sweep (runner.c).
 */

#include "runner/run-context.h"
#include "util/cleanup.h"

/* Takes the start over, also on failure. */
int run_new(RunContext *context, const RunKey *key, MessageStart *start, Run **ret);
/* One of which only the record is left. Takes job's copy. */
int run_new_ended(RunContext *context, const RunKey *key, const char *job, bool lost, Run **ret);
/* Forgets it; processes and records stay. */
Run *run_free(Run *run);
DEFINE_CLEANUP(Run, run_free);

/* SIGKILL to all of it that can be found. */
void run_kill_everything(Run *run);
/* What the child said before it executed its program, or that it has executed it. */
void run_read_status(Run *run);

/* What only the start needs goes: ten thousand runs shall not hold their scripts for hours. */
void run_drop_launch_parts(Run *run);

/* Begins; whatever goes wrong becomes its outcome. */
void run_begin(Run *run);
/* The next step, for one that had to wait for its turn: its user. */
void run_resolve(Run *run);
/* Makes an outcome without a process. */
void run_fail(Run *run, EndKind kind, char *message);
/* kill-signal now, SIGKILL to everything after its kill-timeout or `kill_timeout_max_usec`. */
void run_stop(Run *run, EndKind kind, usec_t kill_timeout_max_usec);
void run_signal(Run *run, int signal_number, bool whole_group);
/* From now on the output goes to on_output() too, beginning with what was captured. */
void run_follow(Run *run, bool on);

/* The main process has ended and was not reaped yet. Reaps it, and ends the run if nothing is waited for. */
void run_on_exit(Run *run);
/* Is what it left behind gone now? Then it ends. */
void run_settle(Run *run);
/* The same after a re-exec, during which whatever is waited for may have ended. */
void run_continue_settling(Run *run);

/* For unit-watch.c, which sees the end of what is no child of ours. Its message is run->failure. */
void run_on_executed(Run *run);
void run_end(Run *run, MessageEnded *ended);
/* END_LOST with this message, which is taken over. */
void run_lose(Run *run, char *message);

/* Reads the outcome of an ended run. Returns 0 with *ret (message_done() it), or a negative errno. */
int run_load_outcome(Run *run, Message *ret);

/* The main process, or what there is in its place, has ended: only its output is still to be kept. */
void run_finish(Run *run);
/* Why there is no record of it. NULL: out of memory. */
void run_explain_record(int error, char **ret);

/* For run-state.c: puts a process that came over a re-exec under supervision. */
int run_attach(Run *run, const Launched *launched);
