/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/leftover.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/process-id.h"

#define ENVIRONMENT_SIZE_MAX ((size_t) 4 * 1024 * 1024)
#define CHILDREN_SIZE_MAX ((size_t) 4 * 1024 * 1024)
#define DEPTH_MAX 64 /* of a tree that is being killed; what lies below surfaces as orphans */
#define DEATH_TIMEOUT_USEC (2 * USEC_PER_SEC)
#define ROUNDS_MAX 100

typedef int (*visit_t)(pid_t pid, void *userdata);

/* The value of "name=" in an environment block, or NULL. The block ends with a NUL. */
static const char *block_get(const char *block, size_t size, const char *name) {
        size_t length = strlen(name);
        const char *item = block, *end = block + size;

        while (item < end) {
                if (strncmp(item, name, length) == 0)
                        return item + length;
                item += strlen(item) + 1;
        }
        return NULL;
}

int leftover_traits(pid_t pid, LeftoverTraits *ret) {
        LeftoverTraits traits = { .pid = pid };
        CLEANUP_FREE char *block = NULL;
        const char *mark;
        char path[64];
        size_t size;
        int r;

        (void) snprintf(path, sizeof(path), "/proc/%d/environ", (int) pid);
        r = file_read(path, ENVIRONMENT_SIZE_MAX, &block, &size);
        if (r < 0)
                return r == -ENOENT ? -ESRCH : r;
        mark = block_get(block, size, "JOBSCHED_RUN=");
        if (mark)
                (void) snprintf(traits.mark, sizeof(traits.mark), "%s", mark);
        *ret = traits;
        return 0;
}

/* Calls visit() for each child of a process with one thread's list; others' children show up in theirs. */
static int for_each_child_of_thread(pid_t pid, pid_t thread, visit_t visit, void *userdata) {
        CLEANUP_FREE char *text = NULL;
        char path[96], *rest;
        int n = 0, r;

        (void) snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int) pid, (int) thread);
        r = file_read(path, CHILDREN_SIZE_MAX, &text, NULL);
        if (r < 0)
                return r == -ENOENT || r == -ESRCH ? 0 : r;
        rest = text;
        for (;;) {
                char *end;
                long child = strtol(rest, &end, 10);

                if (end == rest)
                        return n;
                rest = end;
                r = visit((pid_t) child, userdata);
                if (r < 0)
                        return r;
                n += r;
        }
}

/* Walks over the numeric names of a directory of /proc. */
static int for_each_number(const char *path, visit_t visit, void *userdata) {
        struct dirent *entry;
        int n = 0, r = 0;
        DIR *directory;

        directory = opendir(path);
        if (!directory)
                return errno == ENOENT ? 0 : -errno;
        while (r >= 0 && (entry = readdir(directory))) {
                char *end;
                long number = strtol(entry->d_name, &end, 10);

                if (*end != '\0' || number <= 0)
                        continue;
                r = visit((pid_t) number, userdata);
                n += MAX(r, 0);
        }
        (void) closedir(directory);
        return r < 0 ? r : n;
}

typedef struct ChildWalk {
        pid_t pid;
        visit_t visit;
        void *userdata;
} ChildWalk;

static int visit_thread(pid_t thread, void *userdata) {
        const ChildWalk *walk = userdata;

        return for_each_child_of_thread(walk->pid, thread, walk->visit, walk->userdata);
}

static int for_each_child(pid_t pid, visit_t visit, void *userdata) {
        ChildWalk walk = { pid, visit, userdata };
        char path[64];

        (void) snprintf(path, sizeof(path), "/proc/%d/task", (int) pid);
        return for_each_number(path, visit_thread, &walk);
}

static int parent_of(pid_t pid, char *ret_state, pid_t *ret_parent) {
        CLEANUP_FREE char *text = NULL;
        const char *field;
        char path[64];
        int parent, r;

        (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
        r = file_read(path, 4096, &text, NULL);
        if (r < 0)
                return r;
        field = strrchr(text, ')');
        if (!field || sscanf(field + 1, " %c %d", ret_state, &parent) != 2)
                return -EIO;
        *ret_parent = parent;
        return 0;
}

typedef struct TreeSignal {
        pid_t parent;
        int signal_number;
        int depth;
} TreeSignal;

/*
 * A process of the tree: first what is below it, while the tree still hangs together, then itself. Returns
 * how many were signalled. The pidfd is opened before the parent is compared, so it cannot be another
 * process.
 */
static int signal_tree(pid_t pid, void *userdata) {
        const TreeSignal *above = userdata;
        TreeSignal below = { .parent = pid,
                             .signal_number = above->signal_number,
                             .depth = above->depth + 1 };
        CLEANUP_CLOSE int fd = pidfd_open(pid, 0);
        pid_t parent;
        char state;
        int n = 0;

        if (fd < 0 || parent_of(pid, &state, &parent) < 0 || parent != above->parent)
                return 0;
        if (above->depth < DEPTH_MAX)
                n = MAX(for_each_child(pid, signal_tree, &below), 0);
        if (state == 'Z' || pidfd_send_signal(fd, above->signal_number, NULL, 0) < 0)
                return n;
        return n + 1;
}

int leftover_signal_descendants(pid_t pid, int signal_number) {
        TreeSignal tree = { .parent = pid, .signal_number = signal_number };

        return for_each_child(pid, signal_tree, &tree);
}

typedef struct Matcher {
        leftover_skip_t skip; /* leftover_kill_children() */
        leftover_match_t match;
        void *userdata;
        struct pollfd *dying; /* leftover_kill_everywhere(): who was signalled */
        size_t n_dying, n_allocated;
} Matcher;

static int kill_matching_child(pid_t pid, void *userdata) {
        const Matcher *matcher = userdata;
        TreeSignal tree = { .parent = getpid(), .signal_number = SIGKILL };
        LeftoverTraits traits;

        if (matcher->skip(matcher->userdata, pid) || leftover_traits(pid, &traits) < 0 ||
            !matcher->match(matcher->userdata, &traits))
                return 0;
        return signal_tree(pid, &tree);
}

int leftover_kill_children(leftover_skip_t skip, leftover_match_t match, void *userdata) {
        Matcher matcher = { .skip = skip, .match = match, .userdata = userdata };
        pid_t own = getpid();

        /* A child is listed with the thread that it came to, and we have one. */
        return for_each_child_of_thread(own, own, kill_matching_child, &matcher);
}

typedef struct Marked {
        const char *mark;
        pid_t session;
        int signal_number; /* 0: count only */
} Marked;

static int visit_marked(pid_t pid, void *userdata) {
        const Marked *marked = userdata;
        TreeSignal tree = { .parent = getpid(), .signal_number = marked->signal_number };
        LeftoverTraits traits;
        pid_t parent;
        char state;

        if (parent_of(pid, &state, &parent) < 0 || state == 'Z')
                return 0;
        if (getsid(pid) != marked->session &&
            (leftover_traits(pid, &traits) < 0 || strcmp(traits.mark, marked->mark) != 0))
                return 0;
        return marked->signal_number == 0 ? 1 : signal_tree(pid, &tree);
}

static int for_each_marked(const Marked *marked) {
        pid_t own = getpid();

        return for_each_child_of_thread(own, own, visit_marked, (void *) marked);
}

int leftover_signal_marked(const char *mark, pid_t session, int signal_number) {
        return for_each_marked(&(Marked){ mark, session, signal_number });
}

int leftover_count_marked(const char *mark, pid_t session) {
        return for_each_marked(&(Marked){ mark, session, 0 });
}

static int matcher_remember(Matcher *matcher, int fd) {
        struct pollfd *grown;

        if (matcher->n_dying == matcher->n_allocated) {
                matcher->n_allocated = matcher->n_allocated * 2 + 16;
                grown = reallocarray(matcher->dying, matcher->n_allocated, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                matcher->dying = grown;
        }
        matcher->dying[matcher->n_dying++] = (struct pollfd){ .fd = fd, .events = POLLIN };
        return 0;
}

/* The traits are read while the pidfd holds the process, and its start time is compared around them. */
static int kill_matching(pid_t pid, void *userdata) {
        Matcher *matcher = userdata;
        CLEANUP_CLOSE int fd = -EBADF;
        LeftoverTraits traits;
        ProcessId process;
        pid_t parent;
        char state;
        int r;

        if (pid == getpid() || process_id_of(pid, &process) < 0 || parent_of(pid, &state, &parent) < 0 ||
            state == 'Z')
                return 0;
        if (leftover_traits(pid, &traits) < 0 || !matcher->match(matcher->userdata, &traits))
                return 0;
        fd = process_id_open(&process);
        if (fd < 0 || pidfd_send_signal(fd, SIGKILL, NULL, 0) < 0)
                return 0;
        r = matcher_remember(matcher, fd);
        if (r < 0)
                return r;
        (void) TAKE_FD(fd);
        return 1;
}

/* Before the loop runs, so waiting is no harm; who hangs in the kernel is not waited for. */
static void wait_for_death(Matcher *matcher, usec_t until_usec) {
        for (size_t i = 0; i < matcher->n_dying; i++) {
                usec_t left = until_usec - clock_now(&system_clock, CLOCK_KIND_MONOTONIC);

                (void) poll(&matcher->dying[i], 1, (int) MAX(left / USEC_PER_MSEC, (usec_t) 0));
                (void) fd_close(matcher->dying[i].fd);
        }
        matcher->n_dying = 0;
}

int leftover_kill_everywhere(leftover_match_t match, void *userdata) {
        usec_t until = clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + DEATH_TIMEOUT_USEC;
        Matcher matcher = { .match = match, .userdata = userdata };
        int total = 0, r = 1;

        for (int round = 0; round < ROUNDS_MAX && r > 0; round++) {
                r = for_each_number("/proc", kill_matching, &matcher);
                wait_for_death(&matcher, until);
                if (r > 0)
                        total += r;
                if (clock_now(&system_clock, CLOCK_KIND_MONOTONIC) >= until)
                        break;
        }
        free(matcher.dying);
        return r < 0 ? r : total;
}
