/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Calls that wait for an answer about their caller. */

#include "bus/bus-internal.h"

#include <assert.h>
#include <utlist.h>

/* A bus has many clients behind one connection, a peer is one client. */
#define PARKED_PEER_MAX 256U
#define PARKED_BUS_MAX 2048U
/* Who leaves questions for passwords unanswered must not take the places of all others. */
#define PARKED_BUS_USER_MAX 256U

static void bus_call_stop_waiting(BusCall *call) {
        call->slot = sd_bus_slot_unref(call->slot);
        call->timer = sd_event_source_disable_unref(call->timer);
        if (call->waiter.is_waiting)
                user_names_forget(call->connection->server->users, &call->waiter);
}

void bus_call_done(BusCall *call) {
        bus_call_stop_waiting(call);
        caller_done(&call->caller);
        *call = (BusCall){ .connection = call->connection };
}

BusCall *bus_call_free(BusCall *call) {
        if (!call)
                return NULL;

        if (call->message) {
                DL_DELETE(call->connection->parked, call);
                call->connection->n_parked--;
                (void) sd_bus_message_unref(call->message);
        }
        bus_call_done(call);
        free(call);
        return NULL;
}

static bool has_too_many_parked(const BusCall *call) {
        const BusConnection *connection = call->connection;
        const BusCall *parked;
        size_t n = 0;

        if (connection->n_parked >= (connection->is_peer ? PARKED_PEER_MAX : PARKED_BUS_MAX))
                return true;
        if (connection->is_peer || !call->has_identity || call->is_privileged)
                return false;
        DL_FOREACH(connection->parked, parked)
        n += parked->has_identity && parked->caller.uid == call->caller.uid;
        return n >= PARKED_BUS_USER_MAX;
}

int bus_call_park(BusCall *call, BusCall **ret, sd_bus_error *reterr) {
        BusConnection *connection = call->connection;
        BusCall *parked;

        if (has_too_many_parked(call))
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many calls wait for their authorization; try again later.");

        parked = calloc(1, sizeof(*parked));
        if (!parked)
                return -ENOMEM;

        *parked = *call;
        parked->message = sd_bus_message_ref(call->message);
        DL_APPEND(connection->parked, parked);
        connection->n_parked++;
        *call = (BusCall){ .connection = connection };

        *ret = parked;
        return 0;
}

/*
 * The message goes to the end of the connection's queue and comes through the filter again. The slot may be
 * the one whose callback we are in; sd-bus holds a reference on it meanwhile.
 */
void bus_call_resume(BusCall *parked) {
        sd_bus_message *message = parked->message;

        bus_call_stop_waiting(parked);
        if (sd_bus_enqueue_for_read(parked->connection->bus, message) < 0)
                (void) bus_call_free(parked); /* the connection has gone: nobody waits for the answer */
}

bool bus_call_take_parked(BusConnection *connection, sd_bus_message *message, BusCall *ret) {
        BusCall *call;

        DL_FOREACH(connection->parked, call) {
                if (call->message != message)
                        continue;

                DL_DELETE(connection->parked, call);
                connection->n_parked--;
                *ret = *call;
                free(call);
                /* The queue that delivers it holds the message now. */
                (void) sd_bus_message_unref(message);
                return true;
        }
        return false;
}
