/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a child sets for itself before it executes its program: niceness, CPUs, limits. Read from START in the
 * runner, where a fault can be put into words; applied in the child by process-child.c.
 */

#include <sched.h>
#include <sys/resource.h>

#include "protocol/message.h"

typedef struct ResourceSetting {
        int resource; /* RLIMIT_… */
        struct rlimit limit;
} ResourceSetting;

typedef struct ProcessSettings {
        bool has_nice, has_oom_score, has_affinity;
        int nice, oom_score;
        int io_priority; /* of ioprio_set(); 0: leave it */
        cpu_set_t affinity;
        ResourceSetting resources[RLIM_NLIMITS + 1]; /* each resource once at most, and one of our own */
        size_t n_resources;
} ProcessSettings;

/* Returns 0, or -EINVAL with a sentence in *reterr_message (NULL: out of memory). */
int process_settings_read(const MessageStart *start, ProcessSettings *ret, char **reterr_message);

/* Adds a limit, unless the job has set one for that resource. */
void process_settings_add_limit(ProcessSettings *settings, int resource, uint64_t bytes);

/* As the key of `limits:` is called: "open-files". */
const char *resource_name(int resource);
