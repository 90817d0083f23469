/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ListActions: the kinds of the action programs. Who may see anything sees them. */

#include "bus/bus-internal.h"
#include "job/action-catalog.h"

static int append_actions(const BusServer *server, const FieldContext *context, sd_bus_message *reply) {
        const ActionCatalog *actions = server->host.actions;

        for (size_t i = 0; actions && i < actions->n_items; i++) {
                int r = field_set_append_row(
                                &server->action_set, context, &actions->items[i], reply, 0, 0, NULL);

                if (r < 0)
                        return r;
        }
        return 0;
}

int bus_list_actions(BusCall *call) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        FieldContext context = bus_field_context(call);
        int r;

        r = sd_bus_message_new_method_return(call->message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        if (r >= 0)
                r = append_actions(call->connection->server, &context, reply);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}
