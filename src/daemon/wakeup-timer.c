/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/wakeup-timer.h"

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "util/log.h"

/* Reading the clocks one after the other is not one instant; a set of less than this changes no due time. */
#define CLOCK_NOISE_USEC (2 * USEC_PER_MSEC)
/* Armed for "never", the timer still has to tell of clock changes. The kernel's time is good to the year
 * 2262. */
#define NEVER_USEC ((usec_t) 9000000000 * USEC_PER_SEC)

struct WakeupTimer {
        const Clock *clock;
        WakeupEvents events;
        sd_event_source *source;
        int fd;
        usec_t due_usec;
        ClockReading reading;
};

static ClockReading read_clocks(const Clock *clock) {
        return (ClockReading){
                .realtime_usec = clock_now(clock, CLOCK_KIND_REALTIME),
                .monotonic_usec = clock_now(clock, CLOCK_KIND_MONOTONIC),
                .boottime_usec = clock_now(clock, CLOCK_KIND_BOOTTIME),
        };
}

static usec_t without_noise(usec_t delta_usec) {
        return delta_usec > -CLOCK_NOISE_USEC && delta_usec < CLOCK_NOISE_USEC ? 0 : delta_usec;
}

ClockDifference clock_reading_difference(const ClockReading *before, const ClockReading *now) {
        usec_t real_usec = now->realtime_usec - before->realtime_usec;
        usec_t boot_usec = now->boottime_usec - before->boottime_usec;
        usec_t awake_usec = now->monotonic_usec - before->monotonic_usec;

        return (ClockDifference){
                .set_by_usec = without_noise(real_usec - boot_usec),
                .slept_usec = without_noise(boot_usec - awake_usec),
        };
}

static int arm(WakeupTimer *timer) {
        usec_t due_usec = MAX(MIN(timer->due_usec, NEVER_USEC), (usec_t) 1); /* 0 would disarm it */
        const struct itimerspec value = {
                .it_value = {
                        .tv_sec = due_usec / USEC_PER_SEC,
                        .tv_nsec = due_usec % USEC_PER_SEC * NSEC_PER_USEC,
                },
        };

        if (timerfd_settime(timer->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &value, NULL) < 0 &&
            errno != ECANCELED) /* set again in between: armed all the same, and the next read tells */
                return -errno;
        return 0;
}

static void tell_clock_change(WakeupTimer *timer) {
        ClockReading now = read_clocks(timer->clock);
        ClockDifference difference = clock_reading_difference(&timer->reading, &now);

        timer->reading = now;
        if (difference.slept_usec > 0)
                timer->events.on_resumed(timer->events.userdata, difference.slept_usec);
        if (difference.set_by_usec != 0)
                timer->events.on_clock_set(timer->events.userdata, difference.set_by_usec);
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        WakeupTimer *timer = userdata;
        uint64_t n_expirations;
        ssize_t n;
        int r;

        n = read(timer->fd, &n_expirations, sizeof(n_expirations));
        if (n < 0 && errno == EAGAIN)
                return 0;
        if (n < 0 && errno == ECANCELED) {
                r = arm(timer);
                if (r < 0)
                        return log_error_errno(r, "Cannot arm the wake-up timer: %m");
                tell_clock_change(timer);
                return 0;
        }
        if (n < 0)
                return log_error_errno(-errno, "Cannot read the wake-up timer: %m");

        timer->events.on_due(timer->events.userdata);
        return 0;
}

int wakeup_timer_set(WakeupTimer *timer, usec_t realtime_usec) {
        timer->due_usec = realtime_usec;
        return arm(timer);
}

int wakeup_timer_new(sd_event *event, const Clock *clock, const WakeupEvents *events, WakeupTimer **ret) {
        CLEANUP(wakeup_timer_freep) WakeupTimer *timer = NULL;
        int r;

        assert(event);
        assert(clock);
        assert(events && events->on_due && events->on_clock_set && events->on_resumed);
        assert(ret);

        timer = calloc(1, sizeof(*timer));
        if (!timer)
                return -ENOMEM;
        timer->clock = clock;
        timer->events = *events;
        timer->due_usec = USEC_INFINITY;
        timer->reading = read_clocks(clock);

        timer->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
        if (timer->fd < 0)
                return -errno;
        r = arm(timer);
        if (r < 0)
                return r;
        r = sd_event_add_io(event, &timer->source, timer->fd, EPOLLIN, on_readable, timer);
        if (r < 0)
                return r;
        /* What is due comes before what is asked. */
        r = sd_event_source_set_priority(timer->source, SD_EVENT_PRIORITY_IMPORTANT);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(timer);
        return 0;
}

WakeupTimer *wakeup_timer_free(WakeupTimer *timer) {
        if (!timer)
                return NULL;
        (void) sd_event_source_disable_unref(timer->source);
        (void) fd_close(timer->fd);
        free(timer);
        return NULL;
}
