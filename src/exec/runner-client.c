/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The runner is asked for nothing before it has said what it knows: start() and the others answer -ENOTCONN
 * until MESSAGE_LIST_END has come, so that the manager has judged the list before it sends anything new.
 */

#include "exec/runner-client.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "exec/runner-client-errand.h"
#include "exec/runner-client-lookup.h"
#include "exec/runner-client-receive.h"
#include "exec/runner-client-secret.h"
#include "exec/runner-client-send.h"
#include "util/log.h"

#define RETRY_LAST_USEC (5 * USEC_PER_SEC)
/* A runner that accepts and then says nothing is as good as none. */
#define WELCOME_TIMEOUT_USEC (30 * USEC_PER_SEC)

static void client_set_timer(RunnerClient *client, usec_t delay_usec) {
        int r;

        r = sd_event_source_set_time_relative(client->timer, (uint64_t) delay_usec);
        if (r >= 0)
                r = sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT);
        if (r < 0)
                (void) log_error_errno(r, "Cannot arm the timer for reconnecting to the runner: %m");
}

/* Ends what there is of a connection and tries again later. */
static void client_disconnect(RunnerClient *client, int error) {
        bool was_connected = client->state == CLIENT_CONNECTED;

        client->state = CLIENT_IDLE;
        client_set_timer(client, client->retry_usec);
        client->retry_usec = MIN(client->retry_usec * 2, RETRY_LAST_USEC);

        runner_client_forget_list(client);
        runner_client_forget_welcome(client);
        runner_client_fail_lookups(client, -ENOTCONN);
        runner_client_fail_secrets(client, -ENOTCONN);
        runner_client_fail_errands(client);
        if (was_connected && client->events.on_disconnected)
                client->events.on_disconnected(client->events.userdata, error);
}

static void on_message(void *userdata, Message *message) {
        RunnerClient *client = userdata;
        int r;

        if (client->state == CLIENT_IDLE)
                return; /* given up already */

        r = client->state == CLIENT_GREETING ? runner_client_on_greeting(client, message)
                                             : runner_client_on_record(client, message);
        if (r < 0) {
                (void) log_error_errno(
                                r, "The runner at '%s' does not speak our protocol: %m; trying again later",
                                client->socket_path);
                client_disconnect(client, r);
        }
}

static void on_closed(void *userdata, int error) {
        RunnerClient *client = userdata;

        if (client->state == CLIENT_IDLE)
                return;
        client_disconnect(client, error);
}

static int client_open_socket(const RunnerClient *client) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        CLEANUP_CLOSE int fd = -EBADF;
        struct ucred peer;
        socklen_t peer_size = sizeof(peer);

        if (strlen(client->socket_path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, client->socket_path);

        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;

        /* Whoever listens here is told which commands to run as whom. */
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) < 0)
                return -errno;
        if (peer.uid != client->peer_uid)
                return -EPERM;

        return TAKE_FD(fd);
}

static int client_connect(RunnerClient *client) {
        Message hello = {
                .type = MESSAGE_HELLO,
                .hello = {
                        .version_min = PROTOCOL_VERSION_MIN,
                        .version_max = PROTOCOL_VERSION_MAX,
                        .store_uuid = client->store_uuid,
                        .daemon_version = (char *) PACKAGE_VERSION,
                },
        };
        const ConnectionEvents events = {
                .on_message = on_message,
                .on_closed = on_closed,
                .userdata = client,
        };
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        client->connection = connection_free(client->connection);

        fd = client_open_socket(client);
        if (fd < 0)
                return fd;
        r = connection_new(client->event, TAKE_FD(fd), &events, &client->connection);
        if (r < 0)
                return r;
        r = connection_send(client->connection, &hello);
        if (r < 0)
                return r;

        client->state = CLIENT_GREETING;
        client_set_timer(client, WELCOME_TIMEOUT_USEC);
        return 0;
}

static void client_try(RunnerClient *client) {
        int r;

        r = client_connect(client);
        if ((r == -ENOENT || r == -ECONNREFUSED) && client->ensure_runner) {
                r = client->ensure_runner(client->userdata);
                if (r >= 0)
                        r = -EINPROGRESS; /* it takes a moment to listen */
        }
        if (r >= 0)
                return;

        if (r != client->last_error && r != -EINPROGRESS)
                (void) log_warning_errno(
                                r,
                                "Cannot reach the runner at '%s': %m; nothing can start until it is there, "
                                "trying again",
                                client->socket_path);
        client->last_error = r;
        client_disconnect(client, r);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        RunnerClient *client = userdata;

        if (client->state == CLIENT_GREETING) {
                log_warning("The runner at '%s' accepted but did not answer; trying again",
                            client->socket_path);
                client_disconnect(client, -ETIMEDOUT);
                return 0;
        }
        client_try(client);
        return 0;
}

static void client_set_events(void *userdata, const ExecutorEvents *events) {
        RunnerClient *client = userdata;

        client->events = events ? *events : (ExecutorEvents){ 0 };
}

static bool client_is_connected(void *userdata) {
        const RunnerClient *client = userdata;

        return client->state == CLIENT_CONNECTED;
}

int runner_client_new(sd_event *event, const RunnerClientOptions *options, RunnerClient **ret) {
        CLEANUP(runner_client_freep) RunnerClient *client = NULL;
        int r;

        assert(event);
        assert(options && options->socket_path && options->store_uuid);
        assert(ret);

        client = calloc(1, sizeof(*client));
        if (!client)
                return -ENOMEM;
        *client = (RunnerClient){
                .event = sd_event_ref(event),
                .peer_uid = options->peer_uid,
                .ensure_runner = options->ensure_runner,
                .connected = options->connected,
                .userdata = options->userdata,
                .retry_usec = RETRY_FIRST_USEC,
                .wake_at_usec = USEC_INFINITY,
                .executor = {
                        .userdata = client,
                        .set_events = client_set_events,
                        .is_connected = client_is_connected,
                        .start = runner_client_request_start,
                        .stop = runner_client_request_stop,
                        .kill = runner_client_request_kill,
                        .acknowledge = runner_client_request_acknowledge,
                        .follow = runner_client_request_follow,
                        .wake_at = runner_client_request_wake_at,
                        .run_errand = runner_client_request_errand,
                        .cancel_errand = runner_client_cancel_errand,
                        .lookup_user = runner_client_request_lookup,
                        .keep_secret = runner_client_request_keep_secret,
                        .keep_only_secrets = runner_client_request_keep_only,
                },
        };

        client->socket_path = strdup(options->socket_path);
        client->store_uuid = strdup(options->store_uuid);
        if (!client->socket_path || !client->store_uuid)
                return -ENOMEM;

        r = sd_event_add_time_relative(
                        event, &client->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_timer, client);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(client);
        return 0;
}

RunnerClient *runner_client_free(RunnerClient *client) {
        if (!client)
                return NULL;

        runner_client_forget_lookups(client);
        runner_client_fail_secrets(client, -ESHUTDOWN);
        runner_client_forget_errands(client);
        runner_client_forget_list(client);
        runner_client_forget_welcome(client);
        free(client->list);
        free(client->listed);
        (void) connection_free(client->connection);
        (void) sd_event_source_disable_unref(client->timer);
        (void) sd_event_unref(client->event);
        free(client->socket_path);
        free(client->store_uuid);
        free(client);
        return NULL;
}

const Executor *runner_client_executor(RunnerClient *client) {
        return &client->executor;
}

int runner_client_start(RunnerClient *client) {
        assert(client->state == CLIENT_IDLE);

        client_try(client);
        return 0;
}

void runner_client_get_info(const RunnerClient *client, RunnerInfo *ret) {
        const MessageWelcome *welcome = &client->welcome.welcome;
        bool connected = client->state == CLIENT_CONNECTED;

        *ret = (RunnerInfo){
                .connected = connected,
                .pid = connected ? (pid_t) welcome->pid : 0,
                .version = connected ? welcome->runner_version : NULL,
                .cgroup = connected && welcome->cgroup,
        };
}
