/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The Manager's signals. */

#include <string.h>

#include "client/client-internal.h"
#include "protocol/names.h"

static const struct {
        const char *member;
        ClientEventKind kind;
} job_signals[] = {
        { "JobAdded", CLIENT_EVENT_JOB_ADDED },
        { "JobChanged", CLIENT_EVENT_JOB_CHANGED },
        { "JobRemoved", CLIENT_EVENT_JOB_REMOVED },
};

static int on_job_signal(Client *client, sd_bus_message *message, ClientEventKind kind) {
        const char *name;
        int r;

        r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;

        client->watcher.on_event(client->watcher.userdata, &(const ClientEvent){ .kind = kind, .job = name });
        return 0;
}

static int on_execution_signal(Client *client, sd_bus_message *message) {
        CLEANUP_JSON json_t *change = NULL;
        ClientEvent event = { .kind = CLIENT_EVENT_EXECUTION_CHANGED };
        int r;

        r = sd_bus_message_read(message, "to", &event.id, NULL);
        if (r < 0)
                return r;
        r = properties_to_json(message, &change);
        if (r < 0)
                return r;

        event.job = json_string_value(json_object_get(change, "job")) ?: "";
        event.execution = change;
        client->watcher.on_event(client->watcher.userdata, &event);
        return 0;
}

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        Client *client = userdata;

        for (size_t i = 0; i < ARRAY_SIZE(job_signals); i++)
                if (sd_bus_message_is_signal(message, MANAGER_INTERFACE, job_signals[i].member))
                        return on_job_signal(client, message, job_signals[i].kind);

        if (sd_bus_message_is_signal(message, MANAGER_INTERFACE, "ExecutionChanged"))
                return on_execution_signal(client, message);
        return 0;
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        Client *client = userdata;

        client->watcher.on_gone(client->watcher.userdata);
        return 0;
}

static int on_owner_changed(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const char *name, *old_owner, *new_owner;

        if (sd_bus_message_read(message, "sss", &name, &old_owner, &new_owner) < 0 || !*old_owner)
                return 0; /* it came instead of going */
        return on_disconnected(message, userdata, reterr);
}

/* On a bus the daemon may go while the connection stays. */
static int watch_for_end(Client *client) {
        int r;

        r = sd_bus_match_signal(
                        client->bus, NULL, "org.freedesktop.DBus.Local", NULL, "org.freedesktop.DBus.Local",
                        "Disconnected", on_disconnected, client);
        if (r < 0 || client->peer)
                return r;

        return sd_bus_add_match(
                        client->bus, NULL,
                        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                        "member='NameOwnerChanged',arg0='" BUS_NAME "'",
                        on_owner_changed, client);
}

int client_watch(Client *client, const ClientWatcher *watcher, ClientError *reterr) {
        int r;

        client->watcher = *watcher;

        /* on a peer connection messages have no sender that could match */
        r = sd_bus_match_signal(
                        client->bus, NULL, client->peer ? NULL : BUS_NAME, MANAGER_PATH, MANAGER_INTERFACE,
                        NULL, on_signal, client);
        if (r >= 0)
                r = watch_for_end(client);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);

        return client_call(client, reterr, NULL, "Subscribe", "");
}
