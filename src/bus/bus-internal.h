/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the files of this layer share: the server, its connections, and the call that is being handled.
 *
 * Each method call passes bus_connection's filter first, which makes a BusCall of it: who asks, and what may
 * be shown to them. Where that needs an answer from somebody else the call is parked, and put into the
 * connection's queue once more when the answer is there; so the handlers find everything ready and stay
 * synchronous.
 */

#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "bus/bus.h"
#include "bus/field.h"
#include "bus/user-names.h"
#include "util/process-id.h"

typedef struct BusConnection BusConnection;
typedef struct BusCall BusCall;
typedef struct BusLink BusLink;
typedef struct ControlSocket ControlSocket;
typedef struct DumpQueue DumpQueue;
typedef struct FollowTable FollowTable;
typedef struct SignalQueue SignalQueue;

/* polkit's actions. */
typedef enum BusAction {
        ACTION_VIEW,       /* others' jobs and executions, without private fields */
        ACTION_VIEW_ALL,   /* everything: definitions, output, parameters, audit */
        ACTION_RUN,        /* start, stop and kill others' jobs */
        ACTION_MANAGE_OWN, /* whatever concerns one's own jobs */
        ACTION_MANAGE,     /* pause and resume others' jobs, reload, backup */
        BUS_ACTION_COUNT,
} BusAction;

typedef enum Verdict {
        VERDICT_UNKNOWN,
        VERDICT_NO,
        VERDICT_CHALLENGE, /* it would be yes after a password, but the caller did not allow to ask for one */
        VERDICT_YES,
} Verdict;

/* What the lists contain, and which properties are told. */
typedef enum ViewLevel {
        VIEW_OWN,    /* what is one's own */
        VIEW_LISTED, /* and everybody else's, without private fields */
        VIEW_ALL,
} ViewLevel;

struct BusCall {
        BusConnection *connection;
        sd_bus_message *message; /* owned while it is parked, else borrowed from sd-bus */

        bool has_identity, has_view, has_name;
        Caller caller;
        ProcessId process;   /* of a peer */
        bool is_privileged;  /* root or the instance's own user */
        bool without_polkit; /* there is none: the fallback decides */
        ViewLevel view;
        Verdict verdicts[BUS_ACTION_COUNT];
        bool was_asked_interactively[BUS_ACTION_COUNT];

        BusAction asked; /* the one that `slot` waits for */
        bool asked_interactively;
        sd_bus_slot *slot;      /* an answer of the bus driver or of polkit */
        UserNameWaiter waiter;  /* an answer of the runner … */
        sd_event_source *timer; /* … and until when it, or the runner, is waited for */
        bool awaits_runner, has_awaited_runner;
        BusCall *prev, *next; /* in connection->parked */
};

/* What a find callback hands to the handlers of a Job or an Execution. */
typedef struct BusObject {
        BusConnection *connection;
        ScheduledJob *job;
        ExecutionRecord record; /* as read from the store; initialised always */
        const ExecutionRecord *execution;
} BusObject;

#define CONNECTION_N_SLOTS 4U

struct BusConnection {
        BusServer *server;
        sd_bus *bus;
        bool is_peer; /* false: a bus with many clients */
        bool is_authenticated;
        bool is_dead; /* will be freed when the loop comes round */

        uid_t uid; /* of a peer, from the kernel */
        gid_t gid;
        ProcessId process;
        usec_t deadline_usec; /* CLOCK_MONOTONIC; until then it has to be authenticated */

        sd_bus_slot *slots[CONNECTION_N_SLOTS];
        sd_event_source *drain;
        BusCall current; /* the call that is being handled */
        BusCall *parked;
        size_t n_parked;
        BusObject object;
        BusConnection *prev, *next; /* in server->peers */
};

struct BusServer {
        sd_event *event;
        BusHost host;
        UserNames *users;
        FieldSet job_set, execution_set, attempt_set, audit_set, timer_set, definition_set, dependency_set,
                        queue_set;
        FieldSet profile_set, template_set, action_set;

        BusConnection *peers;
        size_t n_peers;
        sd_event_source *reaper;     /* frees dead connections */
        sd_event_source *auth_timer; /* drops who never authenticates */
        bool is_checking_deadlines;  /* of clients that have not authenticated */
        ControlSocket *control;
        BusLink *link;

        SignalQueue *signals;
        FollowTable *follows;
        DumpQueue *dumps;
};

/* --- bus-connection.c ------------------------------------------------------------------------------ */

/* Takes the bus, which has not been started yet if it is a peer's. */
int bus_connection_new(BusServer *server, sd_bus *bus, bool is_peer, BusConnection **ret);
BusConnection *bus_connection_free(BusConnection *connection);
DEFINE_CLEANUP(BusConnection, bus_connection_free);

/* Frees it as soon as nobody is inside of it any more. */
void bus_connection_kill(BusConnection *connection);

/* --- bus-peer.c ------------------------------------------------------------------------------------ */

/* After a peer came or was authenticated. */
void bus_peers_check_deadlines(BusServer *server);
void bus_peers_reap(BusServer *server);

/* --- bus-call.c ------------------------------------------------------------------------------------ */

void bus_call_done(BusCall *call);
BusCall *bus_call_free(BusCall *call);
DEFINE_CLEANUP(BusCall, bus_call_free);

/* Puts it aside. Returns the parked call, or NULL with *error set (too many). Whoever waits calls
 * bus_call_resume().
 */
int bus_call_park(BusCall *call, BusCall **ret, sd_bus_error *reterr);
void bus_call_resume(BusCall *parked);
/* Takes the parked call that belongs to a message that comes again; false: it is new. */
bool bus_call_take_parked(BusConnection *connection, sd_bus_message *message, BusCall *ret);

/* --- await-runner.c -------------------------------------------------------------------------------- */

/* Returns 1: there is a runner, or it was waited for long enough; 0: parked; or negative with *reterr. */
int bus_call_await_runner(BusCall *call, sd_bus_error *reterr);
/* Something of the manager has changed. */
void bus_calls_look_for_runner(BusServer *server);

/* The call that the handler was called for. */
static inline BusCall *bus_current_call(BusConnection *connection) {
        return &connection->current;
}

static inline bool bus_caller_is(const BusCall *call, uid_t uid) {
        return call->caller.uid == uid;
}

/* --- caller.c -------------------------------------------------------------------------------------- */

/* Each returns 1: known; 0: parked; negative: refused, with *reterr. */
int bus_call_identify(BusCall *call, sd_bus_error *reterr);
int bus_call_name_caller(BusCall *call, sd_bus_error *reterr);

/* --- authorize.c ----------------------------------------------------------------------------------- */

/* Finds out what the caller may see. Returns as above. */
int bus_call_find_view(BusCall *call, sd_bus_error *reterr);

/*
 * Whether the caller may do this. `owner` is whose job it is about, and `job` its name for the question to
 * the user; NULL: it concerns the whole instance. Returns 1: yes, and call->caller is complete; 0: parked,
 * the handler returns 1 and will be called again; negative: no, with *reterr.
 */
int bus_require(BusCall *call, BusAction action, const uid_t *owner, const char *job, sd_bus_error *reterr);

/* Whether a record of that owner is in the caller's view at all. */
bool bus_may_see(const BusCall *call, uid_t owner);

/* --- bus-link.c ------------------------------------------------------------------------------------ */

BusLink *bus_link_free(BusLink *link);
/* NULL: between two tries, or there is no bus. */
BusConnection *bus_link_connection(const BusServer *server);
/* The connection on which polkit can be asked; NULL: none. */
sd_bus *bus_link_polkit(const BusServer *server);
/* There was a system bus, so that its absence now is an accident and not how the host is built. */
bool bus_link_was_connected(const BusServer *server);
/* Told by the connection. */
void bus_link_on_connected(BusServer *server);
void bus_link_on_disconnected(BusServer *server);

/* --- control-socket.c ------------------------------------------------------------------------------ */

ControlSocket *control_socket_free(ControlSocket *control);

/* --- objects --------------------------------------------------------------------------------------- */

int bus_manager_register(BusConnection *connection, sd_bus_slot **ret);
int bus_job_register(BusConnection *connection, sd_bus_slot **ret);
int bus_execution_register(BusConnection *connection, sd_bus_slot **ret);

/* The rows of their vtables, for field_set_init(). */
int bus_job_init_fields(FieldSet *set);
int bus_execution_init_fields(FieldSet *set);

int bus_job_path(const char *name, char **ret);
int bus_execution_path(uint64_t id, char **ret);

/* The view of whoever made the call. */
FieldContext bus_field_context(const BusCall *call);

/* --- bus-error.c ----------------------------------------------------------------------------------- */

/* `text` is a sentence; NULL: one is made from the errno. Returns a negative errno, for handlers. */
int bus_error_set(sd_bus_error *reterr, int error, const char *text);
int bus_error_no_such_job(sd_bus_error *reterr, const char *name);
int bus_error_no_such_execution(sd_bus_error *reterr, uint64_t id);

/* --- bus-start.c ----------------------------------------------------------------------------------- */

typedef struct BusStart {
        StartOptions options;
        char **parameters; /* what the options borrow; wiped when it is freed */
} BusStart;

void bus_start_done(BusStart *start);
/* a{sv}: 'force' b, 'parameters' a{ss}, 'profile' s. What else is in it is refused by its name. */
int bus_read_start(sd_bus_message *message, BusStart *ret, sd_bus_error *reterr);
/* a{ss}, as "name=value". Returns 0 or a negative errno. */
int bus_read_values(sd_bus_message *message, char ***ret);

/* --- bus-profile.c --------------------------------------------------------------------------------- */

typedef struct ProfileStatus ProfileStatus;

int bus_list_templates(BusCall *call);

/* --- bus-action.c ---------------------------------------------------------------------------------- */

int bus_list_actions(BusCall *call);
int bus_list_profiles(BusCall *call);
/* The instance's, and the caller's own. */
bool bus_profile_is_visible(const BusCall *call, const ProfileStatus *profile);
int bus_set_profile(BusCall *call, sd_bus_error *reterr);
int bus_delete_profiles(BusCall *call, sd_bus_error *reterr);
int bus_prune_profiles(BusCall *call, sd_bus_error *reterr);

/* --- bus-order.c ----------------------------------------------------------------------------------- */

/* What Manager, Job and Execution offer alike. Each answers the call, now or later. */
int bus_order_start(BusCall *call, const char *name, const StartOptions *options, sd_bus_error *reterr);
int bus_order_pause(BusCall *call, const char *name, int64_t until, sd_bus_error *reterr);
int bus_order_resume(BusCall *call, const char *name, sd_bus_error *reterr);
int bus_order_stop(BusCall *call, uint64_t id, sd_bus_error *reterr);
int bus_order_kill(BusCall *call, uint64_t id, const char *whom, int32_t signal, sd_bus_error *reterr);
int bus_order_reload(BusCall *call, sd_bus_error *reterr);
int bus_order_backup(BusCall *call, sd_bus_error *reterr);
int bus_order_prune(BusCall *call, sd_bus_error *reterr);

/* Reads the record of an execution that the caller may see. Returns 0, or a negative errno with *reterr. */
int bus_read_execution(BusCall *call, uint64_t id, ExecutionRecord *ret, sd_bus_error *reterr);

/* --- bus-change.c ---------------------------------------------------------------------------------- */

int bus_change_jobs(BusCall *call, sd_bus_error *reterr);
int bus_create_job(BusCall *call, sd_bus_error *reterr);
int bus_replace_job(BusCall *call, sd_bus_error *reterr);
int bus_delete_job(BusCall *call, sd_bus_error *reterr);
int bus_get_source(BusCall *call, sd_bus_error *reterr);
int bus_skip_job(BusCall *call, sd_bus_error *reterr);

/* --- bus-name.c ------------------------------------------------------------------------------------ */

struct BusFilter;

/* The job of that very name; NULL: there is none, or none that the caller may see. */
ScheduledJob *bus_find_visible_job(BusCall *call, const char *name);

/*
 * What an ordinary user calls NAME is USER/NAME, unless there is only a NAME that is shown to them and it is
 * not `is_new`. Returns 1 with *ret, 0: it stands as it is, -EACCES: the caller has no name, or -ENOMEM.
 */
int bus_complete_job_name(BusCall *call, const char *name, bool is_new, char **ret);

/* Both: the job that the caller means, or NULL with *reterr, which is the same whether there is one or not.
 */
ScheduledJob *bus_find_job(BusCall *call, const char *name, sd_bus_error *reterr);

/* An ordinary user's pattern without a slash also means USER/PATTERN. Returns 0 or -ENOMEM. */
int bus_filter_complete(const BusCall *call, struct BusFilter *filter);

/* --- bus-queue.c ----------------------------------------------------------------------------------- */

int bus_list_queues(BusCall *call);
int bus_order_queue(BusCall *call, bool pause, sd_bus_error *reterr);

/* --- bus-freeze.c ---------------------------------------------------------------------------------- */

int bus_order_freeze(BusCall *call, sd_bus_error *reterr);
int bus_order_thaw(BusCall *call, sd_bus_error *reterr);

/* --- bus-attempt.c --------------------------------------------------------------------------------- */

int bus_list_attempts(BusCall *call, uint64_t id, sd_bus_error *reterr);

/* --- bus-list.c, bus-dump.c, bus-why.c, bus-output.c ------------------------------------------------- */

int bus_list_jobs(BusCall *call, sd_bus_error *reterr);
int bus_list_executions(BusCall *call, sd_bus_error *reterr);
int bus_list_audit(BusCall *call, sd_bus_error *reterr);

int bus_dump(BusCall *call, sd_bus_error *reterr);
int dump_queue_new(BusServer *server, DumpQueue **ret);
DumpQueue *dump_queue_free(DumpQueue *queue);

int bus_why(BusCall *call, const char *name, usec_t from_usec, usec_t until_usec, sd_bus_error *reterr);
int bus_why_execution(BusCall *call, uint64_t id, sd_bus_error *reterr);

int bus_output_get(BusCall *call, uint64_t id, unsigned number, sd_bus_error *reterr);
int bus_output_follow(BusCall *call, uint64_t id, sd_bus_error *reterr);
int follow_table_new(BusServer *server, FollowTable **ret);
FollowTable *follow_table_free(FollowTable *table);
void follow_table_output(FollowTable *table, uint64_t id, OutputStream stream, const void *data, size_t size);
void follow_table_execution_changed(FollowTable *table, const ExecutionRecord *record);

/* --- bus-signal.c ---------------------------------------------------------------------------------- */

int signal_queue_new(BusServer *server, SignalQueue **ret);
SignalQueue *signal_queue_free(SignalQueue *queue);

int bus_subscribe(BusCall *call, bool on, sd_bus_error *reterr);
/* A connection goes away. */
void signal_queue_forget(SignalQueue *queue, const BusConnection *connection);

typedef enum JobSignal {
        JOB_SIGNAL_ADDED = 1 << 0,
        JOB_SIGNAL_CHANGED = 1 << 1,
        JOB_SIGNAL_REMOVED = 1 << 2,
} JobSignal;

void signal_queue_job(SignalQueue *queue, const char *name, JobSignal change);
void signal_queue_execution(SignalQueue *queue, const ExecutionRecord *record);
void signal_queue_manager(SignalQueue *queue);

/* --- bus-manager-property.c ------------------------------------------------------------------------- */

extern const char *const manager_changing_properties[];
/* For the vtable. */
int bus_manager_get_property(
                sd_bus *bus,
                const char *path,
                const char *interface,
                const char *name,
                sd_bus_message *reply,
                void *userdata,
                sd_bus_error *reterr);
/* Appends one property as a variant's content, with the variant around it. */
int bus_manager_append_property(BusServer *server, bool is_open, const char *name, sd_bus_message *message);
