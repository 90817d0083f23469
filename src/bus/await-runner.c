/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Orders that need the runner. For the moment after a start of the daemon, or of the runner, in which nothing
 * is wrong but that they have not met yet, they wait instead of being refused.
 */

#include <assert.h>
#include <utlist.h>

#include "bus/bus-internal.h"

#define AWAIT_RUNNER_USEC (5 * USEC_PER_SEC)

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        BusCall *call = userdata;

        call->awaits_runner = false;
        bus_call_resume(call); /* it is refused with the reason */
        return 0;
}

int bus_call_await_runner(BusCall *call, sd_bus_error *reterr) {
        BusServer *server = call->connection->server;
        BusCall *parked;
        int r;

        if (call->has_awaited_runner || manager_has_runner(server->host.manager))
                return 1;
        call->has_awaited_runner = true;

        r = bus_call_park(call, &parked, reterr);
        if (r < 0)
                return r;
        parked->awaits_runner = true;
        r = sd_event_add_time_relative(
                        server->event, &parked->timer, CLOCK_MONOTONIC, (uint64_t) AWAIT_RUNNER_USEC, 0,
                        on_timeout, parked);
        if (r < 0) {
                (void) bus_call_free(parked);
                return r;
        }
        return 0;
}

static void resume_calls(BusConnection *connection) {
        BusCall *call, *next;

        DL_FOREACH_SAFE(connection->parked, call, next) {
                if (!call->awaits_runner)
                        continue;
                call->awaits_runner = false;
                bus_call_resume(call);
        }
}

void bus_calls_look_for_runner(BusServer *server) {
        BusConnection *link = bus_link_connection(server), *peer;

        if (!manager_has_runner(server->host.manager))
                return;
        if (link)
                resume_calls(link);
        DL_FOREACH(server->peers, peer)
        resume_calls(peer);
}
