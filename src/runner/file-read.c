/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/file-read.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>

#include "protocol/http-piece.h"
#include "runner/file-reader.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/string-list.h"
#include "util/utf8.h"

#define MARK "file-reader" /* of no run */
/* With the headers of the pieces. */
#define PIECES_SIZE_MAX (FILE_READER_SIZE_MAX + (size_t) 1024 * 1024)

struct FileRead {
        Poller *poller;
        Deadlines *deadlines;
        size_t n_files;
        int memory_fd, error_fd, pid_fd;
        Watch report;
        char text[FILE_READER_LINE_MAX];
        size_t text_size;
        const char *failure; /* static text */
        bool ended;
        Deadline deadline; /* its patience; when it has ended, at once: done() may free our watch */
        file_read_done_t done;
        void *userdata;
};

FileRead *file_read_free(FileRead *files) {
        if (!files)
                return NULL;
        if (files->pid_fd >= 0)
                (void) pidfd_send_signal(files->pid_fd, SIGKILL, NULL, 0);
        deadline_clear(files->deadlines, &files->deadline);
        poller_close(files->poller, &files->report);
        (void) fd_close(files->memory_fd);
        (void) fd_close(files->error_fd);
        (void) fd_close(files->pid_fd);
        free(files);
        return NULL;
}

/* The user may stand behind what is in there: files in their order, and nothing else. */
static bool pieces_are_valid(const char *data, size_t size, size_t n_files) {
        for (size_t i = 0; i < n_files; i++) {
                char name[24];
                HttpPiece piece;
                size_t used = http_piece_read(data, size, &piece);

                (void) snprintf(name, sizeof(name), "%zu", i);
                if (used == 0 || piece.kind != HTTP_PIECE_FILE || piece.name_size != strlen(name) ||
                    memcmp(piece.name, name, piece.name_size) != 0)
                        return false;
                data += used;
                size -= used;
        }
        return size == 0;
}

/* It may not even have been executed. */
static const char *explain_end(const FileRead *files) {
        ChildError error;

        if (read(files->error_fd, &error, sizeof(error)) == (ssize_t) sizeof(error))
                return strerror(error.error);
        return "the process that reads its files ended";
}

/* NULL: there are none that can be sent. */
static char *take_pieces(FileRead *files, size_t *ret_size) {
        CLEANUP_FREE char *pieces = NULL;

        if (fcntl(files->memory_fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) <
                            0 ||
            memfd_read_sealed(files->memory_fd, PIECES_SIZE_MAX, &pieces, ret_size) < 0 ||
            !pieces_are_valid(pieces, *ret_size, files->n_files))
                return NULL;
        return TAKE_PTR(pieces);
}

/* May free it. */
static void conclude(FileRead *files) {
        CLEANUP_FREE char *pieces = NULL, *text = NULL;
        const char *failure = files->failure;
        size_t size = 0;

        if (!failure && utf8_clean(files->text, files->text_size, FILE_READER_LINE_MAX, &text) < 0)
                failure = "out of memory";
        if (!failure)
                text[strcspn(text, "\n")] = '\0';
        if (!failure && strcmp(text, "done") == 0) {
                pieces = take_pieces(files, &size);
                failure = pieces ? NULL : "what was read of its files is not as it should be";
        } else if (!failure && strncmp(text, "failed ", 7) == 0) {
                failure = text + 7;
        } else if (!failure) {
                failure = explain_end(files);
        }
        files->done(files->userdata, pieces, size, failure);
}

static void on_deadline(Deadline *deadline) {
        FileRead *files = deadline->userdata;

        if (!files->ended)
                files->failure = "its files were not read within the start-timeout";
        conclude(files);
}

static void on_report(Watch *watch, uint32_t events) {
        FileRead *files = watch->userdata;
        ssize_t n = read(watch->fd, files->text + files->text_size, sizeof(files->text) - files->text_size);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (n > 0) {
                files->text_size += (size_t) n;
                return;
        }
        poller_close(files->poller, watch); /* also when there is more than there can be */
        files->ended = true;
        (void) deadline_set(files->deadlines, &files->deadline, 0);
}

static int start_reader(
                FileRead *files,
                const FileReadPlan *plan,
                const Account *account,
                char **reterr_message) {

        static const ProcessSettings no_settings;
        CLEANUP(string_list_freep) char **arguments = NULL;
        MessageStart start = {
                .job = (char *) plan->job,
                .cause = (char *) "",
                .directory = (char *) "/",
                .umask = 022,
        };
        Launched launched;
        int r;

        r = file_reader_arguments(plan->program, plan->paths, &arguments);
        if (r < 0)
                return r;
        start.arguments = arguments;
        r = launch(plan->defaults, &start, account,
                   &(LaunchTarget){
                                   .mark = MARK,
                                   .record_fd = -EBADF,
                                   .cgroup_fd = -EBADF,
                                   .program_fd = -EBADF,
                                   .input_fd = files->memory_fd,
                                   .dies_with_runner = true,
                                   .settings = &no_settings,
                   },
                   &launched, reterr_message);
        if (r < 0)
                return r;
        files->error_fd = launched.error_fd;
        files->pid_fd = pidfd_open(launched.pid, 0); /* not reaped yet; without it nobody is killed */
        (void) fd_close(launched.stderr_fd);
        return poller_add(files->poller, &files->report, launched.stdout_fd, EPOLLIN);
}

int file_read_begin(
                const FileReadPlan *plan,
                const Account *account,
                file_read_done_t done,
                void *userdata,
                FileRead **ret,
                char **reterr_message) {

        CLEANUP(file_read_freep) FileRead *files = calloc(1, sizeof(*files));
        int r;

        if (!files)
                return -ENOMEM;
        *files = (FileRead){
                .poller = plan->poller,
                .deadlines = plan->deadlines,
                .n_files = string_list_length(plan->paths),
                .memory_fd = memfd_create("jobsched-files", MFD_CLOEXEC | MFD_ALLOW_SEALING),
                .error_fd = -EBADF,
                .pid_fd = -EBADF,
                .report = { .fd = -EBADF, .on_ready = on_report, .userdata = files },
                .done = done,
                .userdata = userdata,
        };
        deadline_init(&files->deadline, on_deadline, files);
        if (files->memory_fd < 0)
                return -errno;
        r = start_reader(files, plan, account, reterr_message);
        if (r >= 0)
                r = deadline_set(
                                files->deadlines, &files->deadline,
                                usec_add(clock_now(&system_clock, CLOCK_KIND_MONOTONIC), plan->timeout_usec));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(files);
        return 0;
}
