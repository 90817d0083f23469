/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/file-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "protocol/http-piece.h"
#include "util/cleanup.h"
#include "util/file.h"
#include "util/string-list.h"

int file_reader_arguments(const char *program, char *const *paths, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        r = string_list_push(&list, program);
        if (r >= 0)
                r = string_list_push(&list, "--file-reader");
        STRING_LIST_FOREACH(path, paths)
                if (r >= 0)
                        r = string_list_push(&list, *path);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(list);
        return 0;
}

static const char *explain(int error) {
        return error == ELOOP             ? "it is a symbolic link"
                        : error == EFBIG  ? "the files of a request may hold 16 MiB together"
                        : error == EINVAL ? "it is not a regular file"
                                          : strerror(error);
}

static int open_file(const char *path) {
        CLEANUP_CLOSE int fd = -EBADF;
        struct stat status;

        fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &status) < 0)
                return -errno;
        return S_ISREG(status.st_mode) ? TAKE_FD(fd) : -EINVAL;
}

/* `room` is made less by what was read. */
static int copy_file(const char *path, size_t number, size_t *room) {
        CLEANUP_FREE char *data = NULL, *piece_data = NULL;
        CLEANUP_CLOSE int fd = open_file(path);
        char name[24];
        HttpPiece piece;
        size_t size;
        int r;

        if (fd < 0)
                return fd;
        r = fd_read_all(fd, *room, &data, &size);
        if (r < 0)
                return r;
        *room -= size;
        (void) snprintf(name, sizeof(name), "%zu", number);
        piece = (HttpPiece){ HTTP_PIECE_FILE, name, strlen(name), data, size };
        piece_data = malloc(http_piece_size(&piece));
        if (!piece_data)
                return -ENOMEM;
        return fd_write_all(STDIN_FILENO, piece_data, http_piece_write(&piece, piece_data));
}

static void say(const char *text) {
        (void) fd_write_all(STDOUT_FILENO, text, strlen(text)); /* whoever reads it may have gone */
}

int file_reader_main(char *const *paths) {
        size_t room = FILE_READER_SIZE_MAX;
        char line[FILE_READER_LINE_MAX];

        (void) signal(SIGXFSZ, SIG_IGN);
        for (size_t i = 0; paths[i]; i++) {
                int r = copy_file(paths[i], i, &room);

                if (r >= 0)
                        continue;
                (void) snprintf(line, sizeof(line), "failed cannot read '%.256s': %.128s\n", paths[i],
                                explain(-r));
                say(line);
                return EXIT_FAILURE;
        }
        say("done\n");
        return EXIT_SUCCESS;
}
