/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/action-probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/action-scan.h"
#include "protocol/action-program.h"
#include "protocol/message.h"
#include "util/buffer.h"
#include "util/clock.h"

#define ANSWER_USEC (5 * USEC_PER_SEC)

/* As the runner does it: a script needs its descriptor, any other program does not get to see it. */
_Noreturn static void execute(int program_fd, const char *path, int output_fd) {
        char *const arguments[] = { (char *) path, (char *) "--describe", NULL };
        int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (null_fd < 0 || setpgid(0, 0) < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
            dup2(output_fd, STDOUT_FILENO) < 0 || dup2(null_fd, STDERR_FILENO) < 0)
                _exit(127);
        (void) syscall(SYS_execveat, program_fd, "", arguments, environ, AT_EMPTY_PATH);
        if (errno == ENOENT && fcntl(program_fd, F_SETFD, 0) >= 0)
                (void) syscall(SYS_execveat, program_fd, "", arguments, environ, AT_EMPTY_PATH);
        _exit(127);
}

/* Reads to the end, to one byte too much, or to the deadline. Returns 0, or a negative errno. */
static int read_answer(int fd, Buffer *answer) {
        usec_t deadline = usec_add(clock_now(&system_clock, CLOCK_KIND_MONOTONIC), ANSWER_USEC);
        char piece[4096];

        while (answer->size <= DESCRIPTION_SIZE_MAX) {
                struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
                usec_t left = deadline - clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
                ssize_t n;

                if (left <= 0 || poll(&poll_fd, 1, (int) (left / USEC_PER_MSEC) + 1) == 0)
                        return -ETIMEDOUT;
                n = read(fd, piece, sizeof(piece));
                if (n == 0)
                        return 0;
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0 && buffer_add(answer, piece, (size_t) n) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* Returns 0 with its answer, -EIO (it ended badly), or another errno. */
static int ask(int program_fd, const char *path, char **ret) {
        CLEANUP_CLOSE int read_fd = -EBADF, write_fd = -EBADF;
        CLEANUP(buffer_done) Buffer answer = { 0 };
        int fds[2], status = 0, r;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        read_fd = fds[0];
        write_fd = fds[1];
        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                execute(program_fd, path, write_fd);
        write_fd = fd_close(write_fd);
        r = read_answer(read_fd, &answer);
        if (r < 0 || answer.size > DESCRIPTION_SIZE_MAX)
                (void) kill(-pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (r < 0)
                return r;
        if (answer.size <= DESCRIPTION_SIZE_MAX && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
                return -EIO;
        if (answer.data && memchr(answer.data, '\0', answer.size))
                return -EBADMSG;
        return buffer_take(&answer, ret);
}

static char *explain(int error) {
        switch (error) {
        case -ETIMEDOUT:
                return strdup("asked to --describe itself it did not answer in time");
        case -EBADMSG:
                return strdup("its answer to --describe is not text");
        default:
                return strdup("asked to --describe itself it failed");
        }
}

/* Leaves the reason in description->error. Returns 0 or -ENOMEM. */
static int probe_one(const FileTrust *trust, ActionDescription *description) {
        CLEANUP_CLOSE int fd = -EBADF;
        CLEANUP_FREE char *answer = NULL;
        char *error = NULL;
        int r;

        r = action_program_open(description->path, trust, &fd, &error);
        if (r >= 0) {
                r = ask(fd, description->path, &answer);
                error = r < 0 && r != -ENOMEM ? explain(r) : NULL;
        }
        if (r >= 0)
                r = action_description_parse(description, answer, &error);
        if (r >= 0)
                return 0;
        description->error = error;
        return error ? 0 : -ENOMEM;
}

int action_probe(char *const *directories, bool system_mode, ActionCatalog *ret) {
        const FileTrust trust = { .owner_uid = getuid(), .system_mode = system_mode };
        CLEANUP(action_files_done) ActionFiles files = { 0 };
        CLEANUP(action_catalog_done) ActionCatalog catalog = { 0 };
        int r;

        r = action_files_scan(directories, &files);
        if (r < 0)
                return r;
        catalog.items = calloc(files.n_items + 1, sizeof(*catalog.items));
        if (!catalog.items)
                return -ENOMEM;
        for (size_t i = 0; i < files.n_items; i++) {
                ActionDescription *description = &catalog.items[catalog.n_items++];

                *description = (ActionDescription){
                        .name = TAKE_PTR(files.items[i].name),
                        .path = TAKE_PTR(files.items[i].path),
                        .builtin = files.items[i].builtin,
                };
                r = probe_one(&trust, description);
                if (r < 0)
                        return r;
        }
        catalog.generation = 1;
        *ret = catalog;
        catalog = (ActionCatalog){ 0 };
        return 0;
}
