/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/server.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <utlist.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/string-list.h"

#define BACKLOG 64
#define ACCEPTS_PER_TURN 16
/* Above this, outcomes wait in runs/ instead of in our memory, … */
#define OUTCOME_BOUND_BYTES ((size_t) 8 * 1024 * 1024)
/* … and live output is left out. */
#define FOLLOW_BOUND_BYTES ((size_t) 4 * 1024 * 1024)

static void client_connect(Server *server, int fd);

static void progress(Server *server) {
        if (server->on_progress)
                server->on_progress(server->userdata);
}

static bool is_own(const Server *server, const Run *run) {
        return server->greeted && strcmp(run->key.store, server->store) == 0;
}

static int send_message(Server *server, const Message *message) {
        int r = server->connection ? connection_send(server->connection, message) : -ENOTCONN;

        if (r < 0 && r != -ENOTCONN)
                (void) log_warning_errno(r, "Cannot send a message to jobschedd: %m");
        return r;
}

static void unsent_add(Server *server, Run *run) {
        if (run->queued)
                return;
        run->queued = true;
        DL_APPEND(server->unsent, run);
}

static void unsent_remove(Server *server, Run *run) {
        if (!run->queued)
                return;
        run->queued = false;
        DL_DELETE(server->unsent, run);
}

/* The daemon waits for an end: if the record of it is gone, it has to hear at least that. */
static int make_lost_outcome(const Run *run, Message *ret) {
        Message message = {
                .type = MESSAGE_ENDED,
                .ended = {
                        .execution_id = run->key.execution_id,
                        .attempt = run->key.attempt,
                        .kind = END_LOST,
                        .exit_code = -1,
                        .signal = -1,
                        .message = strdup("the runner cannot read its record of how it ended any more"),
                        .started_usec = USEC_INFINITY,
                        .ended_usec = USEC_INFINITY,
                        .cpu_usec = -1,
                        .memory_peak_bytes = -1,
                },
        };

        if (!message.ended.message)
                return -ENOMEM;
        *ret = message;
        return 0;
}

static int send_outcome(Server *server, Run *run) {
        CLEANUP(message_done) Message message = { 0 };
        int r;

        r = run_load_outcome(run, &message);
        if (r == -ENOENT || r == -ENODATA || r == -EBADMSG) {
                (void) log_error_errno(
                                r, "Cannot read the outcome of execution %" PRIu64 " of job '%s': %m",
                                run->key.execution_id, run->start.job);
                r = make_lost_outcome(run, &message);
        }
        return r < 0 ? r : send_message(server, &message);
}

/* Without descriptors or memory for it now, perhaps in a moment. */
static void send_later(Server *server, Run *run) {
        unsent_add(server, run);
        (void) deadline_set(
                        &server->runner->context.deadlines, &server->send_again,
                        clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + USEC_PER_SEC);
}

/* Sends outcomes while the queue to the client is short; on_drained() brings us back. */
static void pump_unsent(Server *server) {
        while (server->unsent && server->connection &&
               connection_queued_bytes(server->connection) < OUTCOME_BOUND_BYTES) {
                Run *run = server->unsent;
                int r = send_outcome(server, run);

                if (r < 0 && r != -ENOTCONN)
                        send_later(server, run);
                if (r < 0)
                        return;
                unsent_remove(server, run);
        }
}

static void on_send_again(Deadline *deadline) {
        pump_unsent(deadline->userdata);
}

static void on_started(void *userdata, Run *run) {
        Server *server = userdata;
        const Message message = {
                .type = MESSAGE_STARTED,
                .started = {
                        .execution_id = run->key.execution_id,
                        .attempt = run->key.attempt,
                        .pid = (uint64_t) run->pid,
                        .started_usec = run->started_usec,
                },
        };

        if (is_own(server, run))
                (void) send_message(server, &message); /* after a reconnection it is listed as running */
}

static void on_ended(void *userdata, Run *run, const MessageEnded *ended) {
        const Message message = { .type = MESSAGE_ENDED, .ended = *ended };
        Server *server = userdata;
        int r = 0;

        if (is_own(server, run) && server->connection) {
                if (server->unsent || connection_queued_bytes(server->connection) >= OUTCOME_BOUND_BYTES)
                        unsent_add(server, run);
                else
                        r = send_message(server, &message); /* not connected: told after the reconnection */
                if (r < 0 && r != -ENOTCONN)
                        send_later(server, run);
        }
        progress(server);
}

static void send_output(Server *server, const Run *run, uint8_t stream, const void *data, size_t size) {
        const Message message = {
                .type = MESSAGE_OUTPUT,
                .output = {
                        .execution_id = run->key.execution_id,
                        .attempt = run->key.attempt,
                        .stream = stream,
                        .data = (char *) data,
                        .data_size = size,
                },
        };

        (void) send_message(server, &message);
}

/* A slow follower must not stop the job: it misses something instead, and is told so. */
static void on_output(void *userdata, Run *run, uint8_t stream, const void *data, size_t size) {
        Server *server = userdata;
        char text[96];

        if (!is_own(server, run) || !server->connection)
                return;
        if (size > 0 && connection_queued_bytes(server->connection) > FOLLOW_BOUND_BYTES) {
                run->follow_skipped_bytes += size;
                return;
        }
        if (run->follow_skipped_bytes > 0) {
                (void) snprintf(text, sizeof(text), "… %" PRIu64 " bytes not shown: they came too fast …\n",
                                run->follow_skipped_bytes);
                run->follow_skipped_bytes = 0;
                send_output(server, run, STREAM_REMARK, text, strlen(text));
        }
        send_output(server, run, stream, data, size);
}

static ListedState listed_state(const Run *run) {
        if (run->phase != RUN_ENDED)
                return LISTED_RUNNING;
        return run->lost ? LISTED_LOST : LISTED_ENDED;
}

static void send_list(Server *server) {
        Run *run, *next;

        HASH_ITER(hash, server->runner->runs, run, next) {
                const Message message = {
                        .type = MESSAGE_LISTED,
                        .listed = {
                                .execution_id = run->key.execution_id,
                                .attempt = run->key.attempt,
                                .store_uuid = run->key.store,
                                .job = run->start.job,
                                .state = listed_state(run),
                                .pid = (uint64_t) run->pid,
                                .started_usec = run->started_usec,
                        },
                };

                (void) send_message(server, &message);
                if (is_own(server, run) && run->phase == RUN_ENDED)
                        unsent_add(server, run);
        }
        (void) send_message(server, &(Message){ .type = MESSAGE_LIST_END });
        pump_unsent(server);
}

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
        (void) send_message(
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
        send_list(server);
        return 0;
}

/* The name stands in journal fields, where a line break would begin another one. */
static bool job_name_is_valid(const char *name) {
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-/";

        return name[0] != '\0' && strspn(name, allowed) == strlen(name);
}

static void answer_known(Server *server, Run *run) {
        if (run->phase == RUN_RUNNING)
                on_started(server, run);
        if (run->phase == RUN_ENDED) {
                unsent_add(server, run);
                pump_unsent(server);
        }
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
                answer_known(server, run);
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
        unsent_remove(server, run);
        runner_forget(server->runner, run);
        progress(server);
        return 0;
}

static int handle_follow(Server *server, Message *message) {
        const MessageFollow *follow = &message->follow;
        Run *run = find_run(server, follow->execution_id, follow->attempt);

        if (run)
                run_follow(run, follow->on);
        else if (follow->on)
                (void) send_message(
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
                (void) send_message(job->server, &message);
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

static int (*const handlers[])(Server *server, Message *message) = {
        [MESSAGE_HELLO] = handle_hello,     [MESSAGE_START] = handle_start,
        [MESSAGE_STOP] = handle_stop,       [MESSAGE_ACKNOWLEDGE] = handle_acknowledge,
        [MESSAGE_FOLLOW] = handle_follow,   [MESSAGE_LOOKUP] = handle_lookup,
        [MESSAGE_WAKE_AT] = handle_wake_at,
};

/* The client is gone: what it followed nobody follows, and the next one may come. */
static void client_gone(Server *server) {
        Run *run, *next;
        int fd;

        server->connection = connection_free(server->connection);
        server->greeted = false;
        DL_FOREACH_SAFE(server->unsent, run, next)
        unsent_remove(server, run);
        HASH_ITER(hash, server->runner->runs, run, next)
                run->followed = false;

        fd = TAKE_FD(server->waiting_fd);
        if (fd >= 0)
                client_connect(server, fd);
        progress(server);
}

static void on_message(void *userdata, Message *message) {
        Server *server = userdata;
        bool expected = message->type < ARRAY_SIZE(handlers) && handlers[message->type] &&
                        (server->greeted || message->type == MESSAGE_HELLO);
        int r = expected ? handlers[message->type](server, message) : -EBADMSG;

        if (r < 0) {
                (void) log_warning_errno(
                                r,
                                "A client sent something that is not the runner's protocol (message type "
                                "%d): %m. "
                                "It is disconnected.",
                                (int) message->type);
                client_gone(server);
        }
}

static void on_closed(void *userdata, int error) {
        Server *server = userdata;

        if (error != 0)
                (void) log_warning_errno(
                                error, "The connection to jobschedd broke: %m. Runs go on without it.");
        client_gone(server);
}

static void on_drained(void *userdata) {
        pump_unsent(userdata);
}

static void client_connect(Server *server, int fd) {
        const ConnectionEvents events = { on_message, on_closed, on_drained, server };
        int r;

        r = connection_new(server->event, fd, &events, &server->connection);
        if (r < 0)
                (void) log_error_errno(r, "Cannot serve a client: %m");
}

static bool peer_is_allowed(const Server *server, int fd) {
        struct ucred peer = { .uid = (uid_t) -1 };
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return false;
        if (peer.uid == server->peer_uid || (server->root_may && peer.uid == 0))
                return true;
        log_warning("A process of uid %u (pid %d) tried to connect to the runner and was refused.",
                    (unsigned) peer.uid, (int) peer.pid);
        return false;
}

/* The backlog stays ready to read: without a pause we would spin until a run ends. */
static void pause_listening(Server *server) {
        log_warning("No file descriptors are left for a connection; jobschedd waits for one.");
        (void) sd_event_source_set_enabled(server->listen_source, SD_EVENT_OFF);
        (void) deadline_set(
                        &server->runner->context.deadlines, &server->accept_again,
                        clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + USEC_PER_SEC);
}

static void on_accept_again(Deadline *deadline) {
        Server *server = deadline->userdata;

        (void) sd_event_source_set_enabled(server->listen_source, SD_EVENT_ON);
}

static int on_connection(sd_event_source *source, int listen_fd, uint32_t revents, void *userdata) {
        Server *server = userdata;

        for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
                int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

                if (fd < 0) {
                        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
                                pause_listening(server);
                        return 0;
                }
                if (!peer_is_allowed(server, fd)) {
                        (void) fd_close(fd);
                } else if (!server->connection) {
                        client_connect(server, fd);
                } else {
                        (void) fd_close(server->waiting_fd); /* the newest one is the daemon's latest life */
                        server->waiting_fd = fd;
                }
        }
        return 0;
}

int server_listen(const char *path, uid_t owner_uid) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        CLEANUP_CLOSE int fd = -EBADF;
        mode_t mask;
        int r;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path) + 1);
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        /* The lock in runs/ says that no other runner is alive: a socket that is there is a dead one's. */
        if (unlink(path) < 0 && errno != ENOENT)
                return -errno;
        mask = umask(0177);
        r = bind(fd, (const struct sockaddr *) &address, sizeof(address)) < 0 ? -errno : 0;
        (void) umask(mask);
        if (r < 0)
                return r;
        if (owner_uid != geteuid() && chown(path, owner_uid, (gid_t) -1) < 0)
                return -errno;
        if (listen(fd, BACKLOG) < 0)
                return -errno;
        return TAKE_FD(fd);
}

int server_init(Server *server, Runner *runner, int listen_fd, uid_t peer_uid, bool root_may) {
        int r;

        *server = (Server){
                .event = sd_event_ref(runner->event),
                .runner = runner,
                .peer_uid = peer_uid,
                .root_may = root_may,
                .listen_fd = listen_fd,
                .waiting_fd = -EBADF,
        };
        deadline_init(&server->accept_again, on_accept_again, server);
        deadline_init(&server->send_again, on_send_again, server);
        wake_alarm_init(&server->alarm);
        runner->observer = (RunEvents){ on_started, on_ended, on_output, server };
        r = sd_event_add_io(server->event, &server->listen_source, listen_fd, EPOLLIN, on_connection, server);
        return r < 0 ? log_error_errno(r, "Cannot listen on the runner's socket: %m") : 0;
}

int server_adopt(Server *server, int fd, const char *store) {
        client_connect(server, fd);
        if (!server->connection)
                return -ENOTCONN;
        server->greeted = store[0] != '\0';
        (void) snprintf(server->store, sizeof(server->store), "%s", store);
        return 0;
}

void server_add_unsent(Server *server, Run *run) {
        if (run->phase != RUN_ENDED || !is_own(server, run) || !server->connection)
                return;
        unsent_add(server, run);
        pump_unsent(server);
}

void server_done(Server *server) {
        Run *run, *next;

        DL_FOREACH_SAFE(server->unsent, run, next)
        unsent_remove(server, run);
        server->greeted = false;
        server->connection = connection_free(server->connection);
        server->waiting_fd = fd_close(server->waiting_fd);
        deadline_clear(&server->runner->context.deadlines, &server->accept_again);
        deadline_clear(&server->runner->context.deadlines, &server->send_again);
        server->listen_source = sd_event_source_disable_unref(server->listen_source);
        server->listen_fd = fd_close(server->listen_fd);
        wake_alarm_done(&server->alarm);
        server->event = sd_event_unref(server->event);
}

bool server_has_unacknowledged(const Server *server) {
        const Run *run;

        if (!server->greeted || !server->connection)
                return false;
        for (run = server->runner->runs; run; run = run->hash.next) {
                if (run->phase == RUN_ENDED && is_own(server, run))
                        return true;
        }
        return false;
}
