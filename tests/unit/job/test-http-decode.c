/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/http-decode.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define U "http: {url: \"https://h/\""

/* clang-format off */
static const struct {
        const char *definition, *member; /* that is in the request */
} members[] = {
        { U "}",                                    "\"url\":\"https://h/\"" },
        { U "}",                                    "\"expect-status\":[{\"from\":200,\"to\":299}]" },
        { U "}",                                    "\"redirects\":0,\"connect-timeout-usec\":15000000,\"response-max\":1048576" },
        { U ", method: DELETE}",                    "\"method\":\"DELETE\"" },
        { U ", headers: {A: b, C: [d, e]}}",        "\"headers\":[{\"name\":\"A\",\"value\":\"b\"},{\"name\":\"C\",\"value\":\"d\"},{\"name\":\"C\",\"value\":\"e\"}]" },
        { U ", query: {q: \"a b\"}}",               "\"query\":[{\"name\":\"q\",\"value\":\"a b\"}]" },
        { U ", body: text}",                        "\"body\":{\"text\":\"text\"}" },
        { U ", body: {text: a, type: text/x}}",     "\"body\":{\"text\":\"a\",\"type\":\"text/x\"}" },
        { U ", body: {json: {a: [1, \"2\", null]}}}", "\"json\":[{\"raw\":\"{\\\"a\\\":[1,\\\"2\\\",null]}\"}]" },
        { U ", body: {json: \"${credential:x}\"}}", "\"json\":[{\"text\":\"${credential:x}\"}]" },
        { U ", body: {json: {\"${x}\": 1}}}",       "\"raw\":\"{\\\"$${x}\\\":1}\"" },
        { U ", body: {form: {a: b}}}",              "\"form\":[{\"name\":\"a\",\"value\":\"b\"}]" },
        { U ", body: {multipart: {a: b, f: {file: /x/y.z}}}}", "{\"name\":\"f\",\"file\":0,\"file-name\":\"y.z\"}" },
        { U ", body: {file: /f}, ca: /c}",          "\"ca\":{\"file\":1}" },
        { U ", auth: {bearer: t}}",                 "\"auth\":{\"bearer\":\"t\"}" },
        { U ", auth: {digest: {user: u, password: p}}}", "\"digest\":{\"user\":\"u\",\"password\":\"p\"}" },
        { U ", certificate: \"${credential:c}\"}",  "\"certificate\":{\"text\":\"${credential:c}\"}" },
        { U ", verify: false, ca: system}",         "\"verify\":false" },
        { U ", expect-status: 204}",                "\"expect-status\":[{\"from\":204,\"to\":204}]" },
        { U ", expect-status: [200-203, 404]}",     "\"expect-status\":[{\"from\":200,\"to\":203},{\"from\":404,\"to\":404}]" },
        { U ", expect-json: {a.b: true}}",          "\"expect-json\":[{\"path\":\"a.b\",\"value\":[{\"raw\":\"true\"}]}]" },
        { U ", append-id: execution}",              "\"append-id\":\"execution\"" },
        { U ", save: [headers]}",                   "\"save-headers\":true,\"save-body\":false" },
        { U ", save: []}",                          "\"save-headers\":false,\"save-body\":false" },
        { U ", http-version: 2-only}",              "\"http-version\":\"2-only\"" },
};

static const JobFaultCase faults[] = {
        { "http: {}", "1:7: 'http' needs 'url'" },
        { "http: x", "1:7: 'http' expects a mapping, not a text" },
        { "command: x\n" U "}", "2:1: job 'test' can do one thing: 'command' and 'http' exclude each other" },
        { "http: {url: \"ftp://h/\"}", "1:13: 'url' expects a URL such as https://example.org/path, not 'ftp://h/'" },
        { "http: {url: \"http:///x\"}", "1:13: 'url' expects a URL such as https://example.org/path, not 'http:///x'" },
        { "http: {url: \"http://h/ x\"}", "1:13: 'url' expects a URL such as https://example.org/path, not 'http://h/ x'" },
        { U ",\n method: get}", "2:10: 'method' expects a method of HTTP such as POST, not 'get'" },
        { U ",\n headers: {\"A B\": c}}", "2:12: 'A B' is not the name of a header" },
        { U ",\n headers: [a]}", "2:11: 'headers' expects a mapping of at most 1000 texts, not a list" },
        { U ",\n body: {text: a, json: b}}", "2:8: 'body' expects a text, or one of 'text', 'json', 'form', 'multipart' and 'file'" },
        { U ",\n body: {json: 010}}", "2:15: 010 in 'the value' could be a number in octal: quote it if the text is meant, as \"010\"" },
        { U ",\n body: {file: x}}", "2:15: 'file' expects an absolute path, in which no credential may stand, not 'x'" },
        { U ",\n auth: {}}", "2:8: 'auth' expects one of 'bearer', 'basic' and 'digest'" },
        { U ",\n key: /k}", "2:7: 'key' needs 'certificate'" },
        { U ",\n certificate: k}", "2:15: 'certificate' expects an absolute path, or ${credential:NAME} for what is kept there, not 'k'" },
        { U ",\n proxy: x}", "2:9: 'proxy' expects a URL such as http://proxy.example.org:3128 (also https, socks5 and socks5h), not 'x'" },
        { U ",\n expect-status: [600]}", "2:18: 'expect-status' expects 'any', or codes and ranges such as 204 and 200-299, not '600'" },
        { U ",\n expect-status: 299-200}", "2:17: 'expect-status' expects 'any', or codes and ranges such as 204 and 200-299, not '299-200'" },
        { U ",\n expect-body: \"a(\"}", "2:15: 'expect-body' is no regular expression: missing closing parenthesis, at byte 3" },
        { U ",\n expect-body: \"((a{999}){999}){99}\"}", "2:15: 'expect-body' is no regular expression: regular expression is too large, at byte 20" },
        { U "}\nstdin: x", "2:1: 'stdin' cannot be together with 'http': what a request sends is 'http.body'" },
        { U ",\n save: [status]}", "2:8: 'save' expects a list of 'headers' and 'body', not 'status'" },
        { U ",\n body: \"${nobody}\"}", NULL },
};
/* clang-format on */

START_TEST(a_mapping_becomes_a_request) {
        CLEANUP(job_unrefp) Job *job = test_job(members[_i].definition);

        ck_assert_int_eq(job->action, ACTION_HTTP);
        ck_assert_str_eq(job_kind(job), "http");
        ck_assert_msg(strstr(job->request.request, members[_i].member), "%s", job->request.request);
}
END_TEST

START_TEST(any_status_is_no_list) {
        CLEANUP(job_unrefp) Job *job = test_job(U ", expect-status: any}");

        ck_assert_ptr_null(strstr(job->request.request, "expect-status"));
}
END_TEST

START_TEST(credentials_and_files_are_noted) {
        CLEANUP(job_unrefp)
        Job *job = test_job(U ", headers: {A: \"${credential:one}\"}, body: {json: "
                              "[\"${credential:two}${credential:one}\"]}, "
                              "certificate: /c, key: /k}");

        ck_assert_uint_eq(string_list_length(job->request.credentials), 2);
        ck_assert_str_eq(job->request.credentials[1], "two");
        ck_assert_uint_eq(string_list_length(job->request.files), 2);
        ck_assert_str_eq(job->request.files[0], "/c");
}
END_TEST

START_TEST(the_shorter_time_out_holds) {
        CLEANUP(job_unrefp) Job *by_default = test_job(U "}");
        CLEANUP(job_unrefp) Job *own = test_job(U ", timeout: 3s}");
        CLEANUP(job_unrefp) Job *of_job = test_job(U ", timeout: 3s}\ntimeout: 2s\n");

        ck_assert_int_eq(by_default->process.timeout_usec, 5 * USEC_PER_MINUTE);
        ck_assert_int_eq(own->process.timeout_usec, 3 * USEC_PER_SEC);
        ck_assert_int_eq(of_job->process.timeout_usec, 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(only_root_reaches_private_addresses) {
        CLEANUP(job_unrefp) Job *of_root = test_job(U "}");
        CLEANUP(job_unrefp) Job *public_of_root = test_job(U ", allow-private: false}");
        CLEANUP(job_unrefp) Job *of_user = test_job_of_user(U "}");

        ck_assert(of_root->request.allow_private);
        ck_assert(!public_of_root->request.allow_private);
        ck_assert(!of_user->request.allow_private);
        test_assert_faults_of_user(&(JobFaultCase){ U ", allow-private: true}",
                                                    "1:7: 'allow-private' is for jobs of root only: jobs of "
                                                    "ordinary users reach public addresses" });
        test_assert_faults_of_user(&(JobFaultCase){
                        U ", body: \"${credential:x}\"}",
                        "1:7: '${credential:x}': credentials of the host are for jobs of root only; a secret "
                        "parameter is for everybody" });
}
END_TEST

START_TEST(a_definition_gives_an_equal_job) {
        CLEANUP(job_unrefp)
        Job *job = test_job(U ", body: {json: {a: \"1\", b: 2}}, expect-status: [204], timeout: 3s}");
        CLEANUP(job_unrefp) Job *again = test_job(job->definition);

        ck_assert_str_eq(job->request.request, again->request.request);
        ck_assert_int_eq(job->process.timeout_usec, again->process.timeout_usec);
}
END_TEST

START_TEST(faults_are_told) {
        if (faults[_i].faults) {
                test_assert_faults(&faults[_i]);
        } else {
                CLEANUP_FREE char *told = test_job_faults(faults[_i].text, true);

                ck_assert_msg(strstr(told, "nobody"), "%s", told);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("http-decode");
        TCase *tcase = tcase_create("http-decode");

        tcase_add_loop_test(tcase, a_mapping_becomes_a_request, 0, ARRAY_SIZE(members));
        tcase_add_test(tcase, any_status_is_no_list);
        tcase_add_test(tcase, credentials_and_files_are_noted);
        tcase_add_test(tcase, the_shorter_time_out_holds);
        tcase_add_test(tcase, only_root_reaches_private_addresses);
        tcase_add_test(tcase, a_definition_gives_an_equal_job);
        tcase_add_loop_test(tcase, faults_are_told, 0, ARRAY_SIZE(faults));
        suite_add_tcase(suite, tcase);
        return suite;
}
