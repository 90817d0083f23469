/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The time, passed in: nobody below daemon/ asks the system for it. Tests give a virtual clock.
 */

#include "util/types.h"

typedef enum ClockKind {
        CLOCK_KIND_REALTIME,  /* wall-clock time; may be set */
        CLOCK_KIND_MONOTONIC, /* stands still while the machine sleeps */
        CLOCK_KIND_BOOTTIME,  /* goes on while the machine sleeps */
        CLOCK_KIND_COUNT,
} ClockKind;

typedef struct Clock {
        usec_t (*now)(void *userdata, ClockKind kind);
        void *userdata;
} Clock;

static inline usec_t clock_now(const Clock *clock, ClockKind kind) {
        return clock->now(clock->userdata, kind);
}

/* The system's clocks. */
extern const Clock system_clock;
