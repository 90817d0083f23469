/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-queue.h"
#include "support/test-support.h"

static void push(StoreQueue *queue, unsigned first, unsigned n) {
        for (unsigned i = first; i < first + n; i++) {
                StoreOperation *operation = store_operation_new(OPERATION_AFTER_COMMIT);

                ck_assert_ptr_nonnull(operation);
                operation->flags = i;
                store_queue_push(queue, operation);
        }
}

/* clang-format off */
static const struct {
        unsigned n_to, n_from;
        size_t max;
        unsigned n_moved;
} move_cases[] = {
        { 0, 0, SIZE_MAX, 0 },
        { 2, 0, SIZE_MAX, 0 },
        { 0, 3, SIZE_MAX, 3 },
        { 2, 3, SIZE_MAX, 3 },
        { 2, 3, 3,        3 },
        { 2, 3, 2,        2 },
        { 0, 3, 1,        1 },
        { 2, 3, 0,        0 },
};
/* clang-format on */

START_TEST(moving_keeps_the_order) {
        CLEANUP(store_queue_done) StoreQueue to = { 0 }, from = { 0 };
        unsigned n_to = move_cases[_i].n_to, n_from = move_cases[_i].n_from, n_moved = move_cases[_i].n_moved;

        push(&to, 0, n_to);
        push(&from, n_to, n_from);

        store_queue_move(&to, &from, move_cases[_i].max);
        ck_assert_uint_eq(to.length, n_to + n_moved);
        ck_assert_uint_eq(from.length, n_from - n_moved);

        store_queue_move(&to, &from, SIZE_MAX);
        push(&to, n_to + n_from, 1);
        for (unsigned i = 0; i <= n_to + n_from; i++) {
                CLEANUP(store_operation_freep) StoreOperation *operation = store_queue_pop(&to);

                ck_assert_ptr_nonnull(operation);
                ck_assert_uint_eq(operation->flags, i);
        }
        ck_assert_ptr_null(store_queue_pop(&to));
}
END_TEST

/* Each letter is an operation: e, f update two executions, o one that shares the place of e; s, t the states
 * of two jobs; a an attempt; i inserts an execution. Marked is what a later one makes needless. */
/* clang-format off */
static const struct {
        const char *operations, *marked;
} superseded_cases[] = {
        { "",         "" },
        { "e",        "-" },
        { "ee",       "x-" },
        { "eee",      "xx-" },
        { "efef",     "xx--" },
        { "sts",      "x--" },
        { "es",       "--" },
        { "eaacse",   "x-----" },
        { "eie",      "---" },
        { "eieie",    "-----" },
        { "eeie",     "x---" },
        { "eoe",      "---" },
        { "eooe",     "-x--" },
};
/* clang-format on */

static StoreOperation *operation_of(char letter) {
        static const struct {
                char letter;
                StoreOperationKind kind;
                uint64_t id;
        } kinds[] = {
                { 'e', OPERATION_UPDATE_EXECUTION, 1 },   { 'f', OPERATION_UPDATE_EXECUTION, 2 },
                { 'o', OPERATION_UPDATE_EXECUTION, 513 }, { 's', OPERATION_PUT_JOB_STATE, 1 },
                { 't', OPERATION_PUT_JOB_STATE, 2 },      { 'a', OPERATION_PUT_ATTEMPT, 1 },
                { 'c', OPERATION_AFTER_COMMIT, 0 },       { 'i', OPERATION_INSERT_EXECUTION, 3 },
        };

        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
                StoreOperation *operation;

                if (kinds[i].letter != letter)
                        continue;
                operation = store_operation_new(kinds[i].kind);
                ck_assert_ptr_nonnull(operation);
                if (operation->kind == OPERATION_PUT_JOB_STATE)
                        operation->job.id = (int64_t) kinds[i].id;
                else if (operation->kind != OPERATION_PUT_ATTEMPT)
                        operation->execution.id = kinds[i].id;
                return operation;
        }
        ck_abort_msg("no operation '%c'", letter);
}

START_TEST(what_is_written_again_is_marked) {
        const char *operations = superseded_cases[_i].operations, *marked = superseded_cases[_i].marked;
        CLEANUP(store_queue_done) StoreQueue queue = { 0 };

        for (const char *letter = operations; *letter; letter++)
                store_queue_push(&queue, operation_of(*letter));
        for (int again = 0; again < 2; again++) {
                const StoreOperation *operation = queue.first;

                store_queue_mark_superseded(&queue);
                for (const char *mark = marked; *mark; mark++, operation = operation->next)
                        ck_assert_msg(operation->superseded == (*mark == 'x'), "%s at %td", operations,
                                      mark - marked);
        }
}
END_TEST

START_TEST(what_is_joined_moves_together) {
        CLEANUP(store_queue_done) StoreQueue to = { 0 }, from = { 0 };

        push(&from, 0, 5);
        from.first->next->joined = from.first->next->next->joined = true; /* 1, 2 and 3 */

        store_queue_move(&to, &from, 1);
        ck_assert_uint_eq(to.length, 1);
        store_queue_move(&to, &from, 1);
        ck_assert_uint_eq(to.length, 4);
        ck_assert_uint_eq(from.length, 1);
}
END_TEST

START_TEST(what_is_left_in_a_queue_is_freed) {
        CLEANUP(store_queue_done) StoreQueue queue = { 0 };

        for (int kind = 0; kind < OPERATION_KIND_COUNT; kind++) {
                StoreOperation *operation = store_operation_new((StoreOperationKind) kind);

                ck_assert_ptr_nonnull(operation);
                store_queue_push(&queue, operation);
        }
        ck_assert_uint_eq(queue.length, OPERATION_KIND_COUNT);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-queue");
        TCase *tcase = tcase_create("queue");

        tcase_add_loop_test(tcase, moving_keeps_the_order, 0, ARRAY_SIZE(move_cases));
        tcase_add_test(tcase, what_is_joined_moves_together);
        tcase_add_loop_test(tcase, what_is_written_again_is_marked, 0, ARRAY_SIZE(superseded_cases));
        tcase_add_test(tcase, what_is_left_in_a_queue_is_freed);
        suite_add_tcase(suite, tcase);
        return suite;
}
