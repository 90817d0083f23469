/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/expand-request.h"

#include "job/action-catalog.h"
#include "support/job-fixture.h"
#include "support/test-support.h"

#define T(text) ((char *) (text))

static ActionDescription description;
static ActionCatalog catalog = { .items = &description, .n_items = 1 };
static const JobSite site = { .actions = &catalog };

static void set_up(void) {
        char *error = NULL;
        int r;

        description = (ActionDescription){ .name = strdup("kind") };
        r = action_description_parse(
                        &description,
                        "{\"name\":\"kind\",\"parameters\":{\"to\":{\"type\":\"path\",\"credentials\":true},"
                        "\"text\":{\"type\":\"string\"}}}",
                        &error);
        ck_assert_msg(r == 0, "%s", error);
        test_set_site(&site);
}

static void tear_down(void) {
        test_set_site(NULL);
        action_description_done(&description);
}

/* clang-format off */
static const struct {
        const char *job, *error; /* NULL: it can be */
} cases[] = {
        { "command: \"true\"",                      NULL },
        { "kind: {}",                               NULL },
        { "kind: {text: \"${path}\"}",              NULL },
        { "kind: {to: \"/a/${word}-%Y\"}",          NULL },
        { "kind: {to: \"/a/${path}\"}",             "parameter 'path' stands in a path, so its value can hold no '/'" },
        { "kind: {to: \"https://h/${path}\"}",      NULL },
        { "kind: {to: \"${url}\"}",                 NULL },
        { "kind: {to: \"${url}/${credential:c}\"}", NULL },
        { "kind: {to: \"${path}\"}",                "'to' expects a URL such as https://example.org/file, not '/etc/x'" },
        { "kind: {to: \"${path}://h\"}",            "'to' expects a URL such as https://example.org/file, not '/etc/x://h'" },
        { "kind: {to: \"${word}\"}",                "'to' expects a URL such as https://example.org/file, not 'w'" },
        { "kind: {to: \"${unset}\"}",               "'to' expects a URL such as https://example.org/file, not ''" },
        { "http: {url: \"https://h\", method: PUT, body: {file: \"/a/${word}\"}}", NULL },
        { "http: {url: \"https://h\", method: PUT, body: {file: \"/a/${path}\"}}",
          "parameter 'path' stands in a path, so its value can hold no '/'" },
};
/* clang-format on */

START_TEST(values_that_cannot_stand_there_are_told) {
        static ParameterValue items[] = {
                { T("word"), T("w"), false },
                { T("path"), T("/etc/x"), false },
                { T("url"), T("https://example.org/%41"), false },
        };
        const ParameterValues values = { items, ARRAY_SIZE(items) };
        CLEANUP_FREE char *text = NULL, *error = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;

        ck_assert_int_ge(
                        asprintf(&text,
                                 "parameters: {word: {type: string}, path: {type: string}, url: {type: "
                                 "string}, unset: {type: string}}\n%s\n",
                                 cases[_i].job),
                        0);
        job = test_job(text);
        ck_assert_int_eq(expand_request_check(job, &values, &error), cases[_i].error ? -EINVAL : 0);
        ck_assert_pstr_eq(error, cases[_i].error);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("expand-request");
        TCase *tcase = tcase_create("check");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, values_that_cannot_stand_there_are_told, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
