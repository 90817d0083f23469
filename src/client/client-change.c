/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Jobs that are made, changed and removed at run time. */

#include <string.h>

#include "client/client-internal.h"

static int append_text(sd_bus_message *call, const char *key, const char *text) {
        return text ? sd_bus_message_append(call, "{sv}", key, "s", text) : 0;
}

static int append_true(sd_bus_message *call, const char *key, bool on) {
        return on ? sd_bus_message_append(call, "{sv}", key, "b", 1) : 0;
}

static int append_change(sd_bus_message *call, const ClientChange *change) {
        const struct {
                const char *key, *text;
        } texts[] = {
                { "kind", change->kind },
                { "name", change->name },
                { "definition", change->definition },
                { "new-name", change->new_name },
        };
        const struct {
                const char *key;
                bool on;
        } flags[] = {
                { "numbered", change->numbered },
                { "one-shot", change->one_shot },
                { "paused", change->paused },
                { "start", change->start },
        };
        int r;

        r = sd_bus_message_open_container(call, SD_BUS_TYPE_ARRAY, "{sv}");
        for (size_t i = 0; i < ARRAY_SIZE(texts) && r >= 0; i++)
                r = append_text(call, texts[i].key, texts[i].text);
        for (size_t i = 0; i < ARRAY_SIZE(flags) && r >= 0; i++)
                r = append_true(call, flags[i].key, flags[i].on);
        if (r >= 0 && change->if_revision > 0)
                r = sd_bus_message_append(call, "{sv}", "if-revision", "t", change->if_revision);
        if (r >= 0 && change->paused && change->paused_until_usec > 0)
                r = sd_bus_message_append(call, "{sv}", "paused-until", "x", change->paused_until_usec);
        if (r >= 0 && change->has_owner)
                r = sd_bus_message_append(call, "{sv}", "owner", "u", (uint32_t) change->owner_uid);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

static int new_change_call(
                Client *client,
                const ClientChange *changes,
                size_t n_changes,
                bool trial,
                sd_bus_message **ret) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = client_new_call(client, "ChangeJobs", &call);
        if (r >= 0)
                r = sd_bus_message_sensitive(call); /* a secret may be among the values */
        if (r >= 0)
                r = sd_bus_message_open_container(call, SD_BUS_TYPE_ARRAY, "a{sv}");
        for (size_t i = 0; i < n_changes && r >= 0; i++)
                r = append_change(call, &changes[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        if (r >= 0)
                r = sd_bus_message_append(call, "b", trial);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(call);
        return 0;
}

int client_change_jobs(
                Client *client,
                const ClientChange *changes,
                size_t n_changes,
                bool trial,
                json_t **ret_results,
                ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = new_change_call(client, changes, n_changes, trial, &call);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);
        r = sd_bus_call(client->bus, call, 0, &error, &reply);
        if (r < 0)
                return client_error_set_bus(reterr, r, &error);
        r = rows_to_json(reply, ret_results);
        return r < 0 ? client_error_reply(reterr, r, "ChangeJobs") : 0;
}

int client_get_source(Client *client, const char *job, char **ret, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *text;
        int r;

        r = client_call(client, reterr, &reply, "GetSource", "s", job);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "s", &text);
        if (r < 0)
                return client_error_reply(reterr, r, "GetSource");
        *ret = strdup(text);
        return *ret ? 0 : client_error_reply(reterr, -ENOMEM, "GetSource");
}

int client_skip_job(
                Client *client,
                const char *job,
                unsigned n,
                usec_t *ret_until_usec,
                ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r;

        r = client_call(client, reterr, &reply, "SkipJob", "su", job, n);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "x", ret_until_usec);
        return r < 0 ? client_error_reply(reterr, r, "SkipJob") : 0;
}
