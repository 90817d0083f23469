/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/expand-job.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define T(text) ((char *) (text))

/* clang-format off */
static const struct {
        char *arguments[8];
        int script; /* the index of the item that a shell reads; -1: none */
} script_cases[] = {
        { { T("x"), T("-c"), T("y") },                              -1 },
        { { T("sh"), T("-c"), T("y"), T("-c"), T("z") },            2 },
        { { T("/bin/bash"), T("-euo"), T("pipefail"), T("-c"), T("y"), T("z") }, 4 },
        { { T("bash"), T("-ec"), T("y") },                          2 },
        { { T("bash"), T("-c"), T("-x"), T("y") },                  3 },
        { { T("bash"), T("-c"), T("--"), T("y") },                  3 },
        { { T("bash"), T("+x"), T("-c"), T("y") },                  3 },
        { { T("bash"), T("--rcfile"), T("f"), T("-c"), T("y") },    4 },
        { { T("bash"), T("script"), T("-c"), T("y") },              -1 },
        { { T("bash"), T("--"), T("-c"), T("y") },                  -1 },
        { { T("bash"), T("-x"), T("script") },                      -1 },
        { { T("env"), T("A=b"), T("zsh"), T("-lc"), T("y") },       4 },
        { { T("busybox"), T("ash"), T("-c"), T("y") },              3 },
        { { T("su"), T("ann"), T("-c"), T("y") },                   3 },
        { { T("su"), T("ann"), T("--command=y") },                  2 },
        { { T("runuser"), T("-u"), T("ann"), T("--command"), T("y") }, 4 },
        { { T("${p}"), T("-c"), T("y") },                           2 },
        { { T("x"), T("${p}"), T("-c"), T("y") },                   -1 },
};

static const struct {
        const char *job;
        const char *arguments, *environment, *input, *directory, *output_file; /* NULL: none */
        const char *error;
} expand_cases[] = {
        { "command: [\"/bin/${word}\", \"a ${text} b\", \"$${text}\"]\nenvironment: {A: \"<${word}>\"}\nstdin: \"${text}\"\n"
          "directory: /srv/${word}\noutput: {file: \"/log/${word}-%t\"}\n",
          "/bin/50%|a $(x) ${word}; rm b|${text}", "A=<50%>|JOBSCHED_P_WORD=50%|JOBSCHED_P_TEXT=$(x) ${word}; rm",
          "$(x) ${word}; rm", "/srv/50%", "/log/50%%-%t", NULL },
        { "command: [sh, -c, \"echo $${x} ${HOME}\", \"${word}\"]\n",
          "sh|-c|echo $${x} ${HOME}|50%", "JOBSCHED_P_WORD=50%|JOBSCHED_P_TEXT=$(x) ${word}; rm", NULL, NULL, NULL, NULL },
        { "command: echo ${word-}\n", NULL, "JOBSCHED_P_WORD=50%|JOBSCHED_P_TEXT=$(x) ${word}; rm", NULL, NULL, NULL, NULL },
        { "command: [x, \"-${unset}-\"]\n",
          "x|--", "JOBSCHED_P_WORD=50%|JOBSCHED_P_TEXT=$(x) ${word}; rm", NULL, NULL, NULL, NULL },
        { "command: x\ndirectory: /srv/${path}\n", NULL, NULL, NULL, NULL, NULL,
          "parameter 'path' stands in a path, so its value can hold no '/'" },
        { "command: [\"/bin/${path}\"]\n", NULL, NULL, NULL, NULL, NULL,
          "parameter 'path' stands in a path, so its value can hold no '/'" },
};
/* clang-format on */

static const char declarations[] = "parameters: {word: {type: string}, text: {type: string}, path: {type: "
                                   "string}, unset: {type: "
                                   "string}, key: {type: secret}}\n";

static ParameterValue value_items[] = {
        { T("word"), T("50%"), false },
        { T("text"), T("$(x) ${word}; rm"), false },
        { T("key"), T("0123456789abcdef0123456789abcdef"), true },
        { T("path"), T("../x"), false },
};

static void assert_list(char *const *list, const char *expected) {
        CLEANUP_FREE char *joined = NULL;

        ck_assert_int_eq(string_list_join(list, "|", &joined), 0);
        ck_assert_str_eq(joined, expected ?: "");
}

START_TEST(the_script_of_a_shell_is_found) {
        char *const *arguments = script_cases[_i].arguments;

        for (size_t i = 0; arguments[i]; i++)
                ck_assert_msg(expand_is_script(arguments, i) == ((int) i == script_cases[_i].script),
                              "%s %s, %zu", arguments[0], arguments[1], i);
}
END_TEST

START_TEST(texts_get_their_values) {
        /* The last one is for those that are refused. */
        const ParameterValues values = { value_items,
                                         ARRAY_SIZE(value_items) - (expand_cases[_i].error ? 0 : 1) };
        CLEANUP(expanded_job_done) ExpandedJob expanded = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *error = NULL;
        int r;

        ck_assert_int_ge(asprintf(&text, "%s%s", declarations, expand_cases[_i].job), 0);
        job = test_job(text);
        r = expand_job(job, &values, &expanded, &error);
        ck_assert_str_eq(error ?: "", expand_cases[_i].error ?: "");
        ck_assert_int_eq(r, expand_cases[_i].error ? -EINVAL : 0);
        if (r < 0)
                return;
        assert_list(expanded.arguments, expand_cases[_i].arguments);
        assert_list(expanded.environment, expand_cases[_i].environment);
        ck_assert_pstr_eq(expanded.input, expand_cases[_i].input);
        ck_assert_pstr_eq(expanded.directory, expand_cases[_i].directory);
        ck_assert_pstr_eq(expanded.output_file, expand_cases[_i].output_file);
}
END_TEST

START_TEST(a_job_without_parameters_stays_as_it_is) {
        CLEANUP(job_unrefp)
        Job *job = test_job("command: [x, \"${word}\", \"$${y}\"]\nenvironment: {A: \"${B}\"}\n");
        CLEANUP(expanded_job_done) ExpandedJob expanded = { 0 };
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(expand_job(job, NULL, &expanded, &error), 0);
        assert_list(expanded.arguments, "x|${word}|$${y}");
        assert_list(expanded.environment, "A=${B}");
        ck_assert_ptr_null(expanded.input);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("expand-job");
        TCase *expand = tcase_create("expand");

        tcase_add_loop_test(expand, the_script_of_a_shell_is_found, 0, ARRAY_SIZE(script_cases));
        tcase_add_loop_test(expand, texts_get_their_values, 0, ARRAY_SIZE(expand_cases));
        tcase_add_test(expand, a_job_without_parameters_stays_as_it_is);
        suite_add_tcase(suite, expand);
        return suite;
}
