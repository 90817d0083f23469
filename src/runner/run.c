/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "runner/credential-load.h"
#include "runner/leftover.h"
#include "runner/limits.h"
#include "runner/process-kill.h"
#include "runner/run-account.h"
#include "runner/run-credential.h"
#include "runner/run-http.h"
#include "runner/run-output.h"
#include "runner/run-result.h"
#include "runner/unit.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/string-list.h"

static usec_t now_monotonic(void) {
        return clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
}

static usec_t now_realtime(void) {
        return clock_now(&system_clock, CLOCK_KIND_REALTIME);
}

const char *run_mark(const Run *run, char buffer[static RUN_MARK_MAX]) {
        char name[RUN_NAME_MAX];

        (void) snprintf(buffer, RUN_MARK_MAX, "%s%s", run_key_format(&run->key, name),
                        run->start.left_behind == LEFT_BEHIND_IS_LEFT ? RUN_MARK_LEFT : "");
        return buffer;
}

const char *run_cgroup_name(const Run *run, char buffer[static RUN_MARK_MAX]) {
        bool left = run->start.left_behind == LEFT_BEHIND_IS_LEFT;
        char name[RUN_NAME_MAX];

        (void) snprintf(buffer, RUN_MARK_MAX, "%s%s", left ? CGROUP_LEFT_PREFIX : CGROUP_RUN_PREFIX,
                        run_key_format(&run->key, name));
        return buffer;
}

/* What only the start needs; ten thousand runs shall not hold their scripts for hours. */
void run_drop_launch_parts(Run *run) {
        MessageStart *start = &run->start;

        start->groups = string_list_free(start->groups);
        start->arguments = string_list_free(start->arguments);
        start->environment = string_list_free(start->environment);
        start->environment_files = string_list_free(start->environment_files);
        start->resource_limits = string_list_free(start->resource_limits);
        start->credentials = string_list_free(start->credentials);
        start->secrets = string_list_free(start->secrets);
        start->unit_properties = string_list_free(start->unit_properties);
        start->files = string_list_free(start->files);
        free(start->output_file);
        free(start->output_pattern);
        free(start->script);
        free(start->input);
        free(start->request);
        start->files = string_list_free(start->files);
        start->script = start->input = start->output_file = start->output_pattern = start->request = NULL;
        start->has_input = 0;
}

static void start_done(MessageStart *start) {
        Message message = { .type = MESSAGE_START, .start = *start };

        message_done(&message);
        *start = (MessageStart){ 0 };
}

Run *run_free(Run *run) {
        if (!run)
                return NULL;

        run->request = account_request_cancel(run->request);
        deadline_clear(&run->context->deadlines, &run->deadline);
        notify_socket_done(&run->notify);
        run->credential_load = credential_load_free(run->credential_load);
        run_http_done(run);
        free(run->credentials_directory);
        free(run->status_text);
        poller_close(&run->context->poller, &run->status);
        for (size_t i = 0; i < ARRAY_SIZE(run->output); i++) {
                poller_close(&run->context->poller, &run->output[i]);
                run->journal[i] = journal_stream_close(run->journal[i]);
        }
        poller_close(&run->context->poller, &run->leftovers);
        if (run->pid > 0 && !run->exited && !run->unit)
                HASH_DELETE(hash_by_pid, run->context->by_pid, run);
        run->unit = unit_free(run->unit);
        (void) fd_close(run->cgroup_fd);
        if (run->file)
                output_file_done(run->file);
        free(run->file);
        free(run->account);
        output_capture_done(&run->capture);
        buffer_done(&run->notes);
        buffer_done(&run->result);
        start_done(&run->start);
        message_done(&run->ended);
        free(run->user_name);
        free(run->user_home);
        free(run->failure);
        free(run);
        return NULL;
}

/*
 * A run has its pid until it is reaped in run_on_exit(), so the pid is of no other process. A pidfd would say
 * nothing more, and each descriptor makes every later fork slower: its table is copied.
 */
static void signal_main(Run *run, int signal_number) {
        if (run->unit)
                unit_signal(run->unit, signal_number, false);
        else if (!run->exited)
                (void) kill(run->pid, signal_number);
}

/* What the main process left behind. */
static void signal_leftovers(Run *run, int signal_number) {
        char mark[RUN_MARK_MAX];

        if (run->cgroup_fd >= 0)
                (void) cgroup_signal(run->cgroup_fd, signal_number);
        else
                (void) leftover_signal_marked(run_mark(run, mark), run->pid, signal_number);
}

/* The main process and its group, which it leads once it has made its session. */
static void signal_group(Run *run, int signal_number) {
        if (run->unit)
                unit_signal(run->unit, signal_number, true);
        else if (run->exited)
                signal_leftovers(run, signal_number);
        else
                process_signal_group(run->pid, signal_number);
}

void run_kill_everything(Run *run) {
        run->killed = true;
        if (run->unit)
                unit_signal(run->unit, SIGKILL, true);
        else if (!run->exited)
                process_kill_everything(run->pid, run->cgroup_fd);
        else if (run->cgroup_fd >= 0)
                (void) cgroup_kill(run->cgroup_fd);
        else
                signal_leftovers(run, SIGKILL);
}

static void on_status(Watch *watch, uint32_t events);

static void on_deadline(Deadline *deadline) {
        Run *run = deadline->userdata;

        if (run->http) {
                run_http_on_deadline(run);
        } else if (run->phase == RUN_LOOKUP) {
                run_fail(run, END_LAUNCH, strdup("its output file was not opened within the start-timeout"));
        } else if (run->unit && run->phase == RUN_STARTING && run->escalated == RUN_NOT_ESCALATED) {
                unit_on_start_timeout(run->unit);
        } else if (run->phase == RUN_STARTING && run->escalated == RUN_NOT_ESCALATED) {
                /* Stuck before exec: a stopped process, or a file system that does not answer. */
                run->start_timed_out = true;
                run_kill_everything(run);
        } else if (run->escalated == RUN_NOT_ESCALATED) {
                run_stop(run, END_TIMED_OUT, USEC_INFINITY);
        } else {
                run_kill_everything(run);
        }
}

/* Only what is new is told: a job may say the same a thousand times. */
static void on_notify(void *userdata, const NotifyMessage *message) {
        Run *run = userdata;
        bool changed = false;

        if (message->progress >= 0 && message->progress != run->progress) {
                run->progress = message->progress;
                changed = true;
        }
        if (message->status && strcmp(message->status, run->status_text ?: "") != 0) {
                char *text = strdup(message->status);

                changed |= text != NULL;
                free(run->status_text);
                run->status_text = text;
        }
        if (changed)
                run->context->events.on_progress(run->context->events.userdata, run);
}

static void on_leftovers(Watch *watch, uint32_t events) {
        run_settle(watch->userdata);
}

static int run_allocate(RunContext *context, const RunKey *key, Run **ret) {
        Run *run = calloc(1, sizeof(*run));

        if (!run)
                return -ENOMEM;
        run->context = context;
        run->key = *key;
        run->cgroup_fd = -EBADF;
        run->escalated = RUN_NOT_ESCALATED;
        run->started_usec = USEC_INFINITY;
        run->progress = -1;
        notify_socket_init(&run->notify, &context->poller, &context->deadlines, on_notify, run);
        run->cpu_usec = run->memory_peak_bytes = -1;
        run->leftovers = (Watch){ .fd = -EBADF, .on_ready = on_leftovers, .userdata = run };
        run->status = (Watch){ .fd = -EBADF, .on_ready = on_status, .userdata = run };
        deadline_init(&run->deadline, on_deadline, run);
        *ret = run;
        return 0;
}

int run_new(RunContext *context, const RunKey *key, MessageStart *start, Run **ret) {
        Run *run;
        int r;

        r = run_allocate(context, key, &run);
        if (r < 0) {
                start_done(start);
                return r;
        }
        run->start = *start;
        *start = (MessageStart){ 0 };
        run_output_init(run);
        *ret = run;
        return 0;
}

int run_new_ended(RunContext *context, const RunKey *key, const char *job, bool lost, Run **ret) {
        CLEANUP(run_freep) Run *run = NULL;
        int r;

        r = run_allocate(context, key, &run);
        if (r < 0)
                return r;
        run_output_init(run);
        run->start.job = strdup(job);
        if (!run->start.job)
                return -ENOMEM;
        run->phase = RUN_ENDED;
        run->lost = lost;
        *ret = TAKE_PTR(run);
        return 0;
}

void run_on_executed(Run *run) {
        usec_t timeout = run->start.timeout_usec;

        run->phase = RUN_RUNNING;
        run->started_usec = run->begun_usec; /* the news of the exec may come when the process is over */
        run_drop_launch_parts(run);
        if (run->escalated == RUN_NOT_ESCALATED)
                (void) deadline_set(
                                &run->context->deadlines, &run->deadline, usec_add(now_monotonic(), timeout));
        run->context->events.on_started(run->context->events.userdata, run);
}

/* The child says what went wrong, or the exec has closed the pipe. A child that was killed closes it too. */
static void on_status(Watch *watch, uint32_t events) {
        Run *run = watch->userdata;
        const Account account = { .name = run->user_name, .home = run->user_home };
        ChildError error;
        ssize_t n;

        n = read(watch->fd, &error, sizeof(error));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        poller_close(&run->context->poller, watch);
        if (n == (ssize_t) sizeof(error))
                run->failure = launch_explain(&run->start, &account, &error) ?: strdup("out of memory");
        else if (!run->start_timed_out)
                run_on_executed(run);
}

void run_read_status(Run *run) {
        if (run->status.fd >= 0)
                on_status(&run->status, EPOLLIN);
}

int run_attach(Run *run, const Launched *launched) {
        int r, r_status = 0;

        run->pid = launched->pid;
        if (!run->exited)
                HASH_ADD(hash_by_pid, run->context->by_pid, pid, sizeof(run->pid), run);
        r = run_output_open(run, launched->stdout_fd, launched->stderr_fd);
        if (launched->error_fd >= 0)
                r_status = poller_add(&run->context->poller, &run->status, launched->error_fd, EPOLLIN);
        return r < 0 ? r : r_status;
}

void run_explain_record(int error, char **ret) {
        if (asprintf(ret, "cannot write the record of the run to the runner's directory: %s",
                     strerror(error)) < 0)
                *ret = NULL;
}

static int make_cgroup(Run *run, char **reterr_message) {
        char name[RUN_MARK_MAX];

        if (!cgroup_root_usable(&run->context->cgroup))
                return 0;
        run->cgroup_fd = cgroup_create(&run->context->cgroup, run_cgroup_name(run, name));
        if (run->cgroup_fd >= 0)
                return 0;
        if (asprintf(reterr_message, "cannot make a cgroup for it: %s", strerror(-run->cgroup_fd)) < 0)
                *reterr_message = NULL;
        return run->cgroup_fd;
}

/* Without a socket the job cannot say anything of itself, and runs all the same. */
static void open_notify(Run *run, const Account *account) {
        char *path;

        /* Short, since it has to fit into an address; what has it from another store has ended long ago. */
        if (asprintf(&path, "%s/%.8s-%" PRIu64 ".%" PRIu64, run->context->notify_directory, run->key.store,
                     run->key.execution_id, run->key.attempt) >= 0)
                (void) notify_socket_open(&run->notify, path, account->uid, account->gid);
}

/* What the child will set, and what its cgroup does for it. */
static int prepare_settings(Run *run, ProcessSettings *ret, char **reterr_message) {
        CLEANUP_FREE char *note = NULL;
        int r;

        r = process_settings_read(&run->start, ret, reterr_message);
        if (r < 0)
                return r;
        r = limits_apply(run->cgroup_fd, &run->start, ret, &note);
        if (r < 0 && asprintf(reterr_message, "cannot set the limits of its cgroup: %s", strerror(-r)) < 0)
                *reterr_message = NULL;
        if (r >= 0 && note)
                run_output_note(run, note);
        return r;
}

static void watch_process(Run *run, const Launched *launched) {
        int r;

        run->phase = RUN_STARTING;
        r = run_attach(run, launched);
        if (r >= 0) {
                (void) deadline_set(
                                &run->context->deadlines, &run->deadline,
                                usec_add(now_monotonic(), run->start.start_timeout_usec));
                return;
        }
        (void) log_warning_errno(
                        r, "Cannot watch execution %" PRIu64 " of job '%s': %m. It is stopped.",
                        run->key.execution_id, run->start.job);
        if (asprintf(&run->failure, "the runner cannot watch it: %s", strerror(-r)) < 0)
                run->failure = NULL;
        run_stop(run, END_LAUNCH, 0);
}

static int begin_process(Run *run, const Account *account, int record_fd, char **reterr_message) {
        RunContext *context = run->context;
        CLEANUP_CLOSE int program_fd = -EBADF;
        char mark[RUN_MARK_MAX];
        ProcessSettings settings;
        Launched launched;
        int r;

        r = run_has_result(run) ? run_result_prepare(run, &program_fd, reterr_message) : 0;
        if (r >= 0)
                r = make_cgroup(run, reterr_message);
        if (r < 0)
                return r;
        r = prepare_settings(run, &settings, reterr_message);
        if (r < 0)
                return r;
        r = run_credential_write(run, account, reterr_message);
        if (r < 0)
                return r;
        open_notify(run, account);
        run->begun_usec = now_realtime();
        r = launch(&context->launch, &run->start, account,
                   &(LaunchTarget){
                                   .mark = run_mark(run, mark),
                                   .key = &run->key,
                                   .record_fd = record_fd,
                                   .cgroup_fd = run->cgroup_fd,
                                   .program_fd = program_fd,
                                   .input_fd = -EBADF,
                                   .settings = &settings,
                                   .notify_socket = run->notify.path,
                                   .credentials_directory = run->credentials_directory,
                   },
                   &launched, reterr_message);
        if (r < 0)
                return r;
        watch_process(run, &launched);
        return 0;
}

static void run_launch(Run *run, const Account *account) {
        CLEANUP_CLOSE int record_fd = -EBADF;
        char *message = NULL;
        int r;

        if (run->start.work == START_WORK_HTTP) {
                run_http_launch(run, account);
                return;
        }
        if (run->unit) {
                if (!run->notify.path)
                        open_notify(run, account);
                unit_launch(run, account);
                return;
        }
        run->user_name = strdup(account->name);
        run->user_home = strdup(account->home);
        if (!run->user_name || !run->user_home) {
                run_fail(run, END_LAUNCH, NULL);
                return;
        }
        record_fd = run_record_begin(&run->context->records, &run->key, run->start.job);
        if (record_fd < 0) {
                run_explain_record(-record_fd, &message);
                run_fail(run, END_LAUNCH, message);
                return;
        }
        r = begin_process(run, account, record_fd, &message);
        if (r < 0)
                run_fail(run, END_LAUNCH, message);
}

static void on_file_opened(void *userdata, const char *failure) {
        Run *run = userdata;
        char *message;

        deadline_clear(&run->context->deadlines, &run->deadline);
        if (!failure) {
                run_launch(run, run->account);
                return;
        }
        if (asprintf(&message, "cannot write to its output file '%s': %s", run->start.output_file, failure) <
            0)
                message = NULL;
        run_fail(run, END_LAUNCH, message);
}

/* The job waits for it: one whose output has nowhere to go is not started. */
static void open_file(Run *run, const Account *account) {
        char *message = NULL;
        int r;

        run->account = account_copy(account);
        r = run->account ? run_output_open_file(run, run->account, on_file_opened, &message) : -ENOMEM;
        if (r < 0)
                run_fail(run, END_LAUNCH, message ?: strdup(strerror(-r)));
        else
                (void) deadline_set(
                                &run->context->deadlines, &run->deadline,
                                usec_add(now_monotonic(), run->start.start_timeout_usec));
}

static void on_account(void *userdata, const Account *found) {
        RunAccount account;
        Run *run = userdata;

        run->request = NULL;
        run_account_permit(run->context, &run->start, found, &account);
        if (account.account.error != 0)
                run_fail(run, END_ACCOUNT, strdup(account.account.message));
        else if (run->start.output_file && run->start.output_file[0] != '\0')
                open_file(run, &account.account);
        else
                run_launch(run, &account.account);
}

static void on_credentials(void *userdata, const char *failure) {
        if (failure)
                run_fail(userdata, END_LAUNCH, strdup(failure));
        else
                run_resolve(userdata);
}

void run_begin(Run *run) {
        const char *refusal = run_credential_refusal(run);
        int r = 0;

        if (refusal)
                run_fail(run, END_ACCOUNT, strdup(refusal));
        else if (run->start.is_unit && run_has_result(run))
                run_fail(run, END_LAUNCH, strdup("a transient unit cannot run an action program"));
        else if (run->start.is_unit)
                unit_begin(run);
        else
                r = run_credential_load(run, on_credentials);
        if (r < 0)
                run_fail(run, END_LAUNCH, strdup(strerror(-r)));
}

void run_resolve(Run *run) {
        int r;

        r = run_account_resolve(run->context, &run->start, on_account, run, &run->request);
        if (r < 0)
                run_fail(run, END_ACCOUNT, strdup(strerror(-r)));
}

void run_stop(Run *run, EndKind kind, usec_t kill_timeout_max_usec) {
        usec_t patience = MIN(run->start.kill_timeout_usec, kill_timeout_max_usec);

        if (run->phase == RUN_LOOKUP) {
                run->request = account_request_cancel(run->request);
                run_fail(run, kind, strdup("stopped before it began"));
                return;
        }
        if (!run_has_process(run) || run->escalated != RUN_NOT_ESCALATED)
                return;

        if (run->http) {
                run_http_stop(run, kind);
                return;
        }
        run->escalated = kind;
        if (run->unit && run->phase == RUN_STARTING)
                unit_cancel_start(run->unit);
        signal_group(run, (int) run->start.kill_signal);
        if (run->start.kill_signal != SIGKILL)
                signal_group(run, SIGCONT); /* who is stopped does not hear a polite signal */
        (void) deadline_set(&run->context->deadlines, &run->deadline, usec_add(now_monotonic(), patience));
}

void run_signal(Run *run, int signal_number, bool whole_group) {
        if (!run_has_process(run))
                return;
        if (run->http) {
                run_http_signal(run, signal_number);
                return;
        }
        if (!whole_group) {
                signal_main(run, signal_number);
                return;
        }
        if (run->cgroup_fd >= 0) {
                (void) cgroup_signal(run->cgroup_fd, signal_number);
                return;
        }
        if (signal_number == SIGKILL && !run->exited && !run->unit)
                (void) leftover_signal_descendants(run->pid, signal_number);
        signal_group(run, signal_number);
}

void run_follow(Run *run, bool on) {
        if (on && !run->followed && run->phase != RUN_ENDED)
                run_output_replay(run);
        if (on && run->phase == RUN_ENDED)
                run->context->events.on_output(run->context->events.userdata, run, STREAM_END, NULL, 0);
        run->followed = on && run->phase != RUN_ENDED;
}
