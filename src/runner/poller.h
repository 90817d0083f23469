/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The descriptors of all runs behind one source of the event loop: a nested epoll, since dispatching from
 * sd-event costs more the more descriptors are ready.
 */

#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include "util/types.h"

typedef struct Watch Watch;
struct Watch {
        int fd; /* -EBADF: none; owned from poller_add() on */
        bool paused;
        void (*on_ready)(Watch *watch, uint32_t events);
        void *userdata;
};

typedef struct Poller {
        int epoll_fd;
        sd_event_source *source;
} Poller;

int poller_init(Poller *poller, sd_event *event);
void poller_done(Poller *poller);

/*
 * Watches `fd`, which the watch owns then. A watch must not be freed from within a callback of the poller: it
 * may stand further down in the same batch.
 */
int poller_add(Poller *poller, Watch *watch, int fd, uint32_t events);
/* Forgets and closes the descriptor, if there is one. */
void poller_close(Poller *poller, Watch *watch);

/* A paused descriptor is not looked at at all, not even for its end. */
void poller_pause(Poller *poller, Watch *watch);
int poller_resume(Poller *poller, Watch *watch, uint32_t events);
