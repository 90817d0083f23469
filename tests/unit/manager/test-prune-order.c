/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What `prune` deletes and what it leaves, on a whole manager with 700 rows of one job and 3 of another. */

#include <string.h>

#include "sim/story.h"

#define MINUTES 700U

static void prepare(void) {
        setup("2026-01-01T00:00:30Z", MINUTELY);
        sim_write_job(&sim, "b", "command: [/bin/true]\n");
        sim_reload(&sim);
        sim_run(&sim, MINUTES * USEC_PER_MINUTE);
        for (unsigned i = 0; i < 3; i++) {
                sim.exit_code = i == 1 ? 3 : 0;
                sim_start_job(&sim, "b");
                sim_run(&sim, 5 * USEC_PER_SEC);
        }
        sim.exit_code = 0;
}

static size_t n_rows(const char *name) {
        CLEANUP_FREE char *rows = sim_rows(&sim, name);
        size_t n = 0;

        for (const char *c = rows; *c; c++)
                n += *c == '\n';
        return n;
}

typedef struct Answer {
        unsigned n;
        int result;
        uint64_t n_rows;
} Answer;

static void on_pruned(void *userdata, int result, uint64_t rows, const char *text) {
        Answer *answer = userdata;

        answer->n++;
        answer->result = result;
        answer->n_rows = rows;
}

static uint64_t prune(const PruneRequest *request) {
        const Caller caller = { .uid = 1000, .user = (char *) "ann", .origin = "control" };
        Answer answer = { 0 };

        manager_prune_history(sim.manager, request, &caller, on_pruned, &answer);
        sim_settle(&sim);
        ck_assert_uint_eq(answer.n, 1);
        ck_assert_int_eq(answer.result, 0);
        return answer.n_rows;
}

static char *only_b[] = { (char *) "b", NULL };
static char *pattern[] = { (char *) "[ab]", NULL };

static char *command[] = { (char *) "comm*", NULL }, *http[] = { (char *) "http", (char *) "sql", NULL };
static const JobSelection commands = { .kinds = command }, others = { .kinds = http };
static const uint64_t some_ids[] = { 10, 12, 10, 99999 };

#define STATE(state) (UINT32_C(1) << (state))

/* clang-format off */
static const struct {
        PruneRequest request;
        size_t n_deleted, n_left_a, n_left_b; /* a: one row is written ahead or runs, and is not counted */
} cases[] = {
        { { .jobs = only_b },                                                  2,           MINUTES, 1 },
        { { .jobs = only_b, .all = true },                                     3,           MINUTES, 0 },
        { { .jobs = only_b, .dry_run = true },                                 2,           MINUTES, 3 },
        { { .jobs = only_b, .keep = 2 },                                       1,           MINUTES, 2 },
        { { .jobs = only_b, .states = STATE(EXECUTION_FAILED) },               1,           MINUTES, 2 },
        { { .jobs = only_b, .states = STATE(EXECUTION_RUNNING) },              0,           MINUTES, 3 },
        { { .jobs = only_b, .selection = &commands },                          2,           MINUTES, 1 },
        { { .jobs = only_b, .selection = &others },                            0,           MINUTES, 3 },
        { { .all = true, .ids = some_ids, .n_ids = ARRAY_SIZE(some_ids) },     2,           MINUTES - 2, 3 },
        { { .until_usec = INT64_C(1767225600) * USEC_PER_SEC },                0,           MINUTES, 3 },
        { { .jobs = pattern },                                                 MINUTES + 1, 1,       1 },
        { { .keep = 600 },                                                     MINUTES - 600, 600,   3 },
        { { .jobs = pattern, .all = true },                                    MINUTES + 3, 0,       0 },
};
/* clang-format on */

START_TEST(what_matches_goes_and_the_rest_stays) {
        size_t n_open;

        prepare();
        n_open = n_rows("a") - MINUTES;

        ck_assert_uint_eq(prune(&cases[_i].request), cases[_i].n_deleted);
        ck_assert_uint_eq(n_rows("a"), cases[_i].n_left_a + n_open);
        ck_assert_uint_eq(n_rows("b"), cases[_i].n_left_b);
}
END_TEST

static int visit_audit(void *userdata, const AuditRecord *record) {
        ck_assert_int_eq(record->event, AUDIT_HISTORY_DELETED);
        ck_assert_str_eq(record->job, "b");
        ck_assert_str_eq(record->user, "ann");
        ck_assert_str_eq(record->detail, "2 executions; jobs b; states succeeded");
        ++*(unsigned *) userdata;
        return 0;
}

START_TEST(a_deletion_is_in_the_audit_log) {
        const AuditFilter filter = { .events = STATE(AUDIT_HISTORY_DELETED) };
        unsigned n = 0;

        prepare();
        (void) prune(&(PruneRequest){
                        .jobs = only_b, .states = STATE(EXECUTION_SUCCEEDED), .dry_run = true });
        ck_assert_uint_eq(
                        prune(&(PruneRequest){
                                        .jobs = only_b, .states = STATE(EXECUTION_SUCCEEDED), .all = true }),
                        2);
        ck_assert_int_eq(manager_list_audit(sim.manager, &filter, visit_audit, &n), 0);
        ck_assert_uint_eq(n, 1);
}
END_TEST

/* The row that skips are folded into is gone: the next one begins another. */
START_TEST(what_is_skipped_after_a_deletion_has_a_row_of_its_own) {
        char *only_a[] = { (char *) "a", NULL };

        setup("2026-01-01T00:00:30Z", MINUTELY);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run(&sim, 5 * USEC_PER_MINUTE);
        ck_assert_uint_eq(prune(&(PruneRequest){ .jobs = only_a }), 1);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "running schedule 2026-01-01T00:01:00Z\n"
                        "skipped overlap schedule 2026-01-01T00:06:00Z..2026-01-01T00:07:00Z x2\n");
}
END_TEST

static const Story stories[] = {
        { "rows", &what_matches_goes_and_the_rest_stays, ARRAY_SIZE(cases) },
        { "audit", &a_deletion_is_in_the_audit_log, 1 },
        { "fold", &what_is_skipped_after_a_deletion_has_a_row_of_its_own, 1 },
};

Suite *test_suite(void) {
        return story_suite("manager-prune-order", stories, ARRAY_SIZE(stories));
}
