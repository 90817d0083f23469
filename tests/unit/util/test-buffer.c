/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/buffer.h"

#include <string.h>

#include "support/test-support.h"

START_TEST(an_untouched_buffer_has_no_memory) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        buffer_clear(&buffer);
        buffer_consume(&buffer, 0);

        ck_assert_ptr_null(buffer.data);
        ck_assert_uint_eq(buffer.size, 0);
}
END_TEST

START_TEST(additions_follow_each_other_and_end_with_nul) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        ck_assert_int_eq(buffer_add(&buffer, "a\0b", 3), 0);
        ck_assert_int_eq(buffer_add_string(&buffer, "cd"), 0);
        ck_assert_int_eq(buffer_add_char(&buffer, 'e'), 0);
        ck_assert_int_eq(buffer_add_format(&buffer, "%d-%s", 42, "f"), 0);
        ck_assert_int_eq(buffer_add_string(&buffer, ""), 0);

        ck_assert_uint_eq(buffer.size, 10);
        ck_assert_mem_eq(buffer.data, "a\0bcde42-f", 11);
}
END_TEST

START_TEST(content_survives_growth) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        for (unsigned i = 0; i < 50000; i++)
                ck_assert_int_eq(buffer_add_format(&buffer, "%05u", i), 0);

        ck_assert_uint_eq(buffer.size, 250000);
        ck_assert_uint_eq(strlen(buffer.data), buffer.size);
        ck_assert_mem_eq(buffer.data, "0000000001", 10);
        ck_assert_mem_eq(buffer.data + 249990, "4999849999", 10);
}
END_TEST

START_TEST(format_longer_than_all_before_is_whole) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char expected[5001];

        memset(expected, ' ', sizeof(expected) - 2);
        expected[4999] = 'x';
        expected[5000] = '\0';

        ck_assert_int_eq(buffer_add_format(&buffer, "%5000s", "x"), 0);

        ck_assert_str_eq(buffer.data, expected);
}
END_TEST

START_TEST(consume_drops_from_the_front) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        ck_assert_int_eq(buffer_add_string(&buffer, "abcdef"), 0);

        buffer_consume(&buffer, 2);
        ck_assert_str_eq(buffer.data, "cdef");
        buffer_consume(&buffer, 0);
        ck_assert_str_eq(buffer.data, "cdef");
        buffer_consume(&buffer, 4);
        ck_assert_str_eq(buffer.data, "");
        ck_assert_uint_eq(buffer.size, 0);
}
END_TEST

START_TEST(clear_keeps_the_memory) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const char *data;

        ck_assert_int_eq(buffer_add_string(&buffer, "abc"), 0);
        data = buffer.data;

        buffer_clear(&buffer);

        ck_assert_ptr_eq(buffer.data, data);
        ck_assert_str_eq(buffer.data, "");
        ck_assert_int_eq(buffer_add_char(&buffer, 'z'), 0);
        ck_assert_str_eq(buffer.data, "z");
}
END_TEST

START_TEST(take_gives_the_text_away) {
        Buffer buffer = { 0 };
        CLEANUP_FREE char *text = NULL, *empty = NULL;

        ck_assert_int_eq(buffer_add_string(&buffer, "abc"), 0);

        ck_assert_int_eq(buffer_take(&buffer, &text), 0);
        ck_assert_str_eq(text, "abc");
        ck_assert_ptr_null(buffer.data);
        ck_assert_int_eq(buffer_take(&buffer, &empty), 0);
        ck_assert_str_eq(empty, "");
}
END_TEST

START_TEST(a_failure_stays_until_it_is_taken) {
        Buffer buffer = { 0 };
        char *text = NULL;

        ck_assert_int_eq(buffer_add_string(&buffer, "abc"), 0);
        ck_assert_int_eq(buffer_add(&buffer, "x", SIZE_MAX), -ENOMEM);
        ck_assert(buffer.failed);
        ck_assert_int_eq(buffer_add_string(&buffer, "d"), -ENOMEM);
        ck_assert_int_eq(buffer_add_format(&buffer, "%d", 1), -ENOMEM);

        ck_assert_int_eq(buffer_take(&buffer, &text), -ENOMEM);

        ck_assert_ptr_null(text);
        ck_assert_ptr_null(buffer.data);
        ck_assert(!buffer.failed);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("buffer");
        TCase *buffer = tcase_create("buffer");

        tcase_add_test(buffer, an_untouched_buffer_has_no_memory);
        tcase_add_test(buffer, additions_follow_each_other_and_end_with_nul);
        tcase_add_test(buffer, content_survives_growth);
        tcase_add_test(buffer, format_longer_than_all_before_is_whole);
        tcase_add_test(buffer, consume_drops_from_the_front);
        tcase_add_test(buffer, clear_keeps_the_memory);
        tcase_add_test(buffer, take_gives_the_text_away);
        tcase_add_test(buffer, a_failure_stays_until_it_is_taken);
        suite_add_tcase(suite, buffer);
        return suite;
}
