/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Spans of time, of which it is asked whether they cover a moment. Instants or local times, but not both. */

#include "util/types.h"

typedef struct EventSpan {
        usec_t begin_usec, end_usec; /* [begin, end) */
} EventSpan;

typedef struct EventList {
        EventSpan *spans;
        size_t n_spans, n_allocated;
} EventList;

void event_list_done(EventList *list);

/* An empty span is not kept. Returns 0 or -ENOMEM. */
int event_list_add(EventList *list, usec_t begin_usec, usec_t end_usec);

/* Sorts them and joins what touches; nothing may be asked before. */
void event_list_seal(EventList *list);

/* Whether a span covers the moment: then it is given, else the gap around the moment, which may be infinite.
 */
bool event_list_find(const EventList *list, usec_t at_usec, EventSpan *ret);
