/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the daemon knows of the host it runs on. */

#include "job/execution-record.h"
#include "util/types.h"

typedef struct Host {
        char name[256];
        char user[256]; /* that the daemon runs as; "" if it has no name */
        char boot_id[ID_TEXT_MAX];
        /* Boot id and start time of PID 1: a container that is started again is a new boot too. */
        char boot_identity[ID_TEXT_MAX + 24];
        char machine_id[ID_TEXT_MAX]; /* derived from the machine's, which is kept to itself; "" if it has
                                         none */
} Host;

int host_init(Host *host);

/* Whether the kernel's clock is disciplined (NTP). False too when the kernel cannot say. */
bool host_clock_synchronized(void);
