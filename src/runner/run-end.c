/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The end of a run: what it left behind, what it used, and its outcome. */

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "runner/leftover.h"
#include "runner/run-credential.h"
#include "runner/run-http.h"
#include "runner/run-output.h"
#include "runner/run-result.h"
#include "runner/run.h"
#include "runner/unit.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/string-list.h"

/* Its memory, once the outcome is in runs/, is what the list of runs needs. */
static void drop_process_parts(Run *run) {
        deadline_clear(&run->context->deadlines, &run->deadline);
        notify_socket_close(&run->notify);
        run_credential_done(run);
        run_http_done(run);
        poller_close(&run->context->poller, &run->status);
        output_capture_done(&run->capture);
        if (run->file)
                output_file_done(run->file);
        free(run->account);
        run->account = NULL;
        buffer_done(&run->notes);
        run_drop_launch_parts(run);
}

static void keep_outcome(Run *run, const MessageEnded *ended) {
        Message message = { .type = MESSAGE_ENDED, .ended = *ended };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        size_t consumed;

        if (message_encode(&message, &buffer) < 0 ||
            message_decode(buffer.data, buffer.size, &run->ended, &consumed) < 0)
                log_error("No memory to keep the outcome of job '%s', execution %" PRIu64
                          ": it is told once only.",
                          run->start.job, run->key.execution_id);
}

/* The outcome is in runs/ before anybody is told. */
void run_end(Run *run, MessageEnded *ended) {
        CLEANUP(buffer_done) Buffer pieces = { 0 };
        int r;

        ended->execution_id = run->key.execution_id;
        ended->attempt = run->key.attempt;
        ended->pid = (uint64_t) run->pid;
        ended->started_usec = run->started_usec;
        if (ended->ended_usec == 0)
                ended->ended_usec = clock_now(&system_clock, CLOCK_KIND_REALTIME);
        ended->message = run->failure;
        if (run_output_format(run, &pieces) >= 0) {
                ended->output = pieces.data;
                ended->output_size = pieces.size;
        }
        ended->output_total_bytes = run->capture.total_bytes;

        run->phase = RUN_ENDED;
        r = run_record_end(&run->context->records, &run->key, run->start.job, ended);
        if (r < 0) {
                if (!run->context->records.full)
                        (void) log_warning_errno(
                                        r,
                                        "Cannot write outcomes to the runner's directory: %m. They are kept "
                                        "in "
                                        "memory, and are lost if the runner is killed before jobschedd has "
                                        "them.");
                keep_outcome(run, ended);
        }
        run->context->records.full = r < 0;
        drop_process_parts(run);
        if (run->unit)
                unit_on_ended(run->unit);
        run->context->events.on_ended(run->context->events.userdata, run, ended);
}

void run_fail(Run *run, EndKind kind, char *message) {
        MessageEnded ended = {
                .kind = kind,
                .exit_code = -1,
                .signal = -1,
                .cpu_usec = -1,
                .memory_peak_bytes = -1,
                .http_status = -1,
        };

        assert(run->pid == 0);
        free(run->failure);
        run->failure = message ?: strdup("out of memory");
        run_end(run, &ended);
}

void run_lose(Run *run, char *message) {
        run->lost = true;
        run->pid = 0;
        run_fail(run, END_LOST, message);
}

/* Of the process and those that it waited for. */
static void keep_usage(Run *run, const struct rusage *usage) {
        run->cpu_usec = (int64_t) (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * USEC_PER_SEC +
                        usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
        run->memory_peak_bytes = (int64_t) usage->ru_maxrss * 1024;
}

/* The cgroup knows it of all. What is left alone in it goes on there. */
static void close_cgroup(Run *run) {
        char name[RUN_MARK_MAX];
        CgroupUsage measured;

        if (run->cgroup_fd < 0)
                return;
        cgroup_read_usage(run->cgroup_fd, &measured);
        if (measured.cpu_usec >= 0)
                run->cpu_usec = measured.cpu_usec;
        if (measured.memory_peak_bytes >= 0)
                run->memory_peak_bytes = measured.memory_peak_bytes;
        run->oom_killed = measured.oom_killed;
        run->cgroup_fd = fd_close(run->cgroup_fd);
        /* Fails while something in it lives or dies: the runner's sweep tries again. */
        (void) cgroup_remove(&run->context->cgroup, run_cgroup_name(run, name));
}

static EndKind end_kind_of(Run *run) {
        if (run->start_timed_out && !run->failure)
                run->failure = strdup(
                                "it did not execute its program within the start-timeout, and was killed");
        if (run->failure && run->started_usec == USEC_INFINITY)
                return END_LAUNCH;
        if (run->escalated != RUN_NOT_ESCALATED)
                return (EndKind) run->escalated;
        return WIFSIGNALED(run->exit_status) ? END_SIGNALED : END_EXITED;
}

/* A shell whose child was killed says so by 128 + the signal. */
static bool is_killed(const MessageEnded *ended) {
        return ended->signal == SIGKILL || ended->exit_code == 128 + SIGKILL;
}

static void complete_process(Run *run) {
        MessageEnded ended = {
                .exit_code = -1,
                .signal = -1,
                .cpu_usec = run->cpu_usec,
                .memory_peak_bytes = run->memory_peak_bytes,
                .http_status = -1,
        };
        int status = run->exit_status;

        ended.kind = end_kind_of(run);
        if (ended.kind != END_LAUNCH || !run->failure) {
                ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
                ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : -1;
        }
        if (ended.kind != END_LAUNCH && run_has_result(run))
                run_result_finish(run, &ended);
        run_output_end(run);
        ended.oom = run->oom_killed && is_killed(&ended);
        run_end(run, &ended);
        buffer_done(&run->result);
        run->pid = 0;
}

static void complete(Run *run) {
        if (run->http)
                run_http_complete(run);
        else if (run->unit)
                unit_complete(run->unit);
        else
                complete_process(run);
}

void run_finish(Run *run) {
        if (run->phase == RUN_SETTLING)
                run->context->n_settling--;
        run->settled = true;
        notify_socket_drain(&run->notify);
        notify_socket_close(&run->notify);
        poller_close(&run->context->poller, &run->leftovers);
        deadline_clear(&run->context->deadlines, &run->deadline);
        close_cgroup(run);
        if (run_output_finish(run) > 0)
                run->phase = RUN_SETTLING;
        else
                complete(run);
}

void run_on_output_closed(Run *run) {
        complete(run);
}

/* Its events are watched first and read then: nothing that happens between is missed. */
static bool cgroup_has_leftovers(Run *run) {
        if (run->leftovers.fd < 0) {
                int fd = cgroup_events_open(run->cgroup_fd);

                /* What cannot be watched cannot be waited for. */
                if (fd < 0 || poller_add(&run->context->poller, &run->leftovers, fd, EPOLLPRI) < 0)
                        return false;
        }
        return cgroup_events_populated(run->leftovers.fd) > 0;
}

void run_settle(Run *run) {
        char mark[RUN_MARK_MAX];
        bool left;

        if (run->phase != RUN_SETTLING || run->settled)
                return;
        left = run->cgroup_fd >= 0 ? cgroup_has_leftovers(run)
                                   : leftover_count_marked(run_mark(run, mark), run->pid) > 0;
        if (!left)
                run_finish(run);
}

void run_continue_settling(Run *run) {
        if (run->phase == RUN_SETTLING && run->settled && run->file && output_file_is_open(run->file))
                output_file_finish(run->file);
        else if (run->phase == RUN_SETTLING && run->settled)
                complete(run);
        else
                run_settle(run);
}

static void kill_leftovers(Run *run) {
        /* The zombie still holds its pid, so this is the group of no other. */
        if (run->cgroup_fd >= 0)
                (void) cgroup_kill(run->cgroup_fd);
        else
                (void) kill(-run->pid, SIGKILL);
}

void run_on_exit(Run *run) {
        struct rusage usage = { 0 };
        bool executed;

        run_read_status(run);
        executed = run->started_usec != USEC_INFINITY;
        if (!executed || run->start.left_behind == LEFT_BEHIND_IS_KILLED)
                kill_leftovers(run);
        while (wait4(run->pid, &run->exit_status, 0, &usage) < 0 && errno == EINTR)
                ;
        HASH_DELETE(hash_by_pid, run->context->by_pid, run);
        run->exited = true;
        keep_usage(run, &usage);

        if (!executed || run->start.left_behind != LEFT_BEHIND_IS_AWAITED) {
                run_finish(run);
                return;
        }
        run->phase = RUN_SETTLING;
        run->context->n_settling++;
        run_settle(run);
}

int run_load_outcome(Run *run, Message *ret) {
        CLEANUP(run_record_done) RunRecord record = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        size_t consumed;
        int r;

        assert(run->phase == RUN_ENDED);

        if (run->ended.type == MESSAGE_ENDED) {
                r = message_encode(&run->ended, &buffer);
                return r < 0 ? r : message_decode(buffer.data, buffer.size, ret, &consumed);
        }
        r = run_record_load(&run->context->records, &run->key, &record);
        if (r < 0)
                return r;
        if (!record.has_outcome)
                return -ENODATA;
        *ret = record.ended;
        record.ended = (Message){ 0 };
        return 0;
}
