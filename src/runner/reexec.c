/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/reexec.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/mman.h>
#include <systemd/sd-daemon.h>

#include "runner/run-http.h"
#include "runner/run-state.h"
#include "runner/supervisor-parts.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/log.h"
#include "util/string-list.h"

#define STATE_SIZE_MAX ((size_t) 2 * 1024 * 1024 * 1024)

static void keep_open(void *userdata, int fd) {
        (void) fcntl(fd, F_SETFD, 0);
}

static void close_on_exec(void *userdata, int fd) {
        (void) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/*
 * Only a client that waits for nothing is kept: another one connects again, hears the list, and asks again
 * what was not answered.
 */
static int client_fd(Supervisor *supervisor) {
        Connection *connection = supervisor->server.connection;

        if (!connection || supervisor->server.n_lookups > 0 || connection_flush(connection) != 1 ||
            connection_queued_bytes(connection) > 0)
                return -EBADF;
        return connection_fd(connection);
}

static void for_each_fd(
                Supervisor *supervisor,
                int client,
                int worker,
                void (*visit)(void *userdata, int fd)) {
        Run *run;

        visit(NULL, supervisor->runner.context.records.lock_fd);
        visit(NULL, supervisor->server.listen_fd);
        if (client >= 0)
                visit(NULL, client);
        if (worker >= 0)
                visit(NULL, worker);
        for (run = supervisor->runner.runs; run; run = run->hash.next)
                run_state_for_each_fd(run, visit, NULL);
}

static int save(Supervisor *supervisor, int client, int worker, Buffer *buffer) {
        const RunContext *context = &supervisor->runner.context;
        const Server *server = &supervisor->server;
        const Run *run;
        int r;

        state_put_bytes(buffer, "incarnation", supervisor->runner.incarnation,
                        strlen(supervisor->runner.incarnation));
        state_put_number(buffer, "lock-fd", context->records.lock_fd);
        state_put_number(buffer, "listen-fd", server->listen_fd);
        state_put_number(buffer, "connection-fd", client);
        state_put_number(buffer, "http-fd", worker);
        state_put_number(buffer, "http-pid", context->http->pid);
        state_put_number(buffer, "http-cookie", (int64_t) context->http->next_cookie);
        state_put_bytes(buffer, "store", server->greeted ? server->store : "",
                        server->greeted ? strlen(server->store) : 0);
        state_put_number(buffer, "daemon-pid", supervisor->daemon.pid);
        state_put_number(buffer, "open-files-soft", (int64_t) context->launch.open_files.rlim_cur);
        state_put_number(buffer, "open-files-hard", (int64_t) context->launch.open_files.rlim_max);
        state_put_number(buffer, "wake-at", server->alarm.instant_usec);

        for (run = supervisor->runner.runs; run; run = run->hash.next) {
                r = run_state_is_needed(run) ? run_state_save(run, buffer) : 0;
                if (r < 0)
                        return r;
        }
        for (run = server->unsent; run; run = run->next) {
                char name[RUN_NAME_MAX];

                (void) run_key_format(&run->key, name);
                state_put_bytes(buffer, "unsent", name, strlen(name));
        }
        return buffer->failed ? -ENOMEM : 0;
}

static int state_to_memfd(const Buffer *buffer) {
        CLEANUP_CLOSE int fd = memfd_create("jobsched-runner-state", 0);
        int r;

        if (fd < 0)
                return -errno;
        r = fd_write_all(fd, buffer->data, buffer->size);
        if (r < 0)
                return r;
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static int build_arguments(const Supervisor *supervisor, int state_fd, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        char option[64];
        int r = 0;

        STRING_LIST_FOREACH(argument, supervisor->options->arguments) {
                if (strncmp(*argument, "--state-fd", strlen("--state-fd")) == 0)
                        continue;
                r = string_list_push(&list, *argument);
                if (r < 0)
                        return r;
        }
        (void) snprintf(option, sizeof(option), "--state-fd=%d", state_fd);
        r = string_list_push(&list, option);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(list);
        return 0;
}

int reexec(Supervisor *supervisor) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP(string_list_freep) char **arguments = NULL;
        CLEANUP_CLOSE int state_fd = -EBADF;
        int client, worker, error, r;

        /* They would be nobody's in the new program; the daemon asks again. */
        errands_fail_all(&supervisor->runner.errands, ENOTCONN, "the runner is executed anew");
        client = client_fd(supervisor);
        worker = http_worker_suspend(supervisor->runner.context.http);
        r = save(supervisor, client, worker, &buffer);
        if (r < 0)
                return r;
        state_fd = state_to_memfd(&buffer);
        if (state_fd < 0)
                return state_fd;
        r = build_arguments(supervisor, state_fd, &arguments);
        if (r < 0)
                return r;

        (void) sd_notifyf(
                        0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                        clock_now(&system_clock, CLOCK_KIND_MONOTONIC));
        log_info("The runner is executed anew from '%s'; %zu jobs go on.", supervisor->program,
                 runner_count_active(&supervisor->runner));
        for_each_fd(supervisor, client, worker, keep_open);
        (void) execv(supervisor->program, arguments);
        error = errno;
        for_each_fd(supervisor, client, worker, close_on_exec);
        (void) sd_notify(0, "READY=1");
        return -error;
}

static void set_text(char *target, size_t size, const StateItem *item) {
        (void) snprintf(target, size, "%.*s", (int) MIN(item->size, size - 1), item->bytes ?: "");
}

/* The items before the first run. */
static void set_state(ReexecState *state, const StateItem *item) {
        const struct {
                const char *name;
                int *target;
        } numbers[] = {
                { "lock-fd", &state->lock_fd },
                { "listen-fd", &state->listen_fd },
                { "connection-fd", &state->connection_fd },
                { "daemon-pid", &state->daemon_pid },
                { "http-fd", &state->http_fd },
                { "http-pid", &state->http_pid },
        };

        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
                if (strcmp(item->name, numbers[i].name) == 0)
                        *numbers[i].target = (int) item->number;
        }
        if (strcmp(item->name, "incarnation") == 0)
                set_text(state->incarnation, sizeof(state->incarnation), item);
        if (strcmp(item->name, "store") == 0)
                set_text(state->store, sizeof(state->store), item);
        if (strcmp(item->name, "open-files-soft") == 0)
                state->open_files.rlim_cur = (rlim_t) item->number;
        if (strcmp(item->name, "open-files-hard") == 0)
                state->open_files.rlim_max = (rlim_t) item->number;
        if (strcmp(item->name, "http-cookie") == 0)
                state->http_cookie = (uint64_t) item->number;
        if (strcmp(item->name, "wake-at") == 0 && item->number >= 0)
                state->wake_at_usec = item->number;
}

int reexec_load(int state_fd, ReexecState *ret) {
        CLEANUP_CLOSE int fd = state_fd;
        ReexecState state = { .lock_fd = -EBADF,
                              .listen_fd = -EBADF,
                              .connection_fd = -EBADF,
                              .http_fd = -EBADF,
                              .wake_at_usec = USEC_INFINITY };
        StateReader reader;
        StateItem item;
        int r;

        *ret = state;
        if (fd < 0)
                return 0;
        /* All that was kept open for us: nothing that we start from now on may inherit it. */
        (void) close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        r = fd_read_all(fd, STATE_SIZE_MAX, &state.data, &state.size);
        if (r < 0)
                return log_error_errno(r, "Cannot read the state of the runner before the re-exec: %m");

        reader = (StateReader){ state.data, state.size };
        while ((r = state_read(&reader, &item)) > 0 && strcmp(item.name, "run") != 0 &&
               strcmp(item.name, "unsent") != 0) {
                set_state(&state, &item);
                state.offset = (size_t) (reader.data - state.data);
        }
        *ret = state;
        if (r < 0)
                return log_error_errno(r, "The state of the runner before the re-exec is damaged: %m");
        close_on_exec(NULL, state.lock_fd);
        close_on_exec(NULL, state.listen_fd);
        return 0;
}

void reexec_state_done(ReexecState *state) {
        free(state->data);
        *state = (ReexecState){
                .lock_fd = -EBADF, .listen_fd = -EBADF, .connection_fd = -EBADF, .http_fd = -EBADF
        };
}

static int restore_run(Supervisor *supervisor, StateReader *reader) {
        Run *run = NULL;
        int r;

        r = run_state_restore(&supervisor->runner.context, reader, &run);
        if (run)
                runner_adopt(&supervisor->runner, run);
        if (r < 0)
                return r;
        run_state_for_each_fd(run, close_on_exec, NULL);
        if (run->phase == RUN_LOOKUP)
                run_begin(run);
        run_http_continue(run);
        run_continue_settling(run);
        return 0;
}

static void restore_unsent(Supervisor *supervisor, const StateItem *item) {
        char name[RUN_NAME_MAX];
        RunKey key;
        Run *run;

        set_text(name, sizeof(name), item);
        run = run_key_parse(name, &key) >= 0 ? runner_find(&supervisor->runner, &key) : NULL;
        if (run)
                server_add_unsent(&supervisor->server, run);
}

static int for_each_item(Supervisor *supervisor, const ReexecState *state, bool runs) {
        StateReader reader = { state->data + state->offset, state->size - state->offset };
        StateItem item;
        int r;

        while ((r = state_read(&reader, &item)) > 0) {
                if (runs && strcmp(item.name, "run") == 0) {
                        int r_run = restore_run(supervisor, &reader);

                        if (r_run < 0)
                                (void) log_error_errno(
                                                r_run, "Cannot take a run over from before the re-exec: %m");
                }
                if (!runs && strcmp(item.name, "unsent") == 0)
                        restore_unsent(supervisor, &item);
        }
        return r;
}

/* Without it the requests under way are lost. */
static void resume_http(Supervisor *supervisor, const ReexecState *state) {
        int r;

        if (state->http_fd < 0)
                return;
        close_on_exec(NULL, state->http_fd);
        r = http_worker_resume(
                        supervisor->runner.context.http, state->http_fd, (pid_t) state->http_pid,
                        state->http_cookie);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot keep the worker for HTTP: %m");
}

int reexec_restore(Supervisor *supervisor, ReexecState *state) {
        int r;

        if (!state->data)
                return runner_recover(&supervisor->runner, &supervisor->store);

        supervisor->daemon.pid = state->daemon_pid;
        wake_alarm_set(&supervisor->server.alarm, state->wake_at_usec);
        if (state->connection_fd >= 0) {
                close_on_exec(NULL, state->connection_fd);
                r = server_adopt(&supervisor->server, state->connection_fd, state->store);
                if (r < 0)
                        (void) log_warning_errno(
                                        r, "Cannot keep the connection to jobschedd: %m. It connects again.");
        }
        resume_http(supervisor, state);
        r = for_each_item(supervisor, state, true);
        if (r < 0)
                return log_error_errno(r, "The state of the runner before the re-exec is damaged: %m");
        r = runner_recover(&supervisor->runner, &supervisor->store); /* the outcomes that are in runs/ */
        if (r < 0)
                return r;
        return for_each_item(supervisor, state, false);
}
