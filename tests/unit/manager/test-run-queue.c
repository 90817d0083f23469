/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/run-queue.h"

#include <stdlib.h>
#include <string.h>

#include "support/test-random.h"
#include "support/test-support.h"
#include "util/cleanup.h"

#define N_OWNERS 5U
#define N_ENTRIES 60U
#define N_STEPS 20000U

/* --- cases ----------------------------------------------------------------------------------------- */

#define WAITING_MAX 6U

/* What waits, as owner, priority and age; how many slots each owner has; in which order they are let in, each
 * keeping its slot. */
/* clang-format off */
static const struct {
        const char *fact;
        struct { uid_t owner_uid; uint64_t priority; usec_t start_after_usec; } waiting[WAITING_MAX];
        size_t n_waiting;
        unsigned used[3];
        const char *order;
} cases[] = {
        { "the oldest first",
          { { 0, 50, 30 }, { 0, 50, 10 }, { 0, 50, 20 } }, 3, { 0 }, "120" },
        { "of one age in the order of their ids",
          { { 0, 50, 10 }, { 0, 50, 10 }, { 0, 50, 10 } }, 3, { 0 }, "012" },
        { "priority before age, 0 first",
          { { 0, 90, 10 }, { 0, 0, 30 }, { 0, 50, 20 } }, 3, { 0 }, "120" },
        { "the users take turns",
          { { 0, 50, 10 }, { 0, 50, 11 }, { 0, 50, 12 }, { 1, 50, 20 }, { 1, 50, 21 } }, 5, { 0 }, "03142" },
        { "who has slots already is behind who has none",
          { { 0, 50, 10 }, { 1, 50, 20 }, { 0, 50, 11 } }, 3, { 2, 0 }, "102" },
        { "priority before fairness",
          { { 0, 10, 10 }, { 0, 10, 11 }, { 1, 50, 5 } }, 3, { 7, 0 }, "012" },
        { "three users, one of them late",
          { { 0, 50, 1 }, { 0, 50, 2 }, { 1, 50, 3 }, { 1, 50, 4 }, { 2, 50, 9 } }, 5, { 0 }, "02413" },
};
/* clang-format on */

START_TEST(the_order_is_priority_then_fairness_then_age) {
        RunQueueEntry entries[WAITING_MAX] = { 0 };
        CLEANUP(run_queue_done) RunQueue queue = { .n_slots = 100 };
        char order[WAITING_MAX + 1] = "";
        RunQueueEntry *first;

        for (uid_t uid = 0; uid < ARRAY_SIZE(cases[_i].used); uid++)
                for (unsigned n = 0; n < cases[_i].used[uid]; n++)
                        run_queue_take(&queue, uid);
        for (size_t i = 0; i < cases[_i].n_waiting; i++) {
                const RunQueueRank rank = {
                        .priority = cases[_i].waiting[i].priority,
                        .start_after_usec = cases[_i].waiting[i].start_after_usec,
                        .id = i,
                };

                ck_assert_int_eq(
                                run_queue_push(&queue, &entries[i], cases[_i].waiting[i].owner_uid, &rank),
                                0);
        }

        while ((first = run_queue_first(&queue))) {
                order[strlen(order)] = (char) ('0' + (first - entries));
                run_queue_take(&queue, run_queue_entry_owner(first));
                run_queue_remove(&queue, first);
        }
        ck_assert_msg(strcmp(order, cases[_i].order) == 0, "%s: '%s', not '%s'", cases[_i].fact, order,
                      cases[_i].order);
        ck_assert_uint_eq(queue.n_waiting, 0);
}
END_TEST

START_TEST(slots_are_counted) {
        CLEANUP(run_queue_done) RunQueue queue = { .n_slots = 2 };

        ck_assert_uint_eq(run_queue_free_slots(&queue), 2);
        run_queue_take(&queue, 1);
        run_queue_take(&queue, 2);
        ck_assert_uint_eq(run_queue_free_slots(&queue), 0);
        run_queue_take(&queue, 2); /* by force */
        ck_assert_uint_eq(queue.n_used, 3);
        run_queue_give(&queue, 1);
        ck_assert_uint_eq(run_queue_free_slots(&queue), 0);
        run_queue_give(&queue, 2);
        ck_assert_uint_eq(run_queue_free_slots(&queue), 1);
        queue.paused = true;
        ck_assert_uint_eq(run_queue_free_slots(&queue), 0);
        queue.paused = false;
        queue.n_slots = RUN_QUEUE_UNLIMITED;
        ck_assert_uint_eq(run_queue_free_slots(&queue), RUN_QUEUE_UNLIMITED - 1);
}
END_TEST

START_TEST(what_waits_still_is_let_go_at_the_end) {
        RunQueue queue = { .n_slots = 1 };
        RunQueueEntry entry = { 0 };

        ck_assert_int_eq(run_queue_push(&queue, &entry, 1, &(RunQueueRank){ .id = 1 }), 0);
        run_queue_done(&queue);
        ck_assert(!run_queue_entry_waits(&entry));
        run_queue_remove(&queue, &entry); /* nothing */
}
END_TEST

/* --- against a model ------------------------------------------------------------------------------- */

typedef struct Model {
        RunQueueEntry entries[N_ENTRIES];
        uid_t owners[N_ENTRIES];
        uint64_t used[N_OWNERS];
        uint64_t n_used, n_waiting;
} Model;

/* The rule, said once more and without any cleverness. */
static bool model_before(const Model *model, size_t a, size_t b) {
        const RunQueueRank *x = &model->entries[a].rank, *y = &model->entries[b].rank;
        uint64_t x_used = model->used[model->owners[a]], y_used = model->used[model->owners[b]];

        if (x->priority != y->priority)
                return x->priority < y->priority;
        if (model->owners[a] != model->owners[b] && x_used != y_used)
                return x_used < y_used;
        return x->start_after_usec != y->start_after_usec ? x->start_after_usec < y->start_after_usec
                                                          : x->id < y->id;
}

static const RunQueueEntry *model_first(const Model *model) {
        size_t best = N_ENTRIES;

        for (size_t i = 0; i < N_ENTRIES; i++)
                if (run_queue_entry_waits(&model->entries[i]) &&
                    (best == N_ENTRIES || model_before(model, i, best)))
                        best = i;
        return best == N_ENTRIES ? NULL : &model->entries[best];
}

static void change_entry(Model *model, RunQueue *queue, TestRandom *random, size_t i, uint64_t id) {
        const RunQueueRank rank = {
                .priority = (uint64_t) test_random_between(random, 0, 2),
                .start_after_usec = test_random_between(random, 0, 10),
                .id = id,
        };

        if (run_queue_entry_waits(&model->entries[i])) {
                run_queue_remove(queue, &model->entries[i]);
                model->n_waiting--;
                return;
        }
        model->owners[i] = (uid_t) test_random_between(random, 0, N_OWNERS - 1);
        ck_assert_int_eq(run_queue_push(queue, &model->entries[i], model->owners[i], &rank), 0);
        model->n_waiting++;
}

static void change_slots(Model *model, RunQueue *queue, TestRandom *random) {
        uid_t uid = (uid_t) test_random_between(random, 0, N_OWNERS - 1);

        if (model->used[uid] > 0 && test_random_between(random, 0, 1) == 0) {
                run_queue_give(queue, uid);
                model->used[uid]--;
                model->n_used--;
        } else if (model->used[uid] < 4) {
                run_queue_take(queue, uid);
                model->used[uid]++;
                model->n_used++;
        }
}

START_TEST(it_chooses_as_the_naive_model_does) {
        CLEANUP(run_queue_done) RunQueue queue = { .n_slots = 10 };
        CLEANUP_FREE Model *model = calloc(1, sizeof(*model));
        TestRandom random = test_random_new();

        ck_assert_ptr_nonnull(model);
        for (unsigned step = 0; step < N_STEPS; step++) {
                if (test_random_between(&random, 0, 2) == 0)
                        change_slots(model, &queue, &random);
                else
                        change_entry(model, &queue, &random,
                                     (size_t) test_random_between(&random, 0, N_ENTRIES - 1), step);

                ck_assert_msg(run_queue_first(&queue) == model_first(model), "seed %" PRIu64 ", step %u",
                              random.seed, step);
                ck_assert_uint_eq(queue.n_used, model->n_used);
                ck_assert_uint_eq(queue.n_waiting, model->n_waiting);
        }
        run_queue_done(&queue);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("run-queue");
        TCase *order = tcase_create("order"), *model = tcase_create("model");

        tcase_add_loop_test(order, the_order_is_priority_then_fairness_then_age, 0, ARRAY_SIZE(cases));
        tcase_add_test(order, slots_are_counted);
        tcase_add_test(order, what_waits_still_is_let_go_at_the_end);
        suite_add_tcase(suite, order);
        tcase_add_test(model, it_chooses_as_the_naive_model_does);
        suite_add_tcase(suite, model);
        return suite;
}
