/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/poller.h"

#include <errno.h>
#include <unistd.h>

#include "util/cleanup.h"

#define BATCH_SIZE 128
#define BATCHES_PER_TURN 8 /* then the other sources get their turn */

static int on_epoll(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct epoll_event events[BATCH_SIZE];
        int n = BATCH_SIZE;

        for (int round = 0; round < BATCHES_PER_TURN && n == BATCH_SIZE; round++) {
                n = epoll_wait(fd, events, BATCH_SIZE, 0);
                for (int i = 0; i < n; i++) {
                        Watch *watch = events[i].data.ptr;

                        /* An earlier one of this batch may have closed or paused it. */
                        if (watch->fd >= 0 && !watch->paused)
                                watch->on_ready(watch, events[i].events);
                }
        }
        return 0;
}

int poller_init(Poller *poller, sd_event *event) {
        int r;

        *poller = (Poller){ .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
        if (poller->epoll_fd < 0)
                return -errno;
        r = sd_event_add_io(event, &poller->source, poller->epoll_fd, EPOLLIN, on_epoll, poller);
        if (r < 0)
                poller_done(poller);
        return r < 0 ? r : 0;
}

void poller_done(Poller *poller) {
        poller->source = sd_event_source_disable_unref(poller->source);
        poller->epoll_fd = fd_close(poller->epoll_fd);
}

static int control(Poller *poller, int operation, Watch *watch, uint32_t events) {
        struct epoll_event event = { .events = events, .data.ptr = watch };

        return epoll_ctl(poller->epoll_fd, operation, watch->fd, &event) < 0 ? -errno : 0;
}

int poller_add(Poller *poller, Watch *watch, int fd, uint32_t events) {
        int r;

        watch->fd = fd;
        watch->paused = false;
        r = control(poller, EPOLL_CTL_ADD, watch, events);
        if (r < 0)
                watch->fd = fd_close(watch->fd);
        return r;
}

/* Closing is not enough to leave the epoll: a child between clone and exec holds the same open file. */
void poller_close(Poller *poller, Watch *watch) {
        if (watch->fd < 0)
                return;
        if (!watch->paused)
                (void) control(poller, EPOLL_CTL_DEL, watch, 0);
        watch->fd = fd_close(watch->fd);
}

void poller_pause(Poller *poller, Watch *watch) {
        if (watch->fd < 0 || watch->paused)
                return;
        (void) control(poller, EPOLL_CTL_DEL, watch, 0);
        watch->paused = true;
}

int poller_resume(Poller *poller, Watch *watch, uint32_t events) {
        int r;

        if (watch->fd < 0 || !watch->paused)
                return 0;
        r = control(poller, EPOLL_CTL_ADD, watch, events);
        if (r < 0)
                return r;
        watch->paused = false;
        return 0;
}
