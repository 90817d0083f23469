/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/message-layout.h"

#include "protocol/message.h"
#include "support/test-support.h"

START_TEST(every_type_has_a_layout) {
        const MessageLayout *layout = message_layout((uint64_t) _i);

        ck_assert_ptr_nonnull(layout);
        for (size_t i = 0; i < layout->n_fields; i++) {
                ck_assert_uint_lt(layout->fields[i].offset, sizeof(Message));
                /* No two fields lie on each other. */
                for (size_t j = 0; j < i; j++)
                        ck_assert_uint_ne(layout->fields[i].offset, layout->fields[j].offset);
        }
}
END_TEST

START_TEST(other_types_have_none) {
        ck_assert_ptr_null(message_layout(0));
        ck_assert_ptr_null(message_layout(MESSAGE_TYPE_COUNT));
        ck_assert_ptr_null(message_layout(UINT64_MAX));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("message-table");
        TCase *layouts = tcase_create("layouts");

        tcase_add_loop_test(layouts, every_type_has_a_layout, 1, MESSAGE_TYPE_COUNT);
        tcase_add_test(layouts, other_types_have_none);
        suite_add_tcase(suite, layouts);
        return suite;
}
