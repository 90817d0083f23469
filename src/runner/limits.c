/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/limits.h"

#include <errno.h>

#include "runner/cgroup.h"
#include "util/buffer.h"

#define CPU_PERIOD_USEC 100000U
#define CPU_QUOTA_MIN_USEC 1000U

typedef struct Limit {
        const char *key;  /* of `limits:` */
        const char *file; /* of the cgroup */
        uint64_t value;   /* UINT64_MAX: none */
        char text[64];
} Limit;

/* Returns 1 if it is in force, 0 if the cgroup cannot, or a negative errno. */
static int limit_set(int cgroup_fd, const Limit *limit) {
        int r;

        if (cgroup_fd < 0)
                return 0;
        r = cgroup_set(cgroup_fd, limit->file, limit->text);
        if (r == -ENOENT || r == -EACCES || r == -EROFS || r == -EOPNOTSUPP)
                return 0;
        return r < 0 ? r : 1;
}

static void note_missing(Buffer *note, const Limit *limit) {
        (void) buffer_add_format(note, "%slimits.%s", note->size > 0 ? ", " : "", limit->key);
}

static int take_note(Buffer *missing, bool memory, int cgroup_fd, char **ret) {
        CLEANUP(buffer_done) Buffer note = { 0 };
        const char *why = cgroup_fd < 0 ? "no cgroup (v2) was delegated to the runner"
                                        : "the host does not give the runner's cgroup a controller for it";

        if (memory)
                (void) buffer_add_format(
                                &note, "limits.memory holds for the address space of each process (%s)", why);
        if (missing->size > 0)
                (void) buffer_add_format(
                                &note, "%s%s not in force (%s)", memory ? "; " : "", missing->data, why);
        *ret = NULL;
        return note.failed || missing->failed ? -ENOMEM : note.size == 0 ? 0 : buffer_take(&note, ret);
}

static uint64_t cpu_quota_usec(uint64_t percent) {
        uint64_t quota = MIN(percent, (uint64_t) 1000000) * (CPU_PERIOD_USEC / 100);

        return MAX(quota, (uint64_t) CPU_QUOTA_MIN_USEC);
}

int limits_apply(int cgroup_fd, const MessageStart *start, ProcessSettings *settings, char **ret_note) {
        Limit limits[] = {
                { .key = "memory", .file = "memory.max", .value = start->memory_max_bytes },
                { .key = "cpu", .file = "cpu.max", .value = start->cpu_percent },
                { .key = "tasks", .file = "pids.max", .value = start->tasks_max },
                { .key = "io-weight", .file = "io.weight", .value = start->io_weight },
        };
        CLEANUP(buffer_done) Buffer missing = { 0 };
        bool by_process = false;

        for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
                Limit *limit = &limits[i];
                int r;

                if (limit->value == UINT64_MAX)
                        continue;
                if (i == 1)
                        (void) snprintf(limit->text, sizeof(limit->text), "%" PRIu64 " %u",
                                        cpu_quota_usec(limit->value), CPU_PERIOD_USEC);
                else
                        (void) snprintf(limit->text, sizeof(limit->text), "%" PRIu64, limit->value);
                r = limit_set(cgroup_fd, limit);
                if (r < 0)
                        return r;
                if (i == 0 && r > 0)
                        (void) cgroup_set(cgroup_fd, "memory.oom.group", "1"); /* Linux 4.19 */
                if (i == 0 && r == 0) {
                        process_settings_add_limit(settings, RLIMIT_AS, limit->value);
                        by_process = true;
                } else if (r == 0) {
                        note_missing(&missing, limit);
                }
        }
        return take_note(&missing, by_process, cgroup_fd, ret_note);
}
