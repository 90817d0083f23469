/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who calls: from the socket's credentials for a peer, from the bus driver for a client of a bus. What a
 * message says about its sender is believed only where the bus driver has written it.
 */

#include "bus/bus-internal.h"

#include <assert.h>
#include <string.h>

#define ASK_BUS_USEC (10 * USEC_PER_SEC)
/* An audit row without a name is better than an order that waits for a look-up that hangs. */
#define ASK_NAME_USEC (3 * USEC_PER_SEC)

static void set_identity(BusCall *call, uid_t uid, gid_t gid, pid_t pid) {
        const BusHost *host = &call->connection->server->host;

        call->caller.uid = uid;
        call->caller.gid = gid;
        call->caller.pid = pid;
        call->caller.origin = call->connection->is_peer ? "control" : "bus";
        call->is_privileged = uid == 0 || uid == host->owner_uid;
        call->has_identity = true;
}

/* --- the bus driver -------------------------------------------------------------------------------- */

typedef struct BusCredentials {
        uint32_t uid, gid, pid;
        bool has_uid;
} BusCredentials;

static int read_groups(sd_bus_message *reply, BusCredentials *credentials) {
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "u");
        if (r < 0)
                return r;
        r = sd_bus_message_read_basic(reply, 'u', &credentials->gid);
        if (r < 0)
                return r;
        while (r > 0)
                r = sd_bus_message_skip(reply, "u") >= 0 ? sd_bus_message_at_end(reply, 0) == 0 : -EBADMSG;
        return sd_bus_message_exit_container(reply);
}

static int read_credential(sd_bus_message *reply, BusCredentials *credentials) {
        const char *key, *content;
        char type;
        int r;

        r = sd_bus_message_read_basic(reply, 's', &key);
        if (r < 0)
                return r;
        r = sd_bus_message_peek_type(reply, &type, &content);
        if (r < 0)
                return r;
        if (strcmp(key, "UnixUserID") == 0) {
                credentials->has_uid = true;
                return sd_bus_message_read(reply, "v", "u", &credentials->uid);
        }
        if (strcmp(key, "ProcessID") == 0)
                return sd_bus_message_read(reply, "v", "u", &credentials->pid);
        if (strcmp(key, "UnixGroupIDs") != 0 || strcmp(content, "au") != 0)
                return sd_bus_message_skip(reply, "v");

        r = sd_bus_message_enter_container(reply, 'v', "au");
        if (r < 0)
                return r;
        r = read_groups(reply, credentials);
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(reply);
}

static int read_credentials(sd_bus_message *reply, BusCredentials *credentials) {
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                r = read_credential(reply, credentials);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(reply);
        }
        return r;
}

static int on_credentials(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        BusCall *call = userdata;
        BusCredentials credentials = { 0 };

        /* Without a uid the caller stays unknown, which bus_call_identify() refuses. */
        if (!sd_bus_message_is_method_error(reply, NULL) && read_credentials(reply, &credentials) >= 0 &&
            credentials.has_uid)
                set_identity(call, credentials.uid, credentials.gid, (pid_t) credentials.pid);
        else
                call->caller.origin = "unknown";
        bus_call_resume(call);
        return 0;
}

static int ask_bus(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        sd_bus *bus = call->connection->bus;
        const char *sender = sd_bus_message_get_sender(call->message);
        BusCall *parked;
        int r;

        if (!sender || call->caller.origin)
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_ACCESS_DENIED, "The bus does not say who you are.");

        r = sd_bus_message_new_method_call(
                        bus, &question, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                        "org.freedesktop.DBus", "GetConnectionCredentials");
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(question, 's', sender);
        if (r < 0)
                return r;

        r = bus_call_park(call, &parked, reterr);
        if (r < 0)
                return r;
        r = sd_bus_call_async(bus, &parked->slot, question, on_credentials, parked, (uint64_t) ASK_BUS_USEC);
        if (r < 0) {
                (void) bus_call_free(parked);
                return r;
        }
        return 0;
}

int bus_call_identify(BusCall *call, sd_bus_error *reterr) {
        const BusConnection *connection = call->connection;

        if (call->has_identity)
                return 1;
        if (!connection->is_peer)
                return ask_bus(call, reterr);

        call->process = connection->process;
        set_identity(call, connection->uid, connection->gid, connection->process.pid);
        return 1;
}

/* --- the user's name ------------------------------------------------------------------------------- */

static void on_name_known(UserNameWaiter *waiter) {
        BusCall *call = (BusCall *) (void *) ((char *) waiter - offsetof(BusCall, waiter));

        bus_call_resume(call);
}

static int on_name_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        bus_call_resume(userdata);
        return 0;
}

static int take_name(BusCall *call) {
        const char *name = user_names_find(call->connection->server->users, call->caller.uid);

        if (name && !call->caller.user) {
                call->caller.user = strdup(name);
                if (!call->caller.user)
                        return -ENOMEM;
        }
        return 1;
}

int bus_call_name_caller(BusCall *call, sd_bus_error *reterr) {
        BusServer *server = call->connection->server;
        BusCall *parked;
        int r;

        if (!call->caller.process && call->caller.pid > 0)
                (void) process_name_of(call->caller.pid, &call->caller.process); /* it may have ended */

        /* Asked once: whoever comes here again has waited long enough. */
        if (call->has_name || user_names_find(server->users, call->caller.uid))
                return take_name(call);
        call->has_name = true;

        r = bus_call_park(call, &parked, reterr);
        if (r < 0)
                return r;
        parked->waiter = (UserNameWaiter){ .on_known = on_name_known };
        r = user_names_wait(server->users, &parked->waiter, parked->caller.uid);
        if (r > 0) {
                bus_call_resume(parked); /* nobody can be asked: it goes on without */
                return 0;
        }
        r = sd_event_add_time_relative(
                        server->event, &parked->timer, CLOCK_MONOTONIC, (uint64_t) ASK_NAME_USEC, 0,
                        on_name_timeout, parked);
        if (r < 0) {
                (void) bus_call_free(parked);
                return r;
        }
        return 0;
}
