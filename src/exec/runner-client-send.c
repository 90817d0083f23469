/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/runner-client-send.h"

#include <errno.h>

#include "exec/launch-message.h"
#include "util/log.h"

/* The runner keeps an instant beyond a connection: it hears of none, too. */
void runner_client_send_wake_at(RunnerClient *client) {
        const Message message = {
                .type = MESSAGE_WAKE_AT,
                .wake_at = { .instant_usec = client->wake_at_usec },
        };
        int r;

        r = connection_send(client->connection, &message);
        if (r < 0)
                (void) log_warning_errno(
                                r, "Cannot tell the runner when to wake the machine from suspend: %m");
}

int runner_client_send(RunnerClient *client, const Message *message) {
        if (client->state != CLIENT_CONNECTED)
                return -ENOTCONN;
        return connection_send(client->connection, message);
}

int runner_client_request_start(void *userdata, const Launch *launch) {
        CLEANUP(launch_message_done) LaunchMessage filled = { 0 };
        Message message = { .type = MESSAGE_START };
        int r;

        r = launch_to_message(launch, &filled);
        if (r < 0)
                return r;
        message.start = filled.start;
        return runner_client_send(userdata, &message);
}

int runner_client_request_stop(void *userdata, LaunchId id) {
        const Message message = {
                .type = MESSAGE_STOP,
                .stop = { .execution_id = id.execution_id, .attempt = id.attempt, .kind = STOP_ESCALATE },
        };

        return runner_client_send(userdata, &message);
}

int runner_client_request_kill(void *userdata, LaunchId id, int signal, bool everything) {
        const Message message = {
                .type = MESSAGE_STOP,
                .stop = {
                        .execution_id = id.execution_id,
                        .attempt = id.attempt,
                        .kind = STOP_SIGNAL,
                        .signal = (uint64_t) signal,
                        .whole_group = everything,
                },
        };

        return runner_client_send(userdata, &message);
}

int runner_client_request_acknowledge(void *userdata, LaunchId id) {
        const Message message = {
                .type = MESSAGE_ACKNOWLEDGE,
                .acknowledge = { .execution_id = id.execution_id, .attempt = id.attempt },
        };

        return runner_client_send(userdata, &message);
}

int runner_client_request_follow(void *userdata, LaunchId id, bool on) {
        const Message message = {
                .type = MESSAGE_FOLLOW,
                .follow = { .execution_id = id.execution_id, .attempt = id.attempt, .on = on },
        };

        return runner_client_send(userdata, &message);
}

void runner_client_request_wake_at(void *userdata, usec_t realtime_usec) {
        RunnerClient *client = userdata;

        client->wake_at_usec = realtime_usec;
        if (client->state == CLIENT_CONNECTED)
                runner_client_send_wake_at(client);
}
