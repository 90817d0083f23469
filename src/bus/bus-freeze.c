/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Freeze and Thaw: orders to the whole instance. */

#include "bus/bus-internal.h"

static void on_done(void *userdata, int result, uint64_t execution_id, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;
        CLEANUP(sd_bus_error_free) sd_bus_error reply = SD_BUS_ERROR_NULL;

        if (result >= 0) {
                (void) sd_bus_reply_method_return(call, NULL); /* the client may have gone */
                return;
        }
        (void) bus_error_set(&reply, result, text);
        (void) sd_bus_reply_method_error(call, &reply);
}

int bus_order_freeze(BusCall *call, sd_bus_error *reterr) {
        int r;

        r = bus_require(call, ACTION_MANAGE, NULL, NULL, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        manager_freeze(call->connection->server->host.manager, &call->caller, on_done,
                       sd_bus_message_ref(call->message));
        return 1;
}

int bus_order_thaw(BusCall *call, sd_bus_error *reterr) {
        int skip_missed, r;

        r = sd_bus_message_read_basic(call->message, 'b', &skip_missed);
        if (r < 0)
                return r;
        r = bus_require(call, ACTION_MANAGE, NULL, NULL, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        manager_thaw(call->connection->server->host.manager, skip_missed != 0, &call->caller, on_done,
                     sd_bus_message_ref(call->message));
        return 1;
}
