/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/shutdown-wait.h"

#include <systemd/sd-daemon.h>

#include "util/log.h"

/* What writing the rest to the disk may take, behind the wait. */
#define MARGIN_USEC USEC_PER_MINUTE

static uint64_t count_running(const ShutdownWait *wait) {
        ManagerStatus status;

        manager_get_status(wait->manager, &status);
        return status.n_running;
}

static void on_execution_changed(void *userdata, const ExecutionRecord *record) {
        const ShutdownWait *wait = userdata;

        if (execution_state_is_final(record->state) && count_running(wait) == 0)
                (void) sd_event_exit(wait->event, 0);
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        const ShutdownWait *wait = userdata;

        log_notice("After 'shutdown-wait' %" PRIu64 " executions still run: they go on without the daemon",
                   count_running(wait));
        return sd_event_exit(wait->event, 0);
}

int shutdown_wait_begin(ShutdownWait *wait, sd_event *event, Manager *manager, usec_t wait_usec) {
        const ManagerObserver observer = { .on_execution_changed = on_execution_changed, .userdata = wait };
        int r;

        if (!manager || wait_usec == 0 || wait->is_waiting)
                return 0;
        wait->event = event;
        wait->manager = manager;
        if (count_running(wait) == 0)
                return 0;

        if (wait_usec != USEC_INFINITY) {
                r = sd_event_add_time_relative(
                                event, &wait->deadline, CLOCK_MONOTONIC, (uint64_t) wait_usec, 0, on_deadline,
                                wait);
                if (r < 0)
                        return r;
        }
        r = manager_add_observer(manager, &observer);
        if (r < 0)
                return r;

        wait->is_waiting = true;
        manager_rest(manager);
        (void) sd_notifyf(
                        false, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRIi64 "\nSTATUS=Waiting for what runs",
                        usec_add(wait_usec, MARGIN_USEC));
        log_notice("Nothing new is started; waiting for %" PRIu64
                   " executions to end. A second signal ends the wait",
                   count_running(wait));
        return 1;
}

void shutdown_wait_done(ShutdownWait *wait) {
        wait->deadline = sd_event_source_disable_unref(wait->deadline);
        if (wait->is_waiting)
                manager_remove_observer(wait->manager, wait);
        *wait = (ShutdownWait){ 0 };
}
