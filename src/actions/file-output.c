/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "util/file.h"

#define PIECE_BYTES 65536U
#define PUBLISH_TRIES 100U

static int fail(const FileOutput *output, int error) {
        return action_fail(output->action, "Cannot write '%s': %s", output->path, place_strerror(error));
}

static int fail_exists(const FileOutput *output) {
        return action_fail(output->action, "'%s' is there already", output->path);
}

static bool is_there(const Place *place) {
        struct stat st;

        return fstatat(place->directory_fd, place->name, &st, AT_SYMLINK_NOFOLLOW) >= 0;
}

int file_output_open(FileOutput *output, Action *action, const FileRequest *request, const char *path) {
        int r;

        *output = FILE_OUTPUT_NONE;
        output->action = action;
        output->request = request;
        output->path = path;
        r = place_open(request->root, path, request->make_directories ? PLACE_MAKE_DIRECTORIES : 0,
                       &output->place);
        if (r < 0)
                return fail(output, r);
        if (request->if_exists == EXISTS_KEEP && is_there(&output->place))
                return 0;
        if (request->if_exists == EXISTS_FAIL && is_there(&output->place))
                return fail_exists(output);
        r = staged_file_open(&output->place, &output->staged);
        return r < 0 ? fail(output, r) : 1;
}

void file_output_done(FileOutput *output) {
        staged_file_done(&output->staged);
        place_done(&output->place);
}

static ssize_t read_at(int fd, char *data, off_t offset) {
        ssize_t n, done = 0;

        while (done < (ssize_t) PIECE_BYTES) {
                n = pread(fd, data + done, PIECE_BYTES - (size_t) done, offset + done);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                done += n;
        }
        return done;
}

static bool has_attributes(const FileRequest *request, const struct stat *st) {
        return (request->mode == (mode_t) -1 || (st->st_mode & 07777) == request->mode) &&
                        (request->owner == (uid_t) -1 || st->st_uid == request->owner) &&
                        (request->group == (gid_t) -1 || st->st_gid == request->group);
}

/* Whether the file that is there has the same content, and the mode and owner that it is to have; one that
 * cannot be read has another. */
static bool is_same(const FileOutput *output) {
        CLEANUP_CLOSE int fd = place_read(output->request->root, output->path);
        CLEANUP_FREE char *old = malloc(PIECE_BYTES), *new = malloc(PIECE_BYTES);
        struct stat st, staged;
        ssize_t n = 1;

        if (fd < 0 || !old || !new || fstat(fd, &st) < 0 || fstat(output->staged.fd, &staged) < 0 ||
            st.st_size != staged.st_size || !has_attributes(output->request, &st))
                return false;
        for (off_t offset = 0; n > 0; offset += n) {
                n = read_at(output->staged.fd, new, offset);
                if (n < 0 || read_at(fd, old, offset) != n || memcmp(old, new, (size_t) n) != 0)
                        return false;
        }
        return true;
}

/* With one write where that is possible; what was added goes away again on a failure. */
static int append_staged(const FileOutput *output, int fd) {
        CLEANUP_FREE char *piece = malloc(PIECE_BYTES);
        struct stat before;
        ssize_t n = 1;
        int r = 0;

        if (!piece)
                return -ENOMEM;
        if (fstat(fd, &before) < 0)
                return -errno;
        for (off_t offset = 0; n > 0 && r >= 0; offset += n) {
                n = read_at(output->staged.fd, piece, offset);
                r = n < 0 ? (int) n : fd_write_all(fd, piece, (size_t) n);
        }
        if (r >= 0 && fsync(fd) < 0)
                r = -errno;
        /* Worse than what went wrong first: a part of it is still there. */
        if (r < 0 && ftruncate(fd, before.st_size) < 0)
                r = -errno;
        return r;
}

/* Who it belongs to, and then its mode: a change of owner takes the set-user bits away. */
static int set_attributes(const FileOutput *output, int fd, mode_t mode) {
        const FileRequest *request = output->request;

        if ((request->owner != (uid_t) -1 || request->group != (gid_t) -1) &&
            fchown(fd, request->owner, request->group) < 0)
                return action_fail_errno(
                                output->action, errno, "Cannot give '%s' to another owner", output->path);
        if (mode != (mode_t) -1 && fchmod(fd, mode) < 0)
                return action_fail_errno(output->action, errno, "Cannot set the mode of '%s'", output->path);
        return 0;
}

static int publish_once(FileOutput *output, FileOutcome *ret) {
        const FileRequest *request = output->request;
        CLEANUP_CLOSE int old = -EBADF;
        int r;

        if (request->if_exists == EXISTS_APPEND) {
                old = place_append(request->root, output->path);
                if (old >= 0) {
                        r = append_staged(output, old);
                        return r < 0 ? fail(output, r) : set_attributes(output, old, request->mode);
                }
                if (old != -ENOENT)
                        return fail(output, old);
        }
        r = staged_file_publish(&output->staged, &output->place, request->if_exists == EXISTS_REPLACE);
        if (r == -EEXIST && request->if_exists == EXISTS_APPEND)
                return -EAGAIN; /* somebody made it just now */
        if (r == -EEXIST && request->if_exists == EXISTS_KEEP) {
                *ret = FILE_KEPT;
                return 0;
        }
        return r == -EEXIST ? fail_exists(output) : r < 0 ? fail(output, r) : 0;
}

int file_output_publish(FileOutput *output, mode_t mode, FileOutcome *ret) {
        const FileRequest *request = output->request;
        int r;

        if (request->only_if_changed && request->if_exists == EXISTS_REPLACE && is_same(output)) {
                *ret = FILE_UNCHANGED;
                return 0;
        }
        r =
                        set_attributes(output, output->staged.fd,
                                       request->mode != (mode_t) -1 ? request->mode
                                                                    : staged_file_mode(&output->place, mode));
        if (r < 0)
                return r;
        *ret = FILE_CHANGED;
        r = -EAGAIN;
        for (unsigned i = 0; i < PUBLISH_TRIES && r == -EAGAIN; i++)
                r = publish_once(output, ret);
        return r;
}
