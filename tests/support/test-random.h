/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Random numbers that a failure can repeat: the seed is fixed, or $JOBSCHED_TEST_SEED. A test puts it into
 * the message of its assertions.
 */

#include "util/types.h"

typedef struct TestRandom {
        uint64_t seed;
        uint64_t state;
} TestRandom;

TestRandom test_random_new(void);
uint64_t test_random(TestRandom *random);

/* Between both, inclusive. */
int64_t test_random_between(TestRandom *random, int64_t first, int64_t last);
