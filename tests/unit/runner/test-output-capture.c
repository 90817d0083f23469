/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/output-capture.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"

/* "1:text|2:text": the pieces with their streams. */
static char *describe(const OutputCapture *capture) {
        CLEANUP(buffer_done) Buffer pieces = { 0 };
        Buffer text = { 0 };
        const char *rest;
        char *result;
        size_t left;

        ck_assert_int_eq(output_capture_format(capture, &pieces), 0);
        rest = pieces.data;
        left = pieces.size;
        while (left > 0) {
                const char *data;
                uint8_t stream;
                size_t size, used = output_piece_read(rest, left, &stream, &data, &size);

                ck_assert_uint_gt(used, 0);
                (void) buffer_add_format(
                                &text, "%s%u:%.*s", text.size > 0 ? "|" : "", stream, (int) size, data);
                rest += used;
                left -= used;
        }
        ck_assert_int_eq(buffer_take(&text, &result), 0);
        return result;
}

/* clang-format off */
static const struct {
        size_t limit;
        const char *written; /* "1abc 2def": a stream and its bytes, blank-separated */
        const char *kept;
        uint64_t total;
} capture_cases[] = {
        { 1000, "",                  "", 0 },
        { 1000, "1abc",              "1:abc", 3 },
        { 1000, "1abc 1def",         "1:abcdef", 6 },
        { 1000, "1abc 2def 1g",      "1:abc|2:def|1:g", 7 },
        { 0,    "1abc",              "", 3 },

        /* half for the head, half for the tail; headers count 8 bytes each */
        { 32,   "1abcdefgh 1ijklmnop", "1:abcdefgh|1:ijklmnop", 16 },
        { 32,   "1abcdefghijklmnopqrstuvwxyz", "1:abcdefgh|3:… 10 bytes left out …\n|1:stuvwxyz", 26 },
        { 16,   "1abcdef",           "3:… 6 bytes left out …\n", 6 },
};
/* clang-format on */

static void write_all(OutputCapture *capture, const char *text) {
        while (*text != '\0') {
                size_t length = strcspn(text, " ");

                if (length > 1)
                        output_capture_add(capture, (uint8_t) (*text - '0'), text + 1, length - 1);
                text += length;
                text += *text == ' ';
        }
}

START_TEST(head_and_tail_are_kept) {
        CLEANUP(output_capture_done) OutputCapture capture;
        CLEANUP_FREE char *kept = NULL;

        output_capture_init(&capture, capture_cases[_i].limit);
        write_all(&capture, capture_cases[_i].written);

        kept = describe(&capture);
        ck_assert_str_eq(kept, capture_cases[_i].kept);
        ck_assert_uint_eq(capture.total_bytes, capture_cases[_i].total);
}
END_TEST

START_TEST(a_restored_capture_goes_on_the_same) {
        CLEANUP(output_capture_done) OutputCapture first = { 0 }, second = { 0 };
        CLEANUP(buffer_done) Buffer pieces = { 0 };
        CLEANUP_FREE char *expected = NULL, *kept = NULL;

        output_capture_init(&first, capture_cases[_i].limit);
        output_capture_init(&second, capture_cases[_i].limit);
        write_all(&first, capture_cases[_i].written);
        ck_assert_int_eq(output_capture_format(&first, &pieces), 0);
        ck_assert_int_eq(output_capture_restore(&second, pieces.data, pieces.size, first.total_bytes), 0);

        expected = describe(&first);
        kept = describe(&second);
        ck_assert_str_eq(kept, expected);
        ck_assert_uint_eq(second.total_bytes, first.total_bytes);
}
END_TEST

/* Whatever is written, the sum is right and the limit holds. */
START_TEST(sizes_add_up_for_any_writes) {
        CLEANUP(output_capture_done) OutputCapture capture = { 0 };
        CLEANUP(buffer_done) Buffer pieces = { 0 };
        uint64_t total = 0, state = (uint64_t) _i * 7919 + 1;
        static char data[700];

        output_capture_init(&capture, (size_t) _i * 37);
        for (int i = 0; i < 2000; i++) {
                size_t size;

                state = state * 6364136223846793005U + 1442695040888963407U;
                size = (size_t) (state >> 33) % ((state >> 20) % 5 == 0 ? sizeof(data) : 9);
                output_capture_add(&capture, (uint8_t) (1 + ((state >> 40) & 1)), data, size);
                total += size;
        }
        ck_assert_int_eq(output_capture_format(&capture, &pieces), 0);
        ck_assert_uint_eq(capture.total_bytes, total);
        ck_assert_uint_le(pieces.size, (size_t) _i * 37 + 80);

        for (size_t offset = 0; offset < pieces.size;) {
                const char *bytes;
                uint8_t stream;
                size_t size, used;

                used = output_piece_read(pieces.data + offset, pieces.size - offset, &stream, &bytes, &size);
                ck_assert_uint_gt(used, 0);
                total -= stream == STREAM_REMARK ? 0 : size;
                offset += used;
        }
        ck_assert_uint_eq(total, capture.left_out_bytes);
}
END_TEST

START_TEST(damaged_pieces_are_refused) {
        CLEANUP(output_capture_done) OutputCapture capture;

        output_capture_init(&capture, 100);
        ck_assert_int_eq(output_capture_restore(&capture, "\1\0\0\0\5\0\0\0abc", 11, 3), -EBADMSG);
        ck_assert_int_eq(output_capture_restore(&capture, "\1\0\0", 3, 3), -EBADMSG);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("output-capture");
        TCase *capture = tcase_create("capture");

        tcase_add_loop_test(capture, head_and_tail_are_kept, 0, ARRAY_SIZE(capture_cases));
        tcase_add_loop_test(capture, a_restored_capture_goes_on_the_same, 0, ARRAY_SIZE(capture_cases));
        tcase_add_loop_test(capture, sizes_add_up_for_any_writes, 0, 20);
        tcase_add_test(capture, damaged_pieces_are_refused);
        suite_add_tcase(suite, capture);
        return suite;
}
