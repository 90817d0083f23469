/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/server-request.h"

#include <errno.h>
#include <string.h>

#include "protocol/secret-id.h"
#include "runner/secret-store.h"
#include "runner/server-report.h"
#include "util/log.h"

/* Each handler returns 0, or -EBADMSG: the connection is closed. */
static int handle_hello(Server *server, Message *message) {
        const MessageHello *hello = &message->hello;
        RunKey probe;

        if (server->greeted || run_key_init(&probe, hello->store_uuid, 0, 0) < 0)
                return -EBADMSG;
        if (hello->version_min > PROTOCOL_VERSION_MAX || hello->version_max < PROTOCOL_VERSION_MIN) {
                log_error("jobschedd %s speaks versions %" PRIu64 " to %" PRIu64
                          " of the runner's protocol, this "
                          "runner (" PACKAGE_VERSION ") %u to %u: reload the runner after an upgrade.",
                          hello->daemon_version, hello->version_min, hello->version_max, PROTOCOL_VERSION_MIN,
                          PROTOCOL_VERSION_MAX);
                return -EBADMSG;
        }

        server->greeted = true;
        (void) snprintf(server->store, sizeof(server->store), "%s", hello->store_uuid);
        (void) server_send(
                        server,
                        &(Message){
                                        .type = MESSAGE_WELCOME,
                                        .welcome = {
                                                .version = MIN((uint64_t) PROTOCOL_VERSION_MAX, hello->version_max),
                                                .incarnation = server->runner->incarnation,
                                                .generation = server->runner->context.records.generation,
                                                .pid = (uint64_t) getpid(),
                                                .runner_version = (char *) PACKAGE_VERSION,
                                                .cgroup = cgroup_root_usable(&server->runner->context.cgroup),
                                        },
                        });
        server_report_list(server);
        return 0;
}

/* The name stands in journal fields, where a line break would begin another one. */
static bool job_name_is_valid(const char *name) {
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-/";

        return name[0] != '\0' && strspn(name, allowed) == strlen(name);
}

static int handle_start(Server *server, Message *message) {
        MessageStart start = message->start;
        RunKey key;
        Run *run;
        int r;

        if (!job_name_is_valid(start.job) ||
            run_key_init(&key, server->store, start.execution_id, start.attempt) < 0)
                return -EBADMSG;

        r = runner_start(server->runner, &key, &start, &run);
        if (r == 0) {
                server_report_run(server, run);
                return 0; /* the start is the message's still */
        }
        message->start = (MessageStart){ 0 }; /* taken over, whatever became of it */
        if (r < 0)
                (void) log_error_errno(r, "Cannot take an execution over: %m");
        return 0;
}

static Run *find_run(Server *server, uint64_t execution_id, uint64_t attempt) {
        RunKey key;

        if (run_key_init(&key, server->store, execution_id, attempt) < 0)
                return NULL;
        return runner_find(server->runner, &key);
}

static int handle_stop(Server *server, Message *message) {
        const MessageStop *stop = &message->stop;
        Run *run = find_run(server, stop->execution_id, stop->attempt);

        if (!run)
                return 0; /* it has ended and was acknowledged meanwhile */
        if (stop->kind == STOP_ESCALATE)
                run_stop(run, END_STOPPED, USEC_INFINITY);
        else if (stop->signal > 0)
                run_signal(run, (int) stop->signal, stop->whole_group);
        return 0;
}

static int handle_acknowledge(Server *server, Message *message) {
        Run *run = find_run(server, message->acknowledge.execution_id, message->acknowledge.attempt);

        if (!run || run->phase != RUN_ENDED)
                return 0;
        server_report_forget(server, run);
        runner_forget(server->runner, run);
        server_progress(server);
        return 0;
}

static int handle_follow(Server *server, Message *message) {
        const MessageFollow *follow = &message->follow;
        Run *run = find_run(server, follow->execution_id, follow->attempt);

        if (run)
                run_follow(run, follow->on);
        else if (follow->on)
                (void) server_send(
                                server,
                                &(Message){
                                                .type = MESSAGE_OUTPUT,
                                                .output = { .execution_id = follow->execution_id,
                                                            .attempt = follow->attempt,
                                                            .stream = STREAM_END },
                                });
        return 0;
}

/* A question of the daemon while the helper works on it. */
typedef struct LookupJob {
        Server *server;
        uint64_t cookie;
        AccountRequest *request;
} LookupJob;

/* Whoever connected meanwhile gets an answer with a cookie that it does not know, and passes it over. */
static void on_lookup(void *userdata, const Account *account) {
        LookupJob *job = userdata;
        const Message message = {
                .type = MESSAGE_LOOKED_UP,
                .looked_up = {
                        .cookie = job->cookie,
                        .error = (uint64_t) account->error,
                        .name = (char *) account->name,
                        .uid = account->uid,
                        .gid = account->gid,
                },
        };

        if (job->server->greeted)
                (void) server_send(job->server, &message);
        job->server->n_lookups--;
        free(job);
}

static int handle_lookup(Server *server, Message *message) {
        const MessageLookup *lookup = &message->lookup;
        LookupJob *job = calloc(1, sizeof(*job));
        AccountQuery query = { .any = true, .user = lookup->name };
        char number[16];
        int r;

        if (!job)
                return -ENOMEM;
        *job = (LookupJob){ .server = server, .cookie = lookup->cookie };
        server->n_lookups++;
        if (lookup->name[0] == '\0') {
                (void) snprintf(number, sizeof(number), "%" PRIu64, lookup->uid);
                query.user = number;
        }
        r = accounts_resolve(server->runner->context.accounts, &query, on_lookup, job, &job->request);
        if (r < 0)
                on_lookup(job, &(Account){ .error = -r });
        return 0;
}

/* Stays when the daemon goes: the machine is awake for the next one. */
static int handle_wake_at(Server *server, Message *message) {
        wake_alarm_set(&server->alarm, message->wake_at.instant_usec);
        return 0;
}

static int handle_errand(Server *server, Message *message) {
        MessageErrand *errand = &message->errand;

        if (errand->job[0] != '\0' && !job_name_is_valid(errand->job))
                return -EBADMSG;
        return errands_start(&server->runner->errands, errand);
}

static int handle_errand_cancel(Server *server, Message *message) {
        errands_cancel(&server->runner->errands, message->errand_cancel.cookie);
        return 0;
}

/* An id that the daemon made up means: it is not what it says it is. */
static int handle_keep_secret(Server *server, Message *message) {
        const MessageKeepSecret *secret = &message->keep_secret;
        int r;

        if (!secret_id_valid(secret->id))
                return -EBADMSG;
        r = secret_keep(server->runner->context.credential_places.secrets, server->store, secret->id,
                        secret->value, secret->value_size);
        if (secret->value)
                explicit_bzero(secret->value, secret->value_size);
        if (r < 0)
                (void) log_error_errno(
                                r, "Cannot keep a secret parameter in '%s': %m; it is refused",
                                server->runner->context.credential_places.secrets);
        return server_send(
                        server,
                        &(Message){
                                        .type = MESSAGE_SECRET_KEPT,
                                        .secret_kept = { .id = secret->id, .error = (uint64_t) abs(r) },
                        });
}

/* One that stays goes with the next MESSAGE_KEEP_ONLY. */
static int handle_drop_secret(Server *server, Message *message) {
        const char *id = message->drop_secret.id;
        int r = secret_id_valid(id) ? 0 : -EBADMSG;

        if (r >= 0 && secret_drop(server->runner->context.credential_places.secrets, server->store, id) < 0)
                log_warning("A secret parameter that is of no use any more cannot be removed from '%s'.",
                            server->runner->context.credential_places.secrets);
        return r;
}

static int handle_keep_only(Server *server, Message *message) {
        const MessageKeepOnly *keep = &message->keep_only;
        const char *directory = server->runner->context.credential_places.secrets;
        int r;

        if (keep->ids_size % SECRET_ID_LENGTH != 0)
                return -EBADMSG;
        r = secret_drop_others(directory, server->store, keep->ids, keep->ids_size / SECRET_ID_LENGTH);
        if (r < 0)
                (void) log_warning_errno(
                                r, "Cannot look through '%s' for secrets of no use any more: %m", directory);
        return 0;
}

static int (*const handlers[])(Server *server, Message *message) = {
        [MESSAGE_HELLO] = handle_hello,
        [MESSAGE_START] = handle_start,
        [MESSAGE_STOP] = handle_stop,
        [MESSAGE_ACKNOWLEDGE] = handle_acknowledge,
        [MESSAGE_FOLLOW] = handle_follow,
        [MESSAGE_LOOKUP] = handle_lookup,
        [MESSAGE_WAKE_AT] = handle_wake_at,
        [MESSAGE_ERRAND] = handle_errand,
        [MESSAGE_ERRAND_CANCEL] = handle_errand_cancel,
        [MESSAGE_KEEP_SECRET] = handle_keep_secret,
        [MESSAGE_DROP_SECRET] = handle_drop_secret,
        [MESSAGE_KEEP_ONLY] = handle_keep_only,
};


int server_handle(Server *server, Message *message) {
        bool expected = message->type < ARRAY_SIZE(handlers) && handlers[message->type] &&
                        (server->greeted || message->type == MESSAGE_HELLO);

        return expected ? handlers[message->type](server, message) : -EBADMSG;
}
