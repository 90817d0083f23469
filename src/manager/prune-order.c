/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Deletion of history by hand. The rows are walked from the newest to the oldest, a page at a time: the next
 * one is read when what was asked of the store for this one is on disk, so that neither the loop nor the
 * store's queue sees more than a page.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "manager/decision.h"
#include "manager/manager-internal.h"
#include "util/buffer.h"
#include "util/string-list.h"

#define PAGE_ROWS 500U

/* How many rows of one job have been kept. */
typedef struct KeptRows {
        int64_t job_id;
        uint64_t n_rows;
        UT_hash_handle hh;
} KeptRows;

typedef struct PruneOrder {
        Manager *manager;
        PruneRequest request; /* with the lists and owner_uid as below */
        char **jobs;
        JobSelection selection;
        uint64_t *execution_ids;
        uid_t owner_uid;
        Caller caller;
        manager_prune_reply_t reply;
        void *userdata;

        uint64_t before_id;
        unsigned n_seen; /* on this page */
        uint64_t ids[STORE_DELETE_IDS_MAX];
        size_t n_ids;
        uint64_t n_rows;
        KeptRows *kept;
        struct PruneOrder *prev, *next;
} PruneOrder;

static PruneOrder *prune_order_free(PruneOrder *order) {
        KeptRows *kept, *next;

        DL_DELETE(order->manager->prune_orders, order);
        HASH_ITER(hh, order->kept, kept, next) {
                HASH_DEL(order->kept, kept);
                free(kept);
        }
        (void) string_list_free(order->jobs);
        job_selection_done(&order->selection);
        free(order->execution_ids);
        caller_done(&order->caller);
        free(order);
        return NULL;
}

void manager_prune_orders_done(Manager *manager) {
        PruneOrder *order, *next;

        DL_FOREACH_SAFE(manager->prune_orders, order, next)
        (void) prune_order_free(order);
}

static void finish(PruneOrder *order, int result, const char *text) {
        order->reply(order->userdata, result, order->n_rows, text);
        (void) prune_order_free(order);
}

/* --- which rows ------------------------------------------------------------------------------------ */

/* Returns 1 if the row is among the newest that are to stay, 0 if not, or -ENOMEM. */
static int is_kept(PruneOrder *order, const ExecutionRecord *record) {
        KeptRows *kept = NULL;

        if (order->request.keep == 0)
                return 0;

        HASH_FIND(hh, order->kept, &record->job_id, sizeof(record->job_id), kept);
        if (!kept) {
                kept = calloc(1, sizeof(*kept));
                if (!kept)
                        return -ENOMEM;
                kept->job_id = record->job_id;
                HASH_ADD(hh, order->kept, job_id, sizeof(kept->job_id), kept);
        }
        if (kept->n_rows >= order->request.keep)
                return 0;
        kept->n_rows++;
        return 1;
}

/* Returns 1 if the row is to go, 0 if not, or a negative errno. */
static int is_to_go(PruneOrder *order, const ExecutionRecord *record) {
        const ScheduledJob *job = manager_find_any_job(order->manager, record->job);
        int r;

        if (!execution_state_is_final(record->state))
                return 0;
        r = is_kept(order, record);
        if (r != 0)
                return MIN(r, 0);
        return order->request.all || !job || job->stored.last_execution_id != record->id;
}

static int delete_gathered(PruneOrder *order) {
        size_t n_ids = order->n_ids;

        order->n_ids = 0;
        if (n_ids == 0 || order->request.dry_run)
                return 0;
        return store_delete_history(order->manager->host.store, order->ids, n_ids);
}

static int visit_row(void *userdata, const ExecutionRecord *record) {
        PruneOrder *order = userdata;
        ScheduledJob *job;
        int r;

        order->n_seen++;
        order->before_id = record->id;
        r = is_to_go(order, record);
        if (r <= 0)
                return r;

        order->n_rows++;
        order->ids[order->n_ids++] = record->id;
        job = order->request.dry_run ? NULL : manager_find_any_job(order->manager, record->job);
        if (job && job->fold && job->fold->id == record->id)
                decision_forget_fold(job); /* nothing more can be written into it */
        return order->n_ids == ARRAY_SIZE(order->ids) ? delete_gathered(order) : 0;
}

/* --- one page after the other ---------------------------------------------------------------------- */

static void describe_instant(Buffer *buffer, const char *what, usec_t instant_usec) {
        char text[TIMESTAMP_MAX];

        if (instant_usec != 0 && instant_usec != USEC_INFINITY)
                (void) buffer_add_format(buffer, "; %s %s", what, timestamp_format_utc(instant_usec, text));
}

static void describe_list(Buffer *buffer, const char *what, char *const *list) {
        if (list)
                (void) buffer_add_format(buffer, "; %s", what);
        STRING_LIST_FOREACH(item, list)
                (void) buffer_add_format(buffer, " %s", *item);
}

/* What was asked for, for the audit. */
static int describe(const PruneOrder *order, char **ret) {
        const PruneRequest *request = &order->request;
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        (void) buffer_add_format(
                        &buffer, "%" PRIu64 " execution%s; jobs", order->n_rows,
                        order->n_rows == 1 ? "" : "s");
        if (!order->jobs)
                (void) buffer_add_format(&buffer, " *");
        STRING_LIST_FOREACH(name, order->jobs)
                (void) buffer_add_format(&buffer, " %s", *name);
        if (request->states != 0)
                (void) buffer_add_format(&buffer, "; states");
        for (unsigned state = 0; state < EXECUTION_STATE_COUNT; state++)
                if (request->states & (UINT32_C(1) << state))
                        (void) buffer_add_format(
                                        &buffer, " %s", execution_state_to_string((ExecutionState) state));
        describe_list(&buffer, "kinds", order->selection.kinds);
        describe_list(&buffer, "templates", order->selection.templates);
        describe_list(&buffer, "profiles", order->selection.profiles);
        describe_list(&buffer, "tags", order->selection.tags);
        for (size_t i = 0; i < order->selection.n_owners; i++)
                (void) buffer_add_format(
                                &buffer, "%s %" PRIu32, i == 0 ? "; owners" : "",
                                (uint32_t) order->selection.owners[i]);
        if (request->n_ids > 0)
                (void) buffer_add_format(&buffer, "; of %zu ids", request->n_ids);
        describe_instant(&buffer, "due from", request->since_usec);
        describe_instant(&buffer, "due until", request->until_usec);
        if (request->keep > 0)
                (void) buffer_add_format(&buffer, "; but the newest %" PRIu64 " of each job", request->keep);
        return buffer_take(&buffer, ret);
}

static void on_deleted(void *userdata, int result) {
        if (result < 0)
                finish(userdata, -EIO, "The daemon is stopping");
        else
                finish(userdata, 0, NULL);
}

static int conclude(PruneOrder *order) {
        Manager *manager = order->manager;
        CLEANUP_FREE char *detail = NULL;
        bool one = string_list_length(order->jobs) == 1 && manager_find_any_job(manager, order->jobs[0]);
        int r;

        r = delete_gathered(order);
        if (r < 0 || order->request.dry_run || order->n_rows == 0)
                return r;
        r = describe(order, &detail);
        if (r < 0)
                return r;
        r = manager_queue_audit(
                        manager, AUDIT_HISTORY_DELETED, one ? order->jobs[0] : NULL, 0, &order->caller,
                        detail);
        return r < 0 ? r : store_after_commit(manager->host.store, on_deleted, order);
}

static void on_page(void *userdata, int result) {
        PruneOrder *order = userdata;
        const PruneRequest *request = &order->request;
        const ExecutionFilter filter = {
                .jobs = order->jobs,
                .selection = request->selection,
                .ids = request->ids,
                .n_ids = request->n_ids,
                .states = request->states,
                .since_usec = request->since_usec,
                .until_usec = request->until_usec,
                .owner_uid = request->owner_uid,
                .before_id = order->before_id,
                .limit = PAGE_ROWS,
        };
        int r;

        if (result < 0) {
                finish(order, -EIO, "The daemon is stopping");
                return;
        }

        order->n_seen = 0;
        r = manager_list_executions(order->manager, &filter, visit_row, order);
        if (r >= 0 && order->n_seen == PAGE_ROWS)
                r = store_after_commit(order->manager->host.store, on_page, order);
        else if (r >= 0) {
                r = conclude(order);
                if (r >= 0 && (request->dry_run || order->n_rows == 0))
                        finish(order, 0, NULL);
        }
        if (r < 0)
                finish(order, r, "The history cannot be deleted, or not all of it");
}

/* What the request borrows has to live until the end. */
static int copy_request(PruneOrder *order, const PruneRequest *request) {
        int r = 0;

        order->request = *request;
        order->request.jobs = NULL;
        order->request.selection = NULL;
        order->request.ids = NULL;
        order->request.owner_uid = NULL;
        if (request->owner_uid) {
                order->owner_uid = *request->owner_uid;
                order->request.owner_uid = &order->owner_uid;
        }
        if (request->jobs) /* an empty list would match nothing */
                r = string_list_copy(request->jobs, &order->jobs);
        if (r >= 0 && request->selection) {
                r = job_selection_copy(request->selection, &order->selection);
                order->request.selection = &order->selection;
        }
        if (r >= 0 && request->n_ids > 0) {
                order->execution_ids = calloc(request->n_ids, sizeof(*order->execution_ids));
                if (!order->execution_ids)
                        return -ENOMEM;
                memcpy(order->execution_ids, request->ids, request->n_ids * sizeof(*order->execution_ids));
                order->request.ids = order->execution_ids;
        }
        return r;
}

static int prune_order_new(
                Manager *manager,
                const PruneRequest *request,
                const Caller *caller,
                PruneOrder **ret) {
        PruneOrder *order = calloc(1, sizeof(*order));
        int r;

        if (!order)
                return -ENOMEM;
        order->manager = manager;
        DL_APPEND(manager->prune_orders, order);

        r = caller_copy(caller, &order->caller);
        if (r >= 0)
                r = copy_request(order, request);
        if (r < 0) {
                (void) prune_order_free(order);
                return r;
        }
        *ret = order;
        return 0;
}

void manager_prune_history(
                Manager *manager,
                const PruneRequest *request,
                const Caller *caller,
                manager_prune_reply_t reply,
                void *userdata) {

        PruneOrder *order = NULL;

        assert(manager);
        assert(request);
        assert(caller);
        assert(reply);

        if (manager->store_trouble) {
                reply(userdata, -EIO, 0, manager->store_trouble);
                return;
        }
        if (prune_order_new(manager, request, caller, &order) < 0) {
                reply(userdata, -ENOMEM, 0, "Out of memory");
                return;
        }
        order->reply = reply;
        order->userdata = userdata;
        on_page(order, 0);
}
