/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The runner's one client at a time. A new connection waits until the old one has been read to its end: a
 * dead daemon may have left a START in the socket, which must not fire after its successor has closed that
 * row.
 */

#include <systemd/sd-event.h>

#include "protocol/connection.h"
#include "runner/runner.h"
#include "runner/wake-alarm.h"

typedef struct Server {
        sd_event *event;
        Runner *runner;
        uid_t peer_uid; /* who may connect, … */
        bool root_may;  /* … and root */
        int listen_fd;
        sd_event_source *listen_source;
        Deadline accept_again; /* there were no descriptors for a connection, … */
        Deadline send_again;   /* … or for an outcome */
        Connection *connection;
        bool greeted; /* HELLO came: `store` is set */
        char store[STORE_UUID_MAX + 1];
        int waiting_fd; /* the connection that is next, not read yet */
        Run *unsent;    /* ended runs of this store that the client has not been told of */
        WakeAlarm alarm;
        void (*on_progress)(void *userdata); /* a run ended or was forgotten, or the client left */
        void *userdata;
} Server;

/* Takes the listening descriptor. */
int server_init(Server *server, Runner *runner, int listen_fd, uid_t peer_uid, bool root_may);
void server_done(Server *server);

/* Makes and binds the socket where no service manager has done so. Returns the descriptor. */
int server_listen(const char *path, uid_t owner_uid);

/* Goes on with a connection that came over a re-exec. `store` "" : it had not said hello. */
int server_adopt(Server *server, int fd, const char *store);

/* An ended run that a client from before the re-exec has still to be told of. */
void server_add_unsent(Server *server, Run *run);

/* True while a client is there that has not acknowledged every outcome of its store. */
bool server_has_unacknowledged(const Server *server);
