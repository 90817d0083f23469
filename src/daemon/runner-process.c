/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/runner-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/log.h"

static int spawn_detached(const char *program, pid_t *ret_pid) {
        char *const arguments[] = { (char *) "jobsched-runner", (char *) "--user", NULL };
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t all, none;
        int r;

        (void) sigfillset(&all);
        (void) sigemptyset(&none);

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawnattr_init(&attributes);
        if (r != 0) {
                (void) posix_spawn_file_actions_destroy(&actions);
                return -r;
        }

        /* Standard output and error stay the daemon's: without a journal the jobs' output goes there. */
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        /* What somebody left open when he started us is no business of the runner. */
        if (r == 0)
                r = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        if (r == 0)
                r = posix_spawnattr_setflags(
                                &attributes,
                                POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (r == 0)
                r = posix_spawnattr_setsigmask(&attributes, &none);
        if (r == 0)
                r = posix_spawnattr_setsigdefault(&attributes, &all);
        if (r == 0)
                r = posix_spawn(ret_pid, program, &actions, &attributes, arguments, environ);

        (void) posix_spawnattr_destroy(&attributes);
        (void) posix_spawn_file_actions_destroy(&actions);
        return -r;
}

int runner_process_ensure(RunnerProcess *runner) {
        const char *program = getenv("JOBSCHED_RUNNER");
        int r;

        if (runner->pid > 0) {
                if (waitpid(runner->pid, NULL, WNOHANG) == 0)
                        return 0; /* on its way */
                runner->pid = 0;
        }

        if (!program || *program == '\0')
                program = BIN_DIR "/jobsched-runner";
        r = spawn_detached(program, &runner->pid);
        if (r < 0)
                return log_error_errno(r, "Cannot start the runner '%s': %m; no job can start", program);

        log_info("Started the runner '%s' as process %d", program, (int) runner->pid);
        return 0;
}
