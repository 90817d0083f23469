/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * ListJobs, ListExecutions, ListAudit: one page of rows, judged and cut here.
 *
 * One row more than asked for is looked at, so that the last page is known as such. A page also ends early
 * when its rows are large: a reply over 32 MiB would make the bus drop us.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-filter.h"
#include "bus/bus-internal.h"

#define PAGE_SIZE_MAX ((size_t) 8 * 1024 * 1024)
/* Rows that a page may skip because they are others': bounds the time that one call takes. */
#define AUDIT_SCAN_MAX 100000U
#define CURSOR_MAX 24U

typedef struct Page {
        const BusCall *call;
        FieldContext context;
        sd_bus_message *reply;
        unsigned limit, n_rows;
        size_t size_bytes;
        bool has_more;
        char *last_name;  /* jobs: of the last row */
        uint64_t last_id; /* executions and audit: of the last row, or of the last one skipped */
        unsigned n_scanned;
} Page;

static void page_done(Page *page) {
        (void) sd_bus_message_unref(page->reply);
        free(page->last_name);
}

static bool page_is_full(Page *page) {
        if (page->n_rows < page->limit && page->size_bytes < PAGE_SIZE_MAX)
                return false;
        page->has_more = true;
        return true;
}

static int page_add(Page *page, const FieldSet *set, const void *record) {
        page->n_rows++;
        return field_set_append_row(set, &page->context, record, page->reply, 0, 0, &page->size_bytes);
}

static int page_begin(
                Page *page,
                BusCall *call,
                BusFilterKind kind,
                BusFilter *filter,
                const char **ret_cursor,
                sd_bus_error *reterr) {

        uint32_t limit;
        int r;

        page->call = call;
        page->context = bus_field_context(call);
        r = bus_filter_read(call->message, call->connection->server->users, kind, false, filter, reterr);
        if (r >= 0)
                r = bus_filter_complete(call, filter);
        if (r < 0)
                return r;
        r = sd_bus_message_read(call->message, "su", ret_cursor, &limit);
        if (r < 0)
                return r;
        if (limit > LIST_LIMIT_MAX)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The limit is %u, but at most %u rows are given.", limit, LIST_LIMIT_MAX);
        page->limit = limit > 0 ? limit : LIST_LIMIT_MAX;

        r = sd_bus_message_new_method_return(call->message, &page->reply);
        if (r < 0)
                return r;
        return sd_bus_message_open_container(page->reply, 'a', "a{sv}");
}

static int page_send(Page *page, const char *next_cursor) {
        int r;

        r = sd_bus_message_close_container(page->reply);
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(page->reply, 's', page->has_more ? next_cursor : "");
        if (r < 0)
                return r;
        return sd_bus_message_send(page->reply);
}

/* Whose rows are looked for; NULL: everybody's. */
static const uid_t *wanted_owner(const BusCall *call, const BusFilter *filter) {
        bool only_own = filter->mine || call->view == VIEW_OWN ||
                        (call->view != VIEW_ALL && bus_filter_is_private(filter));

        return only_own ? &call->caller.uid : NULL;
}

static int read_id_cursor(const char *cursor, uint64_t *ret, sd_bus_error *reterr) {
        char *end = NULL;
        unsigned long long id = 0;

        errno = 0;
        if (cursor[0] != '\0')
                id = strtoull(cursor, &end, 10);
        if (errno != 0 || (end && (*end != '\0' || cursor[0] < '0' || cursor[0] > '9')))
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "'%.50s' is no cursor that this list has given.", cursor);
        *ret = id;
        return 0;
}

static int page_send_by_id(Page *page) {
        char cursor[CURSOR_MAX];

        (void) snprintf(cursor, sizeof(cursor), "%" PRIu64, page->last_id);
        return page_send(page, cursor);
}

/* --- jobs ------------------------------------------------------------------------------------------ */

static int visit_job(void *userdata, const ScheduledJob *job) {
        Page *page = userdata;

        if (page_is_full(page))
                return 1;
        free(page->last_name);
        page->last_name = strdup(job->stored.name);
        if (!page->last_name)
                return -ENOMEM;
        return page_add(page, &page->call->connection->server->job_set, job);
}

static void filter_cleanup(BusFilter *filter) {
        bus_filter_done(filter);
}

int bus_list_jobs(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(filter_cleanup) BusFilter filter = { 0 };
        CLEANUP(page_done) Page page = { 0 };
        const char *cursor;
        JobFilter wanted;
        int r;

        r = page_begin(&page, call, BUS_FILTER_JOBS, &filter, &cursor, reterr);
        if (r < 0)
                return r;

        wanted = (JobFilter){
                .names = filter.names,
                .states = filter.states,
                .selection = bus_filter_selection(&filter),
                .since_usec = filter.since_usec,
                .until_usec = filter.until_usec,
                .owner_uid = wanted_owner(call, &filter),
                .after = cursor[0] != '\0' ? cursor : NULL,
                .limit = page.limit + 1,
        };
        r = manager_list_jobs(call->connection->server->host.manager, &wanted, visit_job, &page);
        if (r < 0)
                return r;
        return page_send(&page, page.last_name);
}

/* --- executions ------------------------------------------------------------------------------------ */

static int visit_execution(void *userdata, const ExecutionRecord *record) {
        Page *page = userdata;

        if (page_is_full(page))
                return 1;
        page->last_id = record->id;
        return page_add(page, &page->call->connection->server->execution_set, record);
}

int bus_list_executions(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(filter_cleanup) BusFilter filter = { 0 };
        CLEANUP(page_done) Page page = { 0 };
        ExecutionFilter wanted;
        const char *cursor;
        uint64_t before_id;
        int r;

        r = page_begin(&page, call, BUS_FILTER_EXECUTIONS, &filter, &cursor, reterr);
        if (r < 0)
                return r;
        r = read_id_cursor(cursor, &before_id, reterr);
        if (r < 0)
                return r;

        wanted = (ExecutionFilter){
                .jobs = filter.names,
                .selection = bus_filter_selection(&filter),
                .ids = filter.ids,
                .n_ids = filter.n_ids,
                .states = filter.states,
                .since_usec = filter.since_usec,
                .until_usec = filter.until_usec,
                .owner_uid = wanted_owner(call, &filter),
                .before_id = before_id,
                .limit = page.limit + 1,
        };
        r = manager_list_executions(call->connection->server->host.manager, &wanted, visit_execution, &page);
        if (r < 0)
                return bus_error_set(reterr, r, NULL);
        return page_send_by_id(&page);
}

/* --- audit ----------------------------------------------------------------------------------------- */

typedef struct AuditPage {
        Page page;
        bool mine; /* others' events are passed over */
} AuditPage;

static int visit_audit(void *userdata, const AuditRecord *record) {
        AuditPage *audit = userdata;
        Page *page = &audit->page;
        bool skipped = audit->mine && record->uid != page->call->caller.uid;

        if (!skipped && page_is_full(page))
                return 1;
        page->last_id = record->id;
        page->n_scanned++;
        return skipped ? 0 : page_add(page, &page->call->connection->server->audit_set, record);
}

static void audit_page_done(AuditPage *audit) {
        page_done(&audit->page);
}

int bus_list_audit(BusCall *call, sd_bus_error *reterr) {
        CLEANUP(filter_cleanup) BusFilter filter = { 0 };
        CLEANUP(audit_page_done) AuditPage audit = { 0 };
        Page *page = &audit.page;
        AuditFilter wanted;
        const char *cursor;
        uint64_t before_id;
        unsigned n_before;
        int r;

        r = page_begin(page, call, BUS_FILTER_AUDIT, &filter, &cursor, reterr);
        if (r < 0)
                return r;
        r = read_id_cursor(cursor, &before_id, reterr);
        if (r < 0)
                return r;
        audit.mine = filter.mine || call->view != VIEW_ALL;

        wanted = (AuditFilter){
                .jobs = filter.names,
                .events = filter.states,
                .since_usec = filter.since_usec,
                .until_usec = filter.until_usec,
                .limit = page->limit + 1,
                .before_id = before_id,
        };
        do {
                n_before = page->n_scanned;
                r = manager_list_audit(call->connection->server->host.manager, &wanted, visit_audit, &audit);
                if (r < 0)
                        return bus_error_set(reterr, r, NULL);
                wanted.before_id = page->last_id;
        } while (audit.mine && !page->has_more && page->n_scanned - n_before == wanted.limit &&
                 page->n_scanned < AUDIT_SCAN_MAX);
        if (page->n_scanned >= AUDIT_SCAN_MAX)
                page->has_more = true;

        return page_send_by_id(page);
}
