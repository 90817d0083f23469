/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/errand.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <utlist.h>

#include "runner/errand-description.h"
#include "runner/errand-internal.h"
#include "runner/limits.h"
#include "runner/path-watcher.h"
#include "runner/process-kill.h"
#include "runner/run-account.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/string-list.h"
#include "util/utf8.h"

#define HTTP_GRACE_USEC (30 * USEC_PER_SEC)


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
        (void) fd_close(errand->program_fd);
        buffer_done(&errand->text);
        buffer_done(&errand->complaint);
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

static void report_description(Errand *errand, int status) {
        CLEANUP_FREE char *text = NULL;
        int error = errand->text.failed ? ENOMEM
                                        : description_judge(&errand->text, &errand->complaint, status, &text);

        if (error != 0)
                errand_report_error(errand, error, text ?: "out of memory");
        else
                errand_report(errand, &(MessageErrandDone){ .exit_code = 0, .signal = -1, .text = text });
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
        if (errand->work == ERRAND_WORK_DESCRIBE) {
                report_description(errand, status);
                return;
        }
        if (utf8_clean(errand->text.data, errand->text.size, ERRAND_TEXT_MAX, &text) < 0) {
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

/* What is read from there goes to; *ret_max is how much of it is kept. */
static Buffer *text_of(Errand *errand, const Watch *watch, size_t *ret_max) {
        bool describes = errand->work == ERRAND_WORK_DESCRIBE, is_stdout = watch == &errand->output[0];

        *ret_max = describes && is_stdout ? DESCRIPTION_SIZE_MAX + 1 : ERRAND_TEXT_MAX;
        return describes && !is_stdout ? &errand->complaint : &errand->text;
}

/* Returns false when there is nothing more to read, now or ever. */
static bool read_output(Errand *errand, Watch *watch) {
        RunContext *context = errand->errands->context;
        size_t max;
        Buffer *text = text_of(errand, watch, &max);
        ssize_t n = read(watch->fd, context->read_buffer, READ_SIZE);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return false;
        if (n <= 0) {
                poller_close(&context->poller, watch);
                return false;
        }
        (void) buffer_add(text, context->read_buffer, MIN((size_t) n, max - text->size));
        return text->size < max;
}

static void on_output(Watch *watch, uint32_t events) {
        Errand *errand = watch->userdata;

        if (!read_output(errand, watch) && errand->text.size > DESCRIPTION_SIZE_MAX)
                process_kill_everything(errand->pid, errand->cgroup_fd); /* more of it is of no use */
}

/* What stands in the pipes when it has ended; what does not fit is of no interest. */
static void drain_output(Errand *errand) {
        for (size_t i = 0; i < ARRAY_SIZE(errand->output); i++) {
                while (errand->output[i].fd >= 0 && read_output(errand, &errand->output[i]))
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

/* Its limits; a note on those that are not in force would have nobody to read it. */
static int prepare_settings(Errand *errand, ProcessSettings *ret, char **reterr_message) {
        CLEANUP_FREE char *note = NULL;
        int r;

        r = process_settings_read(&errand->start, ret, reterr_message);
        return r < 0 ? r : limits_apply(errand->cgroup_fd, &errand->start, ret, &note);
}

static void errand_launch(Errand *errand, const Account *account) {
        ProcessSettings settings;
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
        r = prepare_settings(errand, &settings, &message);
        if (r < 0) {
                errand_fail(errand, -r, message ?: "out of memory");
                return;
        }
        r = launch(&context->launch, &errand->start, account,
                   &(LaunchTarget){
                                   .mark = errand->mark,
                                   .record_fd = -EBADF,
                                   .cgroup_fd = errand->cgroup_fd,
                                   .program_fd = errand->program_fd,
                                   .input_fd = errand->input_fd,
                                   .dies_with_runner = true,
                                   .settings = &settings,
                   },
                   &launched, &message);
        if (r < 0) {
                errand_fail(errand, -r, message ?: "out of memory");
                return;
        }
        errand->input_fd = fd_close(errand->input_fd);
        errand->program_fd = fd_close(errand->program_fd);
        r = watch_process(errand, &launched);
        if (r < 0) {
                errand_report_error(errand, -r, "the runner cannot watch it");
                errand_abandon(errand);
        }
}

static void resolve_user(Errand *errand);

/* Where the worker for HTTP has no user of its own, as in containers. */
static bool take_fallback_user(Errand *errand) {
        char *user;

        if (errand->work != ERRAND_WORK_DESCRIBE || strcmp(errand->start.user ?: "", DESCRIBE_USER) != 0)
                return false;
        user = strdup(DESCRIBE_USER_FALLBACK);
        if (!user)
                return false;
        free(errand->start.user);
        errand->start.user = user;
        return true;
}

static void on_account(void *userdata, const Account *found) {
        Errand *errand = userdata;
        RunAccount account;

        errand->request = NULL;
        if (found->error == ENOENT && take_fallback_user(errand)) {
                resolve_user(errand);
                return;
        }
        run_account_permit(errand->errands->context, &errand->start, found, &account);
        if (account.account.error != 0)
                errand_fail(errand, account.account.error, account.account.message);
        else
                errand_launch(errand, &account.account);
}

/* May free the errand. */
static void resolve_user(Errand *errand) {
        int r = run_account_resolve(
                        errand->errands->context, &errand->start, on_account, errand, &errand->request);

        if (r < 0)
                errand_fail(errand, -r, "cannot look up the user");
}

/* May free the errand. */
static void begin_process(Errand *errand) {
        RunContext *context = errand->errands->context;

        (void) deadline_set(
                        &context->deadlines, &errand->deadline,
                        usec_add(clock_now(&system_clock, CLOCK_KIND_MONOTONIC), errand->timeout_usec));
        resolve_user(errand);
}

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
        errand->program_fd = -EBADF;
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
        else if (errand->work == ERRAND_WORK_HTTP)
                begin_http(errand, message);
        else {
                r = errand_prepare(errand, message);
                if (r < 0)
                        errand_fail(errand, -r, errand->failure ?: "cannot prepare it");
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
