/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * org.jobsched1.Job: one object for each job.
 *
 * Objects are not registered one by one: a fallback vtable serves the whole subtree, and find_job() resolves
 * a path when a call arrives, so that a reload has nothing to keep in step here.
 */

#include <assert.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"

int bus_job_path(const char *name, char **ret) {
        return sd_bus_path_encode(JOB_PATH_PREFIX, name, ret);
}

FieldContext bus_field_context(const BusCall *call) {
        const BusServer *server = call->connection->server;

        return (FieldContext){
                .users = server->users,
                .now_usec = clock_now(server->host.clock, CLOCK_KIND_REALTIME),
                .viewer_uid = call->caller.uid,
                .may_see_private = call->view == VIEW_ALL,
        };
}

/* What the caller may not see is not there. */
static int find_job(
                sd_bus *bus,
                const char *path,
                const char *interface,
                void *userdata,
                void **ret,
                sd_bus_error *reterr) {

        BusConnection *connection = userdata;
        CLEANUP_FREE char *name = NULL;
        ScheduledJob *job;
        int r;

        r = sd_bus_path_decode(path, JOB_PATH_PREFIX, &name);
        if (r <= 0)
                return r;

        job = manager_find_job(connection->server->host.manager, name);
        if (!job || !bus_may_see(&connection->current, job->stored.owner_uid))
                return 0;

        connection->object.job = job;
        *ret = &connection->object;
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
        const FieldSet *set = &object->connection->server->job_set;
        FieldContext context = bus_field_context(&object->connection->current);

        return field_set_append_property(set, &context, object->job, field_set_find(set, name), reply);
}

static int method_start(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;
        CLEANUP(bus_start_done) BusStart start = { 0 };
        int r;

        r = bus_read_start(message, &start, reterr);
        if (r < 0)
                return r;
        return bus_order_start(
                        bus_current_call(object->connection), object->job->stored.name, &start.options,
                        reterr);
}

static int method_pause(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;
        int64_t until;
        int r;

        r = sd_bus_message_read_basic(message, 'x', &until);
        if (r < 0)
                return r;
        return bus_order_pause(bus_current_call(object->connection), object->job->stored.name, until, reterr);
}

static int method_resume(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const BusObject *object = userdata;

        return bus_order_resume(bus_current_call(object->connection), object->job->stored.name, reterr);
}

/* clang-format off */
static const sd_bus_vtable methods[] = {
        SD_BUS_METHOD_WITH_ARGS("Start",
                                SD_BUS_ARGS("a{sv}", options),
                                SD_BUS_RESULT("t", execution),
                                method_start, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
        SD_BUS_METHOD_WITH_ARGS("Pause",
                                SD_BUS_ARGS("x", until),
                                SD_BUS_NO_RESULT,
                                method_pause, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Resume",
                                SD_BUS_NO_ARGS,
                                SD_BUS_NO_RESULT,
                                method_resume, SD_BUS_VTABLE_UNPRIVILEGED),
};
/* clang-format on */

int bus_job_init_fields(FieldSet *set) {
        return field_set_init(set, &job_fields, methods, ARRAY_SIZE(methods), property_get);
}

int bus_job_register(BusConnection *connection, sd_bus_slot **ret) {
        return sd_bus_add_fallback_vtable(
                        connection->bus, ret, JOB_PATH_PREFIX, JOB_INTERFACE,
                        connection->server->job_set.vtable, find_job, connection);
}
