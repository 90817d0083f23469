/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The properties of org.jobsched1.Manager. */

#include <assert.h>
#include <string.h>

#include "bus/bus-internal.h"

/* One line for each property: what it is, from the status or from the host. */
typedef struct PropertyContext {
        const BusHost *host;
        ManagerStatus status;
        BusRunnerInfo runner;
        bool is_open; /* the reader may see private things */
} PropertyContext;

typedef struct ManagerProperty {
        const char *name, *signature;
        int (*append)(const PropertyContext *context, sd_bus_message *reply);
} ManagerProperty;

#define PROPERTY_GET(name, signature, ...)                                                \
        static int append_##name(const PropertyContext *context, sd_bus_message *reply) { \
                return sd_bus_message_append(reply, signature, __VA_ARGS__);              \
        }                                                                                 \
        struct unused_append_##name /* takes the semicolon */

/* clang-format off */
PROPERTY_GET(version,          "s", context->host->version);
PROPERTY_GET(started,          "x", context->status.started_usec);
PROPERTY_GET(mode,             "s", context->host->instance->user ? "user" : "system");
PROPERTY_GET(jobs,             "t", context->status.n_jobs);
PROPERTY_GET(failed_jobs,      "t", context->status.n_failed_jobs);
PROPERTY_GET(paused_jobs,      "t", context->status.n_paused_jobs);
PROPERTY_GET(running,          "t", context->status.n_running);
PROPERTY_GET(waiting,          "t", context->status.n_waiting);
PROPERTY_GET(next_start,       "x", context->status.next_start_usec);
PROPERTY_GET(frozen,           "x", context->status.frozen_since_usec);
PROPERTY_GET(store_trouble,    "s", context->status.store_trouble ?: "");
PROPERTY_GET(undelivered,      "t", context->status.n_undelivered);
PROPERTY_GET(delivery_error,   "s", context->is_open ? context->status.delivery_error ?: "" : "");
PROPERTY_GET(runner_connected, "b", (int) context->status.runner_connected);
PROPERTY_GET(runner_pid,       "u", (uint32_t) context->runner.pid);
PROPERTY_GET(runner_version,   "s", context->runner.version ?: "");
PROPERTY_GET(runner_cgroup,    "b", (int) context->runner.cgroup);
/* clang-format on */

static int append_load_errors(const PropertyContext *context, sd_bus_message *reply) {
        return sd_bus_message_append_strv(
                        reply, context->is_open ? (char **) context->status.load_errors : NULL);
}

static int append_notes(const PropertyContext *context, sd_bus_message *reply) {
        return sd_bus_message_append_strv(reply, (char **) context->status.notes);
}

/* clang-format off */
static const ManagerProperty properties[] = {
        { "Version",         "s",  append_version },
        { "Started",         "x",  append_started },
        { "Mode",            "s",  append_mode },
        { "Jobs",            "t",  append_jobs },
        { "FailedJobs",      "t",  append_failed_jobs },
        { "PausedJobs",      "t",  append_paused_jobs },
        { "Running",         "t",  append_running },
        { "Waiting",         "t",  append_waiting },
        { "NextStart",       "x",  append_next_start },
        { "LoadErrors",      "as", append_load_errors },
        { "Frozen",          "x",  append_frozen },
        { "StoreTrouble",    "s",  append_store_trouble },
        { "Undelivered",     "t",  append_undelivered },
        { "DeliveryError",   "s",  append_delivery_error },
        { "RunnerConnected", "b",  append_runner_connected },
        { "RunnerPid",       "u",  append_runner_pid },
        { "RunnerVersion",   "s",  append_runner_version },
        { "RunnerCgroup",    "b",  append_runner_cgroup },
        { "Notes",           "as", append_notes },
};
/* clang-format on */

const char *const manager_changing_properties[] = {
        "Jobs",
        "FailedJobs",
        "PausedJobs",
        "Running",
        "Waiting",
        "NextStart",
        "LoadErrors",
        "StoreTrouble",
        "Undelivered",
        "DeliveryError",
        "RunnerConnected",
        "RunnerPid",
        "RunnerVersion",
        "RunnerCgroup",
        "Notes",
        "Frozen",
        NULL,
};

static void property_context_init(PropertyContext *context, const BusServer *server, bool is_open) {
        *context = (PropertyContext){ .host = &server->host, .is_open = is_open };
        manager_get_status(server->host.manager, &context->status);
        if (server->host.get_runner)
                server->host.get_runner(server->host.userdata, &context->runner);
}

static const ManagerProperty *find_property(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
                if (strcmp(properties[i].name, name) == 0)
                        return &properties[i];
        return NULL;
}

int bus_manager_get_property(
                sd_bus *bus,
                const char *path,
                const char *interface,
                const char *name,
                sd_bus_message *reply,
                void *userdata,
                sd_bus_error *reterr) {

        BusConnection *connection = userdata;
        const ManagerProperty *property = find_property(name);
        PropertyContext context;

        assert(property);

        property_context_init(&context, connection->server, connection->current.view == VIEW_ALL);
        return property->append(&context, reply);
}

int bus_manager_append_property(BusServer *server, bool is_open, const char *name, sd_bus_message *message) {
        const ManagerProperty *property = find_property(name);
        PropertyContext context;
        int r;

        assert(property);

        property_context_init(&context, server, is_open);
        r = sd_bus_message_open_container(message, 'v', property->signature);
        if (r < 0)
                return r;
        r = property->append(&context, message);
        if (r < 0)
                return r;
        return sd_bus_message_close_container(message);
}
