/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "runner/server-report.h"
#include "runner/server-request.h"
#include "util/clock.h"
#include "util/log.h"

#define BACKLOG 64
#define ACCEPTS_PER_TURN 16

static void client_connect(Server *server, int fd);

/* The client is gone: what it followed nobody follows, and the next one may come. */
static void client_gone(Server *server) {
        Run *run, *next;
        int fd;

        server->connection = connection_free(server->connection);
        server->greeted = false;
        server_report_forget_all(server);
        errands_cancel_all(&server->runner->errands);
        HASH_ITER(hash, server->runner->runs, run, next)
                run->followed = false;

        fd = TAKE_FD(server->waiting_fd);
        if (fd >= 0)
                client_connect(server, fd);
        server_progress(server);
}

static void on_message(void *userdata, Message *message) {
        Server *server = userdata;
        int r = server_handle(server, message);

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
        server_report_outcomes(userdata);
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
        wake_alarm_init(&server->alarm);
        server_report_init(server);
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
        if (run->phase == RUN_ENDED && server_owns(server, run) && server->connection)
                server_report_run(server, run);
}

void server_done(Server *server) {
        server_report_done(server);
        server->greeted = false;
        errands_cancel_all(&server->runner->errands);
        server->connection = connection_free(server->connection);
        server->waiting_fd = fd_close(server->waiting_fd);
        deadline_clear(&server->runner->context.deadlines, &server->accept_again);
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
                if (run->phase == RUN_ENDED && server_owns(server, run))
                        return true;
        }
        return false;
}
