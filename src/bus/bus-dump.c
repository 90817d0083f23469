/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Dump: lists as JSON lines in a sealed memfd.
 *
 * Dumps are made one after the other and page by page, a page in each turn of the loop, so that a million
 * rows hold up nobody and cost one page of memory beside the memfd.
 */

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <utlist.h>

#include "bus/bus-filter.h"
#include "bus/bus-internal.h"
#include "bus/profile-fields.h"
#include "manager/dependency-list.h"
#include "util/buffer.h"
#include "util/file.h"
#include "util/string-list.h"

#define DUMPS_MAX 2048U
#define DUMPS_OF_USER_MAX 32U /* they are made one after the other: the next user waits for them all */
#define DUMP_SIZE_MAX ((uint64_t) 2 * 1024 * 1024 * 1024)
#define PAGE_ROWS 1000U

typedef struct Dump Dump;

struct Dump {
        BusServer *server;
        sd_bus_message *message; /* the call */
        BusFilterKind kind;
        BusFilter filter;
        FieldContext context;
        bool only_own; /* of context.viewer_uid */

        int fd; /* -EBADF until its turn has come */
        uint64_t size;
        Buffer page;
        uint64_t n_rows; /* in all */
        unsigned n_page; /* visited in this page, skipped ones included */
        char *last_name; /* cursors */
        uint64_t before_id;
        Dump *prev, *next;
};

struct DumpQueue {
        BusServer *server;
        Dump *dumps;
        size_t n_dumps;
        sd_event_source *source;
};

static const char *const kind_names[] = {
        [BUS_FILTER_JOBS] = "jobs",
        [BUS_FILTER_EXECUTIONS] = "executions",
        [BUS_FILTER_AUDIT] = "audit",
        [BUS_FILTER_TIMERS] = "timers",
        [BUS_FILTER_DEPENDENCIES] = "dependencies",
        [BUS_FILTER_DEFINITIONS] = "definitions",
        [BUS_FILTER_QUEUES] = "queues",
        [BUS_FILTER_PROFILES] = "profiles",
        [BUS_FILTER_TEMPLATES] = "templates",
        [BUS_FILTER_ACTIONS] = "actions",
        [BUS_FILTER_KIND_COUNT] = NULL,
};

static Dump *dump_free(Dump *dump) {
        if (!dump)
                return NULL;

        (void) sd_bus_message_unref(dump->message);
        bus_filter_done(&dump->filter);
        (void) fd_close(dump->fd);
        buffer_done(&dump->page);
        free(dump->last_name);
        free(dump);
        return NULL;
}

DEFINE_CLEANUP(Dump, dump_free);

/* --- pages ----------------------------------------------------------------------------------------- */

static bool dump_is_complete(const Dump *dump) {
        return dump->filter.limit > 0 && dump->n_rows >= dump->filter.limit;
}

static int dump_add(Dump *dump, const FieldSet *set, const void *record) {
        field_set_add_json(set, &dump->context, record, &dump->page);
        dump->n_rows++;
        return dump_is_complete(dump) ? 1 : 0;
}

static int visit_job(void *userdata, const ScheduledJob *job) {
        Dump *dump = userdata;

        dump->n_page++;
        free(dump->last_name);
        dump->last_name = strdup(job->stored.name);
        if (!dump->last_name)
                return -ENOMEM;
        return dump_add(dump,
                        dump->kind == BUS_FILTER_DEFINITIONS ? &dump->server->definition_set
                                                             : &dump->server->job_set,
                        job);
}

/* They come in order of next_start: jobs that will not start again by themselves are the last, and while all
 * is frozen every job is one of them. Only those that have a schedule can be timers at all. */
static int visit_timer(void *userdata, const ScheduledJob *job) {
        Dump *dump = userdata;
        bool starts = job->next_start_usec != USEC_INFINITY;

        if (!starts && (!job->job || job->job->timetable.n_entries == 0))
                return 0;
        if (!starts && !dump->filter.all && scheduled_job_next_due(job) == USEC_INFINITY)
                return 0;
        return dump_add(dump, &dump->server->timer_set, job);
}

static int visit_dependency(void *userdata, const Dependency *dependency) {
        Dump *dump = userdata;
        uint32_t states = dump->filter.states;

        if (states != 0 && (states >> (unsigned) dependency->standing & 1U) == 0)
                return 0;
        return dump_add(dump, &dump->server->dependency_set, dependency);
}

static int visit_execution(void *userdata, const ExecutionRecord *record) {
        Dump *dump = userdata;

        dump->n_page++;
        dump->before_id = record->id;
        return dump_add(dump, &dump->server->execution_set, record);
}

static int visit_audit(void *userdata, const AuditRecord *record) {
        Dump *dump = userdata;

        dump->n_page++;
        dump->before_id = record->id;
        if (dump->only_own && record->uid != dump->context.viewer_uid)
                return 0;
        return dump_add(dump, &dump->server->audit_set, record);
}

static bool is_wanted(const Dump *dump, const char *name) {
        return !dump->filter.names || string_list_matches(dump->filter.names, name);
}

static int visit_queue(void *userdata, const QueueStatus *queue) {
        Dump *dump = userdata;

        if (dump->only_own && !queue->is_offered)
                return 0;
        return is_wanted(dump, queue->name) ? dump_add(dump, &dump->server->queue_set, queue) : 0;
}

/* The instance's are for everybody to use. */
static bool is_usable(const Dump *dump, uid_t owner_uid) {
        return !dump->only_own || owner_uid == dump->context.viewer_uid || owner_uid == 0 ||
                        owner_uid == dump->server->host.owner_uid;
}

static int visit_profile(void *userdata, const ProfileStatus *profile) {
        CLEANUP(profile_row_done) ProfileRow row = { 0 };
        Dump *dump = userdata;
        int r;

        if (!is_wanted(dump, profile->name) || !is_usable(dump, profile->owner_uid))
                return 0;
        r = profile_row_init(&row, profile);
        return r < 0 ? r : dump_add(dump, &dump->server->profile_set, &row);
}

static int add_template(Dump *dump, const JobTemplate *template) {
        CLEANUP(template_row_done) TemplateRow row = { 0 };
        int r;

        if (!is_wanted(dump, template->name))
                return 0;
        r = template_row_init(&row, template);
        return r < 0 ? r : dump_add(dump, &dump->server->template_set, &row);
}

static int page_of_jobs(Dump *dump) {
        JobFilter wanted = {
                .names = dump->filter.names,
                .states = dump->filter.states,
                .selection = bus_filter_selection(&dump->filter),
                .since_usec = dump->filter.since_usec,
                .until_usec = dump->filter.until_usec,
                .owner_uid = dump->only_own ? &dump->context.viewer_uid : NULL,
                .after = dump->last_name,
                .limit = PAGE_ROWS,
        };
        CLEANUP_FREE char *after = NULL;

        /* The visitor changes last_name while the filter is in use. */
        if (dump->last_name) {
                after = strdup(dump->last_name);
                if (!after)
                        return -ENOMEM;
                wanted.after = after;
        }
        return manager_list_jobs(dump->server->host.manager, &wanted, visit_job, dump);
}

/* The order by time moves on between two turns, so that this one is a single page. */
static int page_of_timers(Dump *dump) {
        JobFilter wanted = {
                .names = dump->filter.names,
                .states = dump->filter.states,
                .selection = bus_filter_selection(&dump->filter),
                .since_usec = dump->filter.since_usec,
                .until_usec = dump->filter.until_usec,
                .owner_uid = dump->only_own ? &dump->context.viewer_uid : NULL,
                .limit = UINT32_MAX,
                .by_next_start = true,
        };

        return manager_list_jobs(dump->server->host.manager, &wanted, visit_timer, dump);
}

/* Edges have no order that a cursor could stand in: one page as well. */
static int page_of_dependencies(Dump *dump) {
        const JobFilter wanted = {
                .names = dump->filter.names,
                .owner_uid = dump->only_own ? &dump->context.viewer_uid : NULL,
        };

        return manager_list_dependencies(dump->server->host.manager, &wanted, visit_dependency, dump);
}

static int page_of_executions(Dump *dump) {
        ExecutionFilter wanted = {
                .jobs = dump->filter.names,
                .selection = bus_filter_selection(&dump->filter),
                .ids = dump->filter.ids,
                .n_ids = dump->filter.n_ids,
                .states = dump->filter.states,
                .since_usec = dump->filter.since_usec,
                .until_usec = dump->filter.until_usec,
                .owner_uid = dump->only_own ? &dump->context.viewer_uid : NULL,
                .before_id = dump->before_id,
                .limit = PAGE_ROWS,
        };

        return manager_list_executions(dump->server->host.manager, &wanted, visit_execution, dump);
}

static int page_of_audit(Dump *dump) {
        AuditFilter wanted = {
                .jobs = dump->filter.names,
                .events = dump->filter.states,
                .since_usec = dump->filter.since_usec,
                .until_usec = dump->filter.until_usec,
                .before_id = dump->before_id,
                .limit = PAGE_ROWS,
        };

        return manager_list_audit(dump->server->host.manager, &wanted, visit_audit, dump);
}

static int page_of_queues(Dump *dump) {
        return manager_list_queues(dump->server->host.manager, visit_queue, dump);
}

static int page_of_profiles(Dump *dump) {
        return manager_list_profiles(dump->server->host.manager, visit_profile, dump);
}

static int page_of_templates(Dump *dump) {
        const JobTemplates *templates = manager_templates(dump->server->host.manager);
        int r = 0;

        for (size_t i = 0; i < templates->n_items && r == 0; i++)
                r = add_template(dump, &templates->items[i]);
        return MIN(r, 0);
}

static int page_of_actions(Dump *dump) {
        const ActionCatalog *actions = dump->server->host.actions;
        int r = 0;

        for (size_t i = 0; actions && i < actions->n_items && r == 0; i++) {
                if (is_wanted(dump, actions->items[i].name))
                        r = dump_add(dump, &dump->server->action_set, &actions->items[i]);
        }
        return MIN(r, 0);
}

static int (*const page_of[])(Dump *) = {
        [BUS_FILTER_JOBS] = page_of_jobs,
        [BUS_FILTER_EXECUTIONS] = page_of_executions,
        [BUS_FILTER_AUDIT] = page_of_audit,
        [BUS_FILTER_TIMERS] = page_of_timers,
        [BUS_FILTER_DEPENDENCIES] = page_of_dependencies,
        [BUS_FILTER_DEFINITIONS] = page_of_jobs,
        [BUS_FILTER_QUEUES] = page_of_queues,
        [BUS_FILTER_PROFILES] = page_of_profiles,
        [BUS_FILTER_TEMPLATES] = page_of_templates,
        [BUS_FILTER_ACTIONS] = page_of_actions,
};

/* Returns 1: there may be more; 0: all is there; or a negative errno. */
static int dump_next_page(Dump *dump) {
        int r;

        if (dump->fd < 0) {
                dump->fd = memfd_create("jobsched-dump", MFD_CLOEXEC | MFD_ALLOW_SEALING);
                if (dump->fd < 0)
                        return -errno;
        }

        dump->n_page = 0;
        buffer_clear(&dump->page);
        r = page_of[dump->kind](dump);
        if (r < 0)
                return r;
        if (dump->page.failed)
                return -ENOMEM;

        dump->size += dump->page.size;
        if (dump->size > DUMP_SIZE_MAX)
                return -EFBIG;
        r = fd_write_all(dump->fd, dump->page.data, dump->page.size);
        if (r < 0)
                return r;
        return dump->n_page >= PAGE_ROWS && !dump_is_complete(dump) ? 1 : 0;
}

/* --- the answer ------------------------------------------------------------------------------------ */

static int dump_reply(Dump *dump) {
        if (fcntl(dump->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
                return -errno;
        if (lseek(dump->fd, 0, SEEK_SET) < 0)
                return -errno;
        return sd_bus_reply_method_return(dump->message, "h", dump->fd);
}

static void dump_fail(Dump *dump, int error) {
        CLEANUP(sd_bus_error_free) sd_bus_error reply = SD_BUS_ERROR_NULL;

        if (error == -EFBIG)
                (void) sd_bus_error_set(
                                &reply, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "That is more than 2 GiB; ask for less with 'limit', 'since' or 'names'.");
        else
                (void) bus_error_set(&reply, error, NULL);
        (void) sd_bus_reply_method_error(dump->message, &reply); /* the client may have gone */
}

static int on_turn(sd_event_source *source, void *userdata) {
        DumpQueue *queue = userdata;
        Dump *dump = queue->dumps;
        int r;

        r = dump_next_page(dump);
        if (r == 0)
                r = dump_reply(dump) < 0 ? -ENOTCONN : 0;
        if (r < 0 && r != -ENOTCONN)
                dump_fail(dump, r);
        if (r <= 0) {
                DL_DELETE(queue->dumps, dump);
                queue->n_dumps--;
                (void) dump_free(dump);
        }

        if (queue->dumps)
                (void) sd_event_source_set_enabled(queue->source, SD_EVENT_ONESHOT);
        return 0;
}

static int find_kind(const char *what, sd_bus_error *reterr) {
        int kind = string_table_find(kind_names, what);

        if (kind < 0)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "'%.50s' is no list: it is jobs, executions, audit, timers, "
                                "dependencies, definitions, queues, profiles, templates or actions.",
                                what);
        return kind;
}

static bool has_room(const DumpQueue *queue, const BusCall *call) {
        const Dump *dump;
        size_t n = 0;

        if (queue->n_dumps >= DUMPS_MAX)
                return false;
        DL_FOREACH(queue->dumps, dump)
        n += dump->context.viewer_uid == call->caller.uid;
        return call->is_privileged || n < DUMPS_OF_USER_MAX;
}

int bus_dump(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(dump_freep) Dump *dump = NULL;
        DumpQueue *queue = call->connection->server->dumps;
        const char *what;
        int kind, r;

        if (!has_room(queue, call))
                return sd_bus_error_set(
                                reterr, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many lists are being made; try again later.");

        dump = calloc(1, sizeof(*dump));
        if (!dump)
                return -ENOMEM;
        *dump = (Dump){ .server = queue->server, .fd = -EBADF, .context = bus_field_context(call) };
        dump->message = sd_bus_message_ref(call->message);

        r = sd_bus_message_read_basic(call->message, 's', &what);
        if (r < 0)
                return r;
        kind = find_kind(what, reterr);
        if (kind < 0)
                return kind;
        dump->kind = (BusFilterKind) kind;
        r = bus_filter_read(call->message, queue->server->users, dump->kind, true, &dump->filter, reterr);
        if (r >= 0 && dump->kind != BUS_FILTER_QUEUES)
                r = bus_filter_complete(call, &dump->filter);
        if (r < 0)
                return r;
        dump->before_id = dump->filter.before_id;
        dump->last_name = TAKE_PTR(dump->filter.after);
        dump->only_own = (dump->filter.mine && dump->kind != BUS_FILTER_QUEUES) || call->view == VIEW_OWN ||
                        (call->view != VIEW_ALL &&
                         (dump->kind == BUS_FILTER_AUDIT || dump->kind == BUS_FILTER_DEFINITIONS ||
                          bus_filter_is_private(&dump->filter)));

        r = sd_event_source_set_enabled(queue->source, SD_EVENT_ONESHOT);
        if (r < 0)
                return r;
        DL_APPEND(queue->dumps, dump);
        queue->n_dumps++;
        (void) TAKE_PTR(dump);
        return 1;
}

int dump_queue_new(BusServer *server, DumpQueue **ret) {
        DumpQueue *queue;
        int r;

        queue = calloc(1, sizeof(*queue));
        if (!queue)
                return -ENOMEM;
        queue->server = server;

        r = sd_event_add_defer(server->event, &queue->source, on_turn, queue);
        if (r >= 0)
                r = sd_event_source_set_enabled(queue->source, SD_EVENT_OFF);
        if (r < 0) {
                (void) dump_queue_free(queue);
                return r;
        }

        *ret = queue;
        return 0;
}

DumpQueue *dump_queue_free(DumpQueue *queue) {
        Dump *dump, *next;

        if (!queue)
                return NULL;

        DL_FOREACH_SAFE(queue->dumps, dump, next) {
                DL_DELETE(queue->dumps, dump);
                (void) dump_free(dump);
        }
        (void) sd_event_source_disable_unref(queue->source);
        free(queue);
        return NULL;
}
