/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The runner's one client at a time. A new connection waits until the old one has been read to its end: a
 * dead daemon may have left a START in the socket, which must not fire after its successor has closed that
 * row.
 */

#include "runner/server-context.h"

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
