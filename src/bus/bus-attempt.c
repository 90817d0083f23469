/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ListAttempts: the attempts of an execution, one by one. Who sees the execution sees them. */

#include "bus/bus-internal.h"

typedef struct AttemptList {
        const BusServer *server;
        FieldContext context;
        sd_bus_message *reply;
} AttemptList;

static void attempt_list_done(AttemptList *list) {
        (void) sd_bus_message_unref(list->reply);
}

static int append_attempt(void *userdata, const AttemptRecord *attempt) {
        AttemptList *list = userdata;
        int r;

        r = field_set_append_row(
                        &list->server->attempt_set, &list->context, attempt, list->reply, 0, 0, NULL);
        return MIN(r, 0);
}

int bus_list_attempts(BusCall *call, uint64_t id, sd_bus_error *reterr) {
        CLEANUP(attempt_list_done)
        AttemptList list = { .server = call->connection->server, .context = bus_field_context(call) };
        CLEANUP(execution_record_done) ExecutionRecord record;
        int r;

        execution_record_init(&record);
        r = bus_read_execution(call, id, &record, reterr);
        if (r < 0)
                return r;

        r = sd_bus_message_new_method_return(call->message, &list.reply);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(list.reply, 'a', "a{sv}");
        if (r < 0)
                return r;
        r = manager_list_attempts(list.server->host.manager, id, append_attempt, &list);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);
        r = sd_bus_message_close_container(list.reply);
        if (r < 0)
                return r;
        return sd_bus_message_send(list.reply);
}
