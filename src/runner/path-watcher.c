/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/path-watcher.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/string-list.h"
#include "util/string-table.h"

#define LOOK_AGAIN_MSEC (10 * 1000)
#define WATCHED_EVENTS                                                                                       \
        (IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | \
         IN_MOVE_SELF)

static const char *const path_watch_kind_names[] = {
        [PATH_EXISTS] = "exists",
        [PATH_ABSENT] = "absent",
        [PATH_CHANGED] = "changed",
        [PATH_WATCH_KIND_COUNT] = NULL,
};

int path_watcher_arguments(const char *program, const PathWatch *watch, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        char since[32];
        const char *const items[] = {
                program, "--path-watcher", path_watch_kind_names[watch->kind], watch->wait ? "wait" : "once",
                since,   watch->path,
        };
        int r;

        (void) snprintf(since, sizeof(since), "%" PRId64, watch->since_usec);
        if (!watch->path || watch->path[0] == '\0')
                return -EINVAL;
        for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
                r = string_list_push(&list, items[i]);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

int path_watcher_parse(char *const *arguments, size_t n, PathWatch *ret) {
        PathWatch watch = { 0 };
        char *end;
        int kind;

        if (n != 4)
                return -EINVAL;
        kind = string_table_find(path_watch_kind_names, arguments[0]);
        if (kind < 0 || (strcmp(arguments[1], "wait") != 0 && strcmp(arguments[1], "once") != 0))
                return -EINVAL;
        watch.kind = (PathWatchKind) kind;
        watch.wait = strcmp(arguments[1], "wait") == 0;
        errno = 0;
        watch.since_usec = strtoll(arguments[2], &end, 10);
        watch.path = arguments[3];
        if (errno != 0 || end == arguments[2] || *end != '\0' || watch.path[0] == '\0')
                return -EINVAL;
        *ret = watch;
        return 0;
}

/* The change time cannot be set back, and tells of a file that was moved here, too. */
static usec_t changed_usec(const struct stat *status) {
        return (usec_t) status->st_ctim.tv_sec * USEC_PER_SEC + status->st_ctim.tv_nsec / NSEC_PER_USEC;
}

int path_watch_check(const PathWatch *watch) {
        struct stat status;
        bool absent;

        if (stat(watch->path, &status) >= 0)
                return watch->kind == PATH_EXISTS ||
                                (watch->kind == PATH_CHANGED && changed_usec(&status) > watch->since_usec);
        absent = errno == ENOENT || errno == ENOTDIR;
        if (watch->kind == PATH_ABSENT)
                return absent ? 1 : -errno;
        /* What he may not see is not there for him, until he may. */
        return absent || errno == EACCES ? 0 : -errno;
}

/*
 * The last directory of the path that there is, in place of the path in `buffer`. Returns what is looked for
 * in it, the next part of the path, which may be all of it.
 */
static char *split_at_last_directory(char *buffer) {
        size_t length = strlen(buffer);
        char *part = buffer, *slash;
        struct stat status;

        while (length > 1 && buffer[length - 1] == '/')
                buffer[--length] = '\0';
        while ((slash = strrchr(buffer, '/'))) {
                part = slash + 1;
                *slash = '\0';
                if (slash == buffer)
                        return part; /* the root; the buffer is "" then */
                if (stat(buffer, &status) >= 0 && S_ISDIR(status.st_mode))
                        return part;
        }
        return NULL;
}

/* Where no inotify is to be had, the looks in between have to do. */
static void add_watches(int fd, const PathWatch *watch, char *ret_part, size_t size) {
        CLEANUP_FREE char *buffer = strdup(watch->path);
        const char *part, *directory;

        ret_part[0] = '\0';
        if (!buffer || fd < 0)
                return;
        part = split_at_last_directory(buffer);
        directory = part ? (buffer[0] != '\0' ? buffer : "/") : ".";
        (void) snprintf(ret_part, size, "%s", part ?: buffer);
        (void) inotify_add_watch(fd, directory, WATCHED_EVENTS);
        /* A directory that is itself the path tells of its content; and a link, of what it points to. */
        (void) inotify_add_watch(fd, watch->path, WATCHED_EVENTS);
}

/* Whether anything among the events is about the path; in a lively directory most are not. */
static bool concerns(const char *events, size_t size, const char *part) {
        size_t offset = 0;

        while (offset + sizeof(struct inotify_event) <= size) {
                struct inotify_event event;
                const char *name = events + offset + sizeof(event);

                memcpy(&event, events + offset, sizeof(event));
                if (event.len == 0 || event.wd > 1 || strcmp(name, part) == 0)
                        return true;
                offset += sizeof(event) + event.len;
        }
        return false;
}

static void wait_for_event(int fd, const char *part) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        char events[4096];
        ssize_t n;

        while (poll(&ready, 1, LOOK_AGAIN_MSEC) > 0) {
                n = read(fd, events, sizeof(events));
                if (n < 0 && errno != EAGAIN && errno != EINTR)
                        return;
                if (n > 0 && concerns(events, (size_t) n, part))
                        return;
        }
}

/* The watches are made anew each time: so they are where they belong, whatever was moved meanwhile. */
static int wait_until_so(const PathWatch *watch) {
        int r;

        for (;;) {
                CLEANUP_CLOSE int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
                char part[NAME_MAX + 1];

                add_watches(fd, watch, part, sizeof(part));
                r = path_watch_check(watch); /* behind the watches: nothing goes by unseen */
                if (r != 0)
                        return r;
                wait_for_event(fd, part);
        }
}

int path_watcher_main(char *const *arguments, size_t n) {
        PathWatch watch;
        int r;

        (void) prctl(PR_SET_NAME, "jobsched-path");
        if (path_watcher_parse(arguments, n, &watch) < 0) {
                (void) fprintf(stderr, "--path-watcher is for the runner's own use.\n");
                return PATH_WATCHER_FAILED;
        }
        r = watch.wait ? wait_until_so(&watch) : path_watch_check(&watch);
        if (r < 0) {
                (void) fprintf(stderr, "cannot look at '%s': %s", watch.path, strerror(-r));
                return PATH_WATCHER_FAILED;
        }
        return r > 0 ? PATH_WATCHER_SO : PATH_WATCHER_NOT_SO;
}
