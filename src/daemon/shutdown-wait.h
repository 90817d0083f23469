/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The setting `shutdown-wait`: when the daemon is to end it starts nothing more, and sees the end of what
 * runs. What runs longer goes on all the same: the next daemon takes it over.
 */

#include <systemd/sd-event.h>

#include "manager/manager.h"

typedef struct ShutdownWait {
        sd_event *event;
        Manager *manager;
        sd_event_source *deadline;
        bool is_waiting;
} ShutdownWait;

/*
 * Ends the event loop once nothing runs, or after `wait_usec`. Returns 1, or 0: there is nothing to wait for,
 * or it is the second time, or a negative errno.
 */
int shutdown_wait_begin(ShutdownWait *wait, sd_event *event, Manager *manager, usec_t wait_usec);
void shutdown_wait_done(ShutdownWait *wait);
