/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/helper-process.h"

#include <assert.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

static int add_stream(posix_spawn_file_actions_t *actions, int fd, int number) {
        return fd < 0 ? 0 : posix_spawn_file_actions_adddup2(actions, fd, number);
}

static void reset_signals(posix_spawnattr_t *attributes) {
        sigset_t none, all;

        (void) sigemptyset(&none);
        (void) sigfillset(&all);
        (void) posix_spawnattr_setsigmask(attributes, &none);
        (void) posix_spawnattr_setsigdefault(attributes, &all);
        (void) posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int helper_process_start(char *const *arguments, const HelperStreams *streams, pid_t *ret_pid) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        int r;

        assert(arguments && arguments[0]);
        assert(streams);
        assert(ret_pid);

        r = posix_spawnattr_init(&attributes);
        if (r != 0)
                return -r;
        reset_signals(&attributes);
        r = posix_spawn_file_actions_init(&actions);
        if (r == 0) {
                r = add_stream(&actions, streams->input_fd, STDIN_FILENO);
                if (r == 0)
                        r = add_stream(&actions, streams->output_fd, STDOUT_FILENO);
                if (r == 0)
                        r = add_stream(&actions, streams->error_fd, STDERR_FILENO);
                if (r == 0)
                        r = posix_spawnp(ret_pid, arguments[0], &actions, &attributes, arguments, environ);
                (void) posix_spawn_file_actions_destroy(&actions);
        }
        (void) posix_spawnattr_destroy(&attributes);
        return -r;
}
