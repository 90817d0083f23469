/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/runner-fixture.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "runner/output-capture.h"
#include "util/file.h"

#define DEADLINE_USEC ((uint64_t) 30 * USEC_PER_SEC)
#define DEADLINE_MSEC 30000

static const char *program(void) {
        return getenv("JOBSCHED_RUNNER_PROGRAM") ?: "./jobsched-runner";
}

void runner_fixture_init(RunnerFixture *fixture) {
        /* Where there is a file system in memory, as /run is one. */
        const char *base = access("/dev/shm", W_OK) >= 0 ? "/dev/shm" : "/tmp";

        *fixture = (RunnerFixture){ 0 };
        (void) snprintf(fixture->store, sizeof(fixture->store), "%08x5b7f4e0e9c3a111122223333",
                        (unsigned) getpid());
        (void) snprintf(fixture->directory, sizeof(fixture->directory), "%s/test-runner-XXXXXX", base);
        ck_assert_ptr_nonnull(mkdtemp(fixture->directory));
        ck_assert_int_eq(chmod(fixture->directory, 0755), 0);
        ck_assert_int_ge(sd_event_new(&fixture->event), 0);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk) {
        return remove(path);
}

static void forget(RunnerFixture *fixture) {
        for (size_t i = 0; i < RUNNER_FIXTURE_RUNS_MAX; i++) {
                Message ended = { .type = MESSAGE_ENDED, .ended = fixture->ended[i] };
                Message listed = { .type = MESSAGE_LISTED, .listed = fixture->listed[i] };

                if (fixture->ended[i].message)
                        message_done(&ended);
                if (fixture->listed[i].job)
                        message_done(&listed);
        }
        if (fixture->n_welcomes > 0)
                message_done(&(Message){ .type = MESSAGE_WELCOME, .welcome = fixture->welcome });
        if (fixture->n_looked_up > 0)
                message_done(&(Message){ .type = MESSAGE_LOOKED_UP, .looked_up = fixture->looked_up });
        buffer_done(&fixture->output);
        fixture->n_welcomes = fixture->n_listed = fixture->n_list_ends = fixture->n_started = 0;
        fixture->n_progress = fixture->n_ended = fixture->n_looked_up = fixture->n_output_ends =
                        fixture->n_closed = 0;
        for (size_t i = 0; i < ARRAY_SIZE(fixture->errand_done); i++)
                free(fixture->errand_done[i].text);
        memset(fixture->errand_done, 0, sizeof(fixture->errand_done));
        fixture->n_errands_done = 0;
        memset(fixture->listed, 0, sizeof(fixture->listed));
        memset(fixture->started, 0, sizeof(fixture->started));
        memset(fixture->ended, 0, sizeof(fixture->ended));
}

void runner_fixture_done(RunnerFixture *fixture) {
        runner_fixture_disconnect(fixture);
        forget(fixture);
        if (fixture->pid > 0) {
                (void) kill(fixture->pid, SIGTERM);
                (void) kill(fixture->pid, SIGTERM); /* in a hurry */
                (void) runner_fixture_wait(fixture);
        }
        (void) sd_event_unref(fixture->event);
        (void) nftw(fixture->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A private /etc/passwd with a user "jobsched": in a mount namespace, which only root can make. */
static void enter_namespace(const char *directory) {
        CLEANUP_FREE char *users = NULL, *path = NULL, *more = NULL;

        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            file_read("/etc/passwd", 1024 * 1024, &users, NULL) < 0 ||
            asprintf(&more, "%sjobsched:x:64999:64999::/:/usr/sbin/nologin\n", users) < 0 ||
            asprintf(&path, "%s/passwd", directory) < 0 ||
            file_replace(path, more, strlen(more), 0644, false) < 0 ||
            mount(path, "/etc/passwd", NULL, MS_BIND, NULL) < 0)
                _exit(77);
}

static void execute_runner(const RunnerFixture *fixture) {
        if (fixture->open_files > 0) {
                const struct rlimit limit = { fixture->open_files, fixture->open_files };

                if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
                        _exit(77);
        }
        if (fixture->system)
                enter_namespace(fixture->directory);
        (void) setenv("JOBSCHED_RUNNER_DIR", fixture->directory, 1);
        (void) setenv("LANG", "C.UTF-8", 1);
        (void) execl(program(), "jobsched-runner", fixture->system ? NULL : "--user", NULL);
        _exit(127);
}

/* No polling: the directory says when the socket has been made. */
static void wait_for_socket(RunnerFixture *fixture) {
        CLEANUP_FREE char *path = NULL;
        CLEANUP_CLOSE int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
        char events[4096];

        ck_assert_int_eq(path_join(fixture->directory, "socket", &path), 0);
        ck_assert_int_ge(inotify_add_watch(fd, fixture->directory, IN_CREATE | IN_ATTRIB), 0);
        for (;;) {
                int client = runner_fixture_connect_raw(fixture);

                if (client >= 0) {
                        (void) close(client);
                        return;
                }
                ck_assert_int_eq(waitpid(fixture->pid, NULL, WNOHANG), 0);
                (void) poll(&poll_fd, 1, 20);
                (void) !read(fd, events, sizeof(events));
        }
}

void runner_fixture_start(RunnerFixture *fixture) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(fixture->directory, "socket", &path), 0);
        (void) unlink(path);
        fixture->pid = fork();
        ck_assert_int_ge(fixture->pid, 0);
        if (fixture->pid == 0)
                execute_runner(fixture);
        wait_for_socket(fixture);
}

int runner_fixture_wait(RunnerFixture *fixture) {
        int status = 0;

        ck_assert_int_eq(waitpid(fixture->pid, &status, 0), fixture->pid);
        fixture->pid = 0;
        return status;
}

static void take_ended(RunnerFixture *fixture, Message *message) {
        uint64_t id = message->ended.execution_id;

        ck_assert_uint_lt(id, RUNNER_FIXTURE_RUNS_MAX);
        if (fixture->ended[id].message)
                return; /* told again */
        fixture->ended[id] = message->ended;
        message->ended = (MessageEnded){ 0 };
        fixture->n_ended++;
}

static void on_message(void *userdata, Message *message) {
        RunnerFixture *fixture = userdata;

        switch (message->type) {
        case MESSAGE_WELCOME:
                fixture->welcome = message->welcome;
                message->welcome = (MessageWelcome){ 0 };
                fixture->n_welcomes++;
                break;
        case MESSAGE_LISTED:
                ck_assert_uint_lt(message->listed.execution_id, RUNNER_FIXTURE_RUNS_MAX);
                fixture->listed[message->listed.execution_id] = message->listed;
                message->listed = (MessageListed){ 0 };
                fixture->n_listed++;
                break;
        case MESSAGE_LIST_END:
                fixture->n_list_ends++;
                break;
        case MESSAGE_STARTED:
                ck_assert_uint_lt(message->started.execution_id, RUNNER_FIXTURE_RUNS_MAX);
                fixture->started[message->started.execution_id] = message->started;
                fixture->n_started++;
                break;
        case MESSAGE_ENDED:
                take_ended(fixture, message);
                break;
        case MESSAGE_OUTPUT:
                fixture->n_output_ends += message->output.stream == STREAM_END;
                (void) buffer_add(&fixture->output, message->output.data, message->output.data_size);
                break;
        case MESSAGE_PROGRESS:
                fixture->progress = message->progress.progress;
                (void) snprintf(fixture->status_text, sizeof(fixture->status_text), "%s",
                                message->progress.status_text);
                fixture->n_progress++;
                break;
        case MESSAGE_LOOKED_UP:
                if (fixture->n_looked_up > 0)
                        message_done(&(Message){ .type = MESSAGE_LOOKED_UP,
                                                 .looked_up = fixture->looked_up });
                fixture->looked_up = message->looked_up;
                message->looked_up = (MessageLookedUp){ 0 };
                fixture->n_looked_up++;
                break;
        case MESSAGE_ERRAND_DONE:
                ck_assert_uint_lt(message->errand_done.cookie, RUNNER_FIXTURE_ERRANDS_MAX);
                ck_assert_ptr_null(fixture->errand_done[message->errand_done.cookie].text);
                fixture->errand_done[message->errand_done.cookie] = message->errand_done;
                message->errand_done = (MessageErrandDone){ 0 };
                fixture->n_errands_done++;
                break;
        default:
                ck_abort_msg("a message that only the daemon sends: %d", (int) message->type);
        }
}

static void on_closed(void *userdata, int error) {
        RunnerFixture *fixture = userdata;

        fixture->n_closed++;
        fixture->connection = connection_free(fixture->connection);
}

int runner_fixture_connect_raw(RunnerFixture *fixture) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", fixture->directory);
        if (fd < 0 || connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

void runner_fixture_send(RunnerFixture *fixture, const Message *message) {
        ck_assert_ptr_nonnull(fixture->connection);
        ck_assert_int_eq(connection_send(fixture->connection, message), 0);
}

void runner_fixture_connect(RunnerFixture *fixture) {
        const ConnectionEvents events = { on_message, on_closed, NULL, fixture };
        const Message hello = {
                .type = MESSAGE_HELLO,
                .hello = { PROTOCOL_VERSION_MIN, PROTOCOL_VERSION_MAX, fixture->store, (char *) "test" },
        };
        int fd = runner_fixture_connect_raw(fixture);

        ck_assert_int_ge(fd, 0);
        forget(fixture);
        ck_assert_int_eq(connection_new(fixture->event, fd, &events, &fixture->connection), 0);
        runner_fixture_send(fixture, &hello);
        runner_fixture_run_until(fixture, &fixture->n_list_ends, 1);
}

void runner_fixture_disconnect(RunnerFixture *fixture) {
        fixture->connection = connection_free(fixture->connection);
}

void runner_fixture_run_until(RunnerFixture *fixture, const size_t *value, size_t expected) {
        while (*value < expected)
                ck_assert_int_gt(sd_event_run(fixture->event, DEADLINE_USEC), 0);
}

MessageStart runner_fixture_script(uint64_t execution_id, const char *script) {
        return (MessageStart){
                .execution_id = execution_id,
                .attempt = 1,
                .job = (char *) "test-job",
                .cause = (char *) "schedule",
                .due_usec = 0,
                .owner_uid = getuid(),
                .directory = (char *) "/",
                .umask = 022,
                .script = (char *) script,
                .shell = (char *) "/bin/sh",
                .timeout_usec = USEC_INFINITY,
                .start_timeout_usec = 60 * USEC_PER_SEC,
                .kill_timeout_usec = 10 * USEC_PER_SEC,
                .kill_signal = SIGTERM,
                .capture_bytes = 65536,
                .output_keep_age_usec = USEC_INFINITY,
                .memory_max_bytes = UINT64_MAX,
                .cpu_percent = UINT64_MAX,
                .tasks_max = UINT64_MAX,
                .io_weight = UINT64_MAX,
        };
}

void runner_fixture_send_start(RunnerFixture *fixture, const MessageStart *start) {
        runner_fixture_send(fixture, &(Message){ .type = MESSAGE_START, .start = *start });
}

const MessageEnded *runner_fixture_run(RunnerFixture *fixture, const MessageStart *start) {
        MessageEnded *ended = &fixture->ended[start->execution_id];

        runner_fixture_send_start(fixture, start);
        while (!ended->message)
                ck_assert_int_gt(sd_event_run(fixture->event, DEADLINE_USEC), 0);
        runner_fixture_send(
                        fixture,
                        &(Message){ .type = MESSAGE_ACKNOWLEDGE,
                                    .acknowledge = { start->execution_id, start->attempt } });
        return ended;
}

void runner_fixture_expect_failure(RunnerFixture *fixture, const MessageStart *start, const char *message) {
        const MessageEnded *ended = runner_fixture_run(fixture, start);

        ck_assert_str_eq(ended->message, message);
        ck_assert_uint_eq(ended->kind, END_LAUNCH);
        ck_assert_int_eq(ended->exit_code, -1);
}

void runner_fixture_write_file(
                const RunnerFixture *fixture,
                const char *name,
                const char *content,
                char *ret_path) {

        char path[RUNNER_FIXTURE_PATH_SIZE];

        (void) snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
        ck_assert_int_eq(file_replace(path, content, strlen(content), 0644, false), 0);
        if (ret_path)
                memcpy(ret_path, path, sizeof(path));
}

static int on_created(sd_event_source *source, const struct inotify_event *event, void *userdata) {
        return 0; /* the loop has come round */
}

void runner_fixture_wait_for_file(RunnerFixture *fixture, const char *name) {
        CLEANUP(sd_event_source_disable_unrefp) sd_event_source *source = NULL;
        char path[RUNNER_FIXTURE_PATH_SIZE];

        (void) snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
        ck_assert_int_ge(
                        sd_event_add_inotify(
                                        fixture->event, &source, fixture->directory, IN_CREATE | IN_MOVED_TO,
                                        on_created, NULL),
                        0);
        while (access(path, F_OK) < 0)
                ck_assert_int_gt(sd_event_run(fixture->event, DEADLINE_USEC), 0);
}

const MessageErrandDone *runner_fixture_run_errand(RunnerFixture *fixture, const MessageErrand *errand) {
        const MessageErrandDone *done = &fixture->errand_done[errand->cookie];

        runner_fixture_send(fixture, &(Message){ .type = MESSAGE_ERRAND, .errand = *errand });
        while (!done->text)
                ck_assert_int_gt(sd_event_run(fixture->event, DEADLINE_USEC), 0);
        return done;
}

char *test_output_text(const MessageEnded *ended, uint8_t stream, size_t *ret_size) {
        Buffer text = { 0 };
        const char *rest = ended->output;
        size_t left = ended->output_size;
        char *result;

        while (left > 0) {
                const char *data;
                uint8_t piece_stream;
                size_t size, used = output_piece_read(rest, left, &piece_stream, &data, &size);

                ck_assert_uint_gt(used, 0);
                if (stream == 0 ? piece_stream != STREAM_REMARK : piece_stream == stream)
                        (void) buffer_add(&text, data, size);
                rest += used;
                left -= used;
        }
        if (ret_size)
                *ret_size = text.size;
        ck_assert_int_eq(buffer_take(&text, &result), 0);
        return result;
}

void test_wait_gone(pid_t pid) {
        CLEANUP_CLOSE int fd = pidfd_open(pid, 0);
        struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

        if (fd >= 0)
                ck_assert_msg(poll(&poll_fd, 1, DEADLINE_MSEC) == 1, "process %d is still there", (int) pid);
}
