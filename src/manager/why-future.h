/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "manager/why-say.h"

/* An occurrence that is due later, as far as is known now. Each returns 0 or -ENOMEM. */
int why_answer_future(Why *why, usec_t due_usec);

/* " VERB: the job has been paused since …" */
int why_say_pause(Why *why, const char *verb);

/*
 * Behind the answer about the last decision: a sentence and a blocker if nothing starts now, because of
 * frozen, removed, disabled, paused or an ordered skip.
 */
int why_say_standstill(Why *why);

/* Whatever else there is to say of a start to come: if all jobs are frozen, it does not come now. */
int why_say_frozen(Why *why);
