/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * org.jobsched1.Execution: one object for each execution, the ended ones of the store too.
 *
 * The record is read once, when the path is resolved, and serves all properties of one call.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"

int bus_execution_path(uint64_t id, char **ret) {
        char *path;

        if (asprintf(&path, "%s/%" PRIu64, EXECUTION_PATH_PREFIX, id) < 0)
                return -ENOMEM;
        *ret = path;
        return 0;
}

/* Returns 1, or 0: no path of an execution. Ids have one notation only. */
static int read_path(const char *path, uint64_t *ret) {
        const char *digits = path + strlen(EXECUTION_PATH_PREFIX);
        unsigned long long id;
        char *end;

        if (*digits++ != '/' || *digits < '1' || *digits > '9')
                return 0;
        errno = 0;
        id = strtoull(digits, &end, 10);
        if (errno != 0 || *end != '\0')
                return 0;

        *ret = id;
        return 1;
}

static int find_record(BusObject *object, uint64_t id) {
        Manager *manager = object->connection->server->host.manager;
        const Execution *execution = manager_find_execution(manager, id);
        ExecutionRecord record;
        int r;

        if (execution) {
                object->execution = &execution->record;
                return 1;
        }

        execution_record_init(&record);
        r = manager_read_execution(manager, id, &record);
        if (r <= 0)
                return r;
        execution_record_done(&object->record);
        object->record = record;
        object->execution = &object->record;
        return 1;
}

static int find_execution(
                sd_bus *bus,
                const char *path,
                const char *interface,
                void *userdata,
                void **ret,
                sd_bus_error *reterr) {

        BusConnection *connection = userdata;
        BusObject *object = &connection->object;
        uint64_t id;
        int r;

        r = read_path(path, &id);
        if (r <= 0)
                return r;
        r = find_record(object, id);
        if (r <= 0)
                return r;
        if (!bus_may_see(&connection->current, object->execution->owner_uid))
                return 0;

        *ret = object;
        return 1;
}

static int property_get(
                sd_bus *bus,
                const char *path,
                const char *interface,
                const char *name,
                sd_bus_message *reply,
                void *userdata,
                sd_bus_error *reterr) {

        const BusObject *object = userdata;
        const FieldSet *set = &object->connection->server->execution_set;
        FieldContext context = bus_field_context(&object->connection->current);

        return field_set_append_property(set, &context, object->execution, field_set_find(set, name), reply);
}

static int method_stop(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;

        return bus_order_stop(bus_current_call(object->connection), object->execution->id, reterr);
}

static int method_kill(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;
        const char *whom;
        int32_t signal;
        int r;

        r = sd_bus_message_read(message, "si", &whom, &signal);
        if (r < 0)
                return r;
        return bus_order_kill(
                        bus_current_call(object->connection), object->execution->id, whom, signal, reterr);
}

static int method_list_attempts(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;

        return bus_list_attempts(bus_current_call(object->connection), object->execution->id, reterr);
}

static int method_get_output(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;
        uint32_t attempt;
        int r;

        r = sd_bus_message_read_basic(message, 'u', &attempt);
        if (r < 0)
                return r;
        return bus_output_get(bus_current_call(object->connection), object->execution->id, attempt, reterr);
}

static int method_follow(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;

        return bus_output_follow(bus_current_call(object->connection), object->execution->id, reterr);
}

/* clang-format off */
static const sd_bus_vtable methods[] = {
        SD_BUS_METHOD_WITH_ARGS("Stop",
                                SD_BUS_NO_ARGS,
                                SD_BUS_NO_RESULT,
                                method_stop, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Kill",
                                SD_BUS_ARGS("s", whom, "i", signal),
                                SD_BUS_NO_RESULT,
                                method_kill, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListAttempts",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("aa{sv}", attempts),
                                method_list_attempts, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetOutput",
                                SD_BUS_ARGS("u", attempt),
                                SD_BUS_RESULT("h", pieces),
                                method_get_output, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Follow",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("h", pieces),
                                method_follow, SD_BUS_VTABLE_UNPRIVILEGED),
};
/* clang-format on */

int bus_execution_init_fields(FieldSet *set) {
        return field_set_init(set, &execution_fields, methods, ARRAY_SIZE(methods), property_get);
}

int bus_execution_register(BusConnection *connection, sd_bus_slot **ret) {
        return sd_bus_add_fallback_vtable(
                        connection->bus, ret, EXECUTION_PATH_PREFIX, EXECUTION_INTERFACE,
                        connection->server->execution_set.vtable, find_execution, connection);
}
