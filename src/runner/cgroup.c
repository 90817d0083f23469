/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "util/cleanup.h"
#include "util/file.h"

#define FILE_SIZE_MAX ((size_t) 1024 * 1024)
#define SUPERVISOR_NAME "supervisor"
#define DEPTH_MAX 16U /* of the cgroups that a run makes in its own */

static int file_write_at(int fd, const char *name, const char *text) {
        CLEANUP_CLOSE int file = openat(fd, name, O_WRONLY | O_CLOEXEC);

        if (file < 0)
                return -errno;
        return fd_write_all(file, text, strlen(text));
}

static int file_read_at(int fd, const char *name, char **ret) {
        CLEANUP_CLOSE int file = openat(fd, name, O_RDONLY | O_CLOEXEC);

        if (file < 0)
                return -errno;
        return fd_read_all(file, FILE_SIZE_MAX, ret, NULL);
}

/* The path of our own cgroup below the mount: the line "0::/path" of /proc/self/cgroup. */
static int own_path(const char *mount, char **ret) {
        CLEANUP_FREE char *text = NULL;
        char *line;
        int r;

        r = file_read("/proc/self/cgroup", FILE_SIZE_MAX, &text, NULL);
        if (r < 0)
                return r;
        line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
        if (!line)
                return -ENOENT;
        line = strchr(line, '/');
        if (!line)
                return -EIO;
        line[strcspn(line, "\n")] = '\0';

        if (asprintf(ret, "%s%s", mount, line) < 0)
                return -ENOMEM;
        return 0;
}

/* systemd says so in an extended attribute: being able to write there is not the same as being meant to. */
static bool is_delegated(int fd) {
        static const char *const attributes[] = { "user.delegate", "trusted.delegate" };
        char value[8];

        for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
                if (fgetxattr(fd, attributes[i], value, sizeof(value)) == 1 && value[0] == '1')
                        return true;
        }
        return false;
}

/* A supervisor/ from before a re-exec or a restart: the delegated directory is the one above. */
static void strip_supervisor(char *path) {
        char *slash = strrchr(path, '/');

        if (slash && strcmp(slash + 1, SUPERVISOR_NAME) == 0)
                *slash = '\0';
}

static int open_delegated(const char *mount) {
        CLEANUP_FREE char *path = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        struct statfs file_system;
        int r;

        r = own_path(mount, &path);
        if (r < 0)
                return r;
        strip_supervisor(path);
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (fstatfs(fd, &file_system) < 0)
                return -errno;
        if (file_system.f_type != CGROUP2_SUPER_MAGIC || !is_delegated(fd))
                return -ENOENT;
        return TAKE_FD(fd);
}

/* Processes live in leaves only, so the runner has to leave the directory before it can divide it. */
static int move_self(int fd) {
        char pid[32];

        if (mkdirat(fd, SUPERVISOR_NAME, 0755) < 0 && errno != EEXIST)
                return -errno;
        (void) snprintf(pid, sizeof(pid), "%d", (int) getpid());
        return file_write_at(fd, SUPERVISOR_NAME "/cgroup.procs", pid);
}

int cgroup_root_init(CgroupRoot *root, const char *mount) {
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        root->fd = -EBADF;
        fd = open_delegated(mount);
        if (fd == -ENOENT || fd == -EACCES)
                return 0;
        if (fd < 0)
                return fd;
        r = move_self(fd);
        if (r < 0)
                return r;
        /* Each by itself: what the host does not have, the runs do without. */
        (void) file_write_at(fd, "cgroup.subtree_control", "+memory");
        (void) file_write_at(fd, "cgroup.subtree_control", "+pids");
        (void) file_write_at(fd, "cgroup.subtree_control", "+cpu");
        (void) file_write_at(fd, "cgroup.subtree_control", "+io");
        root->fd = TAKE_FD(fd);
        return 1;
}

void cgroup_root_done(CgroupRoot *root) {
        root->fd = fd_close(root->fd);
}

int cgroup_open(const CgroupRoot *root, const char *name) {
        int fd = openat(root->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

int cgroup_create(const CgroupRoot *root, const char *name) {
        if (mkdirat(root->fd, name, 0755) < 0 && errno != EEXIST)
                return -errno;
        return cgroup_open(root, name);
}

int cgroup_set(int fd, const char *file, const char *value) {
        return file_write_at(fd, file, value);
}

int cgroup_signal(int fd, int signal_number) {
        CLEANUP_FREE char *text = NULL;
        char *rest, *end;
        int r;

        r = file_read_at(fd, "cgroup.procs", &text);
        if (r < 0)
                return r;
        for (rest = text;; rest = end) {
                CLEANUP_CLOSE int pid_fd = -EBADF;
                long pid = strtol(rest, &end, 10);

                if (end == rest)
                        return 0;
                pid_fd = pidfd_open((pid_t) pid, 0);
                if (pid_fd >= 0)
                        (void) pidfd_send_signal(pid_fd, signal_number, NULL, 0);
        }
}

int cgroup_kill(int fd) {
        int r;

        r = file_write_at(fd, "cgroup.kill", "1");
        if (r != -ENOENT)
                return r;
        /* Before Linux 5.14: until nobody was there to fork while we looked. */
        for (int round = 0; round < 64 && cgroup_is_populated(fd) > 0; round++) {
                r = cgroup_signal(fd, SIGKILL);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The number after "key " in a file of such lines, or -1. */
static int64_t keyed_number(const char *text, const char *key) {
        size_t length = strlen(key);

        for (const char *line = text; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, key, length) == 0 && line[length] == ' ')
                        return strtoll(line + length, NULL, 10);
                if (*line == '\0')
                        break;
        }
        return -1;
}

int cgroup_is_populated(int fd) {
        CLEANUP_FREE char *text = NULL;
        int r;

        r = file_read_at(fd, "cgroup.events", &text);
        if (r < 0)
                return r;
        return keyed_number(text, "populated") > 0 ? 1 : 0;
}

int cgroup_events_open(int fd) {
        int events = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

        return events < 0 ? -errno : events;
}

/* Read on the same descriptor, or the kernel does not know that we have seen it. */
int cgroup_events_populated(int events_fd) {
        char text[256];
        ssize_t n = pread(events_fd, text, sizeof(text) - 1, 0);

        if (n < 0)
                return -errno;
        text[n] = '\0';
        return keyed_number(text, "populated") > 0 ? 1 : 0;
}

/* A job of root may have divided its cgroup: what lies deepest goes first. */
static void remove_below(int parent_fd, const char *name, unsigned depth) {
        int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        struct dirent *entry;

        if (!directory) {
                (void) fd_close(fd);
                return;
        }
        while ((entry = readdir(directory))) {
                if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
                        continue;
                if (depth < DEPTH_MAX)
                        remove_below(fd, entry->d_name, depth + 1);
                (void) unlinkat(fd, entry->d_name, AT_REMOVEDIR); /* if not, that of its parent says so */
        }
        (void) closedir(directory);
}

int cgroup_remove(CgroupRoot *root, const char *name) {
        if (unlinkat(root->fd, name, AT_REMOVEDIR) >= 0 || errno == ENOENT)
                return 0;
        remove_below(root->fd, name, 0);
        if (unlinkat(root->fd, name, AT_REMOVEDIR) >= 0)
                return 0;
        root->has_dying |= errno == EBUSY;
        return -errno;
}

void cgroup_read_usage(int fd, CgroupUsage *ret) {
        CLEANUP_FREE char *cpu = NULL, *peak = NULL, *events = NULL;

        *ret = (CgroupUsage){ .cpu_usec = -1, .memory_peak_bytes = -1 };
        if (file_read_at(fd, "cpu.stat", &cpu) >= 0)
                ret->cpu_usec = keyed_number(cpu, "usage_usec");
        if (file_read_at(fd, "memory.peak", &peak) >= 0)
                ret->memory_peak_bytes = strtoll(peak, NULL, 10);
        if (file_read_at(fd, "memory.events", &events) >= 0)
                ret->oom_killed = keyed_number(events, "oom_kill") > 0;
}

static bool has_prefix(const char *name, const char *prefix) {
        return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* Returns whether there was one to kill. */
static bool sweep_one(CgroupRoot *root, const char *name, cgroup_is_alive_t is_alive, void *userdata) {
        CLEANUP_CLOSE int run = -EBADF;

        if (has_prefix(name, CGROUP_LEFT_PREFIX)) {
                if (!is_alive(userdata, name + strlen(CGROUP_LEFT_PREFIX)))
                        (void) cgroup_remove(root, name); /* if it is empty by now */
                return false;
        }
        if (!has_prefix(name, CGROUP_RUN_PREFIX) || is_alive(userdata, name + strlen(CGROUP_RUN_PREFIX)))
                return false;
        run = cgroup_open(root, name);
        if (run < 0)
                return false;
        (void) cgroup_kill(run);
        (void) cgroup_remove(root, name); /* while they die it fails, and is tried again */
        return true;
}

int cgroup_kill_all(CgroupRoot *root, cgroup_is_alive_t is_alive, void *userdata) {
        struct dirent *entry;
        DIR *directory;
        int fd, n = 0;

        fd = openat(root->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        directory = fd < 0 ? NULL : fdopendir(fd);
        if (!directory) {
                (void) fd_close(fd);
                return -errno;
        }
        root->has_dying = false;
        while ((entry = readdir(directory)))
                n += sweep_one(root, entry->d_name, is_alive, userdata);
        (void) closedir(directory);
        return n;
}
