/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/process-id.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>

#include "util/cleanup.h"
#include "util/file.h"

#define PROC_FILE_MAX_BYTES 4096U
#define START_FIELD 22 /* of /proc/PID/stat, counted from 1 */

/* A process that ends between open() and read() gives ESRCH by itself. */
static int proc_read(pid_t pid, const char *name, char **ret) {
        char path[64];
        int r;

        if (pid <= 0)
                return -ESRCH;
        (void) snprintf(path, sizeof(path), "/proc/%d/%s", (int) pid, name);
        r = file_read(path, PROC_FILE_MAX_BYTES, ret, NULL);
        return r == -ENOENT ? -ESRCH : r;
}

int process_id_of(pid_t pid, ProcessId *ret) {
        CLEANUP_FREE char *text = NULL;
        const char *field;
        char *end;
        uint64_t start_ticks;
        int r;

        r = proc_read(pid, "stat", &text);
        if (r < 0)
                return r;

        /* Field 2 is "(comm)", which may hold blanks and parentheses: count from behind the last one. */
        field = strrchr(text, ')');
        if (!field)
                return -EIO;
        for (int i = 2; i < START_FIELD; i++) {
                field = strchr(field + 1, ' ');
                if (!field)
                        return -EIO;
        }
        start_ticks = strtoull(field + 1, &end, 10);
        if (end == field + 1)
                return -EIO;

        *ret = (ProcessId){ .pid = pid, .start_ticks = start_ticks };
        return 0;
}

int process_id_open(const ProcessId *process) {
        CLEANUP_CLOSE int fd = -EBADF;
        ProcessId now;
        int r;

        if (process->pid <= 0)
                return -ESRCH;
        fd = pidfd_open(process->pid, 0);
        if (fd < 0)
                return -errno;

        /* The descriptor keeps the pid from being used again for another process; now look who it is. */
        r = process_id_of(process->pid, &now);
        if (r < 0)
                return r;
        if (now.start_ticks != process->start_ticks)
                return -ESRCH;
        return TAKE_FD(fd);
}

int process_name_of(pid_t pid, char **ret) {
        CLEANUP_FREE char *name = NULL;
        int r;

        r = proc_read(pid, "comm", &name);
        if (r < 0)
                return r;

        name[strcspn(name, "\n")] = '\0';
        *ret = TAKE_PTR(name);
        return 0;
}
