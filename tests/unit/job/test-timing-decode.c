/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "dialect: vixi\n",                "2:10: 'dialect' expects one of default, vixie, not 'vixi'; did you mean 'vixie'?" },
        { C "days: both\n",                   "2:7: 'days' expects one of auto, or, and, not 'both'" },
        { C "dst: run\n",                     "2:6: 'dst' expects a mapping, not a text" },
        { C "dst: {gap: first}\n",            "2:12: 'gap' expects one of auto, run, skip, shift, not 'first'" },
        { C "dst: {overlap: twice}\n",        "2:16: 'overlap' expects one of auto, first, second, both, not 'twice'" },
        { C "dst: {gaps: run}\n",             "2:7: unknown key 'gaps'; did you mean 'gap'?" },
        { C "hash-key: [a]\n",                "2:11: 'hash-key' expects a text, not a list" },
        { C "hash-key: 0123\n",               "2:11: 0123 in 'hash-key' could be a number in octal: quote it if the text is meant, as \"0123\"" },
        { C "random-delay: soon\n",           "2:15: 'random-delay' expects a duration such as 90s or 1h 30min, not 'soon'" },
        { C "random-delay: {kind: fresh}\n",  "2:15: key 'up-to' is missing" },
        { C "random-delay: {up-to: 400d}\n",  "2:23: 'up-to' expects a duration from 0 to 366d, not '400d'" },
        { C "random-delay: {up-to: 1h, kind: new}\n", "2:33: 'kind' expects one of stable, fresh, not 'new'" },
        { C "wake: yes\n",                    "2:7: 'wake' expects true or false, not 'yes': write true" },
        { C "accuracy: 2d\n",                 "2:11: 'accuracy' expects a duration from 0 to 1d, not '2d'" },
};

static const struct {
        const char *text;
        CronDialect dialect;
        CronDays days;
        DstRule dst;
        const char *hash_key;
        RandomDelay random_delay;
        bool wake;
        usec_t accuracy_usec;
} good_cases[] = {
        { .text = C },
        { .text = C "dialect: vixie\n", .dialect = CRON_DIALECT_VIXIE },
        { .text = C "days: and\n", .days = CRON_DAYS_AND },
        { .text = C "dst: {gap: shift}\n", .dst = { .gap = DST_GAP_SHIFT } },
        { .text = C "dst: {gap: skip, overlap: second}\n", .dst = { DST_GAP_SKIP, DST_OVERLAP_SECOND } },
        { .text = C "hash-key: rack 4\n", .hash_key = "rack 4" },
        { .text = C "random-delay: 10min\n", .random_delay = { .up_to_usec = 10 * USEC_PER_MINUTE } },
        { .text = C "random-delay: {up-to: 1h, kind: fresh}\n", .random_delay = { USEC_PER_HOUR, true } },
        { .text = C "wake: true\naccuracy: 1min\n", .wake = true, .accuracy_usec = USEC_PER_MINUTE },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(what_is_right_is_taken) {
        CLEANUP(job_unrefp) Job *job = test_job(good_cases[_i].text);

        ck_assert_int_eq(job->dialect, good_cases[_i].dialect);
        ck_assert_int_eq(job->days, good_cases[_i].days);
        ck_assert_int_eq(job->dst.gap, good_cases[_i].dst.gap);
        ck_assert_int_eq(job->dst.overlap, good_cases[_i].dst.overlap);
        ck_assert_pstr_eq(job->hash_key, good_cases[_i].hash_key);
        ck_assert_int_eq(job->random_delay.up_to_usec, good_cases[_i].random_delay.up_to_usec);
        ck_assert_int_eq(job->random_delay.fresh, good_cases[_i].random_delay.fresh);
        ck_assert_int_eq(job->wake, good_cases[_i].wake);
        ck_assert_int_eq(job->accuracy_usec, good_cases[_i].accuracy_usec);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("timing-decode");
        TCase *tcase = tcase_create("timing-decode");

        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, what_is_right_is_taken, 0, ARRAY_SIZE(good_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
