/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/runner-client-receive.h"

#include <errno.h>
#include <string.h>

#include "exec/launch-message.h"
#include "exec/launch-request.h"
#include "exec/runner-client-errand.h"
#include "exec/runner-client-lookup.h"
#include "exec/runner-client-secret.h"
#include "exec/runner-client-send.h"

void runner_client_forget_list(RunnerClient *client) {
        for (size_t i = 0; i < client->n_listed; i++)
                message_done(&client->listed[i]);
        client->n_listed = 0;
}

void runner_client_forget_welcome(RunnerClient *client) {
        if (client->welcome.type == MESSAGE_WELCOME)
                message_done(&client->welcome);
        client->welcome = (Message){ 0 };
}

static int client_add_listed(RunnerClient *client, Message *message) {
        ListedLaunch *launch;

        if (client->n_listed == client->n_list_allocated) {
                size_t n = MAX(client->n_list_allocated * 2, (size_t) 64);
                ListedLaunch *list;
                Message *listed;

                list = reallocarray(client->list, n, sizeof(*list));
                if (!list)
                        return -ENOMEM;
                client->list = list;
                listed = reallocarray(client->listed, n, sizeof(*listed));
                if (!listed)
                        return -ENOMEM;
                client->listed = listed;
                client->n_list_allocated = n;
        }

        launch = &client->list[client->n_listed];
        client->listed[client->n_listed++] = *message;
        *launch = (ListedLaunch){
                .id = { message->listed.execution_id, (unsigned) message->listed.attempt },
                .foreign = strcmp(message->listed.store_uuid, client->store_uuid) != 0,
                .job = message->listed.job,
                .state = launch_listed_from_message(message->listed.state),
                .pid = (pid_t) message->listed.pid,
                .started_usec = message->listed.started_usec,
        };
        *message = (Message){ 0 };
        return 0;
}

static void client_on_list_end(RunnerClient *client) {
        ExecutorHello hello = {
                .incarnation = client->welcome.welcome.incarnation,
                .generation = client->welcome.welcome.generation,
                .listed = client->list,
                .n_listed = client->n_listed,
        };

        client->state = CLIENT_CONNECTED;
        client->retry_usec = RETRY_FIRST_USEC;
        client->last_error = 0;
        (void) sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
        runner_client_send_wake_at(client);
        if (client->events.on_connected)
                client->events.on_connected(client->events.userdata, &hello);
        runner_client_forget_list(client);
        if (client->connected)
                client->connected(client->userdata);
}

/* Returns 0, or -EBADMSG when the record has no place here. */
int runner_client_on_greeting(RunnerClient *client, Message *message) {
        if (message->type == MESSAGE_WELCOME && client->welcome.type == 0) {
                if (message->welcome.version < PROTOCOL_VERSION_MIN ||
                    message->welcome.version > PROTOCOL_VERSION_MAX)
                        return -EPROTONOSUPPORT;
                client->welcome = *message;
                *message = (Message){ 0 };
                return 0;
        }
        if (client->welcome.type != MESSAGE_WELCOME)
                return -EBADMSG;
        if (message->type == MESSAGE_LISTED)
                return client_add_listed(client, message);
        if (message->type == MESSAGE_LIST_END) {
                client_on_list_end(client);
                return 0;
        }
        return -EBADMSG;
}

static void client_on_ended(RunnerClient *client, const MessageEnded *ended) {
        LaunchId id = { ended->execution_id, (unsigned) ended->attempt };
        OutputRecord output = {
                .data = ended->output,
                .size = ended->output_size,
                .total_bytes = ended->output_total_bytes,
        };
        CLEANUP_FREE char *said = NULL;
        LaunchOutcome outcome;

        launch_outcome_from_message(ended, &output, &outcome);
        /* Why it failed, in the program's own words. What is wrong with an HTTP answer is its message. */
        if (outcome.exit_code != 0 && outcome.http_status < 0 && !outcome.message && outcome.result &&
            launch_result_message(outcome.result, &said) > 0)
                outcome.message = said;
        if (client->events.on_ended)
                client->events.on_ended(client->events.userdata, id, &outcome);
}

int runner_client_on_record(RunnerClient *client, const Message *message) {
        const ExecutorEvents *events = &client->events;

        switch (message->type) {
        case MESSAGE_STARTED:
                if (events->on_started)
                        events->on_started(
                                        events->userdata,
                                        (LaunchId){ message->started.execution_id,
                                                    (unsigned) message->started.attempt },
                                        (pid_t) message->started.pid, message->started.started_usec);
                return 0;
        case MESSAGE_ENDED:
                client_on_ended(client, &message->ended);
                return 0;
        case MESSAGE_OUTPUT:
                if (events->on_output)
                        events->on_output(
                                        events->userdata,
                                        (LaunchId){ message->output.execution_id,
                                                    (unsigned) message->output.attempt },
                                        (OutputStream) message->output.stream, message->output.data,
                                        message->output.data_size);
                return 0;
        case MESSAGE_PROGRESS:
                if (events->on_progress)
                        events->on_progress(
                                        events->userdata,
                                        (LaunchId){ message->progress.execution_id,
                                                    (unsigned) message->progress.attempt },
                                        (int) MIN(message->progress.progress, INT64_C(100)),
                                        message->progress.status_text[0] != '\0'
                                                        ? message->progress.status_text
                                                        : NULL);
                return 0;
        case MESSAGE_LOOKED_UP:
                runner_client_on_looked_up(client, &message->looked_up);
                return 0;
        case MESSAGE_SECRET_KEPT:
                runner_client_on_secret_kept(client, &message->secret_kept);
                return 0;
        case MESSAGE_ERRAND_DONE:
                runner_client_on_errand_done(client, &message->errand_done);
                return 0;
        default:
                return -EBADMSG;
        }
}
