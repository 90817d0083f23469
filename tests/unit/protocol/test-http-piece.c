/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/http-piece.h"

#include <string.h>

#include "support/test-support.h"

static size_t write_two(char *target) {
        const HttpPiece first = { HTTP_PIECE_CREDENTIAL, "token", 5, "a\0b", 3 };
        const HttpPiece second = { HTTP_PIECE_FILE, "0", 1, NULL, 0 };
        size_t size = http_piece_write(&first, target);

        ck_assert_uint_eq(size, http_piece_size(&first));
        return size + http_piece_write(&second, target + size);
}

START_TEST(what_is_written_is_read) {
        char data[64];
        size_t size = write_two(data), used;
        HttpPiece piece;

        used = http_piece_read(data, size, &piece);
        ck_assert_uint_gt(used, 0);
        ck_assert_int_eq(piece.kind, HTTP_PIECE_CREDENTIAL);
        ck_assert_mem_eq(piece.name, "token", piece.name_size);
        ck_assert_uint_eq(piece.size, 3);
        ck_assert_mem_eq(piece.data, "a\0b", 3);
        ck_assert_uint_eq(http_piece_read(data + used, size - used, &piece), size - used);
        ck_assert_uint_eq(piece.size, 0);
        ck_assert_uint_eq(http_piece_read(data + size, 0, &piece), 0);
}
END_TEST

START_TEST(half_a_piece_is_none) {
        char data[64];
        HttpPiece piece;
        size_t whole;

        (void) write_two(data);
        whole = http_piece_read(data, sizeof(data), &piece);
        for (size_t size = 0; size < whole; size++)
                ck_assert_uint_eq(http_piece_read(data, size, &piece), 0);
        memset(data + 4, 0xff, 8); /* sizes that overflow together */
        ck_assert_uint_eq(http_piece_read(data, sizeof(data), &piece), 0);
        data[0] = 7; /* no kind */
        ck_assert_uint_eq(http_piece_read(data, sizeof(data), &piece), 0);
}
END_TEST

START_TEST(they_are_found_by_kind_and_name) {
        char data[64];
        size_t size = write_two(data);
        HttpPiece piece;

        ck_assert(http_piece_find(data, size, HTTP_PIECE_CREDENTIAL, "token", &piece));
        ck_assert(http_piece_find(data, size, HTTP_PIECE_FILE, "0", &piece));
        ck_assert(!http_piece_find(data, size, HTTP_PIECE_FILE, "token", &piece));
        ck_assert(!http_piece_find(data, size, HTTP_PIECE_CREDENTIAL, "toke", &piece));
        ck_assert(!http_piece_find(NULL, 0, HTTP_PIECE_CREDENTIAL, "token", &piece));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("http-piece");
        TCase *tcase = tcase_create("http-piece");

        tcase_add_test(tcase, what_is_written_is_read);
        tcase_add_test(tcase, half_a_piece_is_none);
        tcase_add_test(tcase, they_are_found_by_kind_and_name);
        suite_add_tcase(suite, tcase);
        return suite;
}
