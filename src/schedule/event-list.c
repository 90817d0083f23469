/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/event-list.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

void event_list_done(EventList *list) {
        assert(list);

        free(list->spans);
        *list = (EventList){};
}

int event_list_add(EventList *list, usec_t begin_usec, usec_t end_usec) {
        assert(list);

        if (begin_usec >= end_usec)
                return 0;
        if (list->n_spans == list->n_allocated) {
                size_t n = MAX(list->n_allocated * 2, (size_t) 16);
                EventSpan *spans = reallocarray(list->spans, n, sizeof(*spans));

                if (!spans)
                        return -ENOMEM;
                list->spans = spans;
                list->n_allocated = n;
        }
        list->spans[list->n_spans++] = (EventSpan){ begin_usec, end_usec };
        return 0;
}

static int compare_spans(const void *a, const void *b) {
        usec_t x = ((const EventSpan *) a)->begin_usec, y = ((const EventSpan *) b)->begin_usec;

        return x < y ? -1 : x > y;
}

void event_list_seal(EventList *list) {
        size_t n = 0;

        assert(list);

        if (list->n_spans == 0)
                return;
        qsort(list->spans, list->n_spans, sizeof(*list->spans), compare_spans);
        for (size_t i = 1; i < list->n_spans; i++) {
                const EventSpan *span = &list->spans[i];

                if (span->begin_usec <= list->spans[n].end_usec)
                        list->spans[n].end_usec = MAX(list->spans[n].end_usec, span->end_usec);
                else
                        list->spans[++n] = *span;
        }
        list->n_spans = n + 1;
}

bool event_list_find(const EventList *list, usec_t at_usec, EventSpan *ret) {
        size_t low = 0, high;

        assert(list);
        assert(ret);

        /* The first span that ends later. */
        for (high = list->n_spans; low < high;) {
                size_t middle = low + (high - low) / 2;

                if (list->spans[middle].end_usec > at_usec)
                        high = middle;
                else
                        low = middle + 1;
        }

        if (low < list->n_spans && list->spans[low].begin_usec <= at_usec) {
                *ret = list->spans[low];
                return true;
        }
        ret->begin_usec = low > 0 ? list->spans[low - 1].end_usec : -USEC_INFINITY;
        ret->end_usec = low < list->n_spans ? list->spans[low].begin_usec : USEC_INFINITY;
        return false;
}
