/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The output of a run: from its pipes to the capture, the journal, and whoever follows it. */

#include "runner/run-context.h"

/* Watches the pipes, which are the run's then, also on failure. */
int run_output_open(Run *run, int stdout_fd, int stderr_fd);
/*
 * Begins to open the file for the whole output, as the user. on_opened() comes later, with the sentence why
 * not or NULL. Returns 0, or a negative errno with a sentence in *reterr_message (NULL: out of memory).
 */
int run_output_open_file(
                Run *run,
                const Account *account,
                void (*on_opened)(void *userdata, const char *failure),
                char **reterr_message);

/* What came in another way than by the pipes, as standard output. `total`: what there was of it. */
void run_output_add(Run *run, const void *data, size_t size, uint64_t total_bytes);

/*
 * Reads what is in the pipes and closes them. Does not wait for whoever still holds them. Returns 0, or 1 if
 * the file has yet to be closed: run_on_output_closed() comes then.
 */
int run_output_finish(Run *run);
/* Tells who follows of the end. */
void run_output_end(Run *run);
/* Gives whoever begins to follow what was captured so far. */
void run_output_replay(Run *run);
/* A remark of ours in the output, a sentence; whoever follows sees it too. */
void run_output_note(Run *run, const char *text);
/* What is kept of the output, and then the remarks, as pieces. Returns 0 or -ENOMEM. */
int run_output_format(const Run *run, Buffer *buffer);
/* For a file that came over a re-exec: run->file, or NULL without memory for it. */
void run_output_init_file(Run *run);
/* For a new run. */
void run_output_init(Run *run);
/* The part of a line of stdout (0) or stderr (1) that had come before a re-exec. */
void run_output_restore_line(Run *run, size_t i, const char *data, size_t size);
