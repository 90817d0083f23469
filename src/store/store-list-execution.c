/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Lists of executions.
 *
 * The filter chooses where the ids come from, so that a rare thing is not looked for in millions of rows: it
 * names them, or a few jobs have a source each, then a few states, then a range of time; whatever is left of
 * the filter is judged row by row. A filter that matches many jobs walks all rows, and meets matches soon.
 */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "job/action.h"
#include "store/store-private.h"
#include "store/store-value.h"
#include "store/store-walk.h"
#include "util/string-list.h"

/* More jobs than this are not merged one by one. */
#define JOB_SOURCES_MAX 64

typedef struct JobSet {
        int64_t *ids; /* sorted */
        size_t n_ids, n_allocated;
} JobSet;

static void job_set_done(JobSet *set) {
        free(set->ids);
}

static int job_set_add(JobSet *set, int64_t id) {
        if (set->n_ids == set->n_allocated) {
                size_t n_wanted = MAX(set->n_allocated * 2, (size_t) 16);
                int64_t *ids = reallocarray(set->ids, n_wanted, sizeof(*ids));

                if (!ids)
                        return -ENOMEM;
                set->ids = ids;
                set->n_allocated = n_wanted;
        }
        set->ids[set->n_ids++] = id;
        return 0;
}

static int compare_ids(const void *a, const void *b) {
        const int64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static bool job_set_contains(const JobSet *set, int64_t id) {
        return set->n_ids > 0 && bsearch(&id, set->ids, set->n_ids, sizeof(id), compare_ids);
}

static int add_named(Store *store, const char *name, JobSet *set) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(store->reader, STATEMENT_JOB_BY_NAME);
        StoreBinder binder = { statement };
        int r;

        store_bind_text(&binder, name);
        while ((r = store_bound_step(store->reader, &binder)) > 0) {
                r = job_set_add(set, sqlite3_column_int64(statement, 0));
                if (r < 0)
                        return r;
        }
        return r;
}

static int add_matching(Store *store, char *const *globs, JobSet *set) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(store->reader, STATEMENT_JOB_NAMES);
        int r;

        while ((r = store_step(store->reader, statement)) > 0) {
                const char *name = (const char *) sqlite3_column_text(statement, 1);

                if (!name || !string_list_matches(globs, name))
                        continue;
                r = job_set_add(set, sqlite3_column_int64(statement, 0));
                if (r < 0)
                        return r;
        }
        return r;
}

static int find_jobs(Store *store, char *const *globs, JobSet *set) {
        bool has_pattern = false;
        size_t n_kept = 0;
        int r = 0;

        STRING_LIST_FOREACH(glob, globs)
                has_pattern |= strpbrk(*glob, "*?[\\") != NULL;

        if (has_pattern)
                r = add_matching(store, globs, set);
        else
                STRING_LIST_FOREACH(name, globs) {
                        r = add_named(store, *name, set);
                        if (r < 0)
                                break;
                }
        if (r < 0)
                return r;

        if (set->n_ids > 0)
                qsort(set->ids, set->n_ids, sizeof(*set->ids), compare_ids);
        for (size_t i = 0; i < set->n_ids; i++) /* the same name twice */
                if (i == 0 || set->ids[i] != set->ids[n_kept - 1])
                        set->ids[n_kept++] = set->ids[i];
        set->n_ids = n_kept;
        return 0;
}

static bool has_range(const ExecutionFilter *filter) {
        return filter->since_usec != 0 || (filter->until_usec != 0 && filter->until_usec != USEC_INFINITY);
}

static usec_t range_end(const ExecutionFilter *filter) {
        return filter->until_usec == 0 ? USEC_INFINITY : filter->until_usec;
}

/* The first two columns of the one row that the statement answers. Returns 1 or a negative errno. */
static int ask_range(Store *store, const ExecutionFilter *filter, StoreStatement id, int64_t ret[static 2]) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = store_statement(store->reader, id);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, filter->since_usec);
        store_bind_integer(&binder, range_end(filter));
        r = store_bound_step(store->reader, &binder);
        if (r <= 0)
                return r;

        ret[0] = sqlite3_column_int64(statement, 0);
        ret[1] = sqlite3_column_int64(statement, 1); /* 0 where there is none */
        return 1;
}

static int one_source(StoreWalk *walk, StoreStatement statement) {
        walk->sources = calloc(1, sizeof(*walk->sources));
        if (!walk->sources)
                return -ENOMEM;

        walk->n_sources = 1;
        walk->sources[0].statement = statement;
        return 0;
}

static int sources_of_jobs(StoreWalk *walk, const JobSet *jobs) {
        if (jobs->n_ids == 0)
                return 0;

        walk->sources = calloc(jobs->n_ids, sizeof(*walk->sources));
        if (!walk->sources)
                return -ENOMEM;

        walk->n_sources = jobs->n_ids;
        for (size_t i = 0; i < jobs->n_ids; i++) {
                walk->sources[i].statement = STATEMENT_WALK_JOB;
                walk->sources[i].integer = jobs->ids[i];
        }
        return 0;
}

static int compare_newest(const void *a, const void *b) {
        const uint64_t *x = a, *y = b;

        return (*x < *y) - (*x > *y);
}

/* Known beforehand: sources that nothing has to be fetched for. */
static int sources_of_ids(StoreWalk *walk, const uint64_t *ids, size_t n_ids) {
        size_t n_sources = (n_ids + STORE_WALK_CHUNK - 1) / STORE_WALK_CHUNK;

        walk->sources = calloc(n_sources, sizeof(*walk->sources));
        if (!walk->sources)
                return -ENOMEM;

        walk->n_sources = n_sources;
        for (size_t i = 0; i < n_ids; i++) {
                StoreSource *source = &walk->sources[i / STORE_WALK_CHUNK];

                source->ids[source->n_ids++] = ids[i];
                source->is_empty = true;
        }
        for (size_t i = 0; i < n_sources; i++)
                qsort(walk->sources[i].ids, (size_t) walk->sources[i].n_ids, sizeof(uint64_t),
                      compare_newest);
        return 0;
}

static int sources_of_states(StoreWalk *walk, uint32_t states) {
        walk->sources = calloc(EXECUTION_STATE_COUNT, sizeof(*walk->sources));
        if (!walk->sources)
                return -ENOMEM;

        for (unsigned state = 0; state < EXECUTION_STATE_COUNT; state++)
                if (states & (UINT32_C(1) << state)) {
                        StoreSource *source = &walk->sources[walk->n_sources++];

                        source->statement = STATEMENT_WALK_STATE;
                        source->text = execution_state_to_string((ExecutionState) state);
                }
        return 0;
}

/*
 * A range of time with few rows is taken from its index and sorted by id. In one with many, nearly all rows
 * between its first and last id belong to it, since ids are given as time goes on.
 */
static int source_of_range(Store *store, const ExecutionFilter *filter, StoreWalk *walk) {
        int64_t count[2] = { 0, 0 }, bounds[2] = { 0, 0 };
        int r;

        r = ask_range(store, filter, STATEMENT_COUNT_DUE, count);
        if (r < 0)
                return r;

        if (count[0] >= STORE_DUE_RANGE_MAX) {
                r = ask_range(store, filter, STATEMENT_DUE_BOUNDS, bounds);
                if (r < 0)
                        return r;
                walk->lowest_id = (uint64_t) bounds[0];
                walk->below_id = MIN(walk->below_id, (uint64_t) bounds[1] + 1);
                return one_source(walk, STATEMENT_WALK_ALL);
        }

        r = one_source(walk, STATEMENT_WALK_DUE);
        if (r < 0)
                return r;
        walk->sources[0].integer = filter->since_usec;
        walk->sources[0].second = range_end(filter);
        return 0;
}

/* Spelt out, and none that nearly all have. */
static bool are_rare_kinds(char *const *kinds) {
        STRING_LIST_FOREACH(kind, kinds)
                if (strpbrk(*kind, "*?[\\") || strcmp(*kind, action_kind_to_string(ACTION_COMMAND)) == 0)
                        return false;
        return kinds != NULL;
}

static int sources_of_kinds(StoreWalk *walk, char *const *kinds) {
        walk->sources = calloc(string_list_length(kinds) + 1, sizeof(*walk->sources));
        if (!walk->sources)
                return -ENOMEM;

        STRING_LIST_FOREACH(kind, kinds) {
                StoreSource *source = &walk->sources[walk->n_sources++];

                source->statement = STATEMENT_WALK_KIND;
                source->text = *kind;
        }
        return 0;
}

static int choose_sources(Store *store, const ExecutionFilter *filter, const JobSet *jobs, StoreWalk *walk) {
        if (filter->n_ids > 0)
                return sources_of_ids(walk, filter->ids, filter->n_ids);
        if (filter->jobs && jobs->n_ids <= JOB_SOURCES_MAX)
                return sources_of_jobs(walk, jobs);
        if (filter->states != 0 && !(filter->states & (UINT32_C(1) << EXECUTION_SUCCEEDED)))
                return sources_of_states(walk, filter->states);
        if (filter->selection && are_rare_kinds(filter->selection->kinds))
                return sources_of_kinds(walk, filter->selection->kinds);
        if (has_range(filter))
                return source_of_range(store, filter, walk);
        return one_source(walk, STATEMENT_WALK_ALL);
}

static bool is_selected(const ExecutionFilter *filter, const ExecutionRecord *record) {
        const JobTraits traits = {
                .kind = record->kind ?: action_kind_to_string(ACTION_COMMAND),
                .template = record->template,
                .profile = record->profile,
                .tags = record->tags,
                .owner_uid = record->owner_uid,
        };

        return job_selection_matches(filter->selection, &traits);
}

static bool is_wanted(const ExecutionFilter *filter, const JobSet *jobs, const ExecutionRecord *record) {
        return (!filter->jobs || job_set_contains(jobs, record->job_id)) &&
                        (filter->states == 0 || (filter->states & (UINT32_C(1) << record->state))) &&
                        (!has_range(filter) ||
                         (record->due_usec >= filter->since_usec && record->due_usec <= range_end(filter))) &&
                        (!filter->owner_uid || record->owner_uid == *filter->owner_uid) &&
                        is_selected(filter, record);
}

/* Returns 1 if it was shown and the next is wanted, 0 if it was not, and -ECANCELED if `visit` has enough. */
static int visit_row(
                Store *store,
                uint64_t id,
                const ExecutionFilter *filter,
                const JobSet *jobs,
                store_visit_execution_t visit,
                void *userdata) {

        CLEANUP(execution_record_done) ExecutionRecord record;
        int r;

        execution_record_init(&record);
        r = store_read_execution(store, id, &record);
        if (r <= 0)
                return r; /* 0: retention was faster */
        if (filter && !is_wanted(filter, jobs, &record))
                return 0;

        r = visit(userdata, &record);
        if (r > 0)
                return -ECANCELED;
        return r < 0 ? r : 1;
}

static int walk_rows(
                Store *store,
                const ExecutionFilter *filter,
                const JobSet *jobs,
                StoreWalk *walk,
                store_visit_execution_t visit,
                void *userdata) {

        unsigned n_left = filter->limit == 0 ? LIST_LIMIT_MAX : MIN(filter->limit, LIST_LIMIT_MAX);
        uint64_t id = 0;
        int r = 0;

        while (n_left > 0 && (r = store_walk_next(walk, &id)) > 0) {
                r = visit_row(store, id, filter, jobs, visit, userdata);
                if (r < 0)
                        break;
                n_left -= (unsigned) r;
        }
        return r == -ECANCELED ? 0 : MIN(r, 0);
}

int store_list_executions(
                Store *store,
                const ExecutionFilter *filter,
                store_visit_execution_t visit,
                void *userdata) {

        CLEANUP(job_set_done) JobSet jobs = { 0 };
        StoreWalk walk = { 0 };
        int r = 0;

        assert(store);
        assert(filter);
        assert(visit);

        walk.connection = store->reader;
        walk.below_id = filter->before_id == 0 ? INT64_MAX : filter->before_id;

        if (filter->jobs)
                r = find_jobs(store, filter->jobs, &jobs);
        if (r >= 0)
                r = choose_sources(store, filter, &jobs, &walk);
        if (r >= 0)
                r = walk_rows(store, filter, &jobs, &walk, visit, userdata);

        free(walk.sources);
        return r;
}

static int fetch_open(Store *store, uint64_t above_id, uint64_t ids[static STORE_WALK_CHUNK]) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(store->reader, STATEMENT_OPEN_EXECUTIONS);
        StoreBinder binder = { statement };
        int n_ids = 0, r;

        store_bind_integer(&binder, (int64_t) above_id);
        while (n_ids < STORE_WALK_CHUNK && (r = store_bound_step(store->reader, &binder)) != 0) {
                if (r < 0)
                        return r;
                ids[n_ids++] = (uint64_t) sqlite3_column_int64(statement, 0);
        }
        return n_ids;
}

int store_list_open_executions(Store *store, store_visit_execution_t visit, void *userdata) {
        uint64_t ids[STORE_WALK_CHUNK];
        uint64_t last_id = 0;
        int n_ids;

        assert(store);
        assert(visit);

        while ((n_ids = fetch_open(store, last_id, ids)) > 0)
                for (int i = 0; i < n_ids; i++) {
                        int r = visit_row(store, ids[i], NULL, NULL, visit, userdata);

                        if (r < 0)
                                return r == -ECANCELED ? 0 : r;
                        last_id = ids[i];
                }
        return n_ids;
}
