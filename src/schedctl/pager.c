/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

#define LESS_OPTIONS "FRSXMK"

/* Under sudo a pager that can start a shell would hand root on: only less, in its secure mode. */
static bool must_be_secure(void) {
        const char *wish = getenv("SYSTEMD_PAGERSECURE"), *caller = getenv("SUDO_UID");

        if (wish && *wish)
                return strcmp(wish, "0") != 0 && strcmp(wish, "no") != 0 && strcmp(wish, "false") != 0;
        return geteuid() == 0 && caller && strcmp(caller, "0") != 0;
}

/* "" and "cat" mean: none. */
static const char *find_pager(bool secure) {
        static const char *const variables[] = { "SCHEDCTL_PAGER", "SYSTEMD_PAGER", "PAGER" };

        if (secure)
                return "less";
        for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
                const char *pager = getenv(variables[i]);

                if (pager)
                        return *pager && strcmp(pager, "cat") != 0 ? pager : NULL;
        }
        return "if command -v less >/dev/null; then exec less; elif command -v more >/dev/null; then exec "
               "more; "
               "else exec cat; fi";
}

static int set_environment(bool secure, bool utf8) {
        const char *less = getenv("SYSTEMD_LESS");

        if (setenv("LESS", less && *less ? less : LESS_OPTIONS, 1) < 0)
                return -errno;
        if (utf8 && setenv("LESSCHARSET", "utf-8", 1) < 0)
                return -errno;
        return setenv("LESSSECURE", secure ? "1" : "0", 1) < 0 ? -errno : 0;
}

static int spawn_pager(const char *command, int input, pid_t *ret_pid) {
        char *const arguments[] = { (char *) "sh", (char *) "-c", (char *) command, NULL };
        posix_spawn_file_actions_t actions;
        int r;

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;

        r = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        if (r == 0)
                r = posix_spawn(ret_pid, "/bin/sh", &actions, NULL, arguments, environ);
        (void) posix_spawn_file_actions_destroy(&actions);
        return -r;
}

void pager_open(Context *context) {
        bool secure = must_be_secure();
        const char *command = find_pager(secure);
        int ends[2];

        if (context->pager != 0 || context->options.no_pager || !context->screen.terminal || !command)
                return;
        if (set_environment(secure, context->screen.utf8) < 0 || pipe2(ends, O_CLOEXEC) < 0)
                return;

        if (spawn_pager(command, ends[0], &context->pager) == 0) {
                (void) fflush(stdout);
                if (dup2(ends[1], STDOUT_FILENO) < 0)
                        context->pager = 0;
                (void) signal(SIGINT, SIG_IGN); /* Ctrl-C is for the pager */
        }
        (void) fd_close(ends[0]);
        (void) fd_close(ends[1]);
}

void pager_close(Context *context) {
        if (context->pager == 0)
                return;

        (void) fclose(stdout); /* the pager sees the end */
        while (waitpid(context->pager, NULL, 0) < 0 && errno == EINTR)
                ;
        context->pager = 0;
}
