/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From an event to the errand that tells of it: content, words, requests, and what becomes of it. */

#include "manager/notification-render.h"

#include <endian.h>
#include <string.h>

#include "job/notify-text.h"
#include "manager/notification-content.h"
#include "manager/notification-text.h"
#include "support/test-support.h"

#define NOW (INT64_C(1774746000) * USEC_PER_SEC) /* 2026-03-29T01:00:00Z */

static char long_output[100000];
static Job job = {
        .name = (char *) "backup",
        .owner_uid = 1000,
        .description = (char *) "Back up\neverything",
        .process = { .user = (char *) "anna" },
};
static const NotificationSite site = { .sendmail = "/usr/sbin/sendmail", .host = "box" };

static void fill_record(ExecutionRecord *record) {
        execution_record_init(record);
        record->id = 41;
        record->job = (char *) "backup";
        record->state = EXECUTION_FAILED;
        record->reason = REASON_EXIT_CODE;
        record->exit_code = 3;
        record->attempts = 2;
        record->due_usec = record->start_after_usec = NOW - 100 * USEC_PER_SEC;
        record->started_usec = NOW - 90 * USEC_PER_SEC;
        record->ended_usec = NOW;
}

static char *content_of(NotifyEvent event, const ExecutionRecord *record, const OutputRecord *output) {
        const NotificationFacts facts = {
                .event = event,
                .job_name = event == NOTIFY_ON_TROUBLE ? NULL : "backup",
                .job = event == NOTIFY_ON_TROUBLE ? NULL : &job,
                .record = record,
                .output = output,
                .host = "box",
                .now_usec = NOW,
                .since_usec = event == NOTIFY_ON_OVERDUE ? NOW - USEC_PER_HOUR : USEC_INFINITY,
                .detail = event == NOTIFY_ON_TROUBLE ? "The disk is full" : NULL,
        };
        char **list = NULL, *text = NULL;

        ck_assert_int_eq(notification_content(&facts, &list), 0);
        ck_assert_int_eq(notify_text_encode(list, &text), 0);
        (void) string_list_free(list);
        return text;
}

/* clang-format off */
static const struct {
        NotifyEvent event;
        const char *summary, *level;
} event_cases[] = {
        { NOTIFY_ON_FAILURE,      "summary=backup failed (exit code 3)\n",                           "level=alarm\n" },
        { NOTIFY_ON_SUCCESS,      "summary=backup succeeded\n",                                      "level=good\n" },
        { NOTIFY_ON_RECOVERY,     "summary=backup succeeded again\n",                                "level=good\n" },
        { NOTIFY_ON_MISSED,       "summary=backup was missed (exit code 3)\n",                       "level=alarm\n" },
        { NOTIFY_ON_LATE,         "summary=backup started 10s late\n",                               "level=note\n" },
        { NOTIFY_ON_LONG_RUNNING, "summary=backup has been running for 1min 30s\n",                  "level=note\n" },
        { NOTIFY_ON_OUTPUT,       "summary=backup wrote output and failed\n",                        "level=note\n" },
        { NOTIFY_ON_OVERDUE,      "summary=backup is overdue: no success since 2026-03-29T00:00:00+00:00\n", "level=alarm\n" },
        { NOTIFY_ON_TROUBLE,      "summary=The disk is full\n",                                      "level=alarm\n" },
};
/* clang-format on */

START_TEST(an_event_has_its_words) {
        CLEANUP_FREE char *content = NULL;
        ExecutionRecord record;

        fill_record(&record);
        content = content_of(event_cases[_i].event, &record, NULL);
        ck_assert_ptr_nonnull(strstr(content, event_cases[_i].summary));
        ck_assert_ptr_nonnull(strstr(content, event_cases[_i].level));
}
END_TEST

START_TEST(of_much_output_the_end_is_told) {
        OutputRecord output = { .data = long_output, .size = sizeof(long_output) };
        uint32_t size = sizeof(long_output) - 8;
        CLEANUP_FREE char *content = NULL;
        char **list = NULL;
        const char *told;
        ExecutionRecord record;

        fill_record(&record);
        memset(long_output, 'x', sizeof(long_output));
        long_output[0] = OUTPUT_STDOUT;
        size = htole32(size);
        memcpy(long_output + 4, &size, sizeof(size));
        memcpy(long_output + sizeof(long_output) - 9,
               "\xff"
               "the end\n",
               9);
        content = content_of(NOTIFY_ON_FAILURE, &record, &output);

        ck_assert_int_eq(notify_text_decode(content, &list), 0);
        told = notify_text_find(list, "output");
        ck_assert_uint_gt(strlen(told), 100);
        ck_assert_uint_le(strlen(told), NOTIFICATION_OUTPUT_MAX + 2);
        ck_assert_ptr_nonnull(strstr(told, "\xef\xbf\xbdthe end\n"));
        (void) string_list_free(list);
}
END_TEST

static void render(NotificationErrand *errand, const char *target, uint64_t count) {
        CLEANUP_FREE char *content = NULL;
        static char hi[] = "\1\0\0\0\3\0\0\0hi\"";
        const OutputRecord output = { .data = hi, .size = sizeof(hi) - 1 };
        ExecutionRecord record;
        NotificationRecord row = {
                .id = 9,
                .created_usec = NOW,
                .job = (char *) "backup",
                .owner_uid = 1000,
                .fold_key = (char *) "key",
                .target = (char *) target,
                .count = count,
        };

        fill_record(&record);
        row.content = content = content_of(NOTIFY_ON_FAILURE, &record, &output);
        ck_assert_int_eq(notification_render(&row, &site, NOW, errand), 0);
}

START_TEST(a_mail_is_a_command_of_the_user) {
        CLEANUP(notification_errand_done) NotificationErrand errand = { 0 };

        render(&errand, "channel=mail\naddress=ops@example.org\nuser=anna\n", 1);
        ck_assert_int_eq(errand.errand.kind, ERRAND_COMMAND);
        ck_assert_str_eq(errand.errand.arguments[0], "/usr/sbin/sendmail");
        ck_assert_str_eq(errand.errand.arguments[1], "-oi");
        ck_assert_str_eq(errand.errand.arguments[2], "-t");
        ck_assert_str_eq(errand.errand.job->process.user, "anna");
        ck_assert_uint_eq(errand.errand.job->owner_uid, 1000);
        ck_assert_ptr_nonnull(strstr(errand.input, "Subject: [box] backup failed (exit code 3)\n"));
        ck_assert_ptr_nonnull(strstr(errand.input, "X-Jobsched-Execution: 41\n"));
        ck_assert_ptr_nonnull(strstr(errand.input, "Message-ID: <jobsched.9.1774746000000000@box>\n"));
        ck_assert_ptr_nonnull(strstr(errand.input, "\n    hi\"\n"));
        ck_assert_ptr_nonnull(strstr(errand.input, "schedctl logs 41\n"));
        ck_assert_ptr_null(strstr(errand.input, "From:"));
}
END_TEST

START_TEST(a_command_has_it_in_its_environment) {
        CLEANUP(notification_errand_done) NotificationErrand errand = { 0 };

        render(&errand, "channel=command\nargument=/bin/tell\nargument=a b\nuser=anna\n", 12);
        ck_assert_str_eq(errand.errand.arguments[1], "a b");
        ck_assert(string_list_contains(errand.environment, "JOBSCHED_EVENT=on-failure"));
        ck_assert(string_list_contains(errand.environment, "JOBSCHED_JOB=backup"));
        ck_assert(string_list_contains(errand.environment, "JOBSCHED_EXIT_CODE=3"));
        ck_assert(string_list_contains(errand.environment, "JOBSCHED_COUNT=12"));
        ck_assert_ptr_nonnull(strstr(errand.input, "12 messages were gathered in this one"));
}
END_TEST

/* clang-format off */
static const struct {
        const char *target, *url, *header, *body;
} http_cases[] = {
        { "channel=http\nurl=https://h/x\nformat=slack\n", "https://h/x", "Content-Type: application/json",
          "{\"text\":\"backup failed (exit code 3).\\n" },
        { "channel=http\nurl=https://h/x\nformat=mattermost\n", "https://h/x", "Content-Type: application/json",
          "{\"text\":\"backup failed" },
        { "channel=http\nurl=https://h/x\nformat=ntfy\n", "https://h/x", "Priority: high", "backup failed (exit code 3).\n" },
        { "channel=http\nurl=https://h/x?a=b\nformat=healthchecks\n", "https://h/x/fail?a=b",
          "Content-Type: text/plain; charset=utf-8", "hi\"" },
        { "channel=http\nurl=https://h/x/\nformat=healthchecks\n", "https://h/x/fail",
          "Content-Type: text/plain; charset=utf-8", "hi\"" },
        { "channel=http\nurl=https://h/x\nformat=json\n", "https://h/x", "Content-Type: application/json",
          "{\"event\":\"on-failure\",\"level\":\"alarm\",\"summary\":\"backup failed (exit code 3)\",\"host\":\"box\","
          "\"count\":1,\"since\":null,\"execution\":{\"id\":41,\"job\":\"backup\",\"owner\":1000,\"state\":\"failed\"," },
        { "channel=http\nurl=https://h/x\nformat=json\nbody={\"j\":\"${job}\",\"o\":\"${output}\"}\nheader=Content-Type: a/b\n",
          "https://h/x", "Content-Type: a/b", "{\"j\":\"backup\",\"o\":\"hi\\\"\"}" },
};
/* clang-format on */

START_TEST(a_request_has_its_format) {
        CLEANUP(notification_errand_done) NotificationErrand errand = { 0 };

        render(&errand, http_cases[_i].target, 1);
        ck_assert_int_eq(errand.errand.kind, ERRAND_HTTP);
        ck_assert_str_eq(errand.errand.method, "POST");
        ck_assert_str_eq(errand.errand.url, http_cases[_i].url);
        ck_assert(string_list_contains(errand.errand.headers, http_cases[_i].header));
        ck_assert_int_eq(strncmp(errand.input, http_cases[_i].body, strlen(http_cases[_i].body)), 0);
}
END_TEST

static const char *const bad_targets[] = {
        "", "channel=pigeon\n", "channel=http\nformat=json\n", "channel=mail\n", "channel=command\n", "x"
};

START_TEST(a_row_that_nobody_can_deliver_is_refused) {
        NotificationRecord row = { .target = (char *) bad_targets[_i], .content = (char *) "summary=x\n" };
        NotificationErrand errand;

        ck_assert_int_eq(notification_render(&row, &site, NOW, &errand), -EBADMSG);
}
END_TEST

/* clang-format off */
static const struct {
        ErrandKind kind;
        ErrandResult result;
        DeliveryVerdict verdict;
        usec_t wait_usec;
} verdict_cases[] = {
        { ERRAND_HTTP,    { .http_status = 200 },                                         DELIVERY_DONE,    0 },
        { ERRAND_HTTP,    { .http_status = 204, .retry_after_usec = 5 },                  DELIVERY_DONE,    0 },
        { ERRAND_HTTP,    { .http_status = 302 },                                         DELIVERY_REFUSED, 0 },
        { ERRAND_HTTP,    { .http_status = 404 },                                         DELIVERY_REFUSED, 0 },
        { ERRAND_HTTP,    { .http_status = 429, .retry_after_usec = USEC_PER_MINUTE },    DELIVERY_RETRY,   USEC_PER_MINUTE },
        { ERRAND_HTTP,    { .http_status = 503, .retry_after_usec = 30 * USEC_PER_DAY },  DELIVERY_RETRY,   6 * USEC_PER_HOUR },
        { ERRAND_HTTP,    { .http_status = 500, .retry_after_usec = -1 },                 DELIVERY_RETRY,   0 },
        { ERRAND_HTTP,    { .error = -ETIMEDOUT, .http_status = -1 },                     DELIVERY_RETRY,   0 },
        { ERRAND_HTTP,    { .error = -EADDRNOTAVAIL, .http_status = -1 },                 DELIVERY_REFUSED, 0 },
        { ERRAND_COMMAND, { .exit_code = 0 },                                             DELIVERY_DONE,    0 },
        { ERRAND_COMMAND, { .exit_code = 75 },                                            DELIVERY_RETRY,   0 },
        { ERRAND_COMMAND, { .exit_code = -1, .signal = 9 },                               DELIVERY_RETRY,   0 },
};
/* clang-format on */

START_TEST(an_answer_is_judged) {
        const NotificationErrand errand = { .errand = { .kind = verdict_cases[_i].kind } };
        usec_t wait_usec = 99;

        ck_assert_int_eq(
                        notification_judge(&errand, &verdict_cases[_i].result, &wait_usec),
                        verdict_cases[_i].verdict);
        ck_assert_int_eq(wait_usec, verdict_cases[_i].wait_usec);
}
END_TEST

START_TEST(the_pause_grows) {
        ck_assert_int_eq(notification_backoff(1), 30 * USEC_PER_SEC);
        ck_assert_int_eq(notification_backoff(2), USEC_PER_MINUTE);
        ck_assert_int_eq(notification_backoff(8), USEC_PER_HOUR);
        ck_assert_int_eq(notification_backoff(4000000000), USEC_PER_HOUR);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notification-render");
        TCase *content = tcase_create("content"), *errands = tcase_create("errands");

        tcase_add_loop_test(content, an_event_has_its_words, 0, ARRAY_SIZE(event_cases));
        tcase_add_test(content, of_much_output_the_end_is_told);
        suite_add_tcase(suite, content);
        tcase_add_test(errands, a_mail_is_a_command_of_the_user);
        tcase_add_test(errands, a_command_has_it_in_its_environment);
        tcase_add_loop_test(errands, a_request_has_its_format, 0, ARRAY_SIZE(http_cases));
        tcase_add_loop_test(errands, a_row_that_nobody_can_deliver_is_refused, 0, ARRAY_SIZE(bad_targets));
        tcase_add_loop_test(errands, an_answer_is_judged, 0, ARRAY_SIZE(verdict_cases));
        tcase_add_test(errands, the_pause_grows);
        suite_add_tcase(suite, errands);
        return suite;
}
