/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The work of jobsched-file: one operation on files. */

#include <errno.h>
#include <fcntl.h>
#include <nettle/base64.h>
#include <string.h>
#include <sys/stat.h>

#include "actions/file-glob.h"
#include "actions/file-intake.h"
#include "actions/file-output.h"
#include "actions/file-transfer.h"
#include "util/file.h"
#include "util/string-list.h"
#include "util/utf8.h"

#define NEW_MODE 0666U
#define REPORTED_FILES 1000U

typedef struct FileRun {
        Action *action;
        FileRequest request;
        JsonWriter *result;
} FileRun;

static int fail_path(FileRun *run, int error, const char *verb, const char *path) {
        return action_fail(run->action, "Cannot %s '%s': %s", verb, path, place_strerror(error));
}

/* Whether the job can live without the file. */
static bool may_be_missing(const FileRun *run, int error) {
        return error == -ENOENT && run->request.ignore_missing;
}

static bool is_same_file(const struct stat *a, const struct stat *b) {
        return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static void report_missing(FileRun *run) {
        json_writer_bool(run->result, "changed", false);
        json_writer_bool(run->result, "missing", true);
}

static void report_outcome(FileRun *run, FileOutcome outcome) {
        json_writer_string(run->result, "to", run->request.to);
        json_writer_bool(run->result, "changed", outcome == FILE_CHANGED);
        if (outcome == FILE_KEPT)
                json_writer_bool(run->result, "kept", true);
}

/* --- read -------------------------------------------------------------------------------------------- */

static void report_content(FileRun *run, const Buffer *content) {
        CLEANUP_FREE char *clean = NULL;

        if (utf8_clean(content->data ?: "", content->size, SIZE_MAX, &clean) < 0) {
                run->result->buffer->failed = true;
        } else if (strlen(clean) == content->size && memcmp(clean, content->data ?: "", content->size) == 0) {
                json_writer_string(run->result, "content", clean);
        } else {
                /* What is no text comes as base64. */
                CLEANUP_FREE char *text = malloc(BASE64_ENCODE_RAW_LENGTH(content->size) + 1);

                if (!text) {
                        run->result->buffer->failed = true;
                        return;
                }
                base64_encode_raw(text, content->size, (const uint8_t *) content->data);
                text[BASE64_ENCODE_RAW_LENGTH(content->size)] = '\0';
                json_writer_string(run->result, "base64", text);
        }
}

static int read_file(FileRun *run) {
        CLEANUP(file_intake_done) FileIntake intake = { .fd = -EBADF };
        CLEANUP(buffer_done) Buffer content = { 0 };
        CLEANUP_CLOSE int fd = place_read(run->request.root, run->request.from);
        int r;

        if (may_be_missing(run, fd)) {
                report_missing(run);
                return 0;
        }
        if (fd < 0)
                return fail_path(run, fd, "read", run->request.from);
        r = file_intake_init(&intake, run->action, &run->request, -EBADF, &content);
        if (r >= 0)
                r = file_intake_read(&intake, fd, run->request.from);
        if (r < 0)
                return r;
        report_content(run, &content);
        file_intake_report(&intake, run->result);
        return 0;
}

/* --- write, copy, fetch ------------------------------------------------------------------------------ */

typedef struct Source {
        const char *content; /* or */
        int fd;              /* of `path`, or */
        const char *path;
        const char *url;
        mode_t mode; /* of a new file */
} Source;

static int take_in(FileRun *run, const Source *source, FileIntake *intake) {
        FileTransfer transfer = { 0 };
        int r;

        if (source->url) {
                r = file_fetch(run->action, source->url, intake, &transfer);
                if (r >= 0 && transfer.status != 0)
                        json_writer_integer(run->result, "http_status", transfer.status);
                return r;
        }
        if (!source->content)
                return file_intake_read(intake, source->fd, source->path);
        r = file_intake_write(intake, source->content, strlen(source->content));
        return r < 0 ? r : file_intake_finish(intake);
}

/* Makes one file of a source; `to` is its path. */
static int make_file(FileRun *run, const Source *source, const char *to, bool reports, FileOutcome *ret) {
        CLEANUP(file_output_done) FileOutput output = FILE_OUTPUT_NONE;
        CLEANUP(file_intake_done) FileIntake intake = { .fd = -EBADF };
        int r;

        *ret = FILE_KEPT;
        r = file_output_open(&output, run->action, &run->request, to);
        if (r <= 0)
                return r;
        r = file_intake_init(&intake, run->action, &run->request, output.staged.fd, NULL);
        if (r >= 0)
                r = take_in(run, source, &intake);
        if (r >= 0)
                r = file_output_publish(&output, source->mode, ret);
        if (r >= 0 && reports)
                file_intake_report(&intake, run->result);
        return r;
}

static int make_one(FileRun *run, const Source *source) {
        FileOutcome outcome;
        int r;

        r = make_file(run, source, run->request.to, true, &outcome);
        if (r >= 0)
                report_outcome(run, outcome);
        return r;
}

static int write_file(FileRun *run) {
        const Source source = { .content = run->request.content, .fd = -EBADF, .mode = NEW_MODE };

        return make_one(run, &source);
}

static int fetch_file(FileRun *run) {
        const Source source = { .url = run->request.from, .fd = -EBADF, .mode = NEW_MODE };

        return make_one(run, &source);
}

/* What is copied has `st`. Returns 1, 0 if it is missing and may be, or a negative errno (explained). */
static int copy_stat(
                FileRun *run,
                const char *from,
                const char *to,
                bool reports,
                FileOutcome *ret,
                struct stat *ret_stat) {
        CLEANUP_CLOSE int fd = place_read(run->request.root, from);
        Source source = { .fd = fd, .path = from };
        struct stat st;
        int r;

        if (may_be_missing(run, fd))
                return 0;
        if (fd < 0 || fstat(fd, &st) < 0)
                return fail_path(run, fd < 0 ? fd : -errno, "read", from);
        source.mode = st.st_mode & 0777;
        r = make_file(run, &source, to, reports, ret);
        if (r < 0)
                return r;
        *ret_stat = st;
        return 1;
}

/* Returns 1, 0 if it is missing and may be, or a negative errno (explained). */
static int copy_path(FileRun *run, const char *from, const char *to, bool reports, FileOutcome *ret) {
        struct stat st;

        return copy_stat(run, from, to, reports, ret, &st);
}

/* --- move, delete ------------------------------------------------------------------------------------ */

/* Returns 1, 0 if it is missing and may be, or a negative errno (explained). */
static int delete_path(FileRun *run, const char *path) {
        CLEANUP(place_done) Place place = PLACE_NONE;
        int r;

        r = place_open(run->request.root, path, 0, &place);
        if (r >= 0 && unlinkat(place.directory_fd, place.name, 0) < 0)
                r = -errno;
        if (may_be_missing(run, r))
                return 0;
        return r < 0 ? fail_path(run, r, "delete", path) : 1;
}

/* The file that was copied, or the link to it, unless another one is there now: the copy, where both are one
 * place. */
static int delete_copied(FileRun *run, const char *path, const struct stat *copied) {
        CLEANUP(place_done) Place place = PLACE_NONE;
        struct stat st;
        int r;

        r = place_open(run->request.root, path, 0, &place);
        if (r >= 0 && fstatat(place.directory_fd, place.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                r = -errno;
        if (r >= 0 && (is_same_file(&st, copied) || S_ISLNK(st.st_mode)) &&
            unlinkat(place.directory_fd, place.name, 0) < 0)
                r = -errno;
        return r < 0 ? fail_path(run, r, "delete", path) : 1;
}

/* Nothing has to be looked into or changed on the way: the file itself can move. */
static bool is_plain_move(const FileRequest *request) {
        return !request->checksum && !request->encoding_from && request->max_bytes == UINT64_MAX &&
                        request->mode == (mode_t) -1 && request->owner == (uid_t) -1 &&
                        request->group == (gid_t) -1 && !request->only_if_changed &&
                        request->if_exists != EXISTS_APPEND;
}

static bool is_same_place(const Place *a, const Place *b) {
        struct stat first, second;

        return strcmp(a->name, b->name) == 0 && fstat(a->directory_fd, &first) >= 0 &&
                        fstat(b->directory_fd, &second) >= 0 && is_same_file(&first, &second);
}

/* A rename to another name of the same file does nothing. Returns 1 or a negative errno. */
static int drop_old_name(const Place *from, const Place *to, const struct stat *moved) {
        struct stat st;

        /* Of one link, what is still found there is the new name: where case does not count. */
        if (moved->st_nlink < 2 || is_same_place(from, to) ||
            fstatat(from->directory_fd, from->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !is_same_file(&st, moved))
                return 1;
        return unlinkat(from->directory_fd, from->name, 0) < 0 ? -errno : 1;
}

/* Returns 1, 0 if it is kept, -EXDEV if it has to be copied, or another negative errno. */
static int rename_place(const FileRequest *request, const Place *from, const Place *to) {
        struct stat st;

        if (fstatat(from->directory_fd, from->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
        if (renameat2(from->directory_fd, from->name, to->directory_fd, to->name,
                      request->if_exists == EXISTS_REPLACE ? 0 : RENAME_NOREPLACE) >= 0)
                return drop_old_name(from, to, &st);
        /* EINVAL: a file system that cannot say "only if there is none". */
        return errno == EINVAL ? -EXDEV : errno == EEXIST && request->if_exists == EXISTS_KEEP ? 0 : -errno;
}

static int try_rename(FileRun *run, const char *from, const char *to, FileOutcome *ret) {
        CLEANUP(place_done) Place old = PLACE_NONE;
        CLEANUP(place_done) Place new = PLACE_NONE;
        const FileRequest *request = &run->request;
        int r;

        r = place_open(request->root, from, 0, &old);
        if (r < 0)
                return may_be_missing(run, r) ? 0 : fail_path(run, r, "move", from);
        r = place_open(request->root, to, request->make_directories ? PLACE_MAKE_DIRECTORIES : 0, &new);
        if (r < 0)
                return fail_path(run, r, "write", to);
        r = rename_place(request, &old, &new);
        if (r == -EXDEV || may_be_missing(run, r))
                return r == -EXDEV ? r : 0;
        if (r == -EEXIST)
                return action_fail(run->action, "'%s' is there already", to);
        *ret = r > 0 ? FILE_CHANGED : FILE_KEPT;
        return r < 0 ? fail_path(run, r, "move", from) : 1;
}

/* As copy_path(). A file that was kept, or kept another from being replaced, stays where it is. */
static int move_path(FileRun *run, const char *from, const char *to, bool reports, FileOutcome *ret) {
        struct stat copied = { 0 };
        int r;

        r = is_plain_move(&run->request) ? try_rename(run, from, to, ret) : -EXDEV;
        if (r != -EXDEV)
                return r;
        r = copy_stat(run, from, to, reports, ret, &copied);
        if (r <= 0 || *ret == FILE_KEPT)
                return r;
        return delete_copied(run, from, &copied);
}

/* --- one file, or all that match --------------------------------------------------------------------- */

static int handle_path(FileRun *run, const char *from, const char *to, bool reports, FileOutcome *ret) {
        *ret = FILE_CHANGED;
        switch (run->request.operation) {
        case FILE_COPY:
                return copy_path(run, from, to, reports, ret);
        case FILE_MOVE:
                return move_path(run, from, to, reports, ret);
        default:
                return delete_path(run, from);
        }
}

static int handle_one(FileRun *run) {
        FileOutcome outcome;
        int r;

        r = handle_path(run, run->request.from, run->request.to, true, &outcome);
        if (r < 0)
                return r;
        if (r == 0)
                report_missing(run);
        else if (run->request.to)
                report_outcome(run, outcome);
        else
                json_writer_bool(run->result, "changed", true);
        return 0;
}

static int handle_name(FileRun *run, const char *name) {
        const char *slash = strrchr(run->request.from, '/');
        CLEANUP_FREE char *from = NULL, *to = NULL;
        FileOutcome outcome;
        int r;

        if (asprintf(&from, "%.*s/%s", (int) (slash - run->request.from), run->request.from, name) < 0) {
                from = NULL;
                return -ENOMEM;
        }
        r = run->request.to ? path_join(run->request.to, name, &to) : 0;
        if (r < 0)
                return r;
        r = handle_path(run, from, to, false, &outcome);
        return r < 0 ? r : outcome == FILE_CHANGED;
}

static int handle_pattern(FileRun *run) {
        CLEANUP(string_list_freep) char **names = NULL;
        CLEANUP(string_list_freep) char **done = NULL;
        size_t n = 0;
        int r;

        r = file_glob(run->request.root, run->request.from, &names);
        if (r < 0 && !may_be_missing(run, r))
                return fail_path(run, r, "read", run->request.from);
        if (!names && !run->request.ignore_missing)
                return action_fail(run->action, "No file matches '%s'", run->request.from);
        STRING_LIST_FOREACH(name, names) {
                r = handle_name(run, *name);
                if (r < 0)
                        return r;
                n += r > 0;
                if (r > 0 && n <= REPORTED_FILES)
                        r = string_list_push(&done, *name);
                if (r < 0)
                        return r;
        }
        json_writer_integer(run->result, "count", (int64_t) n);
        json_writer_string_list(run->result, "files", done);
        return 0;
}

/* --- send -------------------------------------------------------------------------------------------- */

/* A file that goes away with the process. */
static int open_scratch(FileRun *run) {
        const char *directory = getenv("TMPDIR") ?: "/var/tmp";
        int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

        return fd < 0 ? action_fail_errno(
                                        run->action, errno, "Cannot make a temporary file in '%s'", directory)
                      : fd;
}

/* Size, checksum and bounds are known before a byte is sent. */
static int send_source(FileRun *run, const Source *source) {
        CLEANUP(file_intake_done) FileIntake intake = { .fd = -EBADF };
        CLEANUP_CLOSE int scratch = -EBADF;
        bool needs_scratch = source->content || run->request.encoding_from;
        FileTransfer transfer = { 0 };
        int r;

        if (needs_scratch) {
                scratch = open_scratch(run);
                if (scratch < 0)
                        return scratch;
        }
        r = file_intake_init(&intake, run->action, &run->request, scratch, NULL);
        if (r >= 0)
                r = take_in(run, source, &intake);
        if (r >= 0)
                r = file_send(run->action, &run->request, needs_scratch ? scratch : source->fd, intake.n_out,
                              &transfer);
        if (r < 0)
                return r;
        if (transfer.status != 0)
                json_writer_integer(run->result, "http_status", transfer.status);
        file_intake_report(&intake, run->result);
        return 0;
}

static int send_file(FileRun *run) {
        CLEANUP_CLOSE int fd = -EBADF;
        Source source = { .content = run->request.content, .path = run->request.from };

        if (!source.content) {
                fd = place_read(run->request.root, run->request.from);
                if (fd < 0)
                        return fail_path(run, fd, "read", run->request.from);
        }
        source.fd = fd;
        return send_source(run, &source);
}

/* --- all of it --------------------------------------------------------------------------------------- */

static int dispatch(FileRun *run) {
        static int (*const operations[])(FileRun *) = {
                [FILE_READ] = read_file,  [FILE_WRITE] = write_file,  [FILE_COPY] = handle_one,
                [FILE_MOVE] = handle_one, [FILE_DELETE] = handle_one, [FILE_FETCH] = fetch_file,
                [FILE_SEND] = send_file,
        };

        json_writer_string(run->result, "operation", file_operation_to_string(run->request.operation));
        return run->request.glob ? handle_pattern(run) : operations[run->request.operation](run);
}

static int file_run(Action *action) {
        FileRun run = { .action = action, .result = &action->result };
        int r;

        r = file_request_decode(action, &run.request);
        if (r >= 0)
                r = dispatch(&run);
        file_request_done(&run.request);
        return r;
}

const ActionProgram file_program = {
        .name = "file",
        .description = "Reads, writes, copies, moves, deletes, fetches and sends files",
        .parameters = file_parameters,
        .notes = "The result has the operation, what came into being with its size and sha256, and whether "
                 "anything "
                 "changed; of read the content (or base64 if it is no text), of a URL its http_status.",
        .example = "file: {from: \"https://example.org/rates.csv\", to: /srv/rates/%Y-%m-%d.csv, mode: "
                   "\"0644\"}",
        .run = file_run,
};
