/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-state.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"

START_TEST(what_was_put_is_read) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        StateReader reader;
        StateItem item;

        state_put_number(&buffer, "smallest", INT64_MIN);
        state_put_bytes(&buffer, "bytes", "a\n\0b 5\n", 7);
        state_put_bytes(&buffer, "empty", NULL, 0);
        state_put_number(&buffer, "largest", INT64_MAX);
        reader = (StateReader){ buffer.data, buffer.size };

        ck_assert_int_eq(state_read(&reader, &item), 1);
        ck_assert_str_eq(item.name, "smallest");
        ck_assert(item.number == INT64_MIN && !item.bytes);
        ck_assert_int_eq(state_read(&reader, &item), 1);
        ck_assert_str_eq(item.name, "bytes");
        ck_assert_uint_eq(item.size, 7);
        ck_assert_mem_eq(item.bytes, "a\n\0b 5\n", 7);
        ck_assert_int_eq(state_read(&reader, &item), 1);
        ck_assert(item.bytes && item.size == 0);
        ck_assert_int_eq(state_read(&reader, &item), 1);
        ck_assert(item.number == INT64_MAX);
        ck_assert_int_eq(state_read(&reader, &item), 0);
}
END_TEST

/* clang-format off */
static const char *const damaged_cases[] = {
        "no-line-end 1", "name\n", "name x\n", "name 1 2\n", "name *5\nabc\n", "name *3\nabcd\n",
        "name *18446744073709551615\nabc\n",
};
/* clang-format on */

START_TEST(damage_is_noticed) {
        StateReader reader = { damaged_cases[_i], strlen(damaged_cases[_i]) };
        StateItem item;

        ck_assert_int_eq(state_read(&reader, &item), -EBADMSG);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("run-state");
        TCase *items = tcase_create("items");

        tcase_add_test(items, what_was_put_is_read);
        tcase_add_loop_test(items, damage_is_noticed, 0, ARRAY_SIZE(damaged_cases));
        suite_add_tcase(suite, items);
        return suite;
}
