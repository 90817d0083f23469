/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the client asks for. */

#include "runner/server-context.h"

/* Returns 0, or -EBADMSG: it does not speak the runner's protocol. What it asked for may fail on its own. */
int server_handle(Server *server, Message *message);
