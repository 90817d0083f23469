/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One end of the runner protocol: frames in, frames out, never blocking.
 *
 * Records are gathered into frames; what the socket does not take waits in a queue and goes out when the
 * socket is writable again, so that a slow peer costs memory up to a limit and never time. Registered with an
 * sd_event.
 */

#include <systemd/sd-event.h>

#include "protocol/message.h"

typedef struct Connection Connection;

typedef struct ConnectionEvents {
        /* The callee may take strings out of the message, and may free the connection. */
        void (*on_message)(void *userdata, Message *message);
        /* The peer was read to its end, broke the protocol (-EBADMSG) or the queue overflowed (-ENOBUFS).
         * Once, from the loop, never from within connection_send(). error: 0 at a regular end, else a
         * negative errno. The callee may free the connection. */
        void (*on_closed)(void *userdata, int error);
        /* The queue is empty again after the socket had been full. May be NULL. */
        void (*on_drained)(void *userdata);
        void *userdata;
} ConnectionEvents;

/* Takes the descriptor, also on failure. It must be a SEQPACKET socket, and is made non-blocking. */
int connection_new(sd_event *event, int fd, const ConnectionEvents *events, Connection **ret);
Connection *connection_free(Connection *connection);
DEFINE_CLEANUP(Connection, connection_free);

/*
 * Queues a record; it leaves when the loop comes round, together with its company, or at connection_flush().
 * Returns 0, -ENOTCONN (the peer is gone; on_closed() comes or came), -ENOBUFS (the peer does not read;
 * on_closed() comes), or what message_encode() returns: nothing was queued then.
 */
int connection_send(Connection *connection, const Message *message);
/* The same for a record with secrets: it travels in a memfd of its own, and no copy of it stays behind. */
int connection_send_secret(Connection *connection, const Message *message);
/* Gives the socket what it takes. Returns 1 if nothing is left to send, 0 if something waits. */
int connection_flush(Connection *connection);
/* Bytes that wait for the socket: a sender of bulk (live output) holds back above its own bound. */
size_t connection_queued_bytes(const Connection *connection);
#define CONNECTION_QUEUE_MAX ((size_t) 64 * 1024 * 1024)

/* Borrows the descriptor: for peer credentials, and to keep it over a re-exec. */
int connection_fd(const Connection *connection);
