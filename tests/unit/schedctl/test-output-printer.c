/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/output-printer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/test-support.h"

#define PIECE(stream, size) stream "\0\0\0" size "\0\0\0"

static const char output[] =
                PIECE("\1", "\7") "one\ntwo" PIECE("\2", "\5") "\nthr\033" PIECE("\1", "\4") "ee\nx";

/* clang-format off */
static const struct {
        OutputPrinter printer;
        bool terminal;
        OutputFormat format;
        uint64_t n_lines;
        const char *text;
} cases[] = {
        { { 0 }, false, OUTPUT_TABLE, UINT64_MAX, "one\ntwo\nthr\033ee\nx" },
        { { 0 }, false, OUTPUT_TABLE, 2,          "thr\033ee\nx" },
        { { 0 }, false, OUTPUT_TABLE, 0,          "" },
        { { 0 }, false, OUTPUT_TABLE, 9,          "one\ntwo\nthr\033ee\nx" },
        { { 0 }, true,  OUTPUT_TABLE, 2,          "thr\\x1bee\nx\n" },
        { { .indent = "  " }, false, OUTPUT_TABLE, 3, "  two\n  thr\\x1bee\n  x\n" },
        { { .skip_bytes = 9 }, false, OUTPUT_TABLE, UINT64_MAX, "hr\033ee\nx" }, /* printed before */
        { { .execution_id = 4, .job = "j" }, false, OUTPUT_JSON, 2,
          "{\"execution\":4,\"job\":\"j\",\"stream\":\"stderr\",\"text\":\"thr\\u001b\"}\n"
          "{\"execution\":4,\"job\":\"j\",\"stream\":\"stdout\",\"text\":\"ee\\nx\"}\n" },
};
/* clang-format on */

/* Standard output goes to a file meanwhile. */
static void print(OutputPrinter *printer, uint64_t n_lines, char *text, size_t size) {
        FILE *file = tmpfile();
        int saved = dup(STDOUT_FILENO);

        ck_assert(file && saved >= 0);
        (void) fflush(stdout);
        ck_assert_int_ge(dup2(fileno(file), STDOUT_FILENO), 0);
        ck_assert_int_eq(output_printer_tail(printer, output, sizeof(output) - 1, n_lines), 0);
        output_printer_end(printer);
        ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
        (void) close(saved);

        rewind(file);
        text[fread(text, 1, size - 1, file)] = 0;
        (void) fclose(file);
}

START_TEST(output_is_printed_from_the_line_that_was_asked_for) {
        Context context = {
                .screen = { .terminal = cases[_i].terminal, .utf8 = true },
                .options = { .output = cases[_i].format },
        };
        OutputPrinter printer = cases[_i].printer;
        char text[512];

        printer.context = &context;
        print(&printer, cases[_i].n_lines, text, sizeof(text));

        ck_assert_str_eq(text, cases[_i].text);
        ck_assert_uint_eq(printer.n_bytes, 16);
        output_printer_done(&printer);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("output-printer");
        TCase *printing = tcase_create("printing");

        tcase_add_loop_test(
                        printing, output_is_printed_from_the_line_that_was_asked_for, 0,
                        (int) ARRAY_SIZE(cases));
        suite_add_tcase(suite, printing);
        return suite;
}
