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
        tcase_add_test(tcase, what_is_left_in_a_queue_is_freed);
        suite_add_tcase(suite, tcase);
        return suite;
}
