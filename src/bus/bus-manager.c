/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * org.jobsched1.Manager, at /org/jobsched1.
 *
 * A method does four things in this order: decode, authorise, call the manager, encode. It decides nothing by
 * itself.
 */

#include <assert.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"

/* --- methods --------------------------------------------------------------------------------------- */

static int method_list_jobs(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_list_jobs(bus_current_call(userdata), reterr);
}

static int method_list_executions(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_list_executions(bus_current_call(userdata), reterr);
}

static int method_list_audit(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_list_audit(bus_current_call(userdata), reterr);
}

static int method_dump(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_dump(bus_current_call(userdata), reterr);
}

static int method_get_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        CLEANUP_FREE char *path = NULL;
        const ScheduledJob *job;
        const char *name;
        int r;

        r = sd_bus_message_read_basic(message, 's', &name);
        if (r < 0)
                return r;
        job = bus_find_job(bus_current_call(userdata), name, reterr);
        if (!job)
                return -ENOENT;
        r = bus_job_path(job->stored.name, &path);
        if (r < 0)
                return r;
        return sd_bus_reply_method_return(message, "o", path);
}

static int method_get_execution(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        CLEANUP_FREE char *path = NULL;
        ExecutionRecord record;
        uint64_t id;
        int r;

        r = sd_bus_message_read_basic(message, 't', &id);
        if (r < 0)
                return r;
        execution_record_init(&record);
        r = bus_read_execution(bus_current_call(userdata), id, &record, reterr);
        execution_record_done(&record);
        if (r < 0)
                return r;
        r = bus_execution_path(id, &path);
        if (r < 0)
                return r;
        return sd_bus_reply_method_return(message, "o", path);
}

static int method_get_definition(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        BusCall *call = bus_current_call(userdata);
        const ScheduledJob *job;
        const char *name;
        int r;

        r = sd_bus_message_read_basic(message, 's', &name);
        if (r < 0)
                return r;
        job = bus_find_job(call, name, reterr);
        if (!job)
                return -ENOENT;
        r = bus_require(call, ACTION_VIEW_ALL, &job->stored.owner_uid, name, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;
        if (!job->job)
                return sd_bus_error_setf(
                                reterr, ERROR_JOB_NOT_LOADED,
                                "The job '%s' failed to load and has no good definition: %s", name,
                                job->load_error.message ?: "unknown fault");

        return sd_bus_reply_method_return(
                        message, "ssu", job->job->definition ?: "", job->job->file ?: "",
                        (uint32_t) job->job->line);
}

static int method_start_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        CLEANUP(bus_start_done) BusStart start = { 0 };
        const char *name;
        int r;

        r = sd_bus_message_read_basic(message, 's', &name);
        if (r < 0)
                return r;
        r = bus_read_start(message, &start, reterr);
        if (r < 0)
                return r;
        return bus_order_start(bus_current_call(userdata), name, &start.options, reterr);
}

static int method_change_jobs(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_change_jobs(bus_current_call(userdata), reterr);
}

static int method_create_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_create_job(bus_current_call(userdata), reterr);
}

static int method_replace_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_replace_job(bus_current_call(userdata), reterr);
}

static int method_delete_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_delete_job(bus_current_call(userdata), reterr);
}

static int method_skip_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_skip_job(bus_current_call(userdata), reterr);
}

static int method_get_source(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_get_source(bus_current_call(userdata), reterr);
}

static int method_pause_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const char *name;
        int64_t until;
        int r;

        r = sd_bus_message_read(message, "sx", &name, &until);
        if (r < 0)
                return r;
        return bus_order_pause(bus_current_call(userdata), name, until, reterr);
}

static int method_resume_job(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const char *name;
        int r;

        r = sd_bus_message_read_basic(message, 's', &name);
        if (r < 0)
                return r;
        return bus_order_resume(bus_current_call(userdata), name, reterr);
}

static int method_stop_execution(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        uint64_t id;
        int r;

        r = sd_bus_message_read_basic(message, 't', &id);
        if (r < 0)
                return r;
        return bus_order_stop(bus_current_call(userdata), id, reterr);
}

static int method_kill_execution(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const char *whom;
        uint64_t id;
        int32_t signal;
        int r;

        r = sd_bus_message_read(message, "tsi", &id, &whom, &signal);
        if (r < 0)
                return r;
        return bus_order_kill(bus_current_call(userdata), id, whom, signal, reterr);
}

static int method_reload(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_order_reload(bus_current_call(userdata), reterr);
}

static int method_list_attempts(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        uint64_t id;
        int r;

        r = sd_bus_message_read_basic(message, 't', &id);
        if (r < 0)
                return r;
        return bus_list_attempts(bus_current_call(userdata), id, reterr);
}

static int method_get_output(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        uint64_t id;
        uint32_t attempt;
        int r;

        r = sd_bus_message_read(message, "tu", &id, &attempt);
        if (r < 0)
                return r;
        return bus_output_get(bus_current_call(userdata), id, attempt, reterr);
}

static int method_follow(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        uint64_t id;
        int r;

        r = sd_bus_message_read_basic(message, 't', &id);
        if (r < 0)
                return r;
        return bus_output_follow(bus_current_call(userdata), id, reterr);
}

static int method_why(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const char *name;
        int64_t from, until;
        int r;

        r = sd_bus_message_read(message, "sxx", &name, &from, &until);
        if (r < 0)
                return r;
        return bus_why(bus_current_call(userdata), name, from, until, reterr);
}

static int method_why_execution(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        uint64_t id;
        int r;

        r = sd_bus_message_read_basic(message, 't', &id);
        return r < 0 ? r : bus_why_execution(bus_current_call(userdata), id, reterr);
}

static int method_list_queues(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_list_queues(bus_current_call(userdata));
}

static int method_list_templates(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_list_templates(bus_current_call(userdata));
}

static int method_list_actions(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_list_actions(bus_current_call(userdata));
}

static int method_list_profiles(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_list_profiles(bus_current_call(userdata));
}

static int method_set_profile(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_set_profile(bus_current_call(userdata), reterr);
}

static int method_delete_profiles(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_delete_profiles(bus_current_call(userdata), reterr);
}

static int method_prune_profiles(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_prune_profiles(bus_current_call(userdata), reterr);
}

static int method_pause_queue(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_order_queue(bus_current_call(userdata), true, reterr);
}

static int method_resume_queue(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_order_queue(bus_current_call(userdata), false, reterr);
}

static int method_freeze(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_order_freeze(bus_current_call(userdata), reterr);
}

static int method_thaw(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_order_thaw(bus_current_call(userdata), reterr);
}

static int method_prune(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_order_prune(bus_current_call(userdata), reterr);
}

static int method_backup(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_order_backup(bus_current_call(userdata), reterr);
}

static int method_subscribe(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_subscribe(bus_current_call(userdata), true, reterr);
}

static int method_unsubscribe(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        return bus_subscribe(bus_current_call(userdata), false, reterr);
}

/* --- the table ------------------------------------------------------------------------------------- */

#define CONSTANT(name, signature) \
        SD_BUS_PROPERTY(name, signature, bus_manager_get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST)
#define CHANGING(name, signature) \
        SD_BUS_PROPERTY(name, signature, bus_manager_get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

/* clang-format off */
static const sd_bus_vtable manager_vtable[] = {
        SD_BUS_VTABLE_START(0),

        SD_BUS_METHOD_WITH_ARGS("ListJobs",
                                SD_BUS_ARGS("a{sv}", filter, "s", cursor, "u", limit),
                                SD_BUS_RESULT("aa{sv}", jobs, "s", next_cursor),
                                method_list_jobs, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListExecutions",
                                SD_BUS_ARGS("a{sv}", filter, "s", cursor, "u", limit),
                                SD_BUS_RESULT("aa{sv}", executions, "s", next_cursor),
                                method_list_executions, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListAudit",
                                SD_BUS_ARGS("a{sv}", filter, "s", cursor, "u", limit),
                                SD_BUS_RESULT("aa{sv}", events, "s", next_cursor),
                                method_list_audit, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Dump",
                                SD_BUS_ARGS("s", what, "a{sv}", filter),
                                SD_BUS_RESULT("h", lines),
                                method_dump, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_METHOD_WITH_ARGS("GetJob",
                                SD_BUS_ARGS("s", name),
                                SD_BUS_RESULT("o", job),
                                method_get_job, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetExecution",
                                SD_BUS_ARGS("t", id),
                                SD_BUS_RESULT("o", execution),
                                method_get_execution, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetDefinition",
                                SD_BUS_ARGS("s", name),
                                SD_BUS_RESULT("s", definition, "s", file, "u", line),
                                method_get_definition, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_METHOD_WITH_ARGS("GetSource",
                                SD_BUS_ARGS("s", name),
                                SD_BUS_RESULT("s", source),
                                method_get_source, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_METHOD_WITH_ARGS("ChangeJobs",
                                SD_BUS_ARGS("aa{sv}", changes, "b", trial),
                                SD_BUS_RESULT("aa{sv}", results),
                                method_change_jobs, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
        SD_BUS_METHOD_WITH_ARGS("CreateJob",
                                SD_BUS_ARGS("s", name, "s", definition),
                                SD_BUS_RESULT("o", job),
                                method_create_job, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
        SD_BUS_METHOD_WITH_ARGS("ReplaceJob",
                                SD_BUS_ARGS("s", name, "s", definition, "t", if_revision),
                                SD_BUS_RESULT("t", revision),
                                method_replace_job, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
        SD_BUS_METHOD_WITH_ARGS("DeleteJob",
                                SD_BUS_ARGS("s", name),
                                SD_BUS_NO_RESULT,
                                method_delete_job, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_METHOD_WITH_ARGS("SkipJob",
                                SD_BUS_ARGS("s", name, "u", n),
                                SD_BUS_RESULT("x", until),
                                method_skip_job, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_METHOD_WITH_ARGS("StartJob",
                                SD_BUS_ARGS("s", name, "a{sv}", options),
                                SD_BUS_RESULT("t", execution),
                                method_start_job, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
        SD_BUS_METHOD_WITH_ARGS("PauseJob",
                                SD_BUS_ARGS("s", name, "x", until),
                                SD_BUS_NO_RESULT,
                                method_pause_job, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ResumeJob",
                                SD_BUS_ARGS("s", name),
                                SD_BUS_NO_RESULT,
                                method_resume_job, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("StopExecution",
                                SD_BUS_ARGS("t", id),
                                SD_BUS_NO_RESULT,
                                method_stop_execution, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("KillExecution",
                                SD_BUS_ARGS("t", id, "s", whom, "i", signal),
                                SD_BUS_NO_RESULT,
                                method_kill_execution, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Reload",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("as", faults),
                                method_reload, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_METHOD_WITH_ARGS("ListAttempts",
                                SD_BUS_ARGS("t", id),
                                SD_BUS_RESULT("aa{sv}", attempts),
                                method_list_attempts, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetOutput",
                                SD_BUS_ARGS("t", id, "u", attempt),
                                SD_BUS_RESULT("h", pieces),
                                method_get_output, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Follow",
                                SD_BUS_ARGS("t", id),
                                SD_BUS_RESULT("h", pieces),
                                method_follow, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Why",
                                SD_BUS_ARGS("s", name, "x", from, "x", until),
                                SD_BUS_RESULT("s", answer),
                                method_why, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("WhyExecution",
                                SD_BUS_ARGS("t", id),
                                SD_BUS_RESULT("s", answer),
                                method_why_execution, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Backup",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("h", copy),
                                method_backup, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListQueues",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("aa{sv}", queues),
                                method_list_queues, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListTemplates",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("aa{sv}", templates),
                                method_list_templates, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListActions",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("aa{sv}", actions),
                                method_list_actions, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListProfiles",
                                SD_BUS_NO_ARGS,
                                SD_BUS_RESULT("aa{sv}", profiles),
                                method_list_profiles, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetProfile",
                                SD_BUS_ARGS("s", name, "a{ss}", values, "a{sv}", options),
                                SD_BUS_RESULT("t", revision),
                                method_set_profile, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
        SD_BUS_METHOD_WITH_ARGS("DeleteProfiles",
                                SD_BUS_ARGS("as", names, "b", trial),
                                SD_BUS_RESULT("as", deleted),
                                method_delete_profiles, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("PruneProfiles",
                                SD_BUS_ARGS("b", trial),
                                SD_BUS_RESULT("as", deleted),
                                method_prune_profiles, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("PauseQueue",
                                SD_BUS_ARGS("s", name),
                                SD_BUS_NO_RESULT,
                                method_pause_queue, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ResumeQueue",
                                SD_BUS_ARGS("s", name),
                                SD_BUS_NO_RESULT,
                                method_resume_queue, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Freeze",
                                SD_BUS_NO_ARGS,
                                SD_BUS_NO_RESULT,
                                method_freeze, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Thaw",
                                SD_BUS_ARGS("b", skip_missed),
                                SD_BUS_NO_RESULT,
                                method_thaw, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Prune",
                                SD_BUS_ARGS("a{sv}", filter, "b", trial),
                                SD_BUS_RESULT("t", rows),
                                method_prune, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Subscribe",
                                SD_BUS_NO_ARGS,
                                SD_BUS_NO_RESULT,
                                method_subscribe, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Unsubscribe",
                                SD_BUS_NO_ARGS,
                                SD_BUS_NO_RESULT,
                                method_unsubscribe, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_SIGNAL_WITH_ARGS("JobAdded",   SD_BUS_ARGS("s", name, "o", job), 0),
        SD_BUS_SIGNAL_WITH_ARGS("JobChanged", SD_BUS_ARGS("s", name, "o", job), 0),
        SD_BUS_SIGNAL_WITH_ARGS("JobRemoved", SD_BUS_ARGS("s", name, "o", job), 0),
        SD_BUS_SIGNAL_WITH_ARGS("ExecutionChanged", SD_BUS_ARGS("t", id, "o", execution, "a{sv}", change), 0),

        CONSTANT("Version", "s"),
        CONSTANT("Started", "x"),
        CONSTANT("Mode", "s"),
        CHANGING("Jobs", "t"),
        CHANGING("FailedJobs", "t"),
        CHANGING("PausedJobs", "t"),
        CHANGING("Running", "t"),
        CHANGING("Waiting", "t"),
        CHANGING("NextStart", "x"),
        CHANGING("LoadErrors", "as"),
        CHANGING("Frozen", "x"),
        CHANGING("StoreTrouble", "s"),
        CHANGING("Undelivered", "t"),
        CHANGING("DeliveryError", "s"),
        CHANGING("RunnerConnected", "b"),
        CHANGING("RunnerPid", "u"),
        CHANGING("RunnerVersion", "s"),
        CHANGING("RunnerCgroup", "b"),
        CHANGING("Notes", "as"),

        SD_BUS_VTABLE_END,
};
/* clang-format on */

int bus_manager_register(BusConnection *connection, sd_bus_slot **ret) {
        return sd_bus_add_object_vtable(
                        connection->bus, ret, MANAGER_PATH, MANAGER_INTERFACE, manager_vtable, connection);
}
