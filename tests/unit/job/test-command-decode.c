/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { "command: echo a #b\n",               "1:10: warning: 'command' ends before ' #', where a comment begins: "
                                                "quote it if the rest belongs to it" },
        { "command: [a, b #c\n]\n",             "1:14: warning: 'command' ends before ' #', where a comment begins: "
                                                "quote it if the rest belongs to it" },
        { "command: \"\"\n",                    "1:10: 'command' is empty" },
        { "command: []\n",                      "1:10: 'command' is empty" },
        { "command: {a: b}\n",                  "1:10: 'command' expects a text for the shell or a list of arguments, not a mapping" },
        { "command: [\"\"]\n",                  "1:11: the program in 'command' is empty" },
        { "command: [bin/x]\n",                 "1:11: the program 'bin/x' must be an absolute path, or a name to be looked up in PATH" },
        { "command: true\n",                    "1:10: true in 'command' could be true or false: quote it if the text is meant, as \"true\"" },
        { "command: [/x, 010, ~]\n",            "1:15: 010 in 'command' could be a number in octal: quote it if the text is meant, as \"010\"\n"
                                                "1:20: ~ in 'command' could be null: quote it if the text is meant, as \"~\"" },
        { C "shell: bash\n",                    "2:8: 'shell' expects an absolute path, not 'bash'" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("command-decode");
        TCase *tcase = tcase_create("command-decode");

        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
