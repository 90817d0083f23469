/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The run of an action program: which file is executed, what it is asked on its standard input, and what its
 * standard output says as the result.
 */

#include "runner/run-context.h"

#define RESULT_DEPTH_MAX 32U

/* What becomes of a launch without a request: the daemon sends none where it cannot be expanded. */
#define RUN_NO_REQUEST \
        "its request cannot be made: a value that stands in one of its paths has a '/' or '..' in it"

static inline bool run_has_result(const Run *run) {
        return run->start.work == START_WORK_PROGRAM;
}

/*
 * Finds the program and writes its request into run->start. Returns 0 with *ret_fd to execute, or a negative
 * errno with a sentence in *reterr_message (NULL: out of memory).
 */
int run_result_prepare(Run *run, int *ret_fd, char **reterr_message);

/* What the program wrote. More than a result may have is not kept, but read all the same: it never waits. */
void run_result_add(Run *run, const void *data, size_t size);

/*
 * It has ended: judges what it wrote. *ended borrows the result from the run; if it is none, its verdict says
 * so and run->failure, unless there is one, why. Nothing at all is a good end without a result.
 */
void run_result_finish(Run *run, MessageEnded *ended);
