/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The runner's client, for the modules that make it up: runner-client and runner-client-…. */

#include "exec/runner-client.h"
#include "protocol/connection.h"

#define RETRY_FIRST_USEC (50 * USEC_PER_MSEC)

typedef enum ClientState {
        CLIENT_IDLE,      /* waits for the retry timer, or was not started yet */
        CLIENT_GREETING,  /* HELLO is sent, the list is coming in */
        CLIENT_CONNECTED, /* the manager has the list */
} ClientState;

typedef struct PendingErrand PendingErrand;
typedef struct PendingLookup PendingLookup;
typedef struct PendingSecret PendingSecret;

struct RunnerClient {
        sd_event *event;
        sd_event_source *timer; /* retry while idle, time-out while greeting */
        Connection *connection; /* kept until the next try: it may not be freed in its own callback */
        ClientState state;

        char *socket_path;
        char *store_uuid;
        uid_t peer_uid;
        int (*ensure_runner)(void *userdata);
        void (*connected)(void *userdata);
        void *userdata; /* of the two */

        Executor executor;
        ExecutorEvents events;

        usec_t retry_usec;
        int last_error; /* logged once, not at each try */

        Message welcome; /* type 0: none yet */
        Message *listed; /* the strings of `list` live here */
        ListedLaunch *list;
        size_t n_listed, n_list_allocated;

        PendingLookup *lookups;
        PendingSecret *secrets;
        PendingErrand *errands; /* hash by cookie */
        uint64_t next_cookie;

        usec_t wake_at_usec; /* what the manager last asked for; USEC_INFINITY: nothing */
};
