/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What takes sets of values: starts with parameters, and profiles. */

#include <errno.h>
#include <string.h>

#include "client/client-internal.h"
#include "util/string-list.h"

/* "NAME=VALUE" as a{ss}; a line without a "=" has an empty value. */
static int append_values(sd_bus_message *call, char *const *values) {
        int r = sd_bus_message_open_container(call, 'a', "{ss}");

        STRING_LIST_FOREACH(line, values) {
                size_t length = strcspn(*line, "=");
                CLEANUP_FREE char *name = strndup(*line, length);

                if (!name)
                        return -ENOMEM;
                if (r >= 0)
                        r = sd_bus_message_append(
                                        call, "{ss}", name, (*line)[length] == '=' ? *line + length + 1 : "");
        }
        return r < 0 ? r : sd_bus_message_close_container(call);
}

static int append_parameters(sd_bus_message *call, char *const *parameters) {
        int r;

        r = sd_bus_message_open_container(call, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 's', "parameters");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'v', "a{ss}");
        if (r >= 0)
                r = append_values(call, parameters);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

static int send(Client *client,
                sd_bus_message *call,
                int r,
                sd_bus_message **ret_reply,
                ClientError *reterr) {
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);
        r = sd_bus_call(client->bus, call, 0, &error, ret_reply);
        return r < 0 ? client_error_set_bus(reterr, r, &error) : 0;
}

int client_start_job(Client *client, const ClientStart *start, uint64_t *ret_id, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = client_new_call(client, "StartJob", &call);
        if (r >= 0)
                r = sd_bus_message_sensitive(call); /* a secret may be among the parameters */
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 's', start->job);
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0 && start->force)
                r = sd_bus_message_append(call, "{sv}", "force", "b", 1);
        if (r >= 0 && start->parameters)
                r = append_parameters(call, start->parameters);
        if (r >= 0 && start->profile)
                r = sd_bus_message_append(call, "{sv}", "profile", "s", start->profile);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        r = send(client, call, r, &reply, reterr);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "t", ret_id);
        return r < 0 ? client_error_reply(reterr, r, "StartJob") : 0;
}

int client_set_profile(
                Client *client,
                const ClientProfile *profile,
                uint64_t *ret_revision,
                ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = client_new_call(client, "SetProfile", &call);
        if (r >= 0)
                r = sd_bus_message_append_basic(call, 's', profile->name);
        if (r >= 0)
                r = append_values(call, profile->values);
        if (r >= 0)
                r = sd_bus_message_append(
                                call, "a{sv}", 3, "create", "b", profile->create, "replace", "b",
                                profile->replace, "if-revision", "t", profile->if_revision);
        r = send(client, call, r, &reply, reterr);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "t", ret_revision);
        return r < 0 ? client_error_reply(reterr, r, "SetProfile") : 0;
}

static int read_names(sd_bus_message *reply, const char *member, char ***ret, ClientError *reterr) {
        int r = sd_bus_message_read_strv(reply, ret);

        return r < 0 ? client_error_reply(reterr, r, member) : 0;
}

int client_delete_profiles(
                Client *client,
                char *const *names,
                bool trial,
                char ***ret_deleted,
                ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r;

        r = client_new_call(client, "DeleteProfiles", &call);
        if (r >= 0)
                r = sd_bus_message_append_strv(call, (char **) names);
        if (r >= 0)
                r = sd_bus_message_append(call, "b", trial);
        r = send(client, call, r, &reply, reterr);
        return r < 0 ? r : read_names(reply, "DeleteProfiles", ret_deleted, reterr);
}

int client_prune_profiles(Client *client, bool trial, char ***ret_deleted, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = client_call(client, reterr, &reply, "PruneProfiles", "b", (int) trial);

        return r < 0 ? r : read_names(reply, "PruneProfiles", ret_deleted, reterr);
}

int client_list_templates(Client *client, json_t **ret, ClientError *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = client_call(client, reterr, &reply, "ListTemplates", "");

        if (r < 0)
                return r;
        r = rows_to_json(reply, ret);
        return r < 0 ? client_error_reply(reterr, r, "ListTemplates") : 0;
}
