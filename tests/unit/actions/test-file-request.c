/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-request.h"

#include <errno.h>
#include <string.h>

#include "actions/action-check.h"
#include "support/test-support.h"

static const ActionProgram program = { .name = "file", .parameters = file_parameters };

/* `parameters` in YAML's way, without quotes: what is between '<' and '>' is a JSON string. */
static int decode(Action *action, const char *parameters, FileRequest *ret) {
        CLEANUP_FREE char *text = NULL;
        int r;

        action_init(action, &program);
        ck_assert_int_ge(asprintf(&text, "{\"kind\":\"file\",\"parameters\":{%s}}", parameters), 0);
        for (char *at = text; (at = strpbrk(at, "<>")) != NULL;)
                *at = '"';
        *ret = (FileRequest){ 0 };
        r = action_read_request(action, text, strlen(text));
        return r < 0 ? r : file_request_decode(action, ret);
}

/* clang-format off */
static const struct {
        const char *parameters;
        FileOperation operation;
} operation_cases[] = {
        { "<from>:</a>",                                          FILE_READ },
        { "<from>:</a>,<to>:</b>",                                FILE_COPY },
        { "<to>:</b>,<content>:<x>",                              FILE_WRITE },
        { "<to>:</b>,<content>:<>",                               FILE_WRITE },
        { "<from>:<https://h/a>,<to>:</b>",                       FILE_FETCH },
        { "<from>:</a>,<to>:<sftp://h/b>",                        FILE_SEND },
        { "<to>:<http://h/b>,<content>:<x>",                      FILE_SEND },
        { "<from>:</a>,<operation>:<delete>",                     FILE_DELETE },
        { "<from>:</a>,<to>:</b>,<operation>:<move>",             FILE_MOVE },
        { "<from>:</a*>,<operation>:<delete>,<glob>:true",        FILE_DELETE },
        { "<from>:</a*>,<to>:</b>,<glob>:true",                   FILE_COPY },
};
/* clang-format on */

START_TEST(the_operation_is_what_from_and_to_are) {
        CLEANUP(file_request_done) FileRequest request = { 0 };
        CLEANUP(action_done) Action action;

        ck_assert_int_eq(decode(&action, operation_cases[_i].parameters, &request), 0);
        ck_assert_str_eq(
                        file_operation_to_string(request.operation),
                        file_operation_to_string(operation_cases[_i].operation));
}
END_TEST

/* clang-format off */
static const struct {
        const char *parameters, *message;
} fault_cases[] = {
        { "",                                                 "file: read needs 'from', an absolute path" },
        { "<from>:<a>",                                       "file: read needs an absolute path as 'from'" },
        { "<from>:</a>,<to>:<b>",                             "file: copy needs an absolute path as 'to'" },
        { "<from>:<http://h/a>",                              "file: fetch needs 'to', an absolute path" },
        { "<from>:<http://h/a>,<to>:<http://h/b>",            "file: fetch needs an absolute path as 'to'" },
        { "<from>:</a>,<to>:</b>,<operation>:<fetch>",        "file: fetch needs a URL as 'from'" },
        { "<from>:</a>,<to>:</b>,<operation>:<send>",         "file: send needs a URL as 'to'" },
        { "<from>:<http://h/a>,<to>:</b>,<operation>:<copy>", "file: copy needs an absolute path as 'from'" },
        { "<from>:</a>,<to>:</b>,<operation>:<read>",         "file: read has no 'to'" },
        { "<from>:</a>,<to>:</b>,<operation>:<delete>",       "file: delete has no 'to'" },
        { "<from>:</a>,<to>:</b>,<operation>:<write>",        "file: write needs 'content'" },
        { "<from>:</a>,<to>:</b>,<content>:<x>",              "file: 'from' and 'content' exclude each other" },
        { "<to>:</b>,<content>:<x>,<operation>:<copy>",       "file: copy has no 'content'" },
        { "<from>:</a>,<glob>:true",                          "file: 'glob' is for copy, move and delete" },
        { "<from>:</a>,<to>:<http://h/>,<glob>:true",         "file: 'glob' is for copy, move and delete" },
        { "<from>:<http://h/>,<to>:</b>,<glob>:true",         "file: 'glob' is for copy, move and delete" },
        { "<to>:</b>,<content>:<x>,<glob>:true",              "file: 'glob' is for copy, move and delete" },
        { "<from>:</a>,<owner>:<no such user>",               "There is no user 'no such user'" },
        { "<from>:</a>,<group>:<no such group>",              "There is no group 'no such group'" },
        { "<from>:</a>,<owner>:<4294967295>",                 "There is no user '4294967295'" },
        { "<from>:</a>,<max-bytes>:<129K>",                   "file.max-bytes: a result may have at most 128K of a file" },
};
/* clang-format on */

START_TEST(what_does_not_fit_is_refused) {
        CLEANUP(file_request_done) FileRequest request = { 0 };
        CLEANUP(action_done) Action action;

        ck_assert_int_eq(decode(&action, fault_cases[_i].parameters, &request), -ECANCELED);
        ck_assert_str_eq(action.message, fault_cases[_i].message);
}
END_TEST

START_TEST(without_more_words_the_defaults_hold) {
        CLEANUP(file_request_done) FileRequest request = { 0 };
        CLEANUP(action_done) Action action;

        ck_assert_int_eq(decode(&action, "<from>:</a>,<to>:</b>", &request), 0);
        ck_assert_str_eq(request.from, "/a");
        ck_assert_str_eq(request.to, "/b");
        ck_assert_ptr_null(request.root);
        ck_assert_ptr_null(request.encoding_to);
        ck_assert_uint_eq(request.mode, (mode_t) -1);
        ck_assert_uint_eq(request.owner, (uid_t) -1);
        ck_assert_uint_eq(request.group, (gid_t) -1);
        ck_assert_int_eq(request.if_exists, EXISTS_REPLACE);
        ck_assert(!request.ignore_missing && !request.make_directories && !request.only_if_changed);
        ck_assert_uint_eq(request.max_bytes, UINT64_MAX);
}
END_TEST

START_TEST(every_parameter_is_read) {
        CLEANUP(file_request_done) FileRequest request = { 0 };
        CLEANUP(action_done) Action action;

        ck_assert_int_eq(
                        decode(&action,
                               "<from>:</a>,<to>:</b>,<root>:</r>,<mode>:<0640>,<owner>:<7>,<group>:<root>,"
                               "<make-directories>:true,<only-if-changed>:true,<if-exists>:<keep>,"
                               "<if-missing>:<ignore>,<checksum>:<md5:00>,<encoding>:{<from>:<KOI8-R>},"
                               "<max-bytes>:<2K>",
                               &request),
                        0);
        ck_assert_str_eq(request.root, "/r");
        ck_assert_uint_eq(request.mode, 0640);
        ck_assert_uint_eq(request.owner, 7);
        ck_assert_uint_eq(request.group, 0);
        ck_assert(request.ignore_missing && request.make_directories && request.only_if_changed);
        ck_assert_int_eq(request.if_exists, EXISTS_KEEP);
        ck_assert_str_eq(request.checksum, "md5:00");
        ck_assert_str_eq(request.encoding_from, "KOI8-R");
        ck_assert_str_eq(request.encoding_to, "UTF-8");
        ck_assert_uint_eq(request.max_bytes, 2048);
}
END_TEST

START_TEST(the_names_are_those_of_the_manual) {
        for (int i = 0; i < FILE_OPERATION_COUNT; i++)
                ck_assert_int_eq(file_operation_from_string(file_operation_to_string(i)), i);
        for (int i = 0; i < EXISTS_COUNT; i++)
                ck_assert_int_eq(file_exists_from_string(file_exists_to_string(i)), i);
        ck_assert_int_lt(file_operation_from_string("link"), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("file-request");
        TCase *request = tcase_create("request");

        tcase_add_loop_test(request, the_operation_is_what_from_and_to_are, 0, ARRAY_SIZE(operation_cases));
        tcase_add_loop_test(request, what_does_not_fit_is_refused, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(request, without_more_words_the_defaults_hold);
        tcase_add_test(request, every_parameter_is_read);
        tcase_add_test(request, the_names_are_those_of_the_manual);
        suite_add_tcase(suite, request);
        return suite;
}
