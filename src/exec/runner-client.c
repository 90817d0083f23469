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
#include <utlist.h>

#include "exec/launch-message.h"
#include "protocol/connection.h"
#include "util/log.h"

#define RETRY_FIRST_USEC (50 * USEC_PER_MSEC)
#define RETRY_LAST_USEC (5 * USEC_PER_SEC)
/* A runner that accepts and then says nothing is as good as none. */
#define WELCOME_TIMEOUT_USEC (30 * USEC_PER_SEC)

typedef enum ClientState {
        CLIENT_IDLE,      /* waits for the retry timer, or was not started yet */
        CLIENT_GREETING,  /* HELLO is sent, the list is coming in */
        CLIENT_CONNECTED, /* the manager has the list */
} ClientState;

typedef struct PendingLookup PendingLookup;

struct PendingLookup {
        uint64_t cookie;
        executor_user_t done;
        void *userdata;
        PendingLookup *prev, *next;
};

struct RunnerClient {
        sd_event *event;
        sd_event_source *timer; /* retry while idle, time-out while greeting */
        Connection *connection; /* kept until the next try: it may not be freed in its own callback */
        ClientState state;

        char *socket_path;
        char *store_uuid;
        uid_t peer_uid;
        int (*ensure_runner)(void *userdata);
        void *ensure_userdata;

        Executor executor;
        ExecutorEvents events;

        usec_t retry_usec;
        int last_error; /* logged once, not at each try */

        Message welcome; /* type 0: none yet */
        Message *listed; /* the strings of `list` live here */
        ListedLaunch *list;
        size_t n_listed, n_list_allocated;

        PendingLookup *lookups;
        uint64_t next_cookie;

        usec_t wake_at_usec; /* what the manager last asked for; USEC_INFINITY: nothing */
};

static void client_forget_list(RunnerClient *client) {
        for (size_t i = 0; i < client->n_listed; i++)
                message_done(&client->listed[i]);
        client->n_listed = 0;
}

static void client_forget_welcome(RunnerClient *client) {
        if (client->welcome.type == MESSAGE_WELCOME)
                message_done(&client->welcome);
        client->welcome = (Message){ 0 };
}

static void client_fail_lookups(RunnerClient *client, int error) {
        PendingLookup *lookup, *next;

        DL_FOREACH_SAFE(client->lookups, lookup, next) {
                DL_DELETE(client->lookups, lookup);
                lookup->done(lookup->userdata, error, 0, 0, NULL);
                free(lookup);
        }
}

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

        client_forget_list(client);
        client_forget_welcome(client);
        client_fail_lookups(client, -ENOTCONN);
        if (was_connected && client->events.on_disconnected)
                client->events.on_disconnected(client->events.userdata, error);
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

/* The runner keeps an instant beyond a connection: it hears of none, too. */
static void client_send_wake_at(RunnerClient *client) {
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
        client_send_wake_at(client);
        if (client->events.on_connected)
                client->events.on_connected(client->events.userdata, &hello);
        client_forget_list(client);
}

/* Returns 0, or -EBADMSG when the record has no place here. */
static int client_on_greeting(RunnerClient *client, Message *message) {
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

static void client_on_looked_up(RunnerClient *client, const MessageLookedUp *answer) {
        PendingLookup *lookup;

        DL_FOREACH(client->lookups, lookup) {
                if (lookup->cookie != answer->cookie)
                        continue;
                DL_DELETE(client->lookups, lookup);
                lookup->done(lookup->userdata, -(int) answer->error, (uid_t) answer->uid, (gid_t) answer->gid,
                             answer->error == 0 ? answer->name : NULL);
                free(lookup);
                return;
        }
}

static void client_on_ended(RunnerClient *client, const MessageEnded *ended) {
        LaunchId id = { ended->execution_id, (unsigned) ended->attempt };
        OutputRecord output = {
                .data = ended->output,
                .size = ended->output_size,
                .total_bytes = ended->output_total_bytes,
        };
        LaunchOutcome outcome;

        launch_outcome_from_message(ended, &output, &outcome);
        if (client->events.on_ended)
                client->events.on_ended(client->events.userdata, id, &outcome);
}

static int client_on_record(RunnerClient *client, const Message *message) {
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
        case MESSAGE_LOOKED_UP:
                client_on_looked_up(client, &message->looked_up);
                return 0;
        default:
                return -EBADMSG;
        }
}

static void on_message(void *userdata, Message *message) {
        RunnerClient *client = userdata;
        int r;

        if (client->state == CLIENT_IDLE)
                return; /* given up already */

        r = client->state == CLIENT_GREETING ? client_on_greeting(client, message)
                                             : client_on_record(client, message);
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
                r = client->ensure_runner(client->ensure_userdata);
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

/* --- the Executor ----------------------------------------------------------------------------------- */

static int client_send(RunnerClient *client, const Message *message) {
        if (client->state != CLIENT_CONNECTED)
                return -ENOTCONN;
        return connection_send(client->connection, message);
}

static void executor_set_events(void *userdata, const ExecutorEvents *events) {
        RunnerClient *client = userdata;

        client->events = events ? *events : (ExecutorEvents){ 0 };
}

static bool executor_is_connected(void *userdata) {
        const RunnerClient *client = userdata;

        return client->state == CLIENT_CONNECTED;
}

static int executor_start(void *userdata, const Launch *launch) {
        Message message = { .type = MESSAGE_START };

        launch_to_message(launch, &message.start);
        return client_send(userdata, &message);
}

static int executor_stop(void *userdata, LaunchId id) {
        const Message message = {
                .type = MESSAGE_STOP,
                .stop = { .execution_id = id.execution_id, .attempt = id.attempt, .kind = STOP_ESCALATE },
        };

        return client_send(userdata, &message);
}

static int executor_kill(void *userdata, LaunchId id, int signal, bool everything) {
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

        return client_send(userdata, &message);
}

static int executor_acknowledge(void *userdata, LaunchId id) {
        const Message message = {
                .type = MESSAGE_ACKNOWLEDGE,
                .acknowledge = { .execution_id = id.execution_id, .attempt = id.attempt },
        };

        return client_send(userdata, &message);
}

static int executor_follow(void *userdata, LaunchId id, bool on) {
        const Message message = {
                .type = MESSAGE_FOLLOW,
                .follow = { .execution_id = id.execution_id, .attempt = id.attempt, .on = on },
        };

        return client_send(userdata, &message);
}

static void executor_wake_at(void *userdata, usec_t realtime_usec) {
        RunnerClient *client = userdata;

        client->wake_at_usec = realtime_usec;
        if (client->state == CLIENT_CONNECTED)
                client_send_wake_at(client);
}

static int executor_lookup_user(
                void *userdata,
                const char *name,
                uid_t uid,
                executor_user_t done,
                void *done_userdata) {

        RunnerClient *client = userdata;
        CLEANUP_FREE PendingLookup *lookup = NULL;
        Message message = { .type = MESSAGE_LOOKUP };
        int r;

        lookup = calloc(1, sizeof(*lookup));
        if (!lookup)
                return -ENOMEM;
        *lookup = (PendingLookup){
                .cookie = ++client->next_cookie,
                .done = done,
                .userdata = done_userdata,
        };

        message.lookup = (MessageLookup){
                .cookie = lookup->cookie,
                .name = (char *) (name ?: ""),
                .uid = uid,
        };
        r = client_send(client, &message);
        if (r < 0)
                return r;

        DL_APPEND(client->lookups, lookup);
        (void) TAKE_PTR(lookup);
        return 0;
}

/* --- life ------------------------------------------------------------------------------------------- */

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
                .ensure_userdata = options->userdata,
                .retry_usec = RETRY_FIRST_USEC,
                .wake_at_usec = USEC_INFINITY,
                .executor = {
                        .userdata = client,
                        .set_events = executor_set_events,
                        .is_connected = executor_is_connected,
                        .start = executor_start,
                        .stop = executor_stop,
                        .kill = executor_kill,
                        .acknowledge = executor_acknowledge,
                        .follow = executor_follow,
                        .wake_at = executor_wake_at,
                        .lookup_user = executor_lookup_user,
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
        PendingLookup *lookup, *next;

        if (!client)
                return NULL;

        DL_FOREACH_SAFE(client->lookups, lookup, next) {
                free(lookup);
        }
        client_forget_list(client);
        client_forget_welcome(client);
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
