/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * $NOTIFY_SOCKET of one run: a datagram socket of the job's user, to which nobody else can write. Of what
 * comes at most ten messages a second are read; the rest waits in the socket, and so does the sender in the
 * end. Descriptors that come along are not taken.
 */

#include "runner/deadline.h"
#include "runner/notify-message.h"
#include "runner/poller.h"

#define NOTIFY_MESSAGES_PER_SECOND 10U
#define NOTIFY_DIRECTORY "notify"

typedef struct NotifySocket {
        Poller *poller;
        Deadlines *deadlines;
        Watch watch;
        Deadline resume;
        uid_t uid; /* whose messages are heard, beside root's */
        usec_t window_usec;
        unsigned n_in_window;
        char *path; /* NULL: there is none */
        void (*on_message)(void *userdata, const NotifyMessage *message);
        void *userdata;
} NotifySocket;

void notify_socket_init(
                NotifySocket *notify,
                Poller *poller,
                Deadlines *deadlines,
                void (*on_message)(void *userdata, const NotifyMessage *message),
                void *userdata);

/*
 * Binds it to a path, which it takes over, for a user: 0600. Returns 0, -ENAMETOOLONG, or another errno; then
 * there is none.
 */
int notify_socket_open(NotifySocket *notify, char *path, uid_t uid, gid_t gid);
/* Takes up one of before a re-exec. Takes path and descriptor over, also on failure. */
int notify_socket_restore(NotifySocket *notify, char *path, int fd, uid_t uid);
/* Reads what has come until now, whatever the rate: for the end. */
void notify_socket_drain(NotifySocket *notify);
/* Removes it. */
void notify_socket_close(NotifySocket *notify);
/* Forgets it, and leaves the path: it may be another program's now. */
void notify_socket_done(NotifySocket *notify);

/* Removes what a killed runner has left in its directory. */
void notify_directory_clear(const char *directory);
