/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/file-watch.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/file.h"
#include "util/log.h"

#define WATCH_MASK                                                                                           \
        (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | \
         IN_MOVE_SELF | IN_ONLYDIR)

/* Where something that is not there yet has to appear first: what others write beside it wakes nobody. */
#define APPEAR_MASK (IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

#define TREE_DEPTH_MAX 8U
#define LINKS_MAX 40U /* in a chain, as the kernel has it */

/* One watched directory, and which names in it matter. */
typedef struct WatchedDirectory {
        FileWatch *watch;
        sd_event_source *source;
        char *path;
        char *name;         /* this entry only */
        const char *suffix; /* entries that end so; NULL with name NULL: any */
        bool nested;        /* "*.yaml.d" counts too */
        bool appears;       /* only whether the entry comes to be */
} WatchedDirectory;

struct FileWatch {
        sd_event *event;
        WatchTarget *targets;
        size_t n_targets;
        usec_t settle_usec;
        file_watch_changed_t changed;
        void *userdata;

        sd_event_source *settle;
        bool settling;
        WatchedDirectory **directories; /* each has an address of its own: the sources point to them */
        size_t n_directories;
};

static void cleanup_closedirp(DIR **dir) {
        if (*dir)
                (void) closedir(*dir);
}

static bool ends_with(const char *text, const char *suffix) {
        size_t n = strlen(text), n_suffix = strlen(suffix);

        return n >= n_suffix && strcmp(text + n - n_suffix, suffix) == 0;
}

static WatchedDirectory *watched_directory_free(WatchedDirectory *directory) {
        if (!directory)
                return NULL;
        (void) sd_event_source_disable_unref(directory->source);
        free(directory->path);
        free(directory->name);
        free(directory);
        return NULL;
}
DEFINE_CLEANUP(WatchedDirectory, watched_directory_free);

static bool directory_wants(const WatchedDirectory *directory, const char *name) {
        if (directory->name)
                return strcmp(directory->name, name) == 0;
        if (!directory->suffix)
                return true;
        return ends_with(name, directory->suffix) || (directory->nested && ends_with(name, ".yaml.d"));
}

/* A new regular file is still being written: its IN_CLOSE_WRITE follows. A new link to an old file is
 * complete. */
static bool is_being_written(const WatchedDirectory *directory, const char *name) {
        CLEANUP_FREE char *path = NULL;
        struct stat info;

        if (path_join(directory->path, name, &path) < 0 || lstat(path, &info) < 0)
                return false;
        return S_ISREG(info.st_mode) && info.st_nlink == 1;
}

static int on_settled(sd_event_source *source, uint64_t usec, void *userdata) {
        FileWatch *watch = userdata;

        watch->settling = false;
        watch->changed(watch->userdata);
        return 0;
}

static int on_inotify(sd_event_source *source, const struct inotify_event *event, void *userdata) {
        const WatchedDirectory *directory = userdata;
        FileWatch *watch = directory->watch;
        bool about_itself = event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_Q_OVERFLOW | IN_UNMOUNT);
        int r;

        if (watch->settling)
                return 0;
        if (!about_itself) {
                if (event->len == 0 || !directory_wants(directory, event->name))
                        return 0;
                if ((event->mask & IN_CREATE) && is_being_written(directory, event->name))
                        return 0;
        }

        r = sd_event_source_set_time_relative(watch->settle, (uint64_t) watch->settle_usec);
        if (r >= 0)
                r = sd_event_source_set_enabled(watch->settle, SD_EVENT_ONESHOT);
        if (r < 0)
                return log_error_errno(r, "Cannot arm the timer after a change in '%s': %m", directory->path);
        watch->settling = true;
        return 0;
}

static int add_directory(FileWatch *watch, const WatchedDirectory *model) {
        CLEANUP(watched_directory_freep) WatchedDirectory *directory = NULL;
        WatchedDirectory **directories;
        int r;

        directory = calloc(1, sizeof(*directory));
        if (!directory)
                return -ENOMEM;
        directory->watch = watch;
        directory->suffix = model->suffix;
        directory->nested = model->nested;
        directory->appears = model->appears;
        directory->path = strdup(model->path);
        if (model->name)
                directory->name = strdup(model->name);
        if (!directory->path || (model->name && !directory->name))
                return -ENOMEM;

        directories = reallocarray(watch->directories, watch->n_directories + 1, sizeof(WatchedDirectory *));
        if (!directories)
                return -ENOMEM;
        watch->directories = directories;

        r = sd_event_add_inotify(
                        watch->event, &directory->source, directory->path,
                        directory->appears ? APPEAR_MASK : WATCH_MASK, on_inotify, directory);
        if (r < 0)
                return r;

        watch->directories[watch->n_directories++] = TAKE_PTR(directory);
        return 0;
}

/* Watches the nearest existing ancestor for the next component on the way to `path`. */
static int add_ancestor(FileWatch *watch, const char *path, bool is_file) {
        CLEANUP_FREE char *parent = NULL;
        char *slash;
        int r;

        parent = strdup(path);
        if (!parent)
                return -ENOMEM;

        while ((slash = strrchr(parent, '/'))) {
                CLEANUP_FREE char *name = strdup(slash + 1);

                if (!name)
                        return -ENOMEM;
                *slash = '\0';
                r =
                                add_directory(watch,
                                              &(WatchedDirectory){
                                                              .path = *parent ? parent : (char *) "/",
                                                              .name = name,
                                                              .appears = !is_file,
                                              });
                if (r != -ENOENT && r != -ENOTDIR)
                        return r;
                is_file = false;
        }
        return -ENOENT;
}

/* Where a link leads: its text, followed by what came after it in the path. */
static int resolve_link(const char *link, const char *rest, char **ret) {
        char text[PATH_MAX];
        ssize_t n = readlink(link, text, sizeof(text) - 1);
        int directory_size = (int) (strrchr(link, '/') - link);

        if (n < 0)
                return -errno;
        text[n] = '\0';
        if (asprintf(ret, "%.*s/%s%s", text[0] == '/' ? 0 : directory_size, link, text, rest) < 0)
                return -ENOMEM;
        return 0;
}

/* Another link in its place has to be made or moved there. */
static int add_link(FileWatch *watch, const char *path) {
        CLEANUP_FREE char *directory = strdup(path);
        char *slash = directory ? strrchr(directory, '/') : NULL;

        if (!slash)
                return directory ? -EINVAL : -ENOMEM;
        *slash = '\0';
        return add_directory(
                        watch,
                        &(WatchedDirectory){
                                        .path = *directory ? directory : (char *) "/",
                                        .name = slash + 1,
                                        .appears = true,
                        });
}

/*
 * The first link on the way to `path`, itself included. Returns 1 with *ret_link, and what the path is
 * without it in *ret_path; 0: there is none.
 */
static int find_link(const char *path, char **ret_link, char **ret_path) {
        struct stat info;
        const char *end = path;

        while (*end) {
                CLEANUP_FREE char *link = NULL;
                int r;

                end += strspn(end, "/");
                end += strcspn(end, "/");
                link = strndup(path, (size_t) (end - path));
                if (!link)
                        return -ENOMEM;
                if (lstat(link, &info) < 0)
                        return 0;
                if (!S_ISLNK(info.st_mode))
                        continue;
                r = resolve_link(link, end, ret_path);
                if (r < 0)
                        return r;
                *ret_link = TAKE_PTR(link);
                return 1;
        }
        return 0;
}

/* The end of a chain of links. Everybody writes to /dev/null all the time: the mask is left alone. */
static int add_link_end(FileWatch *watch, const char *path) {
        struct stat info;

        if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
                return 0;
        return add_ancestor(watch, path, true);
}

/* Watches each link on the way to `path` and, if there is any, what it leads to in the end. */
static int add_links(FileWatch *watch, const char *path) {
        CLEANUP_FREE char *current = strdup(path);
        int r;

        if (!current)
                return -ENOMEM;

        for (unsigned i = 0; i < LINKS_MAX; i++) {
                CLEANUP_FREE char *link = NULL;
                char *next = NULL;

                r = find_link(current, &link, &next);
                if (r < 0)
                        return r;
                if (r == 0)
                        return i > 0 ? add_link_end(watch, current) : 0;
                free(current);
                current = next;
                r = add_link(watch, link);
                if (r < 0)
                        return r;
        }
        return 0; /* it leads round in a circle */
}

static bool is_missing(int r) {
        return r == -ENOENT || r == -ENOTDIR;
}

static bool is_directory(const char *path, const struct dirent *entry) {
        struct stat info;

        if (entry->d_type != DT_UNKNOWN)
                return entry->d_type == DT_DIR;
        return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* What a drop-in directory has beside files of its own: directories of overrides, and links. */
static int add_drop_in(FileWatch *watch, const char *directory, const struct dirent *entry) {
        bool may_be_link = entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
        CLEANUP_FREE char *path = NULL;
        int r;

        if (!ends_with(entry->d_name, ".yaml.d") && !(may_be_link && ends_with(entry->d_name, ".yaml")))
                return 0;
        r = path_join(directory, entry->d_name, &path);
        if (r < 0)
                return r;

        if (ends_with(entry->d_name, ".yaml.d"))
                r = add_directory(watch, &(WatchedDirectory){ .path = path, .suffix = ".yaml" });
        else
                r = add_links(watch, path);
        return is_missing(r) ? 0 : r;
}

static int add_drop_ins(FileWatch *watch, const char *path) {
        CLEANUP(cleanup_closedirp) DIR *dir = opendir(path);
        const struct dirent *entry;
        int r, result = 0;

        if (!dir)
                return errno == ENOENT ? 0 : -errno;

        while ((entry = readdir(dir))) {
                r = add_drop_in(watch, path, entry);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        result = r;
        }
        return result;
}

/* The directory and those below it; one that is a link is not followed. */
static int add_tree(FileWatch *watch, const char *path, unsigned depth) {
        CLEANUP(cleanup_closedirp) DIR *dir = NULL;
        const struct dirent *entry;
        int r, result;

        result = add_directory(watch, &(WatchedDirectory){ .path = (char *) path });
        if (result < 0 || depth == 0)
                return result;
        dir = opendir(path);
        if (!dir)
                return errno == ENOENT ? 0 : -errno;

        while ((entry = readdir(dir))) {
                CLEANUP_FREE char *child = NULL;

                if (entry->d_name[0] == '.')
                        continue;
                r = path_join(path, entry->d_name, &child);
                if (r < 0)
                        return r;
                if (!is_directory(child, entry))
                        continue;
                r = add_tree(watch, child, depth - 1);
                if (r < 0 && !is_missing(r))
                        result = r;
        }
        return result;
}

static int add_target(FileWatch *watch, const WatchTarget *target) {
        int r;

        r = add_links(watch, target->path);
        if (r < 0 && !is_missing(r))
                return r;
        if (target->kind == WATCH_FILE)
                return add_ancestor(watch, target->path, true);

        if (target->kind == WATCH_TREE)
                r = add_tree(watch, target->path, TREE_DEPTH_MAX);
        else
                r =
                                add_directory(watch,
                                              &(WatchedDirectory){
                                                              .path = (char *) target->path,
                                                              .suffix = ".yaml",
                                                              .nested = true,
                                              });
        if (is_missing(r))
                return add_ancestor(watch, target->path, false);
        if (r < 0 || target->kind != WATCH_DROP_INS)
                return r;
        return add_drop_ins(watch, target->path);
}

static void forget_directories(FileWatch *watch) {
        for (size_t i = 0; i < watch->n_directories; i++)
                (void) watched_directory_free(watch->directories[i]);
        free(watch->directories);
        watch->directories = NULL;
        watch->n_directories = 0;
}

int file_watch_refresh(FileWatch *watch) {
        int r, result = 0;

        forget_directories(watch);
        for (size_t i = 0; i < watch->n_targets; i++) {
                r = add_target(watch, &watch->targets[i]);
                if (r < 0 && result == 0)
                        result = r;
        }
        return result;
}

int file_watch_new(sd_event *event, const FileWatchOptions *options, FileWatch **ret) {
        CLEANUP(file_watch_freep) FileWatch *watch = NULL;
        int r;

        assert(event);
        assert(options && options->changed);
        assert(ret);

        watch = calloc(1, sizeof(*watch));
        if (!watch)
                return -ENOMEM;
        watch->event = sd_event_ref(event);
        watch->settle_usec = options->settle_usec;
        watch->changed = options->changed;
        watch->userdata = options->userdata;

        watch->targets = calloc(options->n_targets, sizeof(WatchTarget));
        if (!watch->targets)
                return -ENOMEM;
        memcpy(watch->targets, options->targets, options->n_targets * sizeof(WatchTarget));
        watch->n_targets = options->n_targets;

        r = sd_event_add_time_relative(
                        event, &watch->settle, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_settled, watch);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(watch->settle, SD_EVENT_OFF);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(watch);
        return 0;
}

FileWatch *file_watch_free(FileWatch *watch) {
        if (!watch)
                return NULL;
        forget_directories(watch);
        (void) sd_event_source_disable_unref(watch->settle);
        (void) sd_event_unref(watch->event);
        free(watch->targets);
        free(watch);
        return NULL;
}
