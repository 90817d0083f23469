/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/output-pieces.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/test-support.h"

#define PIECE(stream, size) stream "\0\0\0" size "\0\0\0"

/* "1:abc;2:d;" */
static int on_piece(void *userdata, PieceStream stream, const char *data, size_t size) {
        char *log = userdata;

        (void) sprintf(log + strlen(log), "%d:%.*s;", (int) stream, (int) size, data);
        return 0;
}

static const char two[] = PIECE("\1", "\3") "abc" PIECE("\2", "\1") "d" PIECE("\3", "\0");

START_TEST(pieces_survive_any_cut) {
        OutputPieces pieces = { 0 };
        char log[64] = "";
        size_t cut = (size_t) _i;

        ck_assert_int_eq(output_pieces_add(&pieces, two, cut, on_piece, log), 0);
        ck_assert_int_eq(output_pieces_add(&pieces, two + cut, sizeof(two) - 1 - cut, on_piece, log), 0);

        ck_assert_str_eq(log, "1:abc;2:d;3:;");
        output_pieces_done(&pieces);
}
END_TEST

/* clang-format off */
static const struct {
        const char *bytes;
        size_t size;
} bad_cases[] = {
        { "\0\0\0\0\0\0\0\0", 8 },       /* no such stream */
        { "\4\0\0\0\0\0\0\0", 8 },
        { "\1\1\0\0\0\0\0\0", 8 },       /* what must be zero is not */
        { "\1\0\0\0\0\0\0\x7f", 8 },     /* 2 GiB */
};
/* clang-format on */

START_TEST(rubbish_is_refused) {
        OutputPieces pieces = { 0 };
        char log[64] = "";

        ck_assert_int_eq(
                        output_pieces_add(&pieces, bad_cases[_i].bytes, bad_cases[_i].size, on_piece, log),
                        -EBADMSG);
        ck_assert_str_eq(log, "");
        output_pieces_done(&pieces);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("output-pieces");
        TCase *pieces = tcase_create("pieces");

        tcase_add_loop_test(pieces, pieces_survive_any_cut, 0, (int) sizeof(two));
        tcase_add_loop_test(pieces, rubbish_is_refused, 0, (int) ARRAY_SIZE(bad_cases));
        suite_add_tcase(suite, pieces);
        return suite;
}
