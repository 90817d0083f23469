/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Orders: start, pause, resume, stop, kill, reload, backup. Each is judged, handed to the manager, and
 * answered when the manager says that the change is on disk.
 */

#include <assert.h>
#include <signal.h>
#include <string.h>

#include "bus/bus-filter.h"
#include "bus/bus-internal.h"
#include "util/log.h"

/*
 * An order that the manager has not answered yet is its message and no more: it keeps the sd_bus alive, so
 * that the answer finds it, or finds it closed.
 */
static void reply_error(sd_bus_message *call, int error, const char *text) {
        CLEANUP(sd_bus_error_free) sd_bus_error reply = SD_BUS_ERROR_NULL;

        (void) bus_error_set(&reply, error, text);
        (void) sd_bus_reply_method_error(call, &reply); /* the client may have gone */
}

static void on_done(void *userdata, int result, uint64_t execution_id, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;

        if (result < 0)
                reply_error(call, result, text);
        else
                (void) sd_bus_reply_method_return(call, NULL);
}

static void on_started(void *userdata, int result, uint64_t execution_id, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;

        if (result < 0)
                reply_error(call, result, text);
        else
                (void) sd_bus_reply_method_return(call, "t", execution_id);
}

/* Returns 1: go on with *ret; 0: parked; or negative with *reterr. */
static int require_for_job(
                BusCall *call,
                BusAction action,
                const char *name,
                const char **ret,
                sd_bus_error *reterr) {

        const ScheduledJob *job = bus_find_job(call, name, reterr);

        if (!job)
                return -ENOENT;
        *ret = job->stored.name;
        return bus_require(call, action, &job->stored.owner_uid, job->stored.name, reterr);
}

int bus_order_start(BusCall *call, const char *name, const StartOptions *options, sd_bus_error *reterr) {
        int r;

        r = require_for_job(call, ACTION_RUN, name, &name, reterr);
        if (r > 0)
                r = bus_call_await_runner(call, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        manager_start_job(
                        call->connection->server->host.manager, name, options, &call->caller, on_started,
                        sd_bus_message_ref(call->message));
        return 1;
}

int bus_order_pause(BusCall *call, const char *name, int64_t until, sd_bus_error *reterr) {
        int r;

        if (until < 0)
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The end of the pause is microseconds since 1970, or 0.");
        r = require_for_job(call, ACTION_MANAGE, name, &name, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        manager_pause_job(
                        call->connection->server->host.manager, name, until == 0 ? USEC_INFINITY : until,
                        &call->caller, on_done, sd_bus_message_ref(call->message));
        return 1;
}

int bus_order_resume(BusCall *call, const char *name, sd_bus_error *reterr) {
        int r;

        r = require_for_job(call, ACTION_MANAGE, name, &name, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        manager_resume_job(
                        call->connection->server->host.manager, name, &call->caller, on_done,
                        sd_bus_message_ref(call->message));
        return 1;
}

/* --- executions ------------------------------------------------------------------------------------ */

static void record_cleanup(ExecutionRecord *record) {
        execution_record_done(record);
}

int bus_read_execution(BusCall *call, uint64_t id, ExecutionRecord *ret, sd_bus_error *reterr) {
        CLEANUP(record_cleanup) ExecutionRecord record;
        Manager *manager = call->connection->server->host.manager;
        const Execution *execution = manager_find_execution(manager, id);
        int r;

        execution_record_init(&record);
        if (execution)
                r = execution_record_copy(&execution->record, &record) < 0 ? -ENOMEM : 1;
        else
                r = manager_read_execution(manager, id, &record);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);
        if (r == 0 || !bus_may_see(call, record.owner_uid))
                return bus_error_no_such_execution(reterr, id);

        *ret = record;
        execution_record_init(&record);
        return 0;
}

static int require_for_execution(BusCall *call, BusAction action, uint64_t id, sd_bus_error *reterr) {
        CLEANUP(record_cleanup) ExecutionRecord record;
        int r;

        execution_record_init(&record);
        r = bus_read_execution(call, id, &record, reterr);
        if (r < 0)
                return r;
        return bus_require(call, action, &record.owner_uid, record.job, reterr);
}

int bus_order_stop(BusCall *call, uint64_t id, sd_bus_error *reterr) {
        int r;

        r = require_for_execution(call, ACTION_RUN, id, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        manager_stop_execution(
                        call->connection->server->host.manager, id, &call->caller, on_done,
                        sd_bus_message_ref(call->message));
        return 1;
}

int bus_order_kill(BusCall *call, uint64_t id, const char *whom, int32_t signal, sd_bus_error *reterr) {
        bool everything = strcmp(whom, "all") == 0;
        int r;

        if (!everything && strcmp(whom, "main") != 0)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "'%.50s' is not whom a signal can go to: it is main or all.", whom);
        if (signal <= 0 || signal >= _NSIG)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS, "%d is no signal: it is 1 to %d.", signal,
                                _NSIG - 1);
        r = require_for_execution(call, ACTION_RUN, id, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        manager_kill_execution(
                        call->connection->server->host.manager, id, signal, everything, &call->caller,
                        on_done, sd_bus_message_ref(call->message));
        return 1;
}

/* --- the instance ---------------------------------------------------------------------------------- */

static void on_reloaded(void *userdata, int result, char *const *faults, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

        if (result < 0) {
                reply_error(call, result, text);
                return;
        }
        if (sd_bus_message_new_method_return(call, &reply) >= 0 &&
            sd_bus_message_append_strv(reply, (char **) faults) >= 0)
                (void) sd_bus_message_send(reply); /* the client may have gone */
}

int bus_order_reload(BusCall *call, sd_bus_error *reterr) {
        const BusHost *host = &call->connection->server->host;
        int r;

        if (!host->reload)
                return bus_error_set(reterr, -EOPNOTSUPP, NULL);
        r = bus_require(call, ACTION_MANAGE, NULL, NULL, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        host->reload(host->userdata, &call->caller, on_reloaded, sd_bus_message_ref(call->message));
        return 1;
}

static void on_backup(void *userdata, int fd_or_error) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;
        CLEANUP_CLOSE int fd = fd_or_error;

        if (fd < 0)
                reply_error(call, fd,
                            fd == -EOPNOTSUPP ? "There is no database to copy: the store is in memory."
                                              : NULL);
        else
                (void) sd_bus_reply_method_return(call, "h", fd);
}

int bus_order_backup(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        int r;

        r = bus_require(call, ACTION_MANAGE, NULL, NULL, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        message = sd_bus_message_ref(call->message);
        r = manager_backup(call->connection->server->host.manager, on_backup, message);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);
        (void) TAKE_PTR(message);
        return 1;
}

static void on_pruned(void *userdata, int result, uint64_t n_rows, const char *text) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = userdata;

        if (result < 0)
                reply_error(call, result, text);
        else
                (void) sd_bus_reply_method_return(call, "t", n_rows);
}

static void filter_cleanup(BusFilter *filter) {
        bus_filter_done(filter);
}

int bus_order_prune(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(filter_cleanup) BusFilter filter = { 0 };
        const uid_t *owner = NULL;
        PruneRequest request;
        int dry_run, r;

        r =
                        bus_filter_read(call->message, call->connection->server->users, BUS_FILTER_HISTORY,
                                        false, &filter, reterr);
        if (r >= 0)
                r = bus_filter_complete(call, &filter);
        if (r < 0)
                return r;
        r = sd_bus_message_read_basic(call->message, 'b', &dry_run);
        if (r < 0)
                return r;

        if (filter.mine)
                owner = &call->caller.uid;
        r = bus_require(call, ACTION_MANAGE, owner, NULL, reterr);
        if (r <= 0)
                return r < 0 ? r : 1;

        request = (PruneRequest){
                .jobs = filter.names,
                .states = filter.states,
                .selection = bus_filter_selection(&filter),
                .ids = filter.ids,
                .n_ids = filter.n_ids,
                .since_usec = filter.since_usec,
                .until_usec = filter.until_usec,
                .owner_uid = owner,
                .keep = filter.keep,
                .all = filter.all,
                .dry_run = dry_run,
        };
        manager_prune_history(
                        call->connection->server->host.manager, &request, &call->caller, on_pruned,
                        sd_bus_message_ref(call->message));
        return 1;
}
