/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The one timer of the daemon: an instant of the real-time clock. The same descriptor tells when the clock
 * was set or the machine was asleep (TFD_TIMER_CANCEL_ON_SET), and by how much.
 */

#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/types.h"

typedef struct WakeupTimer WakeupTimer;

typedef struct WakeupEvents {
        void (*on_due)(void *userdata);
        void (*on_clock_set)(void *userdata, usec_t delta_usec); /* positive: forward */
        void (*on_resumed)(void *userdata, usec_t slept_usec);
        void *userdata;
} WakeupEvents;

int wakeup_timer_new(sd_event *event, const Clock *clock, const WakeupEvents *events, WakeupTimer **ret);
WakeupTimer *wakeup_timer_free(WakeupTimer *timer);
DEFINE_CLEANUP(WakeupTimer, wakeup_timer_free);

/* USEC_INFINITY: only clock changes are told. An instant in the past is due at once. */
int wakeup_timer_set(WakeupTimer *timer, usec_t realtime_usec);

/*
 * What changed between two looks at the clocks: pure, for the timer and its test. A difference within the
 * noise of reading three clocks one after the other counts as none.
 */
typedef struct ClockReading {
        usec_t realtime_usec, monotonic_usec, boottime_usec;
} ClockReading;

typedef struct ClockDifference {
        usec_t set_by_usec, slept_usec;
} ClockDifference;

ClockDifference clock_reading_difference(const ClockReading *before, const ClockReading *now);
