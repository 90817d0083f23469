/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/bus.h"

#include <assert.h>
#include <utlist.h>

#include "bus/bus-internal.h"
#include "bus/profile-fields.h"

/* --- what the manager tells ------------------------------------------------------------------------ */

static void on_job_added(void *userdata, const ScheduledJob *job) {
        BusServer *server = userdata;

        user_names_prefetch(server->users, job->stored.owner_uid);
        signal_queue_job(server->signals, job->stored.name, JOB_SIGNAL_ADDED);
}

static void on_job_changed(void *userdata, const ScheduledJob *job) {
        BusServer *server = userdata;

        signal_queue_job(server->signals, job->stored.name, JOB_SIGNAL_CHANGED);
}

static void on_job_removed(void *userdata, const char *name) {
        BusServer *server = userdata;

        signal_queue_job(server->signals, name, JOB_SIGNAL_REMOVED);
}

static void on_execution_changed(void *userdata, const ExecutionRecord *record) {
        BusServer *server = userdata;

        signal_queue_execution(server->signals, record);
        follow_table_execution_changed(server->follows, record);
}

static void on_output(
                void *userdata,
                uint64_t execution_id,
                OutputStream stream,
                const void *data,
                size_t size) {

        BusServer *server = userdata;

        follow_table_output(server->follows, execution_id, stream, data, size);
}

/* The runner may have come, who can tell the own user's name: lists show it as the owner of jobs. */
static void on_manager_changed(void *userdata) {
        BusServer *server = userdata;

        user_names_prefetch(server->users, server->host.owner_uid);
        bus_calls_look_for_runner(server);
        signal_queue_manager(server->signals);
}

/* --- life ------------------------------------------------------------------------------------------ */

static int on_reap(sd_event_source *source, void *userdata) {
        bus_peers_reap(userdata);
        return 0;
}

static int on_auth_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        bus_peers_check_deadlines(userdata);
        return 0;
}

static int add_sources(BusServer *server) {
        int r;

        r = sd_event_add_defer(server->event, &server->reaper, on_reap, server);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(server->reaper, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(
                        server->event, &server->auth_timer, CLOCK_MONOTONIC, 0, USEC_PER_SEC,
                        on_auth_deadline, server);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(server->auth_timer, SD_EVENT_OFF);
}

static int init_fields(BusServer *server) {
        int r;

        r = bus_job_init_fields(&server->job_set);
        if (r < 0)
                return r;
        r = bus_execution_init_fields(&server->execution_set);
        if (r < 0)
                return r;
        r = field_set_init(&server->attempt_set, &attempt_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        r = field_set_init(&server->audit_set, &audit_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        r = field_set_init(&server->timer_set, &timer_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        r = field_set_init(&server->dependency_set, &dependency_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        r = field_set_init(&server->definition_set, &definition_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        r = field_set_init(&server->profile_set, &profile_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        r = field_set_init(&server->template_set, &template_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        r = field_set_init(&server->action_set, &action_fields, NULL, 0, NULL);
        if (r < 0)
                return r;
        return field_set_init(&server->queue_set, &queue_fields, NULL, 0, NULL);
}

static int observe(BusServer *server) {
        const ManagerObserver observer = {
                .on_job_added = on_job_added,
                .on_job_changed = on_job_changed,
                .on_job_removed = on_job_removed,
                .on_execution_changed = on_execution_changed,
                .on_output = on_output,
                .on_manager_changed = on_manager_changed,
                .userdata = server,
        };

        return manager_add_observer(server->host.manager, &observer);
}

int bus_server_new(sd_event *event, const BusHost *host, BusServer **ret) {
        CLEANUP(bus_server_freep) BusServer *server = NULL;
        int r;

        assert(event);
        assert(host);
        assert(host->manager);
        assert(host->instance);
        assert(host->clock);
        assert(ret);

        server = calloc(1, sizeof(*server));
        if (!server)
                return -ENOMEM;
        server->event = sd_event_ref(event);
        server->host = *host;

        r = user_names_new(host->manager, host->owner_uid, host->own_user, &server->users);
        if (r < 0)
                return r;
        r = init_fields(server);
        if (r < 0)
                return r;
        r = add_sources(server);
        if (r < 0)
                return r;
        r = signal_queue_new(server, &server->signals);
        if (r < 0)
                return r;
        r = follow_table_new(server, &server->follows);
        if (r < 0)
                return r;
        r = dump_queue_new(server, &server->dumps);
        if (r < 0)
                return r;
        r = observe(server);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(server);
        return 0;
}

BusServer *bus_server_free(BusServer *server) {
        BusConnection *peer, *next;

        if (!server)
                return NULL;

        manager_remove_observer(server->host.manager, server);
        server->control = control_socket_free(server->control);
        server->dumps = dump_queue_free(server->dumps);
        server->link = bus_link_free(server->link);
        DL_FOREACH_SAFE(server->peers, peer, next) {
                DL_DELETE(server->peers, peer);
                (void) bus_connection_free(peer);
        }
        server->follows = follow_table_free(server->follows);
        server->signals = signal_queue_free(server->signals);

        (void) sd_event_source_disable_unref(server->reaper);
        (void) sd_event_source_disable_unref(server->auth_timer);
        field_set_done(&server->job_set);
        field_set_done(&server->execution_set);
        field_set_done(&server->attempt_set);
        field_set_done(&server->audit_set);
        field_set_done(&server->timer_set);
        field_set_done(&server->dependency_set);
        field_set_done(&server->queue_set);
        field_set_done(&server->definition_set);
        field_set_done(&server->profile_set);
        field_set_done(&server->template_set);
        field_set_done(&server->action_set);
        (void) user_names_free(server->users);
        (void) sd_event_unref(server->event);
        free(server);
        return NULL;
}
