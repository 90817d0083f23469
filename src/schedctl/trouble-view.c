/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/trouble-view.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/columns.h"
#include "schedctl/selection.h"
#include "schedctl/view.h"

#define SHOWN_MAX 5U
#define COUNTED_MAX 1000U

static const char *const trouble_states[] = { "failed", "timed-out", "lost", "missed", NULL };

int trouble_fetch(Context *context, json_t **ret) {
        return fetch_executions(
                        context,
                        &(const ClientFilter){ .states = (char *const *) trouble_states,
                                               .since_usec = context_now(context) - USEC_PER_DAY,
                                               .limit = COUNTED_MAX },
                        ret);
}

/* A folded row stands for many. */
static int64_t count_state(const json_t *executions, const char *state) {
        int64_t n = 0;

        for (size_t i = 0; i < json_array_size(executions); i++) {
                const json_t *execution = json_array_get(executions, i);

                if (strcmp(view_text(execution, "state"), state) == 0)
                        n += view_integer(execution, "count", 1);
        }
        return n;
}

int trouble_count(const json_t *executions, Buffer *buffer) {
        assert(buffer);

        for (const char *const *state = trouble_states; *state; state++) {
                int64_t n = count_state(executions, *state);

                if (n > 0)
                        (void) buffer_add_format(
                                        buffer, "%s%" PRIi64 " %s", buffer->size > 0 ? ", " : "", n, *state);
        }
        if (json_array_size(executions) >= COUNTED_MAX)
                (void) buffer_add_string(buffer, ", and more");
        return buffer->failed ? -ENOMEM : 0;
}

void trouble_print(const Context *context, const json_t *executions) {
        CLEANUP(table_freep) Table *table = NULL;
        CLEANUP_FREE char *counts = NULL;
        Buffer buffer = { 0 };

        if (json_array_size(executions) == 0)
                return;
        (void) trouble_count(executions, &buffer);
        if (buffer_take(&buffer, &counts) < 0 ||
            table_new(execution_columns, n_execution_columns, &table) < 0)
                return;

        for (size_t i = 0; i < MIN(json_array_size(executions), (size_t) SHOWN_MAX); i++)
                columns_add_execution(table, context, json_array_get(executions, i));
        printf("\n%sIn the last day: %s%s\n", screen_colour(&context->screen, COLOUR_RED), counts,
               screen_reset(&context->screen, COLOUR_RED));
        (void) table_print(table, &context->screen, !context->options.no_legend, "  ", stdout);
}
