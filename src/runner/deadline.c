/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/deadline.h"

#include <time.h>

#include "util/cleanup.h"
#include "util/clock.h"

/* Only an earlier deadline moves the timer: one that was cleared costs a wake-up at most. */
static void arm(Deadlines *deadlines) {
        const HeapNode *first = heap_first(&deadlines->heap);
        usec_t wanted = first ? first->key : USEC_INFINITY;

        if (wanted == USEC_INFINITY || wanted >= deadlines->armed_usec)
                return;
        (void) sd_event_source_set_time(deadlines->timer, (uint64_t) MAX(wanted, (usec_t) 0));
        (void) sd_event_source_set_enabled(deadlines->timer, SD_EVENT_ONESHOT);
        deadlines->armed_usec = wanted;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Deadlines *deadlines = userdata;
        usec_t now = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
        HeapNode *first;

        deadlines->armed_usec = USEC_INFINITY;
        while ((first = heap_first(&deadlines->heap)) && first->key <= now) {
                Deadline *deadline = HEAP_CONTAINER(first, Deadline, node);

                heap_remove(&deadlines->heap, first);
                deadline->on_elapsed(deadline);
        }
        arm(deadlines);
        return 0;
}

int deadlines_init(Deadlines *deadlines, sd_event *event) {
        int r;

        *deadlines = (Deadlines){ .armed_usec = USEC_INFINITY };
        r = sd_event_add_time(event, &deadlines->timer, CLOCK_MONOTONIC, 0, 1, on_timer, deadlines);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(deadlines->timer, SD_EVENT_OFF);
}

void deadlines_done(Deadlines *deadlines) {
        deadlines->timer = sd_event_source_disable_unref(deadlines->timer);
        heap_done(&deadlines->heap);
}

void deadline_init(Deadline *deadline, void (*on_elapsed)(Deadline *deadline), void *userdata) {
        *deadline = (Deadline){
                .node.index = HEAP_NONE,
                .on_elapsed = on_elapsed,
                .userdata = userdata,
        };
}

int deadline_set(Deadlines *deadlines, Deadline *deadline, usec_t monotonic_usec) {
        int r;

        if (monotonic_usec == USEC_INFINITY) {
                deadline_clear(deadlines, deadline);
                return 0;
        }
        r = heap_put(&deadlines->heap, &deadline->node, monotonic_usec);
        if (r < 0)
                return r;
        arm(deadlines);
        return 0;
}

void deadline_clear(Deadlines *deadlines, Deadline *deadline) {
        heap_remove(&deadlines->heap, &deadline->node);
}

usec_t deadline_get(const Deadline *deadline) {
        return deadline->node.index == HEAP_NONE ? USEC_INFINITY : deadline->node.key;
}
