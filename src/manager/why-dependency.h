/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The words of `why` about other jobs: who has ended as was waited for, and who is still missing. */

#include "manager/why-say.h"

/* " Job 'd' starts when …: a has, b has not ended.", behind another sentence. Returns 0 or -ENOMEM. */
int why_say_join(Why *why);

/*
 * The job has no schedule: what starts it, as a sentence without its end. Predecessors that are missing
 * become blockers. Returns 0 or -ENOMEM.
 */
int why_say_unscheduled(Why *why);

/* ": a has, b has not ended", of a job with `after:`; b becomes a blocker. Returns 0 or -ENOMEM. */
int why_say_predecessors(Why *why);
