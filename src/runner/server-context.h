/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The runner's server, for the modules that make it up: server, server-report, server-request. */

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
        int waiting_fd;   /* the connection that is next, not read yet */
        Run *unsent;      /* ended runs of this store that the client has not been told of */
        size_t n_lookups; /* questions that the helper has not answered */
        WakeAlarm alarm;
        void (*on_progress)(void *userdata); /* a run ended or was forgotten, or the client left */
        void *userdata;
} Server;
