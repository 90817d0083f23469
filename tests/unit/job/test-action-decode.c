/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/action-decode.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

static const char kind_answer[] =
                "{\"name\":\"kind\",\"parameters\":{"
                "\"text\":{\"type\":\"string\",\"max-length\":5},"
                "\"count\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},"
                "\"ratio\":{\"type\":\"number\"},"
                "\"flag\":{\"type\":\"boolean\"},"
                "\"way\":{\"type\":\"choice\",\"choices\":[\"in\",\"out\"]},"
                "\"day\":{\"type\":\"date\"},"
                "\"wait\":{\"type\":\"duration\"},"
                "\"size\":{\"type\":\"size\"},"
                "\"to\":{\"type\":\"path\"},"
                "\"dsn\":{\"type\":\"string\",\"credentials\":true},"
                "\"sql\":{\"type\":\"string\",\"expand\":false},"
                "\"texts\":{\"type\":\"list\"},"
                "\"bind\":{\"type\":\"list\",\"items\":{\"type\":\"any\",\"credentials\":true}},"
                "\"each\":{\"type\":\"list\",\"items\":{\"type\":\"mapping\",\"parameters\":{"
                "\"id\":{\"type\":\"integer\",\"required\":true},\"to\":{\"type\":\"path\"}}}},"
                "\"map\":{\"type\":\"mapping\",\"credentials\":true},"
                "\"any\":{\"type\":\"any\"}}}";
static const char strict_answer[] =
                "{\"name\":\"strict\",\"parameters\":{\"must\":{\"type\":\"string\",\"required\":true}}}";

static ActionDescription descriptions[4];
static ActionCatalog catalog = { .items = descriptions, .n_items = ARRAY_SIZE(descriptions) };
static const JobSite site = { .actions = &catalog };

static void set_up(void) {
        static const char *const names[] = { "kind", "silent", "strict", "wrong" };
        char *error = NULL;

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                descriptions[i] = (ActionDescription){ .name = strdup(names[i]) };
        descriptions[3].error = strdup("it is broken");
        ck_assert_msg(action_description_parse(&descriptions[0], kind_answer, &error) == 0, "%s", error);
        ck_assert_int_eq(action_description_parse(&descriptions[2], strict_answer, &error), 0);
        test_set_site(&site);
}

static void tear_down(void) {
        test_set_site(NULL);
        for (size_t i = 0; i < ARRAY_SIZE(descriptions); i++)
                action_description_done(&descriptions[i]);
}

#define DECLARED "parameters: {p: {type: string}, s: {type: secret}}\n"

/* clang-format off */
static const struct {
        const char *text, *request;
} good_cases[] = {
        { "kind: {}",                                     "{}" },
        { "kind: {text: abc, count: 7, ratio: 2, flag: true}", "{\"text\":\"abc\",\"count\":7,\"ratio\":2.0,\"flag\":true}" },
        { "kind: {way: in, day: 2026-03-29, wait: 1min 30s, size: 64K}", "{\"way\":\"in\",\"day\":\"2026-03-29\",\"wait\":\"1min 30s\",\"size\":\"64K\"}" },
        { "kind: {wait: 90, size: 10}",                   "{\"wait\":\"90\",\"size\":\"10\"}" },
        { "kind: {text: null, count: ~}",                 "{}" },
        { "kind: {text: \"é\\\"\"}",                      "{\"text\":\"é\\\"\"}" },
        { "kind: {to: /a/%Y/%n}",                         "{\"to\":\"/a/%Y/%n\"}" },
        { "kind: {to: \"https://h/%zz?a=b\"}",            "{\"to\":\"https://h/%zz?a=b\"}" },
        { "kind: {texts: [a, b]}",                        "{\"texts\":[\"a\",\"b\"]}" },
        { "kind: {bind: [1, \"1\", -2.5, true, null, word, {a: [x]}]}", "{\"bind\":[1,\"1\",-2.5,true,null,\"word\",{\"a\":[\"x\"]}]}" },
        { "kind: {each: [{id: 1}, {id: 2, to: /x}]}",     "{\"each\":[{\"id\":1},{\"id\":2,\"to\":\"/x\"}]}" },
        { "kind: {map: {B: \"1\", a: x}}",                "{\"map\":{\"B\":\"1\",\"a\":\"x\"}}" },

        { DECLARED "kind: {text: \"long ${p}\", count: \"${p}\"}", "{\"text\":\"long ${p}\",\"count\":\"${p}\"}" },
        { DECLARED "kind: {dsn: \"a=${credential:db};b=${s}\"}", "{\"dsn\":\"a=${credential:db};b=${s}\"}" },
        { DECLARED "kind: {sql: \"SELECT ${x} $${y}\"}",  "{\"sql\":\"SELECT $${x} $$${y}\"}" },
        { DECLARED "kind: {to: \"${p}/x\"}",             "{\"to\":\"${p}/x\"}" },
        { DECLARED "kind: {any: {k: \"${p}\"}}",          "{\"any\":{\"k\":\"${p}\"}}" },
};

static const JobFaultCase fault_cases[] = {
        { "silent: {}",             "1:1: the action program 'silent' has not said yet what it takes; this job is loaded when it has" },
        { "wrong: {}",              "1:1: the action program 'wrong' cannot be used: it is broken" },
        { "strict: {}",             "1:9: key 'must' is missing" },
        { "strict: {must: null}",   "1:9: key 'must' is missing" },
        { "strict: {must: }",       "1:9: key 'must' is missing\n1:10: 'must' has no value; write null for its default" },
        { "kind: x",                "1:7: 'kind' expects a mapping, not a text" },
        { "kind: {coutn: 1}",       "1:8: unknown key 'coutn'; did you mean 'count'?" },
        { "kind: {count: 1, count: 2}", "1:18: key 'count' is given twice, first in line 1" },
        { "kind: {count: x}",       "1:15: parameter 'count' expects an integer from 1 to 9, not 'x'" },
        { "kind: {count: 10}",      "1:15: parameter 'count' expects an integer from 1 to 9, not '10'" },
        { "kind: {count: [1]}",     "1:15: 'count' expects an integer from 1 to 9, not a list" },
        { "kind: {wait: soon}",     "1:14: 'wait' expects a duration, as 1min 30s, not 'soon'" },
        { "kind: {size: big}",      "1:14: 'size' expects a size, as 64K, not 'big'" },
        { "kind: {text: 12:30}",    "1:14: 12:30 in 'text' could be a number in base 60: quote it if the text is meant, as \"12:30\"" },
        { "kind: {to: x}",          "1:12: 'to' expects an absolute path, not 'x'" },
        { DECLARED "kind: {to: \"${s}\"}", "2:12: 'to' expects an absolute path, not '${s}'" },
        { DECLARED "kind: {to: \"${credential:c}\"}", "2:12: 'to' expects an absolute path, not '${credential:c}'" },
        { "kind: {to: /a/../b}",    "1:12: 'to': it has a '..' in it" },
        { "kind: {each: {id: 1}}",  "1:14: 'each' expects a list, not a mapping" },
        { "kind: {each: [{to: x}, {id: 1, too: /x}]}", "1:15: key 'id' is missing\n1:20: 'to' expects an absolute path, not 'x'\n1:32: unknown key 'too'" },
        { "kind: {text: \"${p}\"}", "1:14: 'text': there is no parameter 'p'; '$${' stands for a plain '${'" },
        { DECLARED "kind: {text: \"${s}\"}", "2:14: 'text': the secret parameter 's' cannot stand here: a command finds it in the file $CREDENTIALS_DIRECTORY/parameter.s" },
        { DECLARED "kind: {text: \"${credential:x}\"}", "2:14: 'text': a credential cannot stand here: a command finds those of 'credentials' in $CREDENTIALS_DIRECTORY" },
        { DECLARED "kind: {sql: \"a ${p}\"}", "2:13: 'sql' is taken as it is written: '${p}' in it would not become its value" },
        { "kind: {}\nstdin: x",     "2:1: 'stdin' cannot be together with 'kind', an action program: its standard input is its request" },
        { "kind: {}\ncommand: x",   "2:1: job 'test' can do one thing: 'kind' and 'command' exclude each other" },
};

static const JobFaultCase user_cases[] = {
        { "kind: {dsn: \"${credential:x}\"}", "1:13: credentials are not allowed in the job of an ordinary user" },
        { "kind: {dsn: x}", "" },
};
/* clang-format on */

START_TEST(what_is_right_becomes_a_request) {
        CLEANUP(job_unrefp) Job *job = test_job(good_cases[_i].text);

        ck_assert_int_eq(job->action, ACTION_PROGRAM);
        ck_assert_str_eq(job_kind(job), "kind");
        ck_assert_str_eq(job->request.request, good_cases[_i].request);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(what_an_ordinary_user_may_not_have_is_refused) {
        test_assert_faults_of_user(&user_cases[_i]);
}
END_TEST

START_TEST(credentials_and_paths_are_noted) {
        CLEANUP(job_unrefp)
        Job *job = test_job("kind: {to: /x, dsn: \"${credential:a}${credential:b}\", "
                            "bind: [\"${credential:a}\"], each: [{id: 1, to: /y}]}");
        CLEANUP_FREE char *credentials = NULL, *paths = NULL;

        ck_assert_int_eq(string_list_join(job->request.credentials, " ", &credentials), 0);
        ck_assert_int_eq(string_list_join(job->request.paths, " ", &paths), 0);
        ck_assert_str_eq(credentials, "a b");
        ck_assert_str_eq(paths, "to");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("action-decode");
        TCase *tcase = tcase_create("action-decode");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, what_is_right_becomes_a_request, 0, ARRAY_SIZE(good_cases));
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, what_an_ordinary_user_may_not_have_is_refused, 0, ARRAY_SIZE(user_cases));
        tcase_add_test(tcase, credentials_and_paths_are_noted);
        suite_add_tcase(suite, tcase);
        return suite;
}
