/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of the client share. */

#include "client/client.h"

struct Client {
        sd_bus *bus;
        bool peer; /* the control socket: no match rules, and signals only after Subscribe */
        ClientWatcher watcher;
};

/* Calls a method of the Manager. `types` and what follows are as for sd_bus_message_append(). */
int client_call(Client *client,
                ClientError *reterr,
                sd_bus_message **ret_reply,
                const char *member,
                const char *types,
                ...);

int client_new_call(Client *client, const char *member, sd_bus_message **ret);

/* The fault of a reply that cannot be read. */
int client_error_reply(ClientError *reterr, int number, const char *member);

/* One variant of D-Bus as JSON; `name` says what it is, since an instant looks like any number. */
int variant_to_json(sd_bus_message *message, const char *name, json_t **ret);

/* a{sv} as an object, its keys in snake_case. */
int properties_to_json(sd_bus_message *message, json_t **ret);

/* aa{sv} as an array of such objects. */
int rows_to_json(sd_bus_message *message, json_t **ret);
