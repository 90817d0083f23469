/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The output of a run: from its pipes to the capture, the journal, and whoever follows it. */

#include "runner/run-context.h"

/* Watches the pipes, which are the run's then, also on failure. */
int run_output_open(Run *run, int stdout_fd, int stderr_fd);
/* Reads what is in the pipes, tells of the end, and closes them. Does not wait for whoever still holds them.
 */
void run_output_finish(Run *run);
/* Gives whoever begins to follow what was captured so far. */
void run_output_replay(Run *run);
/* A remark of ours in the output, a sentence; whoever follows sees it too. */
void run_output_note(Run *run, const char *text);
/* What is kept of the output, and then the remarks, as pieces. Returns 0 or -ENOMEM. */
int run_output_format(const Run *run, Buffer *buffer);
/* For a new run. */
void run_output_init(Run *run);
/* The part of a line of stdout (0) or stderr (1) that had come before a re-exec. */
void run_output_restore_line(Run *run, size_t i, const char *data, size_t size);
