/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/draft.h"

#include <errno.h>
#include <string.h>

#include "schedctl/message.h"
#include "support/test-support.h"

static Draft draft;

static void setup(void) {
        ck_assert_int_eq(draft_init(&draft), 0);
}

static void teardown(void) {
        draft_done(&draft);
}

static void check_text(bool is_patch, const char *wanted) {
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(draft_format(&draft, is_patch, &text), 0);
        ck_assert_str_eq(text, wanted);
}

/* clang-format off */
static const struct {
        const char *text, *written;
} text_cases[] = {
        { "backup",       "k: backup\n" },
        { "/bin/true",    "k: /bin/true\n" },
        { "",             "k: \"\"\n" },
        { "10",           "k: \"10\"\n" },
        { "-x",           "k: \"-x\"\n" },
        { "yes",          "k: \"yes\"\n" },
        { "NULL",         "k: \"NULL\"\n" },
        { "a: b",         "k: \"a: b\"\n" },
        { "a #b",         "k: \"a #b\"\n" },
        { "* * * * *",    "k: \"* * * * *\"\n" },
        { "say \"hi\"\\", "k: \"say \\\"hi\\\"\\\\\"\n" },
        { "one\ntwo\n",   "k: |\n  one\n  two\n" },
        { "\x01\x1b",     "k: \"\\x01\\e\"\n" },
};

static const struct {
        const char *assignments[3];
        int status;
        const char *written; /* as a patch */
} assign_cases[] = {
        { { "nice=10" },                                       STATUS_OK,    "nice: 10\n" },
        { { "enabled=false" },                                 STATUS_OK,    "enabled: false\n" },
        { { "description=two words" },                         STATUS_OK,    "description: two words\n" },
        { { "description=\"10\"" },                            STATUS_OK,    "description: \"10\"\n" },
        { { "description=a=b" },                               STATUS_OK,    "description: a=b\n" },
        { { "retry.attempts=3", "retry.delay=1min" },          STATUS_OK,    "retry:\n  attempts: 3\n  delay: 1min\n" },
        { { "retry={attempts: 3}", "retry.delay=1min" },       STATUS_OK,    "retry:\n  attempts: 3\n  delay: 1min\n" },
        { { "a.b.c=1", "a.b.d=2" },                            STATUS_OK,    "a:\n  b:\n    c: 1\n    d: 2\n" },
        { { "tags=[a, b]" },                                   STATUS_OK,    "tags:\n  - a\n  - b\n" },
        { { "timeout=null" },                                  STATUS_OK,    "timeout: null\n" },
        { { "timeout=" },                                      STATUS_OK,    "timeout: null\n" },
        { { "timeout=1h", "timeout=2h" },                      STATUS_OK,    "timeout: 2h\n" },
        { { "schedule=0 5 * * *" },                            STATUS_OK,    "schedule: 0 5 * * *\n" },
        { { "load=1.50" },                                     STATUS_OK,    "load: 1.50\n" },
        { { "schedule=* * * * *" },                            STATUS_USAGE, NULL },
        { { "x=[a" },                                          STATUS_USAGE, NULL },
        { { "x={a: 1, a: 2}\n---\n3" },                        STATUS_USAGE, NULL },
        { { "nice" },                                          STATUS_USAGE, NULL },
        { { "=1" },                                            STATUS_USAGE, NULL },
        { { ".a=1" },                                          STATUS_USAGE, NULL },
        { { "a.=1" },                                          STATUS_USAGE, NULL },
        { { "a..b=1" },                                        STATUS_USAGE, NULL },
};
/* clang-format on */

START_TEST(a_text_reads_as_itself) {
        YamlNode *value;
        Draft other;

        ck_assert_int_eq(draft_set_text(&draft, "k", text_cases[_i].text), 0);
        check_text(false, text_cases[_i].written);

        ck_assert_int_eq(draft_init(&other), 0);
        ck_assert_int_eq(
                        draft_parse(&other, NULL, text_cases[_i].written, strlen(text_cases[_i].written),
                                    &value),
                        0);
        ck_assert_str_eq(yaml_mapping_find(value, "k")->value->text, text_cases[_i].text);
        draft_done(&other);
}
END_TEST

START_TEST(an_assignment_sets_a_key) {
        int status = STATUS_OK;

        for (size_t i = 0; i < 3 && assign_cases[_i].assignments[i] && status == STATUS_OK; i++)
                status = draft_assign(&draft, assign_cases[_i].assignments[i]);
        ck_assert_int_eq(status, assign_cases[_i].status);
        if (status == STATUS_OK)
                check_text(true, assign_cases[_i].written);
}
END_TEST

START_TEST(a_mapping_is_put_together) {
        static const char *const command[] = { "/bin/echo", "a b", NULL };
        YamlNode *headers = draft_mapping(&draft), *list;

        ck_assert_int_eq(draft_set(&draft, "command", draft_list(&draft, (char *const *) command)), 0);
        ck_assert_int_eq(draft_set(&draft, "http.headers", headers), 0);
        ck_assert_int_eq(draft_put(&draft, headers, "X.Y", draft_text(&draft, "1")), 0);
        list = draft_list(&draft, NULL);
        ck_assert_int_eq(draft_append(list, draft_text(&draft, "one")), 0);
        ck_assert_int_eq(draft_append(list, NULL), -ENOMEM);
        ck_assert_int_eq(draft_set(&draft, "tags", list), 0);
        ck_assert_int_eq(draft_set_text(&draft, "left-out", NULL), 0);
        ck_assert_int_eq(draft_set(&draft, "command.x", headers), -EINVAL);
        check_text(false,
                   "command:\n  - /bin/echo\n  - \"a b\"\nhttp:\n  headers:\n    X.Y: \"1\"\n"
                   "tags:\n  - one\n");
}
END_TEST

START_TEST(many_keys_are_put_at_the_end) {
        YamlNode **end = NULL;

        for (unsigned i = 0; i < 3; i++) {
                char name[2] = { (char) ('c' - i), 0 };

                ck_assert_int_eq(draft_put_last(&draft, draft.root, &end, name, draft_text(&draft, "x")), 0);
        }
        ck_assert_int_eq(draft_put_last(&draft, draft.root, &end, "z", NULL), -ENOMEM);
        check_text(false, "c: x\nb: x\na: x\n");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("draft");
        TCase *tcase = tcase_create("draft");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_loop_test(tcase, a_text_reads_as_itself, 0, (int) ARRAY_SIZE(text_cases));
        tcase_add_loop_test(tcase, an_assignment_sets_a_key, 0, (int) ARRAY_SIZE(assign_cases));
        tcase_add_test(tcase, a_mapping_is_put_together);
        tcase_add_test(tcase, many_keys_are_put_at_the_end);
        suite_add_tcase(suite, tcase);
        return suite;
}
