/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/test-random.h"

#include <stdlib.h>

#define DEFAULT_SEED 20260329U

TestRandom test_random_new(void) {
        const char *wanted = getenv("JOBSCHED_TEST_SEED");
        uint64_t seed = wanted ? strtoull(wanted, NULL, 10) : DEFAULT_SEED;

        return (TestRandom){ .seed = seed, .state = seed };
}

/* splitmix64 */
uint64_t test_random(TestRandom *random) {
        uint64_t value = random->state += 0x9e3779b97f4a7c15U;

        value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9U;
        value = (value ^ value >> 27) * 0x94d049bb133111ebU;
        return value ^ value >> 31;
}

int64_t test_random_between(TestRandom *random, int64_t first, int64_t last) {
        return first + (int64_t) (test_random(random) % (uint64_t) (last - first + 1));
}
