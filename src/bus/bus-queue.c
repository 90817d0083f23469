/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * ListQueues, PauseQueue, ResumeQueue. Queues are the instance's; who sees only what is their own sees those
 * that they may use.
 */

#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"

typedef struct QueueList {
        const BusServer *server;
        FieldContext context;
        bool only_offered;
        sd_bus_message *reply;
} QueueList;

static void queue_list_done(QueueList *list) {
        (void) sd_bus_message_unref(list->reply);
}

static int append_queue(void *userdata, const QueueStatus *queue) {
        QueueList *list = userdata;

        if (list->only_offered && !queue->is_offered)
                return 0;
        return field_set_append_row(&list->server->queue_set, &list->context, queue, list->reply, 0, 0, NULL);
}

int bus_list_queues(BusCall *call) {
        CLEANUP(queue_list_done)
        QueueList list = { .server = call->connection->server,
                           .context = bus_field_context(call),
                           .only_offered = call->view == VIEW_OWN };
        int r;

        r = sd_bus_message_new_method_return(call->message, &list.reply);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(list.reply, 'a', "a{sv}");
        if (r < 0)
                return r;
        r = manager_list_queues(list.server->host.manager, append_queue, &list);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(list.reply);
        if (r < 0)
                return r;
        return sd_bus_message_send(list.reply);
}

static void on_done(void *userdata, int result, uint64_t execution_id, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;
        CLEANUP(sd_bus_error_free) sd_bus_error reply = SD_BUS_ERROR_NULL;

        if (result >= 0) {
                (void) sd_bus_reply_method_return(call, NULL); /* the client may have gone */
                return;
        }
        if (result == -ENOENT)
                (void) sd_bus_error_set(&reply, ERROR_NO_SUCH_QUEUE, text ?: "There is no such queue.");
        else
                (void) bus_error_set(&reply, result, text);
        (void) sd_bus_reply_method_error(call, &reply);
}

int bus_order_queue(BusCall *call, bool pause, sd_bus_error *reterr) {
        Manager *manager = call->connection->server->host.manager;
        const char *name;
        int r;

        r = sd_bus_message_read_basic(call->message, 's', &name);
        if (r < 0)
                return r;
        r = bus_require(call, ACTION_MANAGE, NULL, NULL, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        if (pause)
                manager_pause_queue(manager, name, &call->caller, on_done, sd_bus_message_ref(call->message));
        else
                manager_resume_queue(
                                manager, name, &call->caller, on_done, sd_bus_message_ref(call->message));
        return 1;
}
