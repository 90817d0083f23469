/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What conditions ask of the machine: main() gives it the kernel's answers (daemon/host-facts.h), tests give
 * others. The kinds are those of CONDITION_AC_POWER … CONDITION_CPU_PRESSURE_BELOW.
 */

#include "job/condition.h"
#include "util/types.h"

typedef struct HostFacts {
        void *userdata;
        /*
         * How it is now: 1 or 0 for power and network; the load average; bytes; percent. -EOPNOTSUPP: this
         * machine cannot tell; another errno: it could not be found out now.
         */
        int (*read)(void *userdata, ConditionKind kind, double *ret);
        /*
         * As often as it was told `on` and not yet off, manager_host_changed() is called when the fact may
         * have changed. What was begun is ended before the manager is freed.
         */
        void (*watch)(void *userdata, ConditionKind kind, bool on);
} HostFacts;
