/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/event-list.h"
#include "support/test-random.h"
#include "support/test-support.h"

#define N_MOMENTS 200

START_TEST(a_list_covers_what_its_spans_cover) {
        TestRandom random = test_random_new();

        for (int n = 0; n < 200; n++) {
                EventList list = {};
                bool covered[N_MOMENTS] = {};

                for (int64_t i = test_random_between(&random, 0, 30); i > 0; i--) {
                        int64_t begin = test_random_between(&random, 0, N_MOMENTS - 1);
                        int64_t end = MIN(begin + test_random_between(&random, -1, 9), (int64_t) N_MOMENTS);

                        ck_assert_int_eq(event_list_add(&list, begin, end), 0);
                        for (int64_t at = begin; at < end; at++)
                                covered[at] = true;
                }
                event_list_seal(&list);

                for (int at = 0; at < N_MOMENTS; at++) {
                        EventSpan span;
                        usec_t first, last;

                        ck_assert(event_list_find(&list, at, &span) == covered[at]);
                        ck_assert(span.begin_usec <= at && span.end_usec > at);

                        /* The span is as long as it can be. */
                        first = MAX(span.begin_usec, 0);
                        last = MIN(span.end_usec, N_MOMENTS) - 1;
                        ck_assert(covered[first] == covered[at] && covered[last] == covered[at]);
                        ck_assert(first == 0 || covered[first - 1] != covered[at]);
                        ck_assert(last == N_MOMENTS - 1 || covered[last + 1] != covered[at]);
                }
                event_list_done(&list);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("event-list");
        TCase *list = tcase_create("list");

        tcase_add_test(list, a_list_covers_what_its_spans_cover);
        suite_add_tcase(suite, list);
        return suite;
}
