/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Signals, to those who called Subscribe() and as far as they may see.
 *
 * They are sent to each subscriber by itself, on the bus too: a broadcast would tell everybody which jobs
 * there are. What happens to one job or execution within a turn of the loop is one signal, with the newest
 * state; when a subscriber does not keep up, the others wait with it for a while, changes gather, and then it
 * is dropped.
 */

#include <assert.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "util/log.h"
#include "util/string-list.h"

#define SUBSCRIBERS_MAX 1024U
#define SUBSCRIBERS_OF_USER_MAX 64U /* one user must not take the places of all others */
#define ENTRIES_PER_TURN 256U
#define QUEUED_MAX 512U /* messages that wait for a subscriber's socket */
#define PAUSE_USEC (20 * USEC_PER_MSEC)
/* The others wait with a slow subscriber: long for one that reads, briefly for one that does not. */
#define PATIENCE_USEC (10 * USEC_PER_SEC)
#define STANDSTILL_USEC (1 * USEC_PER_SEC)

typedef struct Subscriber Subscriber;

struct Subscriber {
        BusConnection *connection;
        char *name; /* on the bus; NULL: a peer */
        uid_t uid;
        ViewLevel view;
        sd_bus_slot *gone;      /* tells when the name goes */
        usec_t full_since_usec; /* USEC_INFINITY: it keeps up */
        usec_t progress_usec;   /* when it read last, as far as we saw */
        uint64_t n_queued;
        Subscriber *prev, *next;
};

typedef struct PendingJob {
        char *name;
        unsigned changes; /* JobSignal bits */
        uid_t owner;
        UT_hash_handle hh;
} PendingJob;

typedef struct PendingExecution {
        uint64_t id;
        ExecutionRecord record;
        UT_hash_handle hh;
} PendingExecution;

struct SignalQueue {
        BusServer *server;
        Subscriber *subscribers;
        size_t n_subscribers;
        PendingJob *jobs;
        PendingExecution *executions;
        bool manager_changed;
        sd_event_source *timer;
};

#define OWNER_UNKNOWN ((uid_t) -1)

/* --- subscribers ----------------------------------------------------------------------------------- */

static Subscriber *subscriber_free(SignalQueue *queue, Subscriber *subscriber) {
        DL_DELETE(queue->subscribers, subscriber);
        queue->n_subscribers--;
        (void) sd_bus_slot_unref(subscriber->gone);
        free(subscriber->name);
        free(subscriber);
        return NULL;
}

static Subscriber *find_subscriber(SignalQueue *queue, const BusConnection *connection, const char *name) {
        Subscriber *subscriber;

        DL_FOREACH(queue->subscribers, subscriber)
        if (subscriber->connection == connection &&
            (connection->is_peer || strcmp(subscriber->name, name) == 0))
                return subscriber;
        return NULL;
}

static int on_name_gone(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        Subscriber *subscriber = userdata;

        (void) subscriber_free(subscriber->connection->server->signals, subscriber);
        return 0;
}

/* Only its own going away: all others' would wake the daemon whenever any program of the host ends. */
static int watch_name(Subscriber *subscriber) {
        CLEANUP_FREE char *rule = NULL;

        if (asprintf(&rule,
                     "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                     "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='%s',arg2=''",
                     subscriber->name) < 0) {
                rule = NULL;
                return -ENOMEM;
        }
        return sd_bus_add_match_async(
                        subscriber->connection->bus, &subscriber->gone, rule, on_name_gone, NULL, subscriber);
}

static int subscriber_add(SignalQueue *queue, const BusCall *call) {
        const char *sender = sd_bus_message_get_sender(call->message);
        Subscriber *subscriber;
        int r = 0;

        subscriber = calloc(1, sizeof(*subscriber));
        if (!subscriber)
                return -ENOMEM;
        *subscriber = (Subscriber){
                .connection = call->connection,
                .uid = call->caller.uid,
                .view = call->view,
                .full_since_usec = USEC_INFINITY,
        };
        DL_APPEND(queue->subscribers, subscriber);
        queue->n_subscribers++;

        if (!call->connection->is_peer) {
                subscriber->name = strdup(sender ?: "");
                r = subscriber->name ? watch_name(subscriber) : -ENOMEM;
        }
        if (r < 0)
                (void) subscriber_free(queue, subscriber);
        return r;
}

static bool may_subscribe(const SignalQueue *queue, const BusCall *call) {
        const Subscriber *subscriber;
        size_t n = 0;

        DL_FOREACH(queue->subscribers, subscriber)
        n += subscriber->uid == call->caller.uid;
        return queue->n_subscribers < SUBSCRIBERS_MAX && (call->is_privileged || n < SUBSCRIBERS_OF_USER_MAX);
}

int bus_subscribe(BusCall *call, bool on, sd_bus_error *reterr) {
        SignalQueue *queue = call->connection->server->signals;
        Subscriber *subscriber =
                        find_subscriber(queue, call->connection, sd_bus_message_get_sender(call->message));
        int r = 0;

        if (on && !subscriber && !may_subscribe(queue, call))
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many clients have subscribed already.");
        if (on && !subscriber)
                r = subscriber_add(queue, call);
        else if (!on && subscriber)
                (void) subscriber_free(queue, subscriber);
        if (r < 0)
                return r;
        return sd_bus_reply_method_return(call->message, NULL);
}

void signal_queue_forget(SignalQueue *queue, const BusConnection *connection) {
        Subscriber *subscriber, *next;

        DL_FOREACH_SAFE(queue->subscribers, subscriber, next)
        if (subscriber->connection == connection)
                (void) subscriber_free(queue, subscriber);
}

/* --- one signal ------------------------------------------------------------------------------------ */

static bool subscriber_may_see(const Subscriber *subscriber, uid_t owner) {
        return subscriber->view != VIEW_OWN || subscriber->uid == owner;
}

static FieldContext subscriber_context(const Subscriber *subscriber) {
        const BusServer *server = subscriber->connection->server;

        return (FieldContext){
                .users = server->users,
                .now_usec = clock_now(server->host.clock, CLOCK_KIND_REALTIME),
                .viewer_uid = subscriber->uid,
                .may_see_private = subscriber->view == VIEW_ALL,
        };
}

static int new_signal(
                const Subscriber *subscriber,
                const char *path,
                const char *interface,
                const char *member,
                sd_bus_message **ret) {

        return sd_bus_message_new_signal(subscriber->connection->bus, ret, path, interface, member);
}

static int send_signal(const Subscriber *subscriber, sd_bus_message *message) {
        if (!subscriber->name)
                return sd_bus_send(subscriber->connection->bus, message, NULL);
        return sd_bus_send_to(subscriber->connection->bus, message, subscriber->name, NULL);
}

static int send_job_signal(
                const Subscriber *subscriber,
                const char *member,
                const char *name,
                const char *path) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        int r;

        r = new_signal(subscriber, MANAGER_PATH, MANAGER_INTERFACE, member, &message);
        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "so", name, path);
        if (r < 0)
                return r;
        return send_signal(subscriber, message);
}

/* PropertiesChanged with every field that can change; nothing is only invalidated. */
static int send_properties(
                const Subscriber *subscriber,
                const FieldSet *set,
                const void *record,
                const char *path,
                const char *interface) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        FieldContext context = subscriber_context(subscriber);
        int r;

        r = new_signal(subscriber, path, "org.freedesktop.DBus.Properties", "PropertiesChanged", &message);
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(message, 's', interface);
        if (r < 0)
                return r;
        r = field_set_append_row(set, &context, record, message, FIELD_CHANGES, 0, NULL);
        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "as", 0);
        if (r < 0)
                return r;
        return send_signal(subscriber, message);
}

static void tell_job(const Subscriber *subscriber, const PendingJob *pending, const char *path) {
        BusServer *server = subscriber->connection->server;
        const ScheduledJob *job = manager_find_job(server->host.manager, pending->name);
        uid_t owner = job ? job->stored.owner_uid : pending->owner;
        const char *member = "JobChanged";
        int r;

        if (!subscriber_may_see(subscriber, owner))
                return;
        if (!job)
                member = "JobRemoved";
        else if ((pending->changes & JOB_SIGNAL_ADDED) != 0 && (pending->changes & JOB_SIGNAL_REMOVED) == 0)
                member = "JobAdded";

        r = send_job_signal(subscriber, member, pending->name, path);
        if (r >= 0 && job)
                r = send_properties(subscriber, &server->job_set, job, path, JOB_INTERFACE);
        if (r < 0)
                (void) log_debug_errno(r, "Cannot tell a subscriber of the job '%s': %m", pending->name);
}

/* The fields of the signal ExecutionChanged, of those of an execution. */
static bool is_in_change(const char *name) {
        static const char *const names[] = { "id",       "job",         "state", "reason",    "cause",
                                             "due",      "started",     "ended", "exit_code", "signal",
                                             "progress", "status_text", NULL };

        return string_list_contains((char *const *) names, name);
}

static int append_change(
                sd_bus_message *message,
                const FieldSet *set,
                const FieldContext *context,
                const ExecutionRecord *record) {

        int r;

        r = sd_bus_message_open_container(message, 'a', "{sv}");
        for (size_t i = 0; i < set->table->n_fields && r >= 0; i++) {
                const Field *field = &set->table->fields[i];

                if (!is_in_change(field->name))
                        continue;
                r = sd_bus_message_open_container(message, 'e', "sv");
                if (r < 0)
                        return r;
                r = sd_bus_message_append_basic(message, 's', set->property_names[i]);
                if (r < 0)
                        return r;
                r = sd_bus_message_open_container(message, 'v', field_type_signature(field->type));
                if (r < 0)
                        return r;
                r = field_set_append_property(set, context, record, field, message);
                if (r < 0)
                        return r;
                r = sd_bus_message_close_container(message);
                if (r < 0)
                        return r;
                r = sd_bus_message_close_container(message);
        }
        if (r < 0)
                return r;
        return sd_bus_message_close_container(message);
}

static int send_execution_signal(
                const Subscriber *subscriber,
                const ExecutionRecord *record,
                const char *path) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        FieldContext context = subscriber_context(subscriber);
        int r;

        r = new_signal(subscriber, MANAGER_PATH, MANAGER_INTERFACE, "ExecutionChanged", &message);
        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "to", record->id, path);
        if (r < 0)
                return r;
        r = append_change(message, &subscriber->connection->server->execution_set, &context, record);
        if (r < 0)
                return r;
        return send_signal(subscriber, message);
}

static void tell_execution(const Subscriber *subscriber, const ExecutionRecord *record, const char *path) {
        BusServer *server = subscriber->connection->server;
        int r;

        if (!subscriber_may_see(subscriber, record->owner_uid))
                return;
        r = send_execution_signal(subscriber, record, path);
        if (r >= 0)
                r = send_properties(subscriber, &server->execution_set, record, path, EXECUTION_INTERFACE);
        if (r < 0)
                (void) log_debug_errno(
                                r, "Cannot tell a subscriber of execution %" PRIu64 ": %m", record->id);
}

static int send_manager_properties(const Subscriber *subscriber) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        BusServer *server = subscriber->connection->server;
        int r;

        r = new_signal(subscriber, MANAGER_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                       &message);
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(message, 's', MANAGER_INTERFACE);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(message, 'a', "{sv}");
        for (size_t i = 0; manager_changing_properties[i] && r >= 0; i++) {
                r = sd_bus_message_open_container(message, 'e', "sv");
                if (r < 0)
                        return r;
                r = sd_bus_message_append_basic(message, 's', manager_changing_properties[i]);
                if (r < 0)
                        return r;
                r = bus_manager_append_property(
                                server, subscriber->view == VIEW_ALL, manager_changing_properties[i],
                                message);
                if (r < 0)
                        return r;
                r = sd_bus_message_close_container(message);
        }
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(message);
        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "as", 0);
        if (r < 0)
                return r;
        return send_signal(subscriber, message);
}

/* --- the queue ------------------------------------------------------------------------------------- */

static void queue_wake(SignalQueue *queue, usec_t delay_usec) {
        (void) sd_event_source_set_time_relative(queue->timer, (uint64_t) delay_usec);
        (void) sd_event_source_set_enabled(queue->timer, SD_EVENT_ONESHOT);
}

/* Nothing new is queued while somebody is behind, so a queue that gets shorter is being read. */
static bool is_behind(Subscriber *subscriber, usec_t now_usec) {
        uint64_t n_queued = 0;

        if (sd_bus_get_n_queued_write(subscriber->connection->bus, &n_queued) < 0 || n_queued <= QUEUED_MAX) {
                subscriber->full_since_usec = USEC_INFINITY;
                return false;
        }
        if (subscriber->full_since_usec == USEC_INFINITY)
                subscriber->full_since_usec = subscriber->progress_usec = now_usec;
        else if (n_queued < subscriber->n_queued)
                subscriber->progress_usec = now_usec;
        subscriber->n_queued = n_queued;
        return true;
}

/* Returns true if somebody has to be waited for. Who was waited for too long is dropped. */
static bool check_subscribers(SignalQueue *queue) {
        usec_t now_usec = clock_now(queue->server->host.clock, CLOCK_KIND_MONOTONIC);
        Subscriber *subscriber, *next;
        bool wait = false;

        DL_FOREACH_SAFE(queue->subscribers, subscriber, next) {
                if (!is_behind(subscriber, now_usec))
                        continue;
                if (now_usec - subscriber->full_since_usec < PATIENCE_USEC &&
                    now_usec - subscriber->progress_usec < STANDSTILL_USEC) {
                        wait = true;
                        continue;
                }
                log_notice("A client that subscribed to signals (uid %" PRIu32
                           ") does not read them; it is dropped.",
                           (uint32_t) subscriber->uid);
                if (subscriber->connection->is_peer)
                        bus_connection_kill(subscriber->connection);
                (void) subscriber_free(queue, subscriber);
        }
        return wait;
}

static void pending_job_free(SignalQueue *queue, PendingJob *pending) {
        HASH_DEL(queue->jobs, pending);
        free(pending->name);
        free(pending);
}

static void pending_execution_free(SignalQueue *queue, PendingExecution *pending) {
        HASH_DEL(queue->executions, pending);
        execution_record_done(&pending->record);
        free(pending);
}

static void send_pending_execution(SignalQueue *queue, const PendingExecution *pending) {
        CLEANUP_FREE char *path = NULL;
        Subscriber *subscriber;

        if (bus_execution_path(pending->id, &path) < 0)
                return;
        DL_FOREACH(queue->subscribers, subscriber)
        tell_execution(subscriber, &pending->record, path);
}

static void send_pending_job(SignalQueue *queue, const PendingJob *pending) {
        CLEANUP_FREE char *path = NULL;
        Subscriber *subscriber;

        if (bus_job_path(pending->name, &path) < 0)
                return;
        DL_FOREACH(queue->subscribers, subscriber)
        tell_job(subscriber, pending, path);
}

static void send_pending_manager(SignalQueue *queue) {
        Subscriber *subscriber;
        int r;

        queue->manager_changed = false;
        DL_FOREACH(queue->subscribers, subscriber) {
                r = send_manager_properties(subscriber);
                if (r < 0)
                        (void) log_debug_errno(r, "Cannot tell a subscriber of the manager: %m");
        }
}

static int on_turn(sd_event_source *source, uint64_t usec, void *userdata) {
        SignalQueue *queue = userdata;

        if (check_subscribers(queue)) {
                queue_wake(queue, PAUSE_USEC);
                return 0;
        }

        for (unsigned n = 0; n < ENTRIES_PER_TURN && queue->executions; n++) {
                send_pending_execution(queue, queue->executions);
                pending_execution_free(queue, queue->executions);
        }
        for (unsigned n = 0; n < ENTRIES_PER_TURN && queue->jobs; n++) {
                send_pending_job(queue, queue->jobs);
                pending_job_free(queue, queue->jobs);
        }
        if (queue->manager_changed)
                send_pending_manager(queue);

        if (queue->executions || queue->jobs)
                queue_wake(queue, 0);
        return 0;
}

void signal_queue_job(SignalQueue *queue, const char *name, JobSignal change) {
        const ScheduledJob *job;
        PendingJob *pending = NULL;

        if (!queue->subscribers)
                return;

        HASH_FIND_STR(queue->jobs, name, pending);
        if (!pending) {
                pending = calloc(1, sizeof(*pending));
                if (!pending)
                        return; /* a signal lost to a lack of memory: the state itself is right */
                pending->name = strdup(name);
                if (!pending->name) {
                        free(pending);
                        return;
                }
                pending->owner = OWNER_UNKNOWN;
                HASH_ADD_KEYPTR(hh, queue->jobs, pending->name, strlen(pending->name), pending);
        }
        pending->changes |= change;
        job = manager_find_job(queue->server->host.manager, name);
        if (job)
                pending->owner = job->stored.owner_uid;
        queue_wake(queue, 0);
}

void signal_queue_execution(SignalQueue *queue, const ExecutionRecord *record) {
        PendingExecution *pending = NULL;
        ExecutionRecord copy;

        if (!queue->subscribers || execution_record_copy(record, &copy) < 0)
                return;

        HASH_FIND(hh, queue->executions, &record->id, sizeof(record->id), pending);
        if (!pending) {
                pending = calloc(1, sizeof(*pending));
                if (!pending) {
                        execution_record_done(&copy);
                        return;
                }
                pending->id = record->id;
                execution_record_init(&pending->record);
                HASH_ADD(hh, queue->executions, id, sizeof(pending->id), pending);
        }
        execution_record_done(&pending->record);
        pending->record = copy;
        queue_wake(queue, 0);
}

void signal_queue_manager(SignalQueue *queue) {
        if (!queue->subscribers)
                return;
        queue->manager_changed = true;
        queue_wake(queue, 0);
}

/* --- life ------------------------------------------------------------------------------------------ */

int signal_queue_new(BusServer *server, SignalQueue **ret) {
        SignalQueue *queue;
        int r;

        queue = calloc(1, sizeof(*queue));
        if (!queue)
                return -ENOMEM;
        queue->server = server;

        r = sd_event_add_time_relative(server->event, &queue->timer, CLOCK_MONOTONIC, 0, 1, on_turn, queue);
        if (r >= 0)
                r = sd_event_source_set_enabled(queue->timer, SD_EVENT_OFF);
        if (r < 0) {
                (void) signal_queue_free(queue);
                return r;
        }

        *ret = queue;
        return 0;
}

SignalQueue *signal_queue_free(SignalQueue *queue) {
        if (!queue)
                return NULL;
        while (queue->subscribers)
                (void) subscriber_free(queue, queue->subscribers);
        while (queue->jobs)
                pending_job_free(queue, queue->jobs);
        while (queue->executions)
                pending_execution_free(queue, queue->executions);
        (void) sd_event_source_disable_unref(queue->timer);
        free(queue);
        return NULL;
}
