/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-collection.h"

#include "support/job-fixture.h"
#include "support/test-support.h"

START_TEST(the_first_queue_of_a_name_counts) {
        QueueDefinition of_settings[] = {
                { .name = (char *) "io", .slots = 2, .file = (char *) "S", .line = 3 }
        };
        QueueDefinition of_file[] = {
                { .name = (char *) "zz", .slots = 5, .file = (char *) "F", .line = 7 },
                { .name = (char *) "io", .slots = 9, .file = (char *) "F", .line = 8 },
                { .name = (char *) "db", .slots = 1, .file = (char *) "F", .line = 9 }
        };
        CLEANUP(job_collection_done) JobCollection collection = { 0 };
        CLEANUP(job_set_done) JobSet set = { 0 };
        JobFile file = { .path = (char *) "F", .queues = { of_file, ARRAY_SIZE(of_file) } };

        ck_assert_int_eq(job_collection_add_queues(&collection, &(QueueDefinitions){ of_settings, 1 }), 0);
        ck_assert_int_eq(job_collection_add(&collection, &file), 0);
        ck_assert_int_eq(job_collection_finish(&collection, &set), 0);

        ck_assert_uint_eq(set.queues.n_items, 3);
        ck_assert_str_eq(set.queues.items[0].name, "db");
        ck_assert_str_eq(set.queues.items[1].name, "io");
        ck_assert_uint_eq(set.queues.items[1].slots, 2);
        ck_assert_str_eq(set.queues.items[2].name, "zz");
        ck_assert_uint_eq(set.diagnostics.n_errors, 1);
        ck_assert_str_eq(set.diagnostics.items[0].file, "F");
        ck_assert_uint_eq(set.diagnostics.items[0].line, 8);
        ck_assert_str_eq(
                        set.diagnostics.items[0].message,
                        "queue 'io' is defined in 'S', line 3, already; that one counts");
}
END_TEST

START_TEST(who_is_named_and_unknown_is_told) {
        CLEANUP(job_unrefp) Job *after = test_job("command: x\nafter: [there, nobody]\n");
        CLEANUP(job_unrefp) Job *trigger = test_job("command: x\ntrigger: {on-success: nowhere}\n");
        JobFileEntry entries[] = { { .name = (char *) "after", .job = after },
                                   { .name = (char *) "there", .error = { .message = (char *) "faulty" } },
                                   { .name = (char *) "trigger", .job = trigger } };
        JobFile file = { .path = (char *) "F", .entries = entries, .n_entries = ARRAY_SIZE(entries) };

        for (int all = 0; all < 2; all++) {
                CLEANUP(job_collection_done) JobCollection collection = { .has_all_jobs = all > 0 };
                CLEANUP(job_set_done) JobSet set = { 0 };

                ck_assert_int_eq(job_collection_add(&collection, &file), 0);
                ck_assert_int_eq(job_collection_finish(&collection, &set), 0);

                ck_assert_uint_eq(set.n_jobs, 3);
                ck_assert_uint_eq(set.diagnostics.n_errors, 0);
                ck_assert_uint_eq(set.diagnostics.n_items, all > 0 ? 2 : 0);
                if (all == 0)
                        continue;
                ck_assert_str_eq(
                                set.diagnostics.items[0].message,
                                "job 'test' names 'nobody' in 'after', and there is no such job");
                ck_assert_str_eq(
                                set.diagnostics.items[1].message,
                                "job 'test' names 'nowhere' in 'trigger', and there is no such job");
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-collection");
        TCase *tcase = tcase_create("job-collection");

        tcase_add_test(tcase, the_first_queue_of_a_name_counts);
        tcase_add_test(tcase, who_is_named_and_unknown_is_told);
        suite_add_tcase(suite, tcase);
        return suite;
}
