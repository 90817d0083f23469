/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/errand.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <utlist.h>

#include "runner/path-watcher.h"
#include "runner/process-kill.h"
#include "runner/run-account.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/string-list.h"
#include "util/utf8.h"

#define HTTP_GRACE_USEC (30 * USEC_PER_SEC)

struct Errand {
        Errands *errands;
        uint64_t cookie;
        char mark[ERRAND_MARK_MAX];
        ErrandWork work;
        bool wanted; /* it is in by_cookie */

        MessageStart start; /* what is started for it */
        int input_fd;
        usec_t timeout_usec;
        AccountRequest *request;
        HttpQuestion *question;      /* for HTTP, in place of a process */
        char *user_name, *user_home; /* for messages */

        pid_t pid;
        int cgroup_fd;
        Watch status;
        Watch output[2];
        Deadline deadline;
        bool timed_out;
        int error; /* it could not be executed: a positive errno, and `failure` */
        char *failure;
        char text[ERRAND_TEXT_MAX];
        size_t text_size;

        UT_hash_handle hash, hash_by_pid;
        Errand *prev, *next;
};

static const char *cgroup_name(const Errand *errand, char buffer[static ERRAND_MARK_MAX + 8]) {
        (void) snprintf(buffer, ERRAND_MARK_MAX + 8, CGROUP_RUN_PREFIX "%s", errand->mark);
        return buffer;
}

static void start_done(MessageStart *start) {
        Message message = { .type = MESSAGE_START, .start = *start };

        message_done(&message);
        *start = (MessageStart){ 0 };
}

static void errand_unwant(Errand *errand) {
        if (errand->wanted)
                HASH_DELETE(hash, errand->errands->by_cookie, errand);
        errand->wanted = false;
}

static void leave_cgroup(Errand *errand) {
        char name[ERRAND_MARK_MAX + 8];

        if (errand->cgroup_fd < 0)
                return;
        errand->cgroup_fd = fd_close(errand->cgroup_fd);
        /* Fails while something in it dies: the runner's sweep tries again. */
        (void) cgroup_remove(&errand->errands->context->cgroup, cgroup_name(errand, name));
}

/* Its process has been reaped, or there was none. */
static void errand_free(Errand *errand) {
        Errands *errands = errand->errands;
        RunContext *context = errands->context;

        errand_unwant(errand);
        errand->request = account_request_cancel(errand->request);
        errand->question = http_question_cancel(errand->question);
        deadline_clear(&context->deadlines, &errand->deadline);
        poller_close(&context->poller, &errand->status);
        for (size_t i = 0; i < ARRAY_SIZE(errand->output); i++)
                poller_close(&context->poller, &errand->output[i]);
        if (errand->pid > 0)
                HASH_DELETE(hash_by_pid, errands->by_pid, errand);
        leave_cgroup(errand);
        DL_DELETE(errands->all, errand);
        errands->n--;
        (void) fd_close(errand->input_fd);
        start_done(&errand->start);
        free(errand->user_name);
        free(errand->user_home);
        free(errand->failure);
        free(errand);
}

/* --- its end --------------------------------------------------------------------------------------- */

static void errand_report(Errand *errand, MessageErrandDone *done) {
        Errands *errands = errand->errands;

        if (!errand->wanted)
                return;
        errand_unwant(errand);
        done->cookie = errand->cookie;
        if (errand->work != ERRAND_WORK_HTTP)
                done->http_status = done->retry_after_usec = -1;
        errands->on_done(errands->userdata, done);
}

static void errand_report_error(Errand *errand, int error, const char *text) {
        errand_report(errand,
                      &(MessageErrandDone){
                                      .error = (uint64_t) error,
                                      .exit_code = -1,
                                      .signal = -1,
                                      .http_status = -1,
                                      .retry_after_usec = -1,
                                      .text = (char *) text,
                      });
}

/* Before it has a process. */
static void errand_fail(Errand *errand, int error, const char *text) {
        assert(errand->pid == 0);
        errand_report_error(errand, error, text);
        errand_free(errand);
}

static void report_exit(Errand *errand, int status) {
        CLEANUP_FREE char *text = NULL;
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

        if (errand->timed_out) {
                errand_report_error(errand, ETIMEDOUT, "it did not end in time and was killed");
                return;
        }
        if (errand->failure) {
                errand_report_error(errand, errand->error, errand->failure);
                return;
        }
        if (utf8_clean(errand->text, errand->text_size, ERRAND_TEXT_MAX, &text) < 0) {
                errand_report_error(errand, ENOMEM, "out of memory");
                return;
        }
        if (errand->work != ERRAND_WORK_COMMAND && code != PATH_WATCHER_SO && code != PATH_WATCHER_NOT_SO) {
                errand_report_error(errand, EIO, text[0] ? text : "the process that looks at it failed");
                return;
        }
        errand_report(errand,
                      &(MessageErrandDone){
                                      .exit_code = code,
                                      .signal = WIFSIGNALED(status) ? WTERMSIG(status) : -1,
                                      .text = text,
                      });
}

/* --- while it runs --------------------------------------------------------------------------------- */

/* Returns false when there is nothing more to read, now or ever. */
static bool read_output(Errand *errand, Watch *watch) {
        RunContext *context = errand->errands->context;
        size_t room = sizeof(errand->text) - errand->text_size, n_kept;
        ssize_t n = read(watch->fd, context->read_buffer, READ_SIZE);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return false;
        if (n <= 0) {
                poller_close(&context->poller, watch);
                return false;
        }
        n_kept = MIN((size_t) n, room);
        memcpy(errand->text + errand->text_size, context->read_buffer, n_kept);
        errand->text_size += n_kept;
        return true;
}

static void on_output(Watch *watch, uint32_t events) {
        (void) read_output(watch->userdata, watch);
}

/* What stands in the pipes when it has ended; what does not fit is of no interest. */
static void drain_output(Errand *errand) {
        for (size_t i = 0; i < ARRAY_SIZE(errand->output); i++) {
                while (errand->output[i].fd >= 0 && errand->text_size < sizeof(errand->text) &&
                       read_output(errand, &errand->output[i]))
                        ;
        }
}

static void on_status(Watch *watch, uint32_t events) {
        Errand *errand = watch->userdata;
        const Account account = { .name = errand->user_name, .home = errand->user_home };
        ChildError error;
        ssize_t n = read(watch->fd, &error, sizeof(error));

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        poller_close(&errand->errands->context->poller, watch);
        if (n != (ssize_t) sizeof(error))
                return; /* it was executed, or killed before */
        errand->error = error.error;
        errand->failure = launch_explain(&errand->start, &account, &error) ?: strdup("out of memory");
}

static void on_deadline(Deadline *deadline) {
        Errand *errand = deadline->userdata;

        errand->timed_out = true;
        if (errand->pid > 0)
                process_kill_everything(errand->pid, errand->cgroup_fd);
        else
                errand_fail(errand, ETIMEDOUT, "it did not begin in time");
}

/* What nobody wants: its process, if it has one, is reaped later. */
static void errand_abandon(Errand *errand) {
        errand_unwant(errand);
        if (errand->pid > 0)
                process_kill_everything(errand->pid, errand->cgroup_fd);
        else
                errand_free(errand);
}

bool errands_on_exit(Errands *errands, pid_t pid) {
        Errand *errand;
        int status = 0;

        HASH_FIND(hash_by_pid, errands->by_pid, &pid, sizeof(pid), errand);
        if (!errand) {
                http_worker_on_reaped(&errands->http, pid);
                return false; /* reaped by the runner */
        }

        if (errand->status.fd >= 0)
                on_status(&errand->status, EPOLLIN);
        /* While the zombie still holds the number of its group. */
        if (errand->cgroup_fd >= 0)
                (void) cgroup_kill(errand->cgroup_fd);
        process_signal_group(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        drain_output(errand);
        report_exit(errand, status);
        errand_free(errand);
        return true;
}

/* --- its begin ------------------------------------------------------------------------------------- */

static int watch_process(Errand *errand, const Launched *launched) {
        RunContext *context = errand->errands->context;
        const int fds[] = { launched->stdout_fd, launched->stderr_fd };
        int r = 0;

        errand->pid = launched->pid;
        HASH_ADD(hash_by_pid, errand->errands->by_pid, pid, sizeof(errand->pid), errand);
        for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
                int r_add = poller_add(&context->poller, &errand->output[i], fds[i], EPOLLIN);

                r = r < 0 ? r : r_add;
        }
        if (launched->error_fd >= 0) {
                int r_add = poller_add(&context->poller, &errand->status, launched->error_fd, EPOLLIN);

                r = r < 0 ? r : r_add;
        }
        return r;
}

static void errand_launch(Errand *errand, const Account *account) {
        static const ProcessSettings no_settings;
        RunContext *context = errand->errands->context;
        CLEANUP_FREE char *message = NULL;
        char name[ERRAND_MARK_MAX + 8];
        Launched launched;
        int r;

        errand->user_name = strdup(account->name);
        errand->user_home = strdup(account->home);
        if (!errand->user_name || !errand->user_home) {
                errand_fail(errand, ENOMEM, "out of memory");
                return;
        }
        if (cgroup_root_usable(&context->cgroup)) {
                r = cgroup_create(&context->cgroup, cgroup_name(errand, name));
                if (r < 0) {
                        errand_fail(errand, -r, "cannot make a cgroup for it");
                        return;
                }
                errand->cgroup_fd = r;
        }
        r = launch(&context->launch, &errand->start, account,
                   &(LaunchTarget){
                                   .mark = errand->mark,
                                   .record_fd = -EBADF,
                                   .cgroup_fd = errand->cgroup_fd,
                                   .input_fd = errand->input_fd,
                                   .dies_with_runner = true,
                                   .settings = &no_settings,
                   },
                   &launched, &message);
        if (r < 0) {
                errand_fail(errand, -r, message ?: "out of memory");
                return;
        }
        errand->input_fd = fd_close(errand->input_fd);
        r = watch_process(errand, &launched);
        if (r < 0) {
                errand_report_error(errand, -r, "the runner cannot watch it");
                errand_abandon(errand);
        }
}

static void on_account(void *userdata, const Account *found) {
        Errand *errand = userdata;
        RunAccount account;

        errand->request = NULL;
        run_account_permit(errand->errands->context, &errand->start, found, &account);
        if (account.account.error != 0)
                errand_fail(errand, account.account.error, account.account.message);
        else
                errand_launch(errand, &account.account);
}

/* May free the errand. */
static void begin_process(Errand *errand) {
        RunContext *context = errand->errands->context;
        int r;

        (void) deadline_set(
                        &context->deadlines, &errand->deadline,
                        usec_add(clock_now(&system_clock, CLOCK_KIND_MONOTONIC), errand->timeout_usec));
        r = run_account_resolve(context, &errand->start, on_account, errand, &errand->request);
        if (r < 0)
                errand_fail(errand, -r, "cannot look up the user");
}

/* Takes the strings of the message that a process needs. */
static void take_identity(MessageErrand *message, MessageStart *start) {
        *start = (MessageStart){
                .job = TAKE_PTR(message->job),
                .owner_uid = message->owner_uid,
                .user = TAKE_PTR(message->user),
                .group = TAKE_PTR(message->group),
                .directory = TAKE_PTR(message->directory),
                .umask = 022,
                .memory_max_bytes = UINT64_MAX,
                .cpu_percent = UINT64_MAX,
                .tasks_max = UINT64_MAX,
                .io_weight = UINT64_MAX,
        };
}

static int prepare_command(Errand *errand, MessageErrand *message) {
        errand->start.arguments = TAKE_PTR(message->arguments);
        errand->start.script = TAKE_PTR(message->script);
        errand->start.shell = TAKE_PTR(message->shell);
        errand->start.environment = TAKE_PTR(message->environment);
        if (message->input_size == 0)
                return 0;
        errand->input_fd = memfd_new_sealed("jobsched-input", message->input, message->input_size);
        return MIN(errand->input_fd, 0);
}

static int prepare_path(Errand *errand, MessageErrand *message) {
        const PathWatch watch = {
                .kind = message->work == ERRAND_WORK_PATH_CHANGED ? PATH_CHANGED
                                : message->opposite               ? PATH_ABSENT
                                                                  : PATH_EXISTS,
                .wait = message->watch,
                .since_usec = message->since_usec,
                .path = message->path,
        };

        return path_watcher_arguments(errand->errands->program, &watch, &errand->start.arguments);
}

/* By ErrandWork. NULL: no process of its own does that. */
static int (*const prepare[ERRAND_WORK_COUNT])(Errand *errand, MessageErrand *message) = {
        [ERRAND_WORK_COMMAND] = prepare_command,
        [ERRAND_WORK_PATH_EXISTS] = prepare_path,
        [ERRAND_WORK_PATH_CHANGED] = prepare_path,
};

static void on_answered(void *userdata, const MessageErrandDone *done) {
        Errand *errand = userdata;
        MessageErrandDone answer = *done;

        errand->question = NULL;
        errand_report(errand, &answer);
        errand_free(errand);
}

/* The worker has the time-out; should it hang itself, nobody waits for it for ever. */
static void begin_http(Errand *errand, const MessageErrand *message) {
        RunContext *context = errand->errands->context;
        usec_t now_usec = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
        int r;

        (void) deadline_set(
                        &context->deadlines, &errand->deadline,
                        usec_add(usec_add(now_usec, errand->timeout_usec), HTTP_GRACE_USEC));
        r = http_worker_ask(&errand->errands->http, message, on_answered, errand, &errand->question);
        if (r < 0)
                errand_fail(errand, -r, "the worker for HTTP cannot be started");
}

static Errand *errand_new(Errands *errands, const MessageErrand *message) {
        Errand *errand = calloc(1, sizeof(*errand));

        if (!errand)
                return NULL;
        errand->errands = errands;
        errand->cookie = message->cookie;
        errand->work = (ErrandWork) message->work;
        errand->timeout_usec = message->timeout_usec;
        errand->input_fd = -EBADF;
        errand->cgroup_fd = -EBADF;
        errand->status = (Watch){ .fd = -EBADF, .on_ready = on_status, .userdata = errand };
        for (size_t i = 0; i < ARRAY_SIZE(errand->output); i++)
                errand->output[i] = (Watch){ .fd = -EBADF, .on_ready = on_output, .userdata = errand };
        deadline_init(&errand->deadline, on_deadline, errand);
        (void) snprintf(errand->mark, sizeof(errand->mark), ERRAND_PREFIX "%" PRIu64, errands->next_serial++);

        DL_APPEND(errands->all, errand);
        errands->n++;
        HASH_ADD(hash, errands->by_cookie, cookie, sizeof(errand->cookie), errand);
        errand->wanted = true;
        return errand;
}

int errands_start(Errands *errands, MessageErrand *message) {
        Errand *errand;
        int r;

        HASH_FIND(hash, errands->by_cookie, &message->cookie, sizeof(message->cookie), errand);
        if (errand)
                return -EBADMSG;
        errand = errand_new(errands, message);
        if (!errand)
                return -ENOMEM;

        if (errands->stopping)
                errand_fail(errand, ECANCELED, "the runner is being stopped");
        else if (errands->n > ERRANDS_MAX)
                errand_fail(errand, EAGAIN, "the runner has too many errands");
        else if (!prepare[errand->work])
                begin_http(errand, message);
        else {
                take_identity(message, &errand->start);
                r = prepare[errand->work](errand, message);
                if (r < 0)
                        errand_fail(errand, -r, "cannot prepare it");
                else
                        begin_process(errand);
        }
        return 0;
}

/* --- all of them ----------------------------------------------------------------------------------- */

void errands_cancel(Errands *errands, uint64_t cookie) {
        Errand *errand;

        HASH_FIND(hash, errands->by_cookie, &cookie, sizeof(cookie), errand);
        if (errand)
                errand_abandon(errand);
}

void errands_cancel_all(Errands *errands) {
        Errand *errand, *next;

        DL_FOREACH_SAFE(errands->all, errand, next)
        errand_abandon(errand);
}

void errands_fail_all(Errands *errands, int error, const char *text) {
        Errand *errand, *next;

        DL_FOREACH_SAFE(errands->all, errand, next) {
                errand_report_error(errand, error, text);
                errand_abandon(errand);
        }
}

void errands_stop(Errands *errands) {
        errands->stopping = true;
        errands_fail_all(errands, ECANCELED, "the runner is being stopped");
}

bool errands_has_process(const Errands *errands, pid_t pid) {
        Errand *errand;

        HASH_FIND(hash_by_pid, errands->by_pid, &pid, sizeof(pid), errand);
        return errand || (pid > 0 && pid == errands->http.pid);
}

bool errands_is_alive(const Errands *errands, const char *mark) {
        const Errand *errand;

        DL_FOREACH(errands->all, errand) {
                if (errand->pid > 0 && errand->wanted && strcmp(errand->mark, mark) == 0)
                        return true;
        }
        return false;
}

void errands_init(Errands *errands, RunContext *context, const char *program) {
        *errands = (Errands){
                .context = context,
                .program = program,
                /* What an earlier program of this process, or a killed runner, has numbered is behind it. */
                .next_serial = (uint64_t) clock_now(&system_clock, CLOCK_KIND_BOOTTIME),
        };
}

void errands_done(Errands *errands) {
        Errand *errand, *next;

        errands_cancel_all(errands);
        DL_FOREACH_SAFE(errands->all, errand, next)
        errand_free(errand); /* with our end its process is another's to reap */
}
