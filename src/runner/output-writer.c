/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/output-writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/string-list.h"

#define BLOCK_SIZE ((size_t) 64 * 1024)
#define FILE_MODE 0640
#define ROTATED_MAX 100000U
#define FILES_MAX ((size_t) 100000) /* of a pattern, in one directory */
#define N_ARGUMENTS 5U

int output_writer_arguments(const char *program, const OutputWriter *writer, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        char keep_files[32], keep_age[32];
        const char *const items[] = {
                program,  "--output-writer",       writer->path, writer->pattern, keep_files,
                keep_age, writer->anew ? "1" : "0"
        };

        (void) snprintf(keep_files, sizeof(keep_files), "%" PRIu64, writer->keep_files);
        (void) snprintf(keep_age, sizeof(keep_age), "%" PRId64, writer->keep_age_usec);
        for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
                int r = string_list_push(&list, items[i]);

                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

static bool has_limit(const OutputWriter *writer) {
        return writer->keep_files > 0 || writer->keep_age_usec != USEC_INFINITY;
}

/* "" for 0: the file itself. Returns false if that would be too long for any file. */
static bool rotated_name(const char *path, unsigned index, char name[static PATH_MAX]) {
        int n = index == 0 ? snprintf(name, PATH_MAX, "%s", path)
                           : snprintf(name, PATH_MAX, "%s.%u", path, index);

        return n > 0 && n < PATH_MAX;
}

static bool is_regular(const char *path, struct stat *ret) {
        return lstat(path, ret) >= 0 && S_ISREG(ret->st_mode);
}

static int rotate_one(const OutputWriter *writer, unsigned index) {
        char from[PATH_MAX], to[PATH_MAX];

        if (!rotated_name(writer->path, index, from) || !rotated_name(writer->path, index + 1, to))
                return -ENAMETOOLONG;
        if (writer->keep_files > 0 && index + 1 > writer->keep_files)
                return unlink(from) < 0 ? -errno : 0;
        return rename(from, to) < 0 ? -errno : 0;
}

int output_writer_rotate(const OutputWriter *writer) {
        char name[PATH_MAX];
        struct stat status;
        unsigned n = 0;

        if (!is_regular(writer->path, &status) || status.st_size == 0)
                return 0;
        while (n < ROTATED_MAX && rotated_name(writer->path, n + 1, name) && is_regular(name, &status))
                n++;
        for (unsigned index = n + 1; index-- > 0;) {
                int r = rotate_one(writer, index);

                if (r < 0)
                        return r;
        }
        return 0;
}

static usec_t time_of(const struct stat *status) {
        return (usec_t) status->st_mtim.tv_sec * USEC_PER_SEC + status->st_mtim.tv_nsec / NSEC_PER_USEC;
}

static bool is_too_old(const OutputWriter *writer, usec_t modified_usec, usec_t now_usec) {
        return writer->keep_age_usec != USEC_INFINITY && modified_usec < now_usec &&
                        now_usec - modified_usec > writer->keep_age_usec;
}

/* PATH.1 … are in the order of their age already. */
static int purge_rotated(const OutputWriter *writer, usec_t now_usec) {
        char name[PATH_MAX];
        struct stat status;

        for (unsigned index = 1; index < ROTATED_MAX; index++) {
                if (!rotated_name(writer->path, index, name) || !is_regular(name, &status))
                        return 0;
                if ((is_too_old(writer, time_of(&status), now_usec) ||
                     (writer->keep_files > 0 && index > writer->keep_files)) &&
                    unlink(name) < 0)
                        return -errno;
        }
        return 0;
}

typedef struct Found {
        char *name;
        usec_t modified_usec;
} Found;

typedef struct Files {
        Found *list;
        size_t n, n_allocated;
} Files;

static void files_done(Files *files) {
        for (size_t i = 0; i < files->n; i++)
                free(files->list[i].name);
        free(files->list);
}

static int files_add(Files *files, const char *name, const struct stat *status) {
        char *copied;

        if (files->n == files->n_allocated) {
                size_t n = files->n_allocated * 2 + 16;
                Found *list = reallocarray(files->list, n, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                files->list = list;
                files->n_allocated = n;
        }
        copied = strdup(name);
        if (!copied)
                return -ENOMEM;
        files->list[files->n++] = (Found){ copied, time_of(status) };
        return 0;
}

/* Newest first. */
static int compare_found(const void *a, const void *b) {
        const Found *x = a, *y = b;

        if (x->modified_usec != y->modified_usec)
                return x->modified_usec > y->modified_usec ? -1 : 1;
        return strcmp(y->name, x->name);
}

/* All of the kind but the present one. */
static int find_files(DIR *directory, const OutputWriter *writer, Files *files) {
        const char *own = strrchr(writer->path, '/') + 1;
        struct dirent *entry;
        int r = 0;

        while (r >= 0 && files->n < FILES_MAX && (entry = readdir(directory))) {
                struct stat status;

                if (strcmp(entry->d_name, own) == 0 ||
                    fnmatch(writer->pattern, entry->d_name, FNM_EXTMATCH) != 0 ||
                    fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
                    !S_ISREG(status.st_mode))
                        continue;
                r = files_add(files, entry->d_name, &status);
        }
        return r;
}

static int purge_matching(const OutputWriter *writer, usec_t now_usec) {
        CLEANUP_FREE char *path =
                        strndup(writer->path, (size_t) (strrchr(writer->path, '/') - writer->path) + 1);
        CLEANUP(files_done) Files files = { 0 };
        DIR *directory;
        int r;

        if (!path)
                return -ENOMEM;
        directory = opendir(path);
        if (!directory)
                return -errno;
        r = find_files(directory, writer, &files);
        if (files.n > 0)
                qsort(files.list, files.n, sizeof(*files.list), compare_found);
        for (size_t i = 0; r >= 0 && i < files.n; i++) {
                bool too_many = writer->keep_files > 0 && i + 2 > writer->keep_files;

                if ((too_many || is_too_old(writer, files.list[i].modified_usec, now_usec)) &&
                    unlinkat(dirfd(directory), files.list[i].name, 0) < 0)
                        r = -errno;
        }
        (void) closedir(directory);
        return r;
}

int output_writer_purge(const OutputWriter *writer, usec_t now_usec) {
        if (!has_limit(writer))
                return 0;
        return writer->pattern[0] == '\0' ? purge_rotated(writer, now_usec)
                                          : purge_matching(writer, now_usec);
}

/* Whoever reads it may have gone: then nobody wants to know. */
static void say(const char *what, const char *text) {
        char line[OUTPUT_WRITER_LINE_MAX];
        int n = snprintf(line, sizeof(line), "%s%s%s\n", what, text[0] != '\0' ? " " : "", text);

        if (n > 0 && (size_t) n < sizeof(line))
                (void) fd_write_all(STDOUT_FILENO, line, (size_t) n);
}

static int open_file(const char *path, const char **ret_reason) {
        CLEANUP_CLOSE int fd = -EBADF;
        struct stat status;

        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                  FILE_MODE);
        if (fd < 0) {
                *ret_reason = errno == ELOOP            ? "it is a symbolic link"
                                : errno == ENXIO        ? "it is not a regular file"
                                : errno == ENAMETOOLONG ? "its path is too long"
                                                        : strerror(errno);
                return -errno;
        }
        if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
                *ret_reason = "it is not a regular file";
                return -EINVAL;
        }
        return TAKE_FD(fd);
}

/* What cannot be written is left out, and the next block is tried again: there may be room by then. */
static void copy(int fd) {
        static char block[BLOCK_SIZE];
        uint64_t lost = 0;
        int error = 0;
        char text[160];

        for (;;) {
                ssize_t n = read(STDIN_FILENO, block, sizeof(block));
                size_t done = 0;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                while (done < (size_t) n) {
                        ssize_t written = write(fd, block + done, (size_t) n - done);

                        if (written < 0 && errno == EINTR)
                                continue;
                        if (written < 0) {
                                error = errno;
                                lost += (size_t) n - done;
                                break;
                        }
                        done += (size_t) written;
                }
        }
        if (close(fd) < 0 && lost == 0)
                say("note the end of the output may be missing:", strerror(errno)); /* as NFS tells it */
        if (lost == 0)
                return;
        (void) snprintf(text, sizeof(text), "%" PRIu64 " %s", lost, strerror(error));
        say("lost", text);
}

static int parse_arguments(char *const *arguments, OutputWriter *ret) {
        if (string_list_length(arguments) != N_ARGUMENTS || arguments[0][0] != '/')
                return -EINVAL;
        *ret = (OutputWriter){
                .path = arguments[0],
                .pattern = arguments[1],
                .keep_files = strtoull(arguments[2], NULL, 10),
                .keep_age_usec = (usec_t) strtoll(arguments[3], NULL, 10),
                .anew = arguments[4][0] == '1',
        };
        return 0;
}

int output_writer_main(char *const *arguments) {
        const char *reason = NULL;
        OutputWriter writer;
        int fd, r = 0;

        (void) signal(SIGXFSZ, SIG_IGN);
        if (parse_arguments(arguments, &writer) < 0)
                return 2;
        if (writer.anew && writer.pattern[0] == '\0' && has_limit(&writer))
                r = output_writer_rotate(&writer);
        if (r < 0)
                say("note the file goes on, since the one before cannot be put aside:", strerror(-r));
        fd = open_file(writer.path, &reason);
        if (fd < 0) {
                say("failed", reason);
                return EXIT_FAILURE;
        }
        say("opened", "");
        r = output_writer_purge(&writer, clock_now(&system_clock, CLOCK_KIND_REALTIME));
        if (r < 0)
                say("note older output files cannot be removed:", strerror(-r));
        copy(fd);
        return EXIT_SUCCESS;
}
