/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One sd_bus with our objects on it: a bus, or a peer of the control socket.
 *
 * A BusCall is made of each method call in the filter, before sd-bus looks for the object.
 */

#include <assert.h>
#include <string.h>
#include <utlist.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "util/log.h"

#define LOCAL_INTERFACE "org.freedesktop.DBus.Local"
/* sd-bus keeps 384 Ki messages for a peer that does not read; a page of a list can be one of them. */
#define UNREAD_MAX 2048U

/* --- the filter ------------------------------------------------------------------------------------ */

static void on_connected(BusConnection *connection) {
        BusServer *server = connection->server;

        connection->is_authenticated = true;
        if (!connection->is_peer) {
                bus_link_on_connected(server);
                return;
        }
        /*
         * A first message that came in one read with the end of the authentication is in sd-bus's buffer,
         * where it would wait for the next byte of the client (systemd 252): look for it once we are out of
         * here.
         */
        (void) sd_event_source_set_enabled(connection->drain, SD_EVENT_ONESHOT);
        bus_peers_check_deadlines(server);
}

static int on_drain(sd_event_source *source, void *userdata) {
        BusConnection *connection = userdata;
        int r;

        do
                r = sd_bus_process(connection->bus, NULL);
        while (r > 0);
        if (r < 0)
                bus_connection_kill(connection);
        return 0;
}

/* The standard interfaces need no rights on any other path: they tell nothing of ours. */
static bool is_ours(sd_bus_message *message) {
        const char *path = sd_bus_message_get_path(message);

        return path && strncmp(path, MANAGER_PATH, strlen(MANAGER_PATH)) == 0;
}

/* Asks on and on, and never reads an answer: the answers would fill the memory. */
static bool is_deaf(const BusConnection *connection) {
        uint64_t n_unread = 0;

        if (!connection->is_peer || sd_bus_get_n_queued_write(connection->bus, &n_unread) < 0 ||
            n_unread <= UNREAD_MAX)
                return false;
        log_notice("A client of the control socket (uid %" PRIu32
                   ") does not read the answers to its calls; it is dropped.",
                   (uint32_t) connection->uid);
        return true;
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        BusConnection *connection = userdata;
        BusCall *call = &connection->current;
        int r;

        if (sd_bus_message_is_signal(message, LOCAL_INTERFACE, "Connected"))
                on_connected(connection);
        if (sd_bus_message_is_signal(message, LOCAL_INTERFACE, "Disconnected"))
                bus_connection_kill(connection);
        if (!sd_bus_message_is_method_call(message, NULL, NULL) || !is_ours(message))
                return 0;
        if (!connection->is_dead && is_deaf(connection))
                bus_connection_kill(connection);
        if (connection->is_dead)
                return 1;

        bus_call_done(call);
        if (!bus_call_take_parked(connection, message, call))
                *call = (BusCall){ .connection = connection };
        call->message = message;

        r = bus_call_identify(call, reterr);
        if (r > 0)
                r = bus_call_find_view(call, reterr);
        if (r > 0 && !call->is_privileged) /* what they call NAME is USER/NAME */
                r = bus_call_name_caller(call, reterr);
        if (r < 0)
                return r;
        return r > 0 ? 0 : 1; /* 1: parked; it will come again */
}

/* --- life ------------------------------------------------------------------------------------------ */

static int add_objects(BusConnection *connection) {
        int r;

        r = sd_bus_add_filter(connection->bus, &connection->slots[0], on_message, connection);
        if (r < 0)
                return r;
        r = bus_manager_register(connection, &connection->slots[1]);
        if (r < 0)
                return r;
        r = bus_job_register(connection, &connection->slots[2]);
        if (r < 0)
                return r;
        return bus_execution_register(connection, &connection->slots[3]);
}

int bus_connection_new(BusServer *server, sd_bus *bus, bool is_peer, BusConnection **ret) {
        CLEANUP(bus_connection_freep) BusConnection *connection = NULL;
        int r;

        assert(server);
        assert(bus);
        assert(ret);

        connection = calloc(1, sizeof(*connection));
        if (!connection)
                return -ENOMEM;
        connection->server = server;
        connection->bus = sd_bus_ref(bus);
        connection->is_peer = is_peer;
        connection->current.connection = connection;
        connection->object.connection = connection;
        execution_record_init(&connection->object.record);

        r = sd_event_add_defer(server->event, &connection->drain, on_drain, connection);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(connection->drain, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = add_objects(connection);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(connection);
        return 0;
}

BusConnection *bus_connection_free(BusConnection *connection) {
        if (!connection)
                return NULL;

        if (connection->server->signals)
                signal_queue_forget(connection->server->signals, connection);
        while (connection->parked)
                (void) bus_call_free(connection->parked);
        bus_call_done(&connection->current);
        execution_record_done(&connection->object.record);

        connection->drain = sd_event_source_disable_unref(connection->drain);
        for (size_t i = 0; i < ARRAY_SIZE(connection->slots); i++)
                connection->slots[i] = sd_bus_slot_unref(connection->slots[i]);

        /* What was answered already goes out as far as the socket takes it at once; nobody is waited for. */
        if (!connection->is_dead)
                (void) sd_bus_process(connection->bus, NULL);
        (void) sd_bus_detach_event(connection->bus);
        connection->bus = sd_bus_close_unref(connection->bus);
        free(connection);
        return NULL;
}

void bus_connection_kill(BusConnection *connection) {
        if (connection->is_dead)
                return;

        connection->is_dead = true;
        if (connection->is_peer)
                (void) sd_event_source_set_enabled(connection->server->reaper, SD_EVENT_ONESHOT);
        else
                bus_link_on_disconnected(connection->server);
}
