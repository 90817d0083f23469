/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/notify-text.h"
#include "support/test-support.h"

#define LIST(...)                 \
        (char *const[]) {         \
                __VA_ARGS__, NULL \
        }
#define TEXT(literal) ((char *) (literal))

static void list_done(char ***list) {
        (void) string_list_free(*list);
}

/* clang-format off */
static const struct {
        char *const *list;
        const char *text;
} code_cases[] = {
        { NULL,                                              "" },
        { LIST(TEXT("a=")),                                  "a=\n" },
        { LIST(TEXT("a=b"), TEXT("a=c")),                    "a=b\na=c\n" },
        { LIST(TEXT("a=1\n2\\n")),                           "a=1\\n2\\\\n\n" },
        { LIST(TEXT("a==\xc3\xa4")),                         "a==\xc3\xa4\n" },
};
static const char *const bad_texts[] = { "a", "a=b", "a\n", "a=\\\n", "a=\\x\n", "\n" };

static const struct {
        const char *text, *expanded;
} template_cases[] = {
        { "",                          "" },
        { "plain",                     "plain" },
        { "{\"j\": \"${job}\"}",       "{\"j\": \"back\\\"up\"}" },
        { "${job}${job}",              "back\\\"upback\\\"up" },
        { "$${job} ${state}",          "${job} two\\nlines" },
        { "${none}",                   "" },
        { "${job",                     "${job" },
        { "$ { $job ${",               "$ { $job ${" },
        { "${bytes}",                  "\xef\xbf\xbd" },
};
static const struct {
        const char *text, *unknown; /* NULL: it is good */
} check_cases[] = {
        { "{\"text\": \"${job} ${state} ${text}\"}", NULL },
        { "$${nonsense}",                            NULL },
        { "${exit-code} ${requested-by}",            NULL },
        { "x ${jobs} ${stat}",                       "jobs" },
        { "${}",                                     "" },
        { "${job",                                   NULL },
};
/* clang-format on */

START_TEST(a_list_is_a_text_and_back) {
        CLEANUP(list_done) char **list = NULL;
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(notify_text_encode(code_cases[_i].list, &text), 0);
        ck_assert_str_eq(text, code_cases[_i].text);
        ck_assert_int_eq(notify_text_decode(text, &list), 0);
        ck_assert(string_list_equal(list, code_cases[_i].list));
}
END_TEST

START_TEST(a_text_that_nobody_wrote_is_refused) {
        char **list = NULL;

        ck_assert_int_eq(notify_text_decode(bad_texts[_i], &list), -EBADMSG);
        ck_assert_ptr_null(list);
}
END_TEST

START_TEST(the_first_of_a_name_is_found) {
        char *const list[] = { TEXT("jobs=x"), TEXT("job=a=b"), TEXT("job=c"), NULL };

        ck_assert_str_eq(notify_text_find(list, "job"), "a=b");
        ck_assert_str_eq(notify_text_find(list, "jo"), "");
        ck_assert_str_eq(notify_text_find(NULL, "job"), "");
}
END_TEST

START_TEST(a_target_is_whole) {
        const NotifyTarget target = {
                .channel = NOTIFY_HTTP,
                .url = TEXT("https://example.org"),
                .format = NOTIFY_FORMAT_NTFY,
                .headers = (char *[]){ TEXT("A: b"), TEXT("C: d"), NULL },
        };
        const NotifyTarget mail = { .channel = NOTIFY_MAIL, .address = TEXT("ops@example.org") };
        const NotifyTarget command = { .channel = NOTIFY_COMMAND, .script = TEXT("cat") };
        CLEANUP(list_done) char **list = NULL, **other = NULL, **third = NULL;

        ck_assert_int_eq(notify_text_of_target(&target, "anna", "/bin/sh", &list), 0);
        ck_assert(string_list_equal(
                        list,
                        LIST(TEXT("channel=http"), TEXT("url=https://example.org"), TEXT("format=ntfy"),
                             TEXT("header=A: b"), TEXT("header=C: d"))));
        ck_assert_int_eq(notify_text_of_target(&mail, "anna", "/bin/sh", &other), 0);
        ck_assert(string_list_equal(
                        other,
                        LIST(TEXT("channel=mail"), TEXT("address=ops@example.org"), TEXT("user=anna"))));
        ck_assert_int_eq(notify_text_of_target(&command, NULL, "/bin/sh", &third), 0);
        ck_assert(string_list_equal(
                        third, LIST(TEXT("channel=command"), TEXT("script=cat"), TEXT("shell=/bin/sh"))));
}
END_TEST

START_TEST(a_template_gets_its_values) {
        char *const values[] = { TEXT("job=back\"up"), TEXT("state=two\nlines"), TEXT("bytes=\xff"), NULL };
        CLEANUP_FREE char *expanded = NULL;

        ck_assert_int_eq(notify_template_expand(template_cases[_i].text, values, &expanded), 0);
        ck_assert_str_eq(expanded, template_cases[_i].expanded);
}
END_TEST

START_TEST(an_unknown_name_is_found) {
        CLEANUP_FREE char *unknown = NULL;

        ck_assert_int_eq(
                        notify_template_check(check_cases[_i].text, &unknown),
                        check_cases[_i].unknown ? -EINVAL : 0);
        ck_assert_pstr_eq(unknown, check_cases[_i].unknown);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notify-text");
        TCase *lists = tcase_create("lists"), *templates = tcase_create("templates");

        tcase_add_loop_test(lists, a_list_is_a_text_and_back, 0, ARRAY_SIZE(code_cases));
        tcase_add_loop_test(lists, a_text_that_nobody_wrote_is_refused, 0, ARRAY_SIZE(bad_texts));
        tcase_add_test(lists, the_first_of_a_name_is_found);
        tcase_add_test(lists, a_target_is_whole);
        suite_add_tcase(suite, lists);
        tcase_add_loop_test(templates, a_template_gets_its_values, 0, ARRAY_SIZE(template_cases));
        tcase_add_loop_test(templates, an_unknown_name_is_found, 0, ARRAY_SIZE(check_cases));
        suite_add_tcase(suite, templates);
        return suite;
}
