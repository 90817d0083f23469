/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/notify-decode.h"

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"
#define F C "notify: {on-failure: "

START_TEST(each_channel_is_kept) {
        CLEANUP(job_unrefp)
        Job *job = test_job(C "notify:\n"
                              "  on-failure:\n"
                              "    - {mail: \"ops@example.org, root\"}\n"
                              "    - {mail: [a@example.org, b@example.org]}\n"
                              "    - {http: \"https://example.org/x\"}\n"
                              "    - http: {url: \"http://ntfy.example.org/t\", method: PUT, format: ntfy,\n"
                              "             headers: {Title: Job failed, X-Key: \"7\"}}\n"
                              "    - http: {url: \"https://example.org/y\", body: '{\"text\": \"${job}\"}'}\n"
                              "    - {command: logger failed | cat}\n"
                              "    - {command: [logger, failed]}\n"
                              "  on-overdue: {mail: ops}\n"
                              "  late-after: 1min\n"
                              "  long-running-after: 2h\n"
                              "expect-within: 26h\n");
        const NotifyTargets *targets = &job->notify.on[NOTIFY_ON_FAILURE];

        ck_assert_uint_eq(targets->n_items, 7);
        ck_assert_int_eq(targets->items[0].channel, NOTIFY_MAIL);
        ck_assert_str_eq(targets->items[0].address, "ops@example.org, root");
        ck_assert_str_eq(targets->items[1].address, "a@example.org, b@example.org");
        ck_assert_int_eq(targets->items[2].channel, NOTIFY_HTTP);
        ck_assert_str_eq(targets->items[2].url, "https://example.org/x");
        ck_assert_str_eq(targets->items[2].method, "POST");
        ck_assert_int_eq(targets->items[2].format, NOTIFY_FORMAT_JSON);
        ck_assert_ptr_null(targets->items[2].body);
        ck_assert_str_eq(targets->items[3].method, "PUT");
        ck_assert_int_eq(targets->items[3].format, NOTIFY_FORMAT_NTFY);
        ck_assert_str_eq(targets->items[3].headers[0], "Title: Job failed");
        ck_assert_str_eq(targets->items[3].headers[1], "X-Key: 7");
        ck_assert_str_eq(targets->items[4].body, "{\"text\": \"${job}\"}");
        ck_assert_int_eq(targets->items[5].channel, NOTIFY_COMMAND);
        ck_assert_str_eq(targets->items[5].script, "logger failed | cat");
        ck_assert_str_eq(targets->items[6].arguments[1], "failed");
        ck_assert_uint_eq(job->notify.on[NOTIFY_ON_OVERDUE].n_items, 1);
        ck_assert_uint_eq(job->notify.on[NOTIFY_ON_SUCCESS].n_items, 0);
        ck_assert_int_eq(job->notify.late_after_usec, USEC_PER_MINUTE);
        ck_assert_int_eq(job->notify.long_running_after_usec, 2 * USEC_PER_HOUR);
        ck_assert_int_eq(job->expect_within_usec, 26 * USEC_PER_HOUR);
}
END_TEST

START_TEST(nobody_is_told_by_default) {
        CLEANUP(job_unrefp) Job *job = test_job(C);

        for (int event = 0; event < NOTIFY_EVENT_COUNT; event++)
                ck_assert_uint_eq(job->notify.on[event].n_items, 0);
        ck_assert_int_eq(job->notify.late_after_usec, 5 * USEC_PER_MINUTE);
        ck_assert_int_eq(job->notify.long_running_after_usec, USEC_PER_HOUR);
        ck_assert_int_eq(job->expect_within_usec, USEC_INFINITY);
}
END_TEST

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "notify: ops@example.org\n",         "2:9: 'notify' expects a mapping, not a text" },
        { C "notify: {on-fail: {mail: a}}\n",    "2:10: unknown key 'on-fail'; did you mean 'on-failure'?" },
        { C "notify: {on-trouble: {mail: a}}\n", "2:10: unknown key 'on-trouble'; known are on-failure, on-success, on-recovery, on-missed, "
          "on-late, on-long-running, on-output, on-overdue, late-after, long-running-after" },
        { C "notify: {late-after: soon}\n",      "2:22: 'late-after' expects a duration such as 90s or 1h 30min, not 'soon'" },
        { C "expect-within: 0\n",                "2:16: 'expect-within' expects a duration of at least 1s, or infinity, not '0'" },
        { F "ops@example.org}\n",                "2:22: a target is a mapping such as {mail: ann@example.org}, not a text" },
        { F "[{mail: a}, [x]]}\n",               "2:34: a target is a mapping such as {mail: ann@example.org}, not a list" },
        { F "{}}\n",                             "2:22: a target has exactly one of 'mail', 'http' and 'command'" },
        { F "{mail: a, command: b}}\n",          "2:22: a target has exactly one of 'mail', 'http' and 'command'" },
        { F "{mial: a}}\n",                      "2:23: unknown key 'mial'; did you mean 'mail'?" },
        { F "{mail: []}}\n",                     "2:29: 'mail' is empty" },
        { F "{mail: a b}}\n",                    "2:29: 'mail' expects an address such as ann@example.org, not 'a b'" },
        { F "{mail: -oQ/tmp}}\n",                "2:29: 'mail' expects an address such as ann@example.org, not '-oQ/tmp'" },
        { F "{mail: \"|/bin/sh\"}}\n",             "2:29: 'mail' expects an address such as ann@example.org, not '|/bin/sh'" },
        { F "{mail: /etc/passwd}}\n",                "2:29: 'mail' expects an address such as ann@example.org, not '/etc/passwd'" },
        { F "{mail: \"a@b,\"}}\n",               "2:29: 'mail' expects an address such as ann@example.org, not 'a@b,'" },
        { F "{mail: \"a@b\\nBcc: c@d\"}}\n",     "2:29: 'mail' expects an address such as ann@example.org, not 'a@b\nBcc: c@d'" },
        { F "{mail: [a, \"b;c\"]}}\n",           "2:33: 'mail' expects an address such as ann@example.org, not 'b;c'" },
        { F "{http: [x]}}\n",                    "2:29: 'http' expects a URL or a mapping, not a list" },
        { F "{http: \"ftp://x\"}}\n",            "2:29: 'http' expects a URL such as https://example.org/hook, not 'ftp://x'" },
        { F "{http: \"https:///x\"}}\n",         "2:29: 'http' expects a URL such as https://example.org/hook, not 'https:///x'" },
        { F "{http: {method: GET}}}\n",          "2:29: key 'url' is missing" },
        { F "{http: {url: \"x\"}}}\n",           "2:35: 'url' expects a URL such as https://example.org/hook, not 'x'" },
        { F "{http: {url: \"http://x\", method: get}}}\n", "2:55: 'method' expects a method of HTTP such as POST, not 'get'" },
        { F "{http: {url: \"http://x\", format: teams}}}\n",
          "2:55: 'format' expects one of json, slack, mattermost, ntfy, healthchecks, not 'teams'" },
        { F "{http: {url: \"http://x\", headers: [a]}}}\n", "2:56: 'headers' expects a mapping such as {Title: text}, not a list" },
        { F "{http: {url: \"http://x\", headers: {\"a b\": c}}}}\n", "2:57: 'a b' is not a name for a header" },
        { F "{http: {url: \"http://x\", headers: {A: \"b\\r\\nC: d\"}}}}\n",
          "2:60: the header 'A' may not have control characters in it" },
        { F "{http: {url: \"http://x\", format: slack, body: x}}}\n", "2:29: 'body' and 'format' exclude each other" },
        { F "{http: {url: \"http://x\", body: \"${jbo}\"}}}\n", "2:53: 'body' has no value for ${jbo}" },
        { F "{http: {url: \"http://x\", method: GET, body: x}}}\n", "2:29: warning: 'body' has no effect with 'method: GET'" },
        { F "{command: {a: b}}}\n",              "2:32: 'command' expects a text for the shell or a list of arguments, not a mapping" },
        { C "notify: {on-overdue: {mail: a}}\n", "2:10: warning: 'on-overdue' has no effect without 'expect-within', which says when the job is overdue" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notify-decode");
        TCase *tcase = tcase_create("notify-decode");

        tcase_add_test(tcase, each_channel_is_kept);
        tcase_add_test(tcase, nobody_is_told_by_default);
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
