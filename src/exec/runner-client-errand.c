/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/runner-client-errand.h"

#include <errno.h>
#include <uthash.h>

#include "exec/runner-client-send.h"

struct PendingErrand {
        uint64_t cookie;
        executor_errand_t done;
        void *userdata;
        UT_hash_handle hh;
};

static const ErrandWork work_of_kind[] = {
        [ERRAND_COMMAND] = ERRAND_WORK_COMMAND,           [ERRAND_PATH_EXISTS] = ERRAND_WORK_PATH_EXISTS,
        [ERRAND_PATH_CHANGED] = ERRAND_WORK_PATH_CHANGED, [ERRAND_HTTP] = ERRAND_WORK_HTTP,
        [ERRAND_DESCRIBE] = ERRAND_WORK_DESCRIBE,
};

_Static_assert(ARRAY_SIZE(work_of_kind) == ERRAND_KIND_COUNT, "each kind is some work");

/* *ret borrows from the errand and its job. */
static void errand_to_message(const RunnerClient *client, const Errand *errand, MessageErrand *ret) {
        const Job *job = errand->job;

        *ret = (MessageErrand){
                .work = work_of_kind[errand->kind],
                .owner_uid = client->peer_uid,
                .arguments = (char **) errand->arguments,
                .script = (char *) errand->script,
                .environment = (char **) errand->environment,
                .input = (char *) errand->input,
                .input_size = errand->input_size,
                .path = (char *) errand->path,
                .opposite = errand->opposite,
                .watch = errand->watch,
                .since_usec = errand->since_usec,
                .url = (char *) errand->url,
                .method = (char *) errand->method,
                .headers = (char **) errand->headers,
                .timeout_usec = errand->timeout_usec,
        };
        if (!job)
                return;
        ret->job = job->name;
        ret->owner_uid = job->owner_uid;
        ret->user = job->process.user;
        ret->group = job->process.group;
        ret->directory = job->process.directory;
        ret->shell = job->command.shell;
}

int runner_client_request_errand(
                void *userdata,
                const Errand *errand,
                executor_errand_t done,
                void *done_userdata,
                uint64_t *ret_id) {

        RunnerClient *client = userdata;
        CLEANUP_FREE PendingErrand *pending = NULL;
        Message message = { .type = MESSAGE_ERRAND };
        int r;

        pending = calloc(1, sizeof(*pending));
        if (!pending)
                return -ENOMEM;
        *pending = (PendingErrand){
                .cookie = ++client->next_cookie,
                .done = done,
                .userdata = done_userdata,
        };

        errand_to_message(client, errand, &message.errand);
        message.errand.cookie = pending->cookie;
        r = runner_client_send(client, &message);
        if (r < 0)
                return r;

        *ret_id = pending->cookie;
        HASH_ADD(hh, client->errands, cookie, sizeof(pending->cookie), pending);
        (void) TAKE_PTR(pending);
        return 0;
}

static PendingErrand *take_pending(RunnerClient *client, uint64_t cookie) {
        PendingErrand *pending;

        HASH_FIND(hh, client->errands, &cookie, sizeof(cookie), pending);
        if (pending)
                HASH_DEL(client->errands, pending);
        return pending;
}

void runner_client_cancel_errand(void *userdata, uint64_t id) {
        const Message message = { .type = MESSAGE_ERRAND_CANCEL, .errand_cancel = { .cookie = id } };
        RunnerClient *client = userdata;
        CLEANUP_FREE PendingErrand *pending = take_pending(client, id);

        if (pending)
                (void) runner_client_send(client, &message); /* without a connection there is none left */
}

void runner_client_on_errand_done(RunnerClient *client, const MessageErrandDone *done) {
        CLEANUP_FREE PendingErrand *pending = take_pending(client, done->cookie);

        if (pending)
                pending->done(pending->userdata,
                              &(ErrandResult){
                                              .error = -(int) done->error,
                                              .exit_code = (int) done->exit_code,
                                              .signal = (int) done->signal,
                                              .http_status = (int) done->http_status,
                                              .retry_after_usec = done->retry_after_usec,
                                              .text = done->text,
                              });
}

/* Who is told may cancel others, so each is taken off the table before. */
void runner_client_fail_errands(RunnerClient *client) {
        while (client->errands) {
                CLEANUP_FREE PendingErrand *pending = take_pending(client, client->errands->cookie);

                pending->done(pending->userdata,
                              &(ErrandResult){
                                              .error = -ENOTCONN,
                                              .exit_code = -1,
                                              .signal = -1,
                                              .http_status = -1,
                                              .retry_after_usec = -1,
                                              .text = "",
                              });
        }
}

void runner_client_forget_errands(RunnerClient *client) {
        while (client->errands)
                free(take_pending(client, client->errands->cookie));
}
