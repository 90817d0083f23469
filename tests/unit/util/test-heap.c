/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/heap.h"

#include <stdlib.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define N_ITEMS 300U

typedef struct Item {
        int number;
        HeapNode node;
} Item;

static void items_init(Item *items, size_t n) {
        for (size_t i = 0; i < n; i++)
                items[i] = (Item){ .number = (int) i, .node.index = HEAP_NONE };
}

static int take_first(Heap *heap) {
        HeapNode *first = heap_first(heap);

        if (!first)
                return -1;
        heap_remove(heap, first);
        ck_assert_uint_eq(first->index, HEAP_NONE);
        return HEAP_CONTAINER(first, Item, node)->number;
}

START_TEST(an_empty_heap_has_no_first) {
        CLEANUP(heap_done) Heap heap = { 0 };
        Item item = { .node.index = HEAP_NONE };

        ck_assert_ptr_null(heap_first(&heap));
        heap_remove(&heap, &item.node);
        ck_assert_ptr_null(heap_first(&heap));
}
END_TEST

START_TEST(equal_keys_leave_in_the_order_in_which_they_came) {
        CLEANUP(heap_done) Heap heap = { 0 };
        Item items[50];

        items_init(items, ARRAY_SIZE(items));
        for (size_t i = 0; i < ARRAY_SIZE(items); i++)
                ck_assert_int_eq(heap_put(&heap, &items[i].node, i % 2 ? 7 : 5), 0);

        for (int i = 0; i < 50; i += 2)
                ck_assert_int_eq(take_first(&heap), i);
        for (int i = 1; i < 50; i += 2)
                ck_assert_int_eq(take_first(&heap), i);
        ck_assert_int_eq(take_first(&heap), -1);
}
END_TEST

START_TEST(a_moved_node_goes_behind_its_equals) {
        CLEANUP(heap_done) Heap heap = { 0 };
        Item items[3];

        items_init(items, ARRAY_SIZE(items));
        ck_assert_int_eq(heap_put(&heap, &items[0].node, 1), 0);
        ck_assert_int_eq(heap_put(&heap, &items[1].node, 2), 0);
        ck_assert_int_eq(heap_put(&heap, &items[2].node, 2), 0);

        ck_assert_int_eq(heap_put(&heap, &items[0].node, 2), 0);
        ck_assert_int_eq(heap_put(&heap, &items[1].node, 2), 0); /* stays where it is */

        ck_assert_uint_eq(heap.n_nodes, 3);
        ck_assert_int_eq(take_first(&heap), 1);
        ck_assert_int_eq(take_first(&heap), 2);
        ck_assert_int_eq(take_first(&heap), 0);
}
END_TEST

START_TEST(the_ends_of_the_range_are_ordered) {
        CLEANUP(heap_done) Heap heap = { 0 };
        static const usec_t keys[] = { USEC_INFINITY, 0, INT64_MIN, -1, USEC_INFINITY - 1 };
        static const int order[] = { 2, 3, 1, 4, 0 };
        Item items[ARRAY_SIZE(keys)];

        items_init(items, ARRAY_SIZE(items));
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                ck_assert_int_eq(heap_put(&heap, &items[i].node, keys[i]), 0);

        for (size_t i = 0; i < ARRAY_SIZE(order); i++)
                ck_assert_int_eq(take_first(&heap), order[i]);
}
END_TEST

START_TEST(a_reserved_heap_does_not_move) {
        CLEANUP(heap_done) Heap heap = { 0 };
        Item items[N_ITEMS];
        HeapNode **nodes;

        items_init(items, ARRAY_SIZE(items));
        ck_assert_int_eq(heap_reserve(&heap, N_ITEMS), 0);
        nodes = heap.nodes;

        for (size_t i = 0; i < N_ITEMS; i++)
                ck_assert_int_eq(heap_put(&heap, &items[i].node, -(usec_t) i), 0);

        ck_assert_ptr_eq(heap.nodes, nodes);
        ck_assert_uint_eq(heap.n_allocated, N_ITEMS);
        ck_assert_int_eq(heap_reserve(&heap, 1), 0);
        ck_assert_uint_eq(heap.n_allocated, N_ITEMS);
}
END_TEST

START_TEST(done_releases_the_nodes) {
        Heap heap = { 0 };
        Item items[2];

        items_init(items, ARRAY_SIZE(items));
        ck_assert_int_eq(heap_put(&heap, &items[0].node, 1), 0);
        ck_assert_int_eq(heap_put(&heap, &items[1].node, 2), 0);

        heap_done(&heap);

        ck_assert_uint_eq(items[0].node.index, HEAP_NONE);
        ck_assert_uint_eq(items[1].node.index, HEAP_NONE);
        ck_assert_ptr_null(heap.nodes);
}
END_TEST

static const HeapNode *naive_first(const Item *items, size_t n) {
        const HeapNode *first = NULL;

        for (size_t i = 0; i < n; i++) {
                const HeapNode *node = &items[i].node;

                if (node->index == HEAP_NONE)
                        continue;
                if (!first || node->key < first->key ||
                    (node->key == first->key && node->sequence < first->sequence))
                        first = node;
        }
        return first;
}

START_TEST(random_operations_agree_with_a_search_of_all) {
        CLEANUP(heap_done) Heap heap = { 0 };
        Item items[N_ITEMS];
        unsigned seed = (unsigned) _i;
        size_t n_inside = 0;

        items_init(items, N_ITEMS);
        for (int i = 0; i < 20000; i++) {
                HeapNode *node = &items[(unsigned) rand_r(&seed) % N_ITEMS].node;
                bool inside = node->index != HEAP_NONE;

                if (rand_r(&seed) % 3 == 0) {
                        heap_remove(&heap, node);
                        n_inside -= inside ? 1 : 0;
                } else {
                        ck_assert_int_eq(heap_put(&heap, node, rand_r(&seed) % 64), 0);
                        n_inside += inside ? 0 : 1;
                }
                ck_assert_uint_eq(heap.n_nodes, n_inside);
                ck_assert_ptr_eq(heap_first(&heap), naive_first(items, N_ITEMS));
        }

        while (heap_first(&heap)) {
                const HeapNode *expected = naive_first(items, N_ITEMS);

                ck_assert_ptr_eq(heap_first(&heap), expected);
                heap_remove(&heap, heap_first(&heap));
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("heap");
        TCase *heap = tcase_create("heap");

        tcase_set_timeout(heap, 60);
        tcase_add_test(heap, an_empty_heap_has_no_first);
        tcase_add_test(heap, equal_keys_leave_in_the_order_in_which_they_came);
        tcase_add_test(heap, a_moved_node_goes_behind_its_equals);
        tcase_add_test(heap, the_ends_of_the_range_are_ordered);
        tcase_add_test(heap, a_reserved_heap_does_not_move);
        tcase_add_test(heap, done_releases_the_nodes);
        tcase_add_loop_test(heap, random_operations_agree_with_a_search_of_all, 1, 5);
        suite_add_tcase(suite, heap);
        return suite;
}
