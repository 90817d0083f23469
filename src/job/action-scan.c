/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/action-scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "job/action-catalog.h"
#include "util/cleanup.h"
#include "util/file.h"
#include "util/string-list.h"

static void action_file_done(ActionFile *file) {
        free(file->name);
        free(file->path);
        *file = (ActionFile){ 0 };
}

void action_files_done(ActionFiles *files) {
        for (size_t i = 0; i < files->n_items; i++)
                action_file_done(&files->items[i]);
        free(files->items);
        (void) string_list_free(files->refused);
        *files = (ActionFiles){ 0 };
}

static void closedirp(DIR **directory) {
        if (*directory)
                (void) closedir(*directory);
}

static bool is_program(const struct stat *status) {
        return S_ISREG(status->st_mode) && (status->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH));
}

static int refuse(ActionFiles *files, const char *path, const char *why) {
        char *text;

        if (asprintf(&text, "'%s' is not used as an action program: %s", path, why) < 0)
                return -ENOMEM;
        return string_list_take_push(&files->refused, text);
}

static void write_stamp(const struct stat *status, char stamp[static ACTION_STAMP_MAX]) {
        (void) snprintf(stamp, ACTION_STAMP_MAX, "%jx:%jx:%jx:%jx.%lx:%jx.%lx", (uintmax_t) status->st_dev,
                        (uintmax_t) status->st_ino, (uintmax_t) status->st_size,
                        (uintmax_t) status->st_mtim.tv_sec, (unsigned long) status->st_mtim.tv_nsec,
                        (uintmax_t) status->st_ctim.tv_sec, (unsigned long) status->st_ctim.tv_nsec);
}

static bool is_known(const ActionFiles *files, const char *name) {
        for (size_t i = 0; i < files->n_items; i++) {
                if (strcmp(files->items[i].name, name) == 0)
                        return true;
        }
        return false;
}

static int add_file(ActionFiles *files, const char *name, const struct stat *status, ActionFile *file) {
        ActionFile *items = reallocarray(files->items, files->n_items + 1, sizeof(*items));

        if (!items)
                return -ENOMEM;
        files->items = items;
        file->name = strdup(name);
        if (!file->name)
                return -ENOMEM;
        write_stamp(status, file->stamp);
        items[files->n_items++] = *file;
        *file = (ActionFile){ 0 };
        return 0;
}

static int add_entry(ActionFiles *files, DIR *stream, const char *directory, const char *name, bool builtin) {
        CLEANUP(action_file_done) ActionFile file = { .builtin = builtin };
        const char *why;
        struct stat status;
        int r;

        if (name[0] == '.' || fstatat(dirfd(stream), name, &status, 0) < 0 || !is_program(&status))
                return 0;
        r = path_join(directory, name, &file.path);
        if (r < 0)
                return r;
        why = action_name_fault(name);
        if (why)
                return refuse(files, file.path, why);
        if (is_known(files, name))
                return 0;
        if (files->n_items == ACTIONS_MAX)
                return refuse(files, file.path, "there are too many of them");
        return add_file(files, name, &status, &file);
}

static int scan_directory(ActionFiles *files, const char *path, bool builtin) {
        CLEANUP(closedirp) DIR *stream = opendir(path);
        const struct dirent *entry;

        if (!stream)
                return errno == ENOENT ? 0 : refuse(files, path, strerror(errno));
        while ((entry = readdir(stream))) {
                int r = add_entry(files, stream, path, entry->d_name, builtin);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_names(const void *a, const void *b) {
        const ActionFile *x = a, *y = b;

        return strcmp(x->name, y->name);
}

int action_files_scan(char *const *directories, ActionFiles *ret) {
        ActionFiles files = { 0 };

        STRING_LIST_FOREACH(directory, directories) {
                int r = scan_directory(&files, *directory, !directory[1]);

                if (r < 0) {
                        action_files_done(&files);
                        return r;
                }
        }
        if (files.n_items > 0)
                qsort(files.items, files.n_items, sizeof(*files.items), compare_names);
        *ret = files;
        return 0;
}
