/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What `overlap` says of an execution that is due while others of its job are under way. Pure. */

#include "job/job-policy.h"

typedef struct OverlapFacts {
        uint64_t n_active;  /* wait at a gate, start or run */
        uint64_t n_waiting; /* wait for those to end */
        bool catching_up;   /* `catch-up: all` is at work: one after the other, whatever `overlap` says */
} OverlapFacts;

typedef enum OverlapAnswer {
        OVERLAP_PASS,
        OVERLAP_WAIT,
        OVERLAP_REFUSE, /* skipped (overlap) */
        OVERLAP_FULL,   /* skipped (queue-full): too many wait already */
        OVERLAP_END,    /* the oldest active one is to end, and what waits for that already is replaced */
        OVERLAP_ANSWER_COUNT,
} OverlapAnswer;

/* So many may wait to be caught up with, beside what `catch-up: {max: …}` allows. */
#define CATCHING_UP_MAX 1000U

OverlapAnswer overlap_judge(const Overlap *overlap, uint64_t catch_up_max, const OverlapFacts *facts);
