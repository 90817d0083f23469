/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/process-settings.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"

static const char *const resource_names[RLIM_NLIMITS] = {
        [RLIMIT_AS] = "address-space",
        [RLIMIT_CORE] = "core-size",
        [RLIMIT_CPU] = "cpu-time",
        [RLIMIT_DATA] = "data-size",
        [RLIMIT_FSIZE] = "file-size",
        [RLIMIT_LOCKS] = "locks",
        [RLIMIT_MEMLOCK] = "locked-memory",
        [RLIMIT_MSGQUEUE] = "message-queues",
        [RLIMIT_NICE] = "nice",
        [RLIMIT_NOFILE] = "open-files",
        [RLIMIT_NPROC] = "processes",
        [RLIMIT_RSS] = "resident-size",
        [RLIMIT_RTPRIO] = "realtime-priority",
        [RLIMIT_RTTIME] = "realtime-time",
        [RLIMIT_SIGPENDING] = "pending-signals",
        [RLIMIT_STACK] = "stack-size",
};

const char *resource_name(int resource) {
        if (resource < 0 || resource >= (int) RLIM_NLIMITS || !resource_names[resource])
                return "unknown";
        return resource_names[resource];
}

/* UINT64_MAX is what both the protocol and the kernel call infinity. */
_Static_assert(RLIM_INFINITY == UINT64_MAX, "limits need no translation");

static int read_resource(const char *text, ResourceSetting *ret) {
        unsigned resource;
        uint64_t soft, hard;
        char rest;

        if (sscanf(text, "%3u:%20" SCNu64 ":%20" SCNu64 "%c", &resource, &soft, &hard, &rest) != 3 ||
            resource >= RLIM_NLIMITS)
                return -EINVAL;
        *ret = (ResourceSetting){ (int) resource, { .rlim_cur = soft, .rlim_max = hard } };
        return 0;
}

static int read_resources(const MessageStart *start, ProcessSettings *settings) {
        STRING_LIST_FOREACH(item, start->resource_limits) {
                if (settings->n_resources == RLIM_NLIMITS ||
                    read_resource(*item, &settings->resources[settings->n_resources]) < 0)
                        return -EINVAL;
                settings->n_resources++;
        }
        return 0;
}

/* "0-3,8". */
static int read_affinity(const char *text, cpu_set_t *ret) {
        const char *rest = text;

        CPU_ZERO(ret);
        do {
                char *end;
                unsigned long first = strtoul(rest, &end, 10), last = first;

                if (end == rest)
                        return -EINVAL;
                rest = end;
                if (*rest == '-') {
                        last = strtoul(rest + 1, &end, 10);
                        if (end == rest + 1)
                                return -EINVAL;
                        rest = end;
                }
                if (first > last || last >= CPU_SETSIZE)
                        return -EINVAL;
                for (unsigned long cpu = first; cpu <= last; cpu++)
                        CPU_SET(cpu, ret);
        } while (*rest++ == ',');
        return rest[-1] == '\0' ? 0 : -EINVAL;
}

int process_settings_read(const MessageStart *start, ProcessSettings *ret, char **reterr_message) {
        ProcessSettings settings = {
                .has_nice = start->has_nice,
                .has_oom_score = start->has_oom_score,
                .has_affinity = start->has_affinity,
                .nice = (int) start->nice,
                .oom_score = (int) start->oom_score,
        };

        if (start->io_class != IOPRIO_CLASS_NONE)
                settings.io_priority = (int) IOPRIO_PRIO_VALUE(
                                start->io_class,
                                start->io_class == IOPRIO_CLASS_IDLE ? 0 : start->io_priority);
        if (settings.has_affinity && read_affinity(start->affinity, &settings.affinity) < 0) {
                *reterr_message = strdup("its cpu-affinity is not a list of CPUs");
                return -EINVAL;
        }
        if (read_resources(start, &settings) < 0) {
                *reterr_message = strdup("its resource limits are not understood");
                return -EINVAL;
        }
        *ret = settings;
        return 0;
}

void process_settings_add_limit(ProcessSettings *settings, int resource, uint64_t bytes) {
        for (size_t i = 0; i < settings->n_resources; i++) {
                if (settings->resources[i].resource == resource)
                        return;
        }
        settings->resources[settings->n_resources++] =
                        (ResourceSetting){ resource, { .rlim_cur = bytes, .rlim_max = bytes } };
}
