/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/runner.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-id128.h>

#include "runner/credential-load.h"
#include "runner/leftover.h"
#include "runner/unit-recover.h"
#include "runner/unit.h"
#include "util/file.h"
#include "util/log.h"
#include "util/process-id.h"

#define CHILDREN_PER_TURN 256
#define SHUTDOWN_KILL_TIMEOUT_MAX_USEC (60 * USEC_PER_SEC)
#define CGROUP_MOUNT "/sys/fs/cgroup"

static void forward_started(void *userdata, Run *run) {
        Runner *runner = userdata;

        runner->observer.on_started(runner->observer.userdata, run);
}

static void forward_ended(void *userdata, Run *run, const MessageEnded *ended) {
        Runner *runner = userdata;

        runner->observer.on_ended(runner->observer.userdata, run, ended);
}

static void forward_output(void *userdata, Run *run, uint8_t stream, const void *data, size_t size) {
        Runner *runner = userdata;

        runner->observer.on_output(runner->observer.userdata, run, stream, data, size);
}

static void forward_progress(void *userdata, Run *run) {
        Runner *runner = userdata;

        runner->observer.on_progress(runner->observer.userdata, run);
}

/* Of our own children, those that need no look: nearly always all of them. */
static bool is_known(void *userdata, pid_t pid) {
        Runner *runner = userdata;
        Run *run;

        HASH_FIND(hash_by_pid, runner->context.by_pid, &pid, sizeof(pid), run);
        return run || errands_has_process(&runner->errands, pid) ||
                        accounts_is_helper(runner->context.accounts, pid);
}

/*
 * An orphan that carries the mark of a run or an errand: does that still go on? What carries none is not ours
 * to judge: the look-up helper, the daemon, or something that a running job has detached and scrubbed.
 */
static bool is_leftover(void *userdata, const LeftoverTraits *traits) {
        Runner *runner = userdata;
        Run *run;
        RunKey key;

        if (strncmp(traits->mark, ERRAND_PREFIX, strlen(ERRAND_PREFIX)) == 0)
                return !errands_is_alive(&runner->errands, traits->mark);
        if (traits->mark[0] == '\0' || run_key_parse(traits->mark, &key) < 0)
                return false;
        run = runner_find(runner, &key);
        return !run || !run_has_process(run);
}

static bool is_alive(void *userdata, const char *name) {
        Runner *runner = userdata;
        const Run *run;
        RunKey key;

        if (errands_is_alive(&runner->errands, name))
                return true;
        if (run_key_parse(name, &key) < 0)
                return false;
        run = runner_find(runner, &key);
        return run && run_has_process(run);
}

/* Without cgroups nothing else tells that the last process of a run is gone. */
static void settle_runs(Runner *runner) {
        Run *run, *next;

        HASH_ITER(hash, runner->runs, run, next)
                run_settle(run);
}

/* Once a turn, however many runs ended in it: listing our children costs time. */
static void sweep(Runner *runner) {
        CgroupRoot *cgroup = &runner->context.cgroup;

        if (runner->context.n_settling > 0)
                settle_runs(runner);
        if (cgroup_root_usable(cgroup)) {
                if (cgroup->has_dying)
                        (void) cgroup_kill_all(cgroup, is_alive, runner);
                return;
        }
        (void) leftover_kill_children(
                        is_known, is_leftover, runner); /* best effort; orphans that die bring us back */
}

/* Returns false when no child waits to be reaped. */
static bool reap_one(Runner *runner) {
        siginfo_t info = { 0 };
        int status = 0;
        pid_t pid;
        Run *run;

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
                return false;
        pid = info.si_pid;
        HASH_FIND(hash_by_pid, runner->context.by_pid, &pid, sizeof(pid), run);
        if (run) {
                run_on_exit(run);
                return true;
        }
        if (errands_on_exit(&runner->errands, pid))
                return true;
        if (waitpid(pid, &status, WNOHANG) == pid) {
                accounts_on_reaped(runner->context.accounts, pid);
                credential_loads_on_reaped(&runner->context, pid, status);
                if (runner->on_reaped)
                        runner->on_reaped(runner->on_reaped_userdata, pid, status);
        }
        return true;
}

void runner_reap(Runner *runner) {
        int n = 0;

        while (n < CHILDREN_PER_TURN && reap_one(runner))
                n++;
        if (n > 0)
                sweep(runner);
        if (n == CHILDREN_PER_TURN)
                (void) sd_event_source_set_enabled(runner->more_children, SD_EVENT_ONESHOT);
}

static int on_child_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        runner_reap(userdata);
        return 0;
}

static int on_more_children(sd_event_source *source, void *userdata) {
        runner_reap(userdata);
        return 0;
}

static int listen_for_children(Runner *runner) {
        int r;

        r = sd_event_add_signal(runner->event, &runner->child_signal, SIGCHLD, on_child_signal, runner);
        if (r < 0)
                return r;
        r = sd_event_add_defer(runner->event, &runner->more_children, on_more_children, runner);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(runner->more_children, SD_EVENT_OFF);
}

static int make_incarnation(Runner *runner, const char *kept) {
        sd_id128_t id;
        int r;

        if (kept) {
                (void) snprintf(runner->incarnation, sizeof(runner->incarnation), "%s", kept);
                return 0;
        }
        r = sd_id128_randomize(&id);
        if (r < 0)
                return r;
        (void) sd_id128_to_string(id, runner->incarnation);
        return 0;
}

static void init_cgroup(Runner *runner) {
        int r = cgroup_root_init(&runner->context.cgroup, CGROUP_MOUNT);

        if (r < 0)
                (void) log_warning_errno(
                                r,
                                "Cannot use the cgroup that was delegated to the runner: %m. What jobs leave "
                                "behind is looked for by descent and environment.");
        else if (r == 0)
                log_debug("No cgroup was delegated to the runner. What jobs leave behind is looked for by "
                          "descent "
                          "and environment.");
}

static int open_records(Runner *runner, const RunnerOptions *options) {
        int r = run_records_open(&runner->context.records, options->runner_dir, options->lock_fd);

        if (r == -EBUSY)
                return log_error_errno(
                                r, "Another jobsched-runner works in '%s' already; this one ends.",
                                options->runner_dir);
        if (r == -EPERM)
                return log_error_errno(
                                r,
                                "The directory '%s' belongs to somebody else, or others may write to it; the "
                                "runner does not trust it.",
                                options->runner_dir);
        if (r < 0)
                return log_error_errno(r, "Cannot use the runner's directory '%s': %m", options->runner_dir);
        return 0;
}

static int init_parts(Runner *runner, const RunnerOptions *options) {
        RunContext *context = &runner->context;
        int r;

        r = poller_init(&context->poller, runner->event);
        if (r < 0)
                return r;
        r = deadlines_init(&context->deadlines, runner->event);
        if (r < 0)
                return r;
        r = accounts_new(&context->poller, &context->deadlines, options->program, &context->accounts);
        if (r < 0)
                return r;
        r = path_join(options->runner_dir, NOTIFY_DIRECTORY, &context->notify_directory);
        if (r < 0)
                return r;
        r = path_join(options->runner_dir, "credentials", &context->credentials_base);
        if (r >= 0)
                r = credential_places_init(
                                &context->credential_places, options->secret_dir, options->user_mode);
        if (r < 0)
                return r;
        if (!options->incarnation)
                notify_directory_clear(context->notify_directory);
        journal_sink_init(&context->journal, &context->poller, options->journal_socket, STDERR_FILENO);
        context->read_buffer = malloc(READ_SIZE);
        if (!context->read_buffer)
                return -ENOMEM;
        r = make_incarnation(runner, options->incarnation);
        if (r < 0)
                return r;
        return listen_for_children(runner);
}

int runner_init(Runner *runner, sd_event *event, const RunnerOptions *options) {
        int r;

        *runner = (Runner){
                .event = sd_event_ref(event),
                .context = {
                        .poller.epoll_fd = -EBADF,
                        .cgroup.fd = -EBADF,
                        .records = { .directory_fd = -EBADF, .lock_fd = -EBADF },
                        .journal = { .journal_fd = -EBADF, .watch.fd = -EBADF },
                        .launch = options->launch,
                        .program = options->program,
                        .action_directories = options->action_directories,
                        .refused_uid = options->refused_uid,
                        .events = { forward_started, forward_ended, forward_output, forward_progress, runner },
                },
        };
        errands_init(&runner->errands, &runner->context, options->program);
        runner->context.http = &runner->errands.http;
        r = http_worker_init(
                        &runner->errands.http, runner->event, &runner->context.deadlines, options->program);
        if (r < 0)
                return r;

        r = open_records(runner, options);
        if (r < 0)
                return r;
        r = init_parts(runner, options);
        if (r < 0)
                return log_error_errno(r, "Cannot set up the runner: %m");
        r = units_new(&runner->context, event, NULL, &runner->context.units);
        if (r < 0)
                return log_error_errno(r, "Cannot set up the runner: %m");
        init_cgroup(runner);
        /* Orphans of the jobs become our children, not init's: that is how they are found. */
        if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
                return log_error_errno(errno, "Cannot become the parent of orphaned processes: %m");
        return 0;
}

void runner_done(Runner *runner) {
        RunContext *context = &runner->context;
        Run *run, *next;

        errands_done(&runner->errands);
        http_worker_done(&runner->errands.http);
        HASH_ITER(hash, runner->runs, run, next) {
                HASH_DELETE(hash, runner->runs, run);
                (void) run_free(run);
        }
        context->units = units_free(context->units);
        context->accounts = accounts_free(context->accounts);
        journal_sink_done(&context->journal);
        deadlines_done(&context->deadlines);
        poller_done(&context->poller);
        run_records_close(&context->records);
        cgroup_root_done(&context->cgroup);
        free(context->notify_directory);
        free(context->credentials_base);
        credential_places_done(&context->credential_places);
        free(context->read_buffer);
        context->read_buffer = NULL;
        runner->child_signal = sd_event_source_disable_unref(runner->child_signal);
        runner->more_children = sd_event_source_disable_unref(runner->more_children);
        runner->event = sd_event_unref(runner->event);
}

Run *runner_find(Runner *runner, const RunKey *key) {
        Run *run;

        HASH_FIND(hash, runner->runs, key, sizeof(*key), run);
        return run;
}

void runner_adopt(Runner *runner, Run *run) {
        HASH_ADD(hash, runner->runs, key, sizeof(run->key), run);
}

int runner_start(Runner *runner, const RunKey *key, MessageStart *start, Run **ret) {
        Run *run = runner_find(runner, key);
        int r;

        if (run) {
                *ret = run;
                return 0;
        }
        r = run_new(&runner->context, key, start, &run);
        if (r < 0)
                return r;
        runner_adopt(runner, run);
        *ret = run;
        if (runner->stopping)
                run_fail(run, END_SHUTDOWN, strdup("the runner is being stopped"));
        else
                run_begin(run);
        return 1;
}

void runner_forget(Runner *runner, Run *run) {
        int r;

        assert(run->phase == RUN_ENDED);

        r = run_record_remove(&runner->context.records, &run->key);
        if (r < 0)
                (void) log_warning_errno(
                                r, "Cannot remove the record of execution %" PRIu64 " of job '%s': %m",
                                run->key.execution_id, run->start.job);
        if (run->unit)
                unit_release(run->unit);
        HASH_DELETE(hash, runner->runs, run);
        (void) run_free(run);
}

/* It does not need us to go on. */
static bool outlives_us(const Run *run) {
        return run->unit && run_has_process(run);
}

size_t runner_count_active(const Runner *runner) {
        const Run *run;
        size_t n = 0;

        for (run = runner->runs; run; run = run->hash.next)
                n += run->phase != RUN_ENDED && !outlives_us(run);
        return n;
}

void runner_stop(Runner *runner) {
        Run *run, *next;

        runner->stopping = true;
        HASH_ITER(hash, runner->runs, run, next) {
                if (!outlives_us(run))
                        run_stop(run, END_SHUTDOWN, SHUTDOWN_KILL_TIMEOUT_MAX_USEC);
        }
        errands_stop(&runner->errands);
        sweep(runner); /* its orphans: nobody waits for them to be reaped */
}

void runner_kill(Runner *runner) {
        Run *run, *next;

        HASH_ITER(hash, runner->runs, run, next) {
                if (!outlives_us(run))
                        run_signal(run, SIGKILL, true);
        }
}

/* What the records of a killed runner say of one run that had not ended. */
typedef struct Lost {
        RunRecord *records;
        size_t n;
} Lost;

/* The pid of the record, if the kernel's start time of that process lies where the record says. */
static bool is_recorded_process(const RunRecord *record, pid_t pid) {
        const usec_t tick_usec = USEC_PER_SEC / sysconf(_SC_CLK_TCK);
        ProcessId process;
        usec_t started;

        if (record->pid != pid || process_id_of(pid, &process) < 0)
                return false;
        started = (usec_t) process.start_ticks * tick_usec;
        return started >= record->begun_boottime_usec - tick_usec &&
                        started <= record->noted_boottime_usec + tick_usec;
}

/* Also of a run whose leftovers are left alone at its end: this is none. */
static bool is_mark_of(const char *mark, const char *name) {
        size_t length = strlen(name);

        return strncmp(mark, name, length) == 0 &&
                        (mark[length] == '\0' || strcmp(mark + length, RUN_MARK_LEFT) == 0);
}

static bool is_lost(void *userdata, const LeftoverTraits *traits) {
        const Lost *lost = userdata;
        char name[RUN_NAME_MAX];

        for (size_t i = 0; i < lost->n; i++) {
                (void) run_key_format(&lost->records[i].key, name);
                if (is_mark_of(traits->mark, name) || is_recorded_process(&lost->records[i], traits->pid))
                        return true;
        }
        return false;
}

/* What would have been left alone at the end is not, where there was none. */
static void kill_left_cgroup(CgroupRoot *root, const RunKey *key) {
        CLEANUP_CLOSE int fd = -EBADF;
        char name[RUN_NAME_MAX], directory[RUN_MARK_MAX];

        (void) snprintf(directory, sizeof(directory), CGROUP_LEFT_PREFIX "%s", run_key_format(key, name));
        fd = cgroup_open(root, directory);
        if (fd < 0)
                return;
        (void) cgroup_kill(fd);
        (void) cgroup_remove(root, directory); /* while they die it fails, and is tried again */
}

static void kill_lost(Runner *runner, Lost *lost) {
        CgroupRoot *cgroup = &runner->context.cgroup;
        int r;

        for (size_t i = 0; cgroup_root_usable(cgroup) && i < lost->n; i++)
                kill_left_cgroup(cgroup, &lost->records[i].key);
        if (cgroup_root_usable(cgroup))
                (void) cgroup_kill_all(cgroup, is_alive, runner);
        if (lost->n == 0)
                return;
        r = leftover_kill_everywhere(is_lost, lost);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot look for what lost executions left behind: %m");
        log_warning("%zu executions were lost when the runner was killed; %d of their processes still ran "
                    "and were "
                    "killed.",
                    lost->n, MAX(r, 0));
}

static int add_lost(Runner *runner, const RunRecord *record) {
        const MessageEnded ended = {
                .execution_id = record->key.execution_id,
                .attempt = record->key.attempt,
                .kind = END_LOST,
                .exit_code = -1,
                .signal = -1,
                .message = (char *) "the runner was killed while it ran",
                .pid = (uint64_t) record->pid,
                .started_usec = USEC_INFINITY,
                .ended_usec = USEC_INFINITY,
                .cpu_usec = -1,
                .memory_peak_bytes = -1,
                .http_status = -1,
        };
        Run *run;
        int r;

        r = run_record_end(&runner->context.records, &record->key, record->job, &ended);
        if (r < 0)
                return r;
        r = run_new_ended(&runner->context, &record->key, record->job, true, &run);
        if (r < 0)
                return r;
        runner_adopt(runner, run);
        return 0;
}

/* Sorts a record: one with an outcome becomes a run, one without goes to `lost`, one that is cut off goes. */
static int recover_record(Runner *runner, const RunKey *key, FdStore *store, Lost *lost) {
        CLEANUP(run_record_done) RunRecord record = { 0 };
        Run *run;
        int r;

        if (runner_find(runner, key))
                return 0;
        r = run_record_load(&runner->context.records, key, &record);
        if (r == -EBADMSG)
                return run_record_remove(
                                &runner->context.records, key); /* cut off before anything was started */
        if (r < 0)
                return r;
        if (!record.has_outcome && record.start.type == MESSAGE_START) {
                r = unit_take_up(&runner->context, &record, store, &run);
                if (r >= 0)
                        runner_adopt(runner, run);
                return r;
        }
        if (!record.has_outcome) {
                lost->records[lost->n++] = record;
                record = (RunRecord){ 0 };
                return 0;
        }
        r = run_new_ended(&runner->context, key, record.job, record.ended.ended.kind == END_LOST, &run);
        if (r >= 0)
                runner_adopt(runner, run);
        return r;
}

/* Came over a re-exec: what a killed runner had started is dead. */
static bool needs_credentials(void *userdata, const RunKey *key) {
        const Run *run = runner_find(userdata, key);

        return run && run_has_process(run);
}

int runner_recover(Runner *runner, FdStore *store) {
        CLEANUP_FREE RunKey *keys = NULL;
        Lost lost = { 0 };
        size_t n = 0;
        int r;

        r = run_records_list(&runner->context.records, &keys, &n);
        if (r < 0)
                return log_error_errno(r, "Cannot read the records of earlier executions: %m");
        lost.records = calloc(n + 1, sizeof(*lost.records));
        if (!lost.records)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                char name[RUN_NAME_MAX];

                r = recover_record(runner, &keys[i], store, &lost);
                if (r < 0)
                        (void) log_warning_errno(
                                        r,
                                        "Cannot take up the record '%s' of an earlier execution: %m; it "
                                        "stays "
                                        "where it is.",
                                        run_key_format(&keys[i], name));
        }

        kill_lost(runner, &lost);
        for (size_t i = 0; i < lost.n; i++) {
                r = add_lost(runner, &lost.records[i]);
                if (r < 0)
                        (void) log_warning_errno(
                                        r, "Cannot record that execution %" PRIu64 " was lost: %m",
                                        lost.records[i].key.execution_id);
                run_record_done(&lost.records[i]);
        }
        free(lost.records);
        credential_directory_sweep(runner->context.credentials_base, needs_credentials, runner);
        units_recover(runner->context.units);
        return 0;
}
