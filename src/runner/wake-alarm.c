/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The kernel sets the machine's clock to the earliest alarm timer whenever it suspends. Nobody has to read
 * the timer, so it is in no event loop.
 */

#include "runner/wake-alarm.h"

#include <assert.h>
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/log.h"

void wake_alarm_init(WakeAlarm *alarm) {
        *alarm = (WakeAlarm){ .fd = -EBADF, .instant_usec = USEC_INFINITY };
}

void wake_alarm_done(WakeAlarm *alarm) {
        (void) fd_close(alarm->fd);
        wake_alarm_init(alarm);
}

static int arm(WakeAlarm *alarm) {
        usec_t usec = MAX(alarm->instant_usec, (usec_t) 1); /* 0 would disarm it */
        const struct itimerspec spec = {
                .it_value = { .tv_sec = usec / USEC_PER_SEC, .tv_nsec = (usec % USEC_PER_SEC) * 1000 },
        };

        if (alarm->fd < 0)
                alarm->fd = timerfd_create(CLOCK_REALTIME_ALARM, TFD_CLOEXEC | TFD_NONBLOCK);
        if (alarm->fd < 0)
                return -errno;
        return timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &spec, NULL) < 0 ? -errno : 0;
}

/* The timer can be had without a clock too, and works as soon as there is one: a driver may come later. */
static bool machine_can_wake(void) {
        struct timespec resolution;

        return clock_getres(CLOCK_REALTIME_ALARM, &resolution) >= 0;
}

void wake_alarm_set(WakeAlarm *alarm, usec_t instant_usec) {
        int r;

        assert(instant_usec >= 0);

        alarm->instant_usec = instant_usec;
        if (instant_usec == USEC_INFINITY) {
                alarm->fd = fd_close(alarm->fd);
                return;
        }
        r = arm(alarm);
        if (alarm->told || (r >= 0 && machine_can_wake()))
                return;

        alarm->told = true;
        if (r == -EPERM)
                log_notice("The machine is not woken from suspend for jobs with 'wake: true': the runner has "
                           "no CAP_WAKE_ALARM. They run when it is awake.");
        else if (r < 0)
                (void) log_warning_errno(
                                r, "The machine is not woken from suspend for jobs with 'wake: true': %m");
        else
                log_notice("The machine is not woken from suspend for jobs with 'wake: true': it has no "
                           "clock "
                           "that can do that. They run when it is awake.");
}
