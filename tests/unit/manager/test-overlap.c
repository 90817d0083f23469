/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/overlap.h"
#include "support/test-support.h"

#define UNLIMITED INSTANCES_UNLIMITED

/* clang-format off */
static const struct {
        OverlapPolicy policy;
        uint64_t limit, max_instances;
        uint64_t n_active, n_waiting;
        bool catching_up;
        OverlapAnswer answer;
} cases[] = {
        /* below max-instances nothing acts */
        { OVERLAP_SKIP,    10, 1,          0,    0, false, OVERLAP_PASS },
        { OVERLAP_QUEUE,   10, 1,          0,    0, false, OVERLAP_PASS },
        { OVERLAP_REPLACE, 10, 1,          0,    0, false, OVERLAP_PASS },
        { OVERLAP_ALLOW,   10, UNLIMITED,  0,    0, false, OVERLAP_PASS },
        { OVERLAP_ALLOW,   10, UNLIMITED,  9999, 0, false, OVERLAP_PASS },
        { OVERLAP_SKIP,    10, 3,          2,    0, false, OVERLAP_PASS },

        { OVERLAP_SKIP,    10, 1,          1,    0, false, OVERLAP_REFUSE },
        { OVERLAP_SKIP,    10, 3,          3,    0, false, OVERLAP_REFUSE },
        { OVERLAP_ALLOW,   10, 3,          3,    0, false, OVERLAP_REFUSE },
        { OVERLAP_QUEUE,   10, 1,          1,    0, false, OVERLAP_WAIT },
        { OVERLAP_QUEUE,   10, 1,          1,    9, false, OVERLAP_WAIT },
        { OVERLAP_QUEUE,   10, 1,          1,   10, false, OVERLAP_FULL },
        { OVERLAP_QUEUE,   10, 2,          2,   10, false, OVERLAP_FULL },
        { OVERLAP_REPLACE, 10, 1,          1,    0, false, OVERLAP_END },
        { OVERLAP_REPLACE, 10, 1,          1,    1, false, OVERLAP_END },

        /* what waits is not overtaken, though there is room by now */
        { OVERLAP_QUEUE,   10, 1,          0,    1, false, OVERLAP_WAIT },
        { OVERLAP_ALLOW,   10, UNLIMITED,  0,    1, false, OVERLAP_WAIT },
        { OVERLAP_REPLACE, 10, 1,          0,    1, false, OVERLAP_END },

        /* `catch-up: all` goes before */
        { OVERLAP_SKIP,    10, 1,          1,    3, true,  OVERLAP_WAIT },
        { OVERLAP_ALLOW,   10, UNLIMITED,  1,    0, true,  OVERLAP_WAIT },
        { OVERLAP_REPLACE, 10, 1,          1,    3, true,  OVERLAP_WAIT },
        { OVERLAP_SKIP,    10, 1,          1, 1999, true,  OVERLAP_WAIT },
        { OVERLAP_SKIP,    10, 1,          1, 2000, true,  OVERLAP_FULL },
};
/* clang-format on */

START_TEST(one_more_gets_its_answer) {
        const Overlap overlap = {
                .policy = cases[_i].policy,
                .limit = cases[_i].limit,
                .max_instances = cases[_i].max_instances,
        };
        const OverlapFacts facts = {
                .n_active = cases[_i].n_active,
                .n_waiting = cases[_i].n_waiting,
                .catching_up = cases[_i].catching_up,
        };

        ck_assert_int_eq(overlap_judge(&overlap, 2000, &facts), cases[_i].answer);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("overlap");
        TCase *judge = tcase_create("judge");

        tcase_add_loop_test(judge, one_more_gets_its_answer, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, judge);
        return suite;
}
