/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-render.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "job/notify-text.h"
#include "manager/notification-mail.h"
#include "manager/notification-request.h"
#include "manager/notification-text.h"
#include "util/timestamp.h"

#define DELIVERY_TIMEOUT_USEC USEC_PER_MINUTE
#define BACKOFF_MIN_USEC (30 * USEC_PER_SEC)
#define BACKOFF_MAX_USEC USEC_PER_HOUR

/* What a server may ask for; one that wants to be left alone for longer is asked all the same. */
#define RETRY_AFTER_MAX_USEC (6 * USEC_PER_HOUR)

usec_t notification_backoff(unsigned attempts) {
        unsigned doublings = attempts > 0 ? MIN(attempts - 1, 16U) : 0;

        return MIN(BACKOFF_MIN_USEC << doublings, BACKOFF_MAX_USEC);
}

void notification_errand_done(NotificationErrand *errand) {
        if (!errand)
                return;

        (void) string_list_free(errand->target);
        (void) string_list_free(errand->values);
        (void) string_list_free(errand->arguments);
        (void) string_list_free(errand->environment);
        (void) string_list_free(errand->headers);
        free(errand->input);
        free(errand->url);
        free(errand->script);
        *errand = (NotificationErrand){ 0 };
}

/* --- channels -------------------------------------------------------------------------------------- */

/*
 * Who runs it. The job's directory, environment and limits are left out: what made the job fail must not keep
 * the message about it from being sent.
 */
static void fill_account(NotificationErrand *errand, const NotificationRecord *record) {
        const char *user = notify_text_find(errand->target, "user");
        const char *shell = notify_text_find(errand->target, "shell");

        errand->account = (Job){
                .n_refs = 1,
                .name = record->job ?: (char *) "",
                .owner_uid = record->owner_uid,
                .command = { .shell = (char *) (shell[0] != '\0' ? shell : "/bin/sh") },
                .process = {
                        .user = user[0] != '\0' ? (char *) user : NULL,
                        .directory = (char *) "/",
                        .umask = 022,
                },
        };
        errand->errand.job = &errand->account;
}

static int render_mail(
                const NotificationRecord *record,
                const NotificationSite *site,
                usec_t now_usec,
                NotificationErrand *ret) {

        CLEANUP_FREE char *message_id = NULL, *subject = NULL;
        const char *host = site->host ?: "localhost", *summary = notify_text_find(ret->values, "subject");
        const char *const headers[] = {
                "X-Jobsched-Event",
                notify_text_find(ret->values, "event"),
                "X-Jobsched-Job",
                notify_text_find(ret->values, "job"),
                "X-Jobsched-Execution",
                notify_text_find(ret->values, "execution"),
                "X-Jobsched-State",
                notify_text_find(ret->values, "state"),
                NULL,
        };
        Mail mail = {
                .to = notify_text_find(ret->target, "address"),
                .from = site->mail_from,
                .text = notify_text_find(ret->values, "text"),
                .headers = headers,
                .date_usec = now_usec,
        };
        int r;

        if (!site->sendmail || mail.to[0] == '\0')
                return -EBADMSG;
        /* The same at each attempt: whoever gets it twice can see that. */
        if (asprintf(&message_id, "jobsched.%" PRIu64 ".%" PRIi64 "@%s", record->id, record->created_usec,
                     host) < 0) {
                message_id = NULL;
                return -ENOMEM;
        }
        if (asprintf(&subject, "[%s] %s", host, summary) < 0) {
                subject = NULL;
                return -ENOMEM;
        }
        mail.message_id = message_id;
        mail.subject = subject;

        r = mail_format(&mail, &ret->input);
        if (r >= 0)
                r = string_list_push(&ret->arguments, site->sendmail);
        if (r >= 0)
                r = string_list_push(&ret->arguments, "-oi");
        if (r >= 0)
                r = string_list_push(&ret->arguments, "-t");
        if (r < 0)
                return r;

        ret->errand.kind = ERRAND_COMMAND;
        ret->errand.arguments = ret->arguments;
        fill_account(ret, record);
        return 0;
}

static int render_http(
                const NotificationRecord *record,
                const NotificationSite *site,
                usec_t now_usec,
                NotificationErrand *ret) {

        const char *method = notify_text_find(ret->target, "method");
        NotificationRequest request = { 0 };
        int r;

        r = notification_request_new(ret->target, ret->values, &request);
        if (r < 0)
                return r;
        ret->url = request.url;
        ret->headers = request.headers;
        ret->input = request.body;

        ret->errand.kind = ERRAND_HTTP;
        ret->errand.url = ret->url;
        ret->errand.method = method[0] != '\0' ? method : "POST";
        ret->errand.headers = ret->headers;
        fill_account(ret, record); /* what it may reach is a matter of whose it is */
        return 0;
}

/* "exit-code=3" as "JOBSCHED_EXIT_CODE=3". */
static int add_variable(char ***environment, const char *item) {
        char *variable = NULL;

        if (asprintf(&variable, "JOBSCHED_%s", item) < 0)
                return -ENOMEM;
        for (char *at = variable; *at != '='; at++) {
                if (*at == '-')
                        *at = '_';
                else if (*at >= 'a' && *at <= 'z')
                        *at = (char) (*at - 'a' + 'A');
        }
        return string_list_take_push(environment, variable);
}

static bool is_variable(const char *item) {
        return strncmp(item, "line=", 5) != 0 && strncmp(item, "text=", 5) != 0 &&
                        strncmp(item, "output=", 7) != 0;
}

static int render_command(
                const NotificationRecord *record,
                const NotificationSite *site,
                usec_t now_usec,
                NotificationErrand *ret) {

        const char *script = notify_text_find(ret->target, "script");
        int r = 0;

        STRING_LIST_FOREACH(item, ret->values)
                if (r >= 0 && is_variable(*item))
                        r = add_variable(&ret->environment, *item);
        STRING_LIST_FOREACH(item, ret->target)
                if (r >= 0 && strncmp(*item, "argument=", 9) == 0)
                        r = string_list_push(&ret->arguments, *item + 9);
        if (r < 0)
                return r;
        if (!ret->arguments && script[0] == '\0')
                return -EBADMSG;

        ret->input = strdup(notify_text_find(ret->values, "text"));
        if (!ret->input)
                return -ENOMEM;
        ret->errand.kind = ERRAND_COMMAND;
        ret->errand.arguments = ret->arguments;
        ret->errand.script = ret->arguments ? NULL : script;
        ret->errand.environment = ret->environment;
        fill_account(ret, record);
        return 0;
}

static int (*const channels[NOTIFY_CHANNEL_COUNT])(
                const NotificationRecord *record,
                const NotificationSite *site,
                usec_t now_usec,
                NotificationErrand *ret) = {
        [NOTIFY_MAIL] = render_mail,
        [NOTIFY_HTTP] = render_http,
        [NOTIFY_COMMAND] = render_command,
};

/* What is known only now: how many there are, and the words for all of them. */
static int complete_values(const NotificationRecord *record, char ***values) {
        CLEANUP_FREE char *subject = NULL, *text = NULL;
        char count[24], since[TIMESTAMP_MAX];
        int r;

        (void) snprintf(count, sizeof(count), "%" PRIu64, record->count);
        r = notify_text_add(values, "count", count);
        if (r >= 0 && record->count > 1)
                r = notify_text_add(
                                values, "since",
                                timestamp_format_offset(
                                                record->created_usec - record->created_usec % USEC_PER_SEC, 0,
                                                since));
        if (r >= 0)
                r = notification_subject(record, *values, &subject);
        if (r >= 0)
                r = notify_text_add(values, "subject", subject);
        if (r >= 0)
                r = notification_text(record, *values, &text);
        if (r >= 0)
                r = notify_text_add(values, "text", text);
        return r;
}

static int render(
                const NotificationRecord *record,
                const NotificationSite *site,
                usec_t now_usec,
                NotificationErrand *ret) {

        int channel, r;

        r = notify_text_decode(record->target, &ret->target);
        if (r >= 0)
                r = notify_text_decode(record->content, &ret->values);
        if (r >= 0)
                r = complete_values(record, &ret->values);
        if (r < 0)
                return r;

        channel = notify_channel_from_string(notify_text_find(ret->target, "channel"));
        if (channel < 0)
                return -EBADMSG;
        ret->errand.timeout_usec = DELIVERY_TIMEOUT_USEC;
        r = channels[channel](record, site, now_usec, ret);
        if (r < 0)
                return r;
        ret->errand.input = ret->input;
        ret->errand.input_size = strlen(ret->input);
        return 0;
}

int notification_render(
                const NotificationRecord *record,
                const NotificationSite *site,
                usec_t now_usec,
                NotificationErrand *ret) {

        int r;

        assert(record);
        assert(site);
        assert(ret);

        *ret = (NotificationErrand){ 0 };
        r = render(record, site, now_usec, ret);
        if (r < 0)
                notification_errand_done(ret);
        return r;
}

/* --- the outcome ----------------------------------------------------------------------------------- */

static DeliveryVerdict judge_status(const ErrandResult *result, usec_t *ret_wait_usec) {
        int status = result->http_status;

        if (status >= 200 && status < 300)
                return DELIVERY_DONE;
        if (result->retry_after_usec > 0)
                *ret_wait_usec = MIN(result->retry_after_usec, RETRY_AFTER_MAX_USEC);
        return status == 408 || status == 425 || status == 429 || status >= 500 ? DELIVERY_RETRY
                                                                                : DELIVERY_REFUSED;
}

DeliveryVerdict notification_judge(
                const NotificationErrand *errand,
                const ErrandResult *result,
                usec_t *ret_wait_usec) {

        *ret_wait_usec = 0;
        if (result->error == -EADDRNOTAVAIL)
                return DELIVERY_REFUSED;
        if (result->error != 0)
                return DELIVERY_RETRY;
        if (errand->errand.kind == ERRAND_HTTP)
                return judge_status(result, ret_wait_usec);
        return result->exit_code == 0 ? DELIVERY_DONE : DELIVERY_RETRY;
}
