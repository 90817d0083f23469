/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-scan.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "job/job-limits.h"
#include "util/cleanup.h"
#include "util/string-list.h"

#define SUFFIX ".yaml"
#define OVERRIDE_SUFFIX ".yaml.d"

/* What was found so far: files of all directories, in effect or not. */
typedef struct Listing {
        ScanFile *files;
        size_t n_files, n_allocated;
        char **override_names;
        size_t n_override_names;
} Listing;

static void listing_done(Listing *listing) {
        for (size_t i = 0; i < listing->n_files; i++)
                free(listing->files[i].name);
        free(listing->files);
        for (size_t i = 0; i < listing->n_override_names; i++)
                free(listing->override_names[i]);
        free(listing->override_names);
}

void directory_scan_done(DirectoryScan *scan) {
        if (!scan)
                return;

        for (size_t i = 0; i < scan->n_directories; i++) {
                scan->directories[i].fd = fd_close(scan->directories[i].fd);
                free(scan->directories[i].fault.file);
                free(scan->directories[i].fault.message);
        }
        free(scan->directories);
        for (size_t i = 0; i < scan->n_files; i++)
                free(scan->files[i].name);
        free(scan->files);
        for (size_t i = 0; i < scan->n_override_names; i++)
                free(scan->override_names[i]);
        free(scan->override_names);
        *scan = (DirectoryScan){ 0 };
}

static bool ends_with(const char *text, const char *suffix) {
        size_t n = strlen(text), n_suffix = strlen(suffix);

        return n > n_suffix && strcmp(text + n - n_suffix, suffix) == 0;
}

static void closedirp(DIR **directory) {
        if (*directory)
                (void) closedir(*directory);
}

static int add_file(Listing *listing, const struct dirent *entry, unsigned directory) {
        char *name;

        if (listing->n_files == listing->n_allocated) {
                size_t n = listing->n_allocated ? listing->n_allocated * 2 : 64;
                ScanFile *files = reallocarray(listing->files, n, sizeof(*files));

                if (!files)
                        return -ENOMEM;
                listing->files = files;
                listing->n_allocated = n;
        }

        name = strdup(entry->d_name);
        if (!name)
                return -ENOMEM;
        listing->files[listing->n_files++] = (ScanFile){
                .name = name,
                .directory = directory,
                .may_be_link = entry->d_type != DT_REG,
        };
        return 0;
}

static int add_override(Listing *listing, const char *name) {
        char **names = reallocarray(listing->override_names, listing->n_override_names + 1, sizeof(*names));

        if (!names)
                return -ENOMEM;
        listing->override_names = names;
        names[listing->n_override_names] = strndup(name, strlen(name) - strlen(".d"));
        if (!names[listing->n_override_names])
                return -ENOMEM;
        listing->n_override_names++;
        return 0;
}

static int add_entry(
                Listing *listing,
                const ScanDirectory *directory,
                unsigned index,
                const struct dirent *entry,
                Diagnostics *diagnostics) {

        const char *name = entry->d_name;

        if (name[0] == '.')
                return 0;

        if (ends_with(name, OVERRIDE_SUFFIX))
                return add_override(listing, name);

        if (ends_with(name, ".yml"))
                diagnostics_add(diagnostics, DIAGNOSTIC_WARNING, directory->path, 0, 0,
                                "'%.128s' is not read: the name has to end in '.yaml'", name);
        if (!ends_with(name, SUFFIX))
                return 0;

        if (listing->n_files >= JOB_FILES_MAX) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, directory->path, 0, 0,
                                "more than %u job files", JOB_FILES_MAX);
                return -E2BIG;
        }
        return add_file(listing, entry, index);
}

static int list_directory(
                Listing *listing,
                const ScanDirectory *directory,
                unsigned index,
                Diagnostics *diagnostics) {
        CLEANUP(closedirp) DIR *stream = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        fd = fcntl(directory->fd, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
                return -errno;
        stream = fdopendir(fd);
        if (!stream)
                return -errno;
        (void) TAKE_FD(fd); /* the stream closes it */

        for (;;) {
                const struct dirent *entry;

                errno = 0;
                entry = readdir(stream);
                if (!entry)
                        return -errno;
                r = add_entry(listing, directory, index, entry, diagnostics);
                if (r < 0)
                        return r;
        }
}

/* A directory that is not trusted is listed all the same: what came from it before is held, not dropped. */
static int open_directory(ScanDirectory *directory, const FileTrust *trust, Diagnostics *diagnostics) {
        CLEANUP(diagnostics_done) Diagnostics found = { 0 };
        CLEANUP_FREE char *inside = NULL;
        int r;

        directory->fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (directory->fd < 0 && errno == ENOENT)
                return 0;
        if (directory->fd < 0 && errno == ENOTDIR) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, directory->path, 0, 0,
                                "this is not a directory, so no jobs are read from it");
                return 0;
        }
        if (directory->fd < 0)
                return -errno;

        /* With a slash behind it, it is itself a directory on the way. */
        if (asprintf(&inside, "%s/.", directory->path) < 0) {
                inside = NULL;
                return -ENOMEM;
        }
        r = file_trust_check_directories(inside, trust, &found);
        if (r == -EPERM && found.n_items > 0) {
                directory->fault = found.items[0];
                directory->fault.file = found.items[0].file ? strdup(found.items[0].file) : NULL;
                directory->fault.message = strdup(found.items[0].message);
                if (!directory->fault.message)
                        return -ENOMEM;
                diagnostics_move(diagnostics, &found);
                return 0;
        }
        return r == -ENOENT ? 0 : r;
}

static int compare_files(const void *a, const void *b) {
        const ScanFile *x = a, *y = b;
        int r = strcmp(x->name, y->name);

        return r != 0 ? r : (x->directory > y->directory) - (x->directory < y->directory);
}

static int compare_names(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static bool is_null_device(const struct stat *status) {
        return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

static bool is_masked(const ScanDirectory *directory, const ScanFile *file) {
        struct stat status;

        return file->may_be_link && fstatat(directory->fd, file->name, &status, 0) == 0 &&
                        is_null_device(&status);
}

/* Of each name the first one counts; if that is a mask, none does. */
static void choose_files(Listing *listing, const ScanDirectory *directories) {
        size_t n = 0;

        if (listing->n_files > 0)
                qsort(listing->files, listing->n_files, sizeof(*listing->files), compare_files);

        for (size_t i = 0; i < listing->n_files;) {
                ScanFile *first = &listing->files[i];
                bool masked = is_masked(&directories[first->directory], first);
                size_t next = i + 1;

                while (next < listing->n_files && strcmp(listing->files[next].name, first->name) == 0)
                        free(listing->files[next++].name);
                if (masked)
                        free(first->name);
                else
                        listing->files[n++] = *first;
                i = next;
        }
        listing->n_files = n;
}

static void sort_overrides(Listing *listing) {
        size_t n = 0;

        if (listing->n_override_names > 0)
                qsort(listing->override_names, listing->n_override_names, sizeof(char *), compare_names);
        for (size_t i = 0; i < listing->n_override_names; i++) {
                if (n > 0 && strcmp(listing->override_names[n - 1], listing->override_names[i]) == 0)
                        free(listing->override_names[i]);
                else
                        listing->override_names[n++] = listing->override_names[i];
        }
        listing->n_override_names = n;
}

static void take_scan(DirectoryScan *scan, DirectoryScan *ret) {
        *ret = *scan;
        *scan = (DirectoryScan){ 0 };
}

int directory_scan_read(
                char *const *paths,
                size_t n_paths,
                const FileTrust *trust,
                Diagnostics *diagnostics,
                DirectoryScan *ret) {

        CLEANUP(directory_scan_done) DirectoryScan scan = { 0 };
        CLEANUP(listing_done) Listing listing = { 0 };
        int r;

        assert(ret);

        scan.directories = calloc(n_paths + 1, sizeof(*scan.directories));
        if (!scan.directories)
                return -ENOMEM;

        for (size_t i = 0; i < n_paths; i++) {
                ScanDirectory *directory = &scan.directories[scan.n_directories++];

                *directory = (ScanDirectory){ .fd = -EBADF, .path = paths[i] };
                r = open_directory(directory, trust, diagnostics);
                if (r >= 0 && directory->fd >= 0)
                        r = list_directory(&listing, directory, (unsigned) i, diagnostics);
                if (r < 0)
                        return r;
        }

        choose_files(&listing, scan.directories);
        sort_overrides(&listing);

        scan.files = TAKE_PTR(listing.files);
        scan.n_files = listing.n_files;
        scan.override_names = TAKE_PTR(listing.override_names);
        scan.n_override_names = listing.n_override_names;
        listing = (Listing){ 0 };

        take_scan(&scan, ret);
        return 0;
}

bool directory_scan_has_overrides(const DirectoryScan *scan, const char *name) {
        return scan->n_override_names > 0 &&
                        bsearch(&name, scan->override_names, scan->n_override_names, sizeof(char *),
                                compare_names);
}

char *directory_scan_path(const DirectoryScan *scan, const ScanFile *file) {
        const char *directory = scan->directories[file->directory].path;
        char *path = malloc(strlen(directory) + 1 + strlen(file->name) + 1);

        if (!path)
                return NULL;
        (void) strcpy(stpcpy(stpcpy(path, directory), "/"), file->name);
        return path;
}

static int refuse(
                const DirectoryScan *scan,
                const ScanFile *file,
                Diagnostics *diagnostics,
                const char *fault) {
        CLEANUP_FREE char *path = directory_scan_path(scan, file);

        diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path, 0, 0, "this file %s, so it is not read", fault);
        return -EPERM;
}

/* A link may lead anywhere, as long as nobody else can change what it leads to. */
static int check_link(
                const DirectoryScan *scan,
                const ScanFile *file,
                const FileTrust *trust,
                Diagnostics *diagnostics) {

        CLEANUP_FREE char *path = directory_scan_path(scan, file);
        int r;

        if (!path)
                return -ENOMEM;
        r = file_trust_check_directories(path, trust, diagnostics);
        if (r == -ENOENT || r == -ELOOP)
                return refuse(scan, file, diagnostics, "is a link to nothing");
        return r;
}

int directory_scan_open(
                const DirectoryScan *scan,
                const ScanFile *file,
                const FileTrust *trust,
                Diagnostics *diagnostics,
                int *ret_fd,
                struct stat *ret_status) {

        CLEANUP_CLOSE int fd = -EBADF;
        const char *fault;
        int r;

        if (file->may_be_link) {
                r = check_link(scan, file, trust, diagnostics);
                if (r < 0)
                        return r;
        }

        /* What was no link when it was listed must not have become one. */
        fd = openat(scan->directories[file->directory].fd, file->name,
                    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (file->may_be_link ? 0 : O_NOFOLLOW));
        if (fd < 0 && errno == ENOENT)
                return 0;
        if (fd < 0 && (errno == ELOOP || errno == ENXIO || errno == ENODEV))
                return refuse(scan, file, diagnostics, "is not a regular file");
        if (fd < 0 && errno == EACCES)
                return refuse(scan, file, diagnostics, "cannot be opened (permission denied)");
        if (fd < 0)
                return -errno;

        if (fstat(fd, ret_status) < 0)
                return -errno;
        if (is_null_device(ret_status))
                return 0;
        fault = S_ISREG(ret_status->st_mode) ? file_trust_fault(ret_status, trust) : "is not a regular file";
        if (fault)
                return refuse(scan, file, diagnostics, fault);

        *ret_fd = TAKE_FD(fd);
        return 1;
}
