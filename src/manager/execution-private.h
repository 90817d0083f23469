/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What execution.c, execution-commit.c and execution-attempt.c share. Nobody else includes this. */

#include "manager/execution.h"

/* Copies the text over the old one; NULL: none. Returns 0 or -ENOMEM. */
int execution_set_text(const char *text, char **ret);

/* The runner that may get it, which has to be on disk before START is sent. */
void execution_mark_runner(Execution *execution);
void execution_unmark_runner(Execution *execution); /* START is not sent before another one is marked */
bool execution_is_marked(const Execution *execution);

/* Completion of the begin row. */
void execution_on_inserted(void *userdata, uint64_t execution_id, int result, unsigned pass);

/* Queues the record of what no runner was told of: which one gets it is decided when it starts. */
int execution_save_unsent(Execution *execution);

/* Its row need not say any more that it waits. */
void execution_forget_hold(Execution *execution);

/* Tells whoever waits for its start, if anybody does. */
void execution_answer_start(Execution *execution, int result, const char *text);

/* Its end is on disk: the runner may forget it, and everybody may hear of it. Frees it. */
void execution_finish(Execution *execution);
