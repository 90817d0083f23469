/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-walk.h"

#include <assert.h>

#include "store/store-value.h"

static int fetch_chunk(StoreWalk *walk, StoreSource *source) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(walk->connection, source->statement);
        StoreBinder binder = { statement };
        int n_parameters = sqlite3_bind_parameter_count(statement);
        int r;

        store_bind_integer(&binder, (int64_t) walk->below_id);
        if (n_parameters >= 2) {
                if (source->text)
                        store_bind_text(&binder, source->text);
                else
                        store_bind_integer(&binder, source->integer);
        }
        if (n_parameters >= 3)
                store_bind_integer(&binder, source->second);

        source->n_ids = source->next = 0;
        while (source->n_ids < STORE_WALK_CHUNK && (r = store_bound_step(walk->connection, &binder)) != 0) {
                if (r < 0)
                        return r;
                source->ids[source->n_ids++] = (uint64_t) sqlite3_column_int64(statement, 0);
        }
        source->is_empty = source->n_ids == 0;
        return 0;
}

int store_walk_next(StoreWalk *walk, uint64_t *ret_id) {
        StoreSource *newest = NULL;
        int r;

        assert(walk);
        assert(ret_id);

        for (size_t i = 0; i < walk->n_sources; i++) {
                StoreSource *source = &walk->sources[i];

                /* The same row may stand in two sources. */
                while (source->next < source->n_ids && source->ids[source->next] >= walk->below_id)
                        source->next++;

                if (source->next == source->n_ids && !source->is_empty) {
                        r = fetch_chunk(walk, source);
                        if (r < 0)
                                return r;
                }
                if (source->next < source->n_ids &&
                    (!newest || source->ids[source->next] > newest->ids[newest->next]))
                        newest = source;
        }

        if (!newest || newest->ids[newest->next] < walk->lowest_id)
                return 0;

        *ret_id = walk->below_id = newest->ids[newest->next++];
        return 1;
}
