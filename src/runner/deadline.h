/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Deadlines on CLOCK_MONOTONIC: a heap with one timer for the earliest. */

#include <systemd/sd-event.h>

#include "util/heap.h"
#include "util/types.h"

typedef struct Deadline Deadline;
struct Deadline {
        HeapNode node; /* key: the instant */
        void (*on_elapsed)(Deadline *deadline);
        void *userdata;
};

typedef struct Deadlines {
        Heap heap;
        sd_event_source *timer;
        usec_t armed_usec;
} Deadlines;

int deadlines_init(Deadlines *deadlines, sd_event *event);
void deadlines_done(Deadlines *deadlines);

/* Before the first use of a Deadline. */
void deadline_init(Deadline *deadline, void (*on_elapsed)(Deadline *deadline), void *userdata);
/* USEC_INFINITY clears it. Returns 0 or -ENOMEM. */
int deadline_set(Deadlines *deadlines, Deadline *deadline, usec_t monotonic_usec);
void deadline_clear(Deadlines *deadlines, Deadline *deadline);
/* USEC_INFINITY: not set. */
usec_t deadline_get(const Deadline *deadline);
