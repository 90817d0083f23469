/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-glob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "actions/place.h"
#include "util/string-list.h"

#define FILES_MAX 10000U

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static bool is_regular(int directory_fd, const char *name) {
        struct stat st;

        return fstatat(directory_fd, name, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISREG(st.st_mode);
}

static int collect(DIR *directory, const char *pattern, char ***list) {
        for (size_t n = 0;;) {
                const struct dirent *entry;
                int r;

                errno = 0;
                entry = readdir(directory); // NOLINT(concurrency-mt-unsafe)
                if (!entry)
                        return -errno;
                if (fnmatch(pattern, entry->d_name, FNM_PERIOD) != 0 ||
                    !is_regular(dirfd(directory), entry->d_name))
                        continue;
                if (n++ == FILES_MAX)
                        return -E2BIG;
                r = string_list_push(list, entry->d_name);
                if (r < 0)
                        return r;
        }
}

int file_glob(const char *root, const char *path, char ***ret) {
        CLEANUP(place_done) Place place = PLACE_NONE;
        CLEANUP(string_list_freep) char **list = NULL;
        DIR *directory;
        int fd, r;

        r = place_open(root, path, 0, &place);
        if (r < 0)
                return r;
        fd = openat(place.directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        directory = fdopendir(fd);
        if (!directory) {
                (void) fd_close(fd);
                return -ENOMEM;
        }
        r = collect(directory, place.name, &list);
        (void) closedir(directory);
        if (r < 0)
                return r;
        if (list)
                qsort(list, string_list_length(list), sizeof(*list), compare);
        *ret = TAKE_PTR(list);
        return 0;
}
