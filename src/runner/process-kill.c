/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/process-kill.h"

#include <signal.h>

#include "runner/cgroup.h"
#include "runner/leftover.h"

void process_signal_group(pid_t pid, int signal_number) {
        if (kill(-pid, signal_number) < 0)
                (void) kill(pid, signal_number);
}

void process_kill_everything(pid_t pid, int cgroup_fd) {
        if (cgroup_fd >= 0)
                (void) cgroup_kill(cgroup_fd);
        else
                (void) leftover_signal_descendants(pid, SIGKILL);
        process_signal_group(pid, SIGKILL);
        (void) kill(pid, SIGKILL); /* it may not have made its session yet */
}
