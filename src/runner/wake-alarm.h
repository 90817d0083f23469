/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The alarm that wakes the machine from suspend, for jobs with `wake: true`.
 *
 * That the machine is awake is all that it does: what is due is the daemon's business, whose own timer goes
 * off then. It needs CAP_WAKE_ALARM and a clock of the machine that can wake it; without, a notice says so
 * once.
 */

#include "util/types.h"

typedef struct WakeAlarm {
        int fd;              /* negative: none is wanted, or none to be had */
        usec_t instant_usec; /* as last asked for; USEC_INFINITY: none */
        bool told;           /* that it does not work here */
} WakeAlarm;

void wake_alarm_init(WakeAlarm *alarm);
void wake_alarm_done(WakeAlarm *alarm);

/* USEC_INFINITY: no more. An instant that is over does nothing. */
void wake_alarm_set(WakeAlarm *alarm, usec_t instant_usec);
