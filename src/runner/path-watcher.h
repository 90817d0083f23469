/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The process that looks at a path for an errand: the runner's own program, as the job's user and in the
 * job's directory. It tells by its exit status, and is killed when nobody wants to know any more.
 *
 * Waiting for a path, it is woken by inotify on the last directory of it that there is, and goes along as
 * parts of the path appear and vanish. Some file systems tell nothing (those of a network, what others change
 * on them), and a link's target lies elsewhere: so it looks every ten seconds, too.
 */

#include "util/types.h"

typedef enum PathWatchKind {
        PATH_EXISTS,
        PATH_ABSENT,
        PATH_CHANGED, /* it exists, and its content or its attributes changed after `since_usec` */
        PATH_WATCH_KIND_COUNT,
} PathWatchKind;

typedef struct PathWatch {
        PathWatchKind kind;
        bool wait; /* until it is so; false: look once */
        usec_t since_usec;
        const char *path;
} PathWatch;

/* Exit statuses; any other: it could not be found out, and standard error says why. */
#define PATH_WATCHER_SO 0
#define PATH_WATCHER_NOT_SO 1
#define PATH_WATCHER_FAILED 2

/* The command line of such a process, and back. Returns 0, -EINVAL or -ENOMEM. */
int path_watcher_arguments(const char *program, const PathWatch *watch, char ***ret);
int path_watcher_parse(char *const *arguments, size_t n, PathWatch *ret);

/* Does it hold now? Returns 1, 0, or a negative errno: it cannot be found out. */
int path_watch_check(const PathWatch *watch);

/* `arguments` are those behind --path-watcher. Returns an exit status. */
int path_watcher_main(char *const *arguments, size_t n);
