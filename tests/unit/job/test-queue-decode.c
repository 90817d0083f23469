/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/queue-decode.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/buffer.h"

#define C "command: x\n"

static int decode(const char *text, Diagnostics *diagnostics, QueueDefinitions *ret) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        YamlContext context = { .tree = &tree, .diagnostics = diagnostics };
        YamlNode *root = NULL;

        ck_assert_int_eq(yaml_tree_add_source(&tree, "F"), 0);
        ck_assert_int_eq(yaml_tree_parse(&tree, 0, text, strlen(text), diagnostics, &root), 0);
        return queue_definitions_decode(&context, root, ret);
}

START_TEST(queues_know_where_they_are_defined) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(queue_definitions_done) QueueDefinitions queues = { 0 };

        ck_assert_int_eq(decode("io: {slots: 2}\ndb@1:\n  slots: 1000000\n", &diagnostics, &queues), 0);

        ck_assert_uint_eq(diagnostics.n_items, 0);
        ck_assert_uint_eq(queues.n_items, 2);
        ck_assert_str_eq(queues.items[0].name, "io");
        ck_assert_uint_eq(queues.items[0].slots, 2);
        ck_assert_str_eq(queues.items[0].file, "F");
        ck_assert_uint_eq(queues.items[0].line, 1);
        ck_assert_str_eq(queues.items[1].name, "db@1");
        ck_assert_uint_eq(queues.items[1].slots, 1000000);
        ck_assert_uint_eq(queues.items[1].line, 2);
}
END_TEST

/* clang-format off */
static const JobFaultCase queue_cases[] = {
        { "[io]",                       "1:1: 'queues' expects a mapping such as {NAME: {slots: 2}}, not a list" },
        { "io: 2",                      "1:5: queue 'io' expects a mapping such as {slots: 2}, not a text" },
        { "io: {}",                     "1:5: key 'slots' is missing" },
        { "io: {slots: 0}",             "1:13: 'slots' expects a number from 1 to 1000000, not 0" },
        { "io: {slts: 1}",              "1:6: unknown key 'slts'; did you mean 'slots'?\n1:5: key 'slots' is missing" },
        { "a/b: {slots: 1}",            "1:1: 'a/b' is not a name for a queue: letters, digits, '_', '.', '@' and '-', the first a letter, digit or '_'" },
        { "io: {slots: 1}\nio: {slots: 2}", "2:1: key 'io' is given twice, first in line 1" },
};

static const JobFaultCase fault_cases[] = {
        { C "queue: a b\n",             "2:8: 'a b' is not a name for a queue: letters, digits, '_', '.', '@' and '-', the first a letter, digit or '_'" },
        { C "queue: [io]\n",            "2:8: 'queue' expects a text, not a list" },
        { C "priority: 101\n",          "2:11: 'priority' expects a number from 0 to 100, not 101" },
        { C "priority: high\n",         "2:11: 'priority' expects a whole number, not 'high'" },
};
/* clang-format on */

START_TEST(faults_of_queues_are_told_with_their_place) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(queue_definitions_done) QueueDefinitions queues = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        ck_assert_int_eq(decode(queue_cases[_i].text, &diagnostics, &queues), 0);

        for (size_t i = 0; i < diagnostics.n_items; i++)
                (void) buffer_add_format(
                                &buffer, "%s%u:%u: %s", i > 0 ? "\n" : "", diagnostics.items[i].line,
                                diagnostics.items[i].column, diagnostics.items[i].message);
        ck_assert_str_eq(buffer.data, queue_cases[_i].faults);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(a_job_names_its_queue_and_priority) {
        CLEANUP(job_unrefp) Job *job = test_job(C "queue: io\npriority: 0\n");
        CLEANUP(job_unrefp) Job *other = test_job(C);

        ck_assert_str_eq(job->queue, "io");
        ck_assert_uint_eq(job->priority, 0);
        ck_assert_ptr_null(other->queue);
        ck_assert_uint_eq(other->priority, PRIORITY_DEFAULT);
}
END_TEST

/* clang-format off */
static const struct {
        bool system_mode;
        uid_t owner_uid;
        const char *queue;
        const char *fault; /* NULL: none */
} owner_cases[] = {
        { true,  0,    "io",      NULL },
        { false, 1000, "io",      NULL },
        { true,  1000, "users",   NULL },
        { true,  1000, "batch-7", NULL },
        { true,  1000, "io",      "queue 'io' is not for jobs of ordinary users: the setting 'allow-queues' does not name it" },
};
/* clang-format on */

START_TEST(ordinary_users_may_use_what_the_settings_allow) {
        static char *const allowed[] = { (char *) "users", (char *) "batch-*", NULL };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;
        JobSite site = { .allow_queues = allowed };
        JobDecodeContext context = { .site = &site,
                                     .system_mode = owner_cases[_i].system_mode,
                                     .owner_uid = owner_cases[_i].owner_uid };
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        context.zones = zones;
        ck_assert_int_gt(asprintf(&text, C "queue: %s\n", owner_cases[_i].queue), 0);

        (void) job_decode_definition(&context, "test", text, strlen(text), &diagnostics, &job);

        ck_assert_uint_eq(diagnostics.n_items, owner_cases[_i].fault ? 1 : 0);
        if (owner_cases[_i].fault)
                ck_assert_str_eq(diagnostics.items[0].message, owner_cases[_i].fault);
        else
                ck_assert_str_eq(job->queue, owner_cases[_i].queue);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("queue-decode");
        TCase *tcase = tcase_create("queue-decode");

        tcase_add_test(tcase, queues_know_where_they_are_defined);
        tcase_add_loop_test(tcase, faults_of_queues_are_told_with_their_place, 0, ARRAY_SIZE(queue_cases));
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(tcase, a_job_names_its_queue_and_priority);
        tcase_add_loop_test(
                        tcase, ordinary_users_may_use_what_the_settings_allow, 0, ARRAY_SIZE(owner_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
