/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The connection to the system or the session bus: made in the background, kept, made again.
 *
 * A socket that does not exist yet is waited for by inotify (sd_bus_set_watch_bind), so that a host without a
 * bus costs no wake-up. Only a bus that breaks or refuses is tried again on a timer, with growing pauses.
 */

#include <assert.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "util/log.h"

#define SYSTEM_BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"
#define RETRY_MIN_USEC (100 * USEC_PER_MSEC)
#define RETRY_MAX_USEC (60 * USEC_PER_SEC)

struct BusLink {
        BusServer *server;
        BusKind kind;
        BusConnection *connection; /* NULL: between two tries */
        sd_bus_slot *request;      /* RequestName() is on its way */
        sd_event_source *timer;
        usec_t retry_usec;
        bool was_connected;
        bool has_name;
};

static const char *const kind_names[] = {
        [BUS_SYSTEM] = "system",
        [BUS_SESSION] = "session",
};

/* Returns 0, or -ENOMEDIUM: this login has no session bus. */
static int find_address(BusKind kind, char **ret) {
        const char *address, *directory;
        char *text = NULL;

        address = secure_getenv(kind == BUS_SYSTEM ? "DBUS_SYSTEM_BUS_ADDRESS" : "DBUS_SESSION_BUS_ADDRESS");
        directory = secure_getenv("XDG_RUNTIME_DIR");
        if (!address && kind == BUS_SYSTEM)
                address = SYSTEM_BUS_ADDRESS;
        if (!address && !directory)
                return -ENOMEDIUM;

        if (address)
                text = strdup(address);
        else if (asprintf(&text, "unix:path=%s/bus", directory) < 0)
                text = NULL;
        if (!text)
                return -ENOMEM;

        *ret = text;
        return 0;
}

static int new_bus(const BusLink *link, sd_bus **ret) {
        CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
        CLEANUP_FREE char *address = NULL;
        int r;

        r = find_address(link->kind, &address);
        if (r < 0)
                return r;
        r = sd_bus_new(&bus);
        if (r < 0)
                return r;
        r = sd_bus_set_address(bus, address);
        if (r < 0)
                return r;
        r = sd_bus_set_bus_client(bus, 1);
        if (r < 0)
                return r;
        r = sd_bus_negotiate_fds(bus, 1);
        if (r < 0)
                return r;
        r = sd_bus_set_watch_bind(bus, 1);
        if (r < 0)
                return r;
        r = sd_bus_set_connected_signal(bus, 1);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(bus);
        return 0;
}

static int link_connect(BusLink *link) {
        CLEANUP(bus_connection_freep) BusConnection *connection = NULL;
        CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
        int r;

        r = new_bus(link, &bus);
        if (r < 0)
                return r;
        r = bus_connection_new(link->server, bus, false, &connection);
        if (r < 0)
                return r;
        r = sd_bus_start(bus);
        if (r < 0)
                return r;
        r = sd_bus_attach_event(bus, link->server->event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0)
                return r;

        link->connection = TAKE_PTR(connection);
        return 0;
}

static void link_retry_later(BusLink *link) {
        (void) sd_event_source_set_time_relative(link->timer, (uint64_t) link->retry_usec);
        (void) sd_event_source_set_enabled(link->timer, SD_EVENT_ONESHOT);
        link->retry_usec = MIN(link->retry_usec * 2, RETRY_MAX_USEC);
}

/* Also the place where a broken connection is freed: nobody is inside of it here. */
static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        BusLink *link = userdata;
        int r;

        link->request = sd_bus_slot_unref(link->request);
        link->connection = bus_connection_free(link->connection);

        r = link_connect(link);
        if (r == -ENOMEDIUM) {
                log_debug("There is no %s bus here; the control socket is there.", kind_names[link->kind]);
                return 0;
        }
        if (r < 0) {
                (void) log_debug_errno(
                                r, "Cannot connect to the %s bus: %m; trying again.", kind_names[link->kind]);
                link_retry_later(link);
        }
        return 0;
}

void bus_link_on_disconnected(BusServer *server) {
        BusLink *link = server->link;

        if (link->has_name)
                log_notice("The %s bus has gone; connecting again when it is back.", kind_names[link->kind]);
        link->has_name = false;
        link_retry_later(link);
}

/* --- the name -------------------------------------------------------------------------------------- */

static int on_name_answer(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        BusLink *link = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        uint32_t answer = 0;

        if (error) {
                log_warning("The %s bus refuses the name '%s': %s Clients can use the control socket only.",
                            kind_names[link->kind], BUS_NAME, error->message ?: error->name);
                return 0;
        }
        if (sd_bus_message_read_basic(reply, 'u', &answer) < 0)
                return 0;
        if (answer == 1 || answer == 4) { /* owner, or owner already */
                link->has_name = true;
                link->retry_usec = RETRY_MIN_USEC;
                log_debug("Serving '%s' on the %s bus.", BUS_NAME, kind_names[link->kind]);
        } else
                log_warning("Another process has the name '%s' on the %s bus; waiting until it gives it up. "
                            "Clients can use the control socket.",
                            BUS_NAME, kind_names[link->kind]);
        return 0;
}

void bus_link_on_connected(BusServer *server) {
        BusLink *link = server->link;
        int r;

        link->was_connected = true;
        r = sd_bus_request_name_async(
                        link->connection->bus, &link->request, BUS_NAME, SD_BUS_NAME_QUEUE, on_name_answer,
                        link);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot ask for the name '%s': %m", BUS_NAME);
}

/* --- life ------------------------------------------------------------------------------------------ */

BusLink *bus_link_free(BusLink *link) {
        if (!link)
                return NULL;

        (void) sd_event_source_disable_unref(link->timer);
        (void) sd_bus_slot_unref(link->request);
        (void) bus_connection_free(link->connection);
        free(link);
        return NULL;
}

int bus_server_open_bus(BusServer *server, BusKind kind) {
        BusLink *link;
        int r;

        assert(server);
        assert(kind < BUS_KIND_COUNT);
        assert(!server->link);

        if (!server->host.is_bus_wanted)
                return 0;

        link = calloc(1, sizeof(*link));
        if (!link)
                return -ENOMEM;
        *link = (BusLink){ .server = server, .kind = kind, .retry_usec = RETRY_MIN_USEC };

        r = sd_event_add_time_relative(
                        server->event, &link->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_retry, link);
        if (r < 0) {
                (void) bus_link_free(link);
                return r;
        }
        server->link = link;
        return 0;
}

bool bus_server_has_name(const BusServer *server) {
        return server->link && server->link->has_name;
}

BusConnection *bus_link_connection(const BusServer *server) {
        return server->link ? server->link->connection : NULL;
}

sd_bus *bus_link_polkit(const BusServer *server) {
        const BusLink *link = server->link;

        if (!link || link->kind != BUS_SYSTEM || !link->connection || link->connection->is_dead ||
            !link->connection->is_authenticated)
                return NULL;
        return link->connection->bus;
}

bool bus_link_was_connected(const BusServer *server) {
        return server->link && server->link->kind == BUS_SYSTEM && server->link->was_connected;
}
