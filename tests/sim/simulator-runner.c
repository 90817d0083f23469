/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The fake runner: it keeps what it has until it is acknowledged, over all connections. */

#include <stdlib.h>
#include <string.h>

#include "sim/simulator-internal.h"
#include "util/cleanup.h"

static SimRun *find_run(Sim *sim, LaunchId id) {
        for (size_t i = sim->n_runs; i-- > 0;)
                if (sim->runs[i].id.execution_id == id.execution_id && sim->runs[i].id.attempt == id.attempt)
                        return &sim->runs[i];
        return NULL;
}

static bool run_is_known(const Sim *sim, const SimRun *run) {
        return run->generation == sim->generation && !run->acknowledged;
}

/* Returns true if nothing limits it; *ret_state: what its row says. */
static bool expect_begun(Sim *sim, LaunchId launch, ExecutionState *ret_state) {
        uint64_t id = launch.execution_id;
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };
        char generation[16];

        execution_record_init(&row);
        SIM_ASSERT(sim, store_read_execution(sim->store, id, &row) == 1, "START of %" PRIu64 " without a row",
                   id);
        SIM_ASSERT(sim, row.state == EXECUTION_ARMED || row.state == EXECUTION_STARTING, "START in state %s",
                   execution_state_to_string(row.state));
        SIM_ASSERT(sim, MAX(row.attempts, 1U) == launch.attempt, "START of attempt %u, the row says %u",
                   launch.attempt, row.attempts);
        if (launch.attempt > 1) {
                const LaunchId before = { .execution_id = id, .attempt = launch.attempt - 1 };
                const SimRun *run = find_run(sim, before);

                SIM_ASSERT(sim, !run || run->ended || run->generation != sim->generation,
                           "attempt %u begins while the one before it runs", launch.attempt);
        }
        (void) snprintf(generation, sizeof(generation), "g%u", sim->generation);
        SIM_ASSERT(sim, strcmp(row.runner_generation, generation) == 0, "START to '%s', the row says '%s'",
                   generation, row.runner_generation);
        *ret_state = row.state;
        return row.forced;
}

static void set_end(const Sim *sim, SimRun *run) {
        usec_t duration_usec = sim->duration_usec;

        run->exit_code = sim->exit_code;
        for (size_t i = 0; i < SIM_JOBS_MAX; i++)
                if (sim->jobs[i].has_end && strcmp(sim->jobs[i].name, run->job) == 0) {
                        duration_usec = sim->jobs[i].duration_usec;
                        run->exit_code = sim->jobs[i].exit_code;
                }
        run->ends_usec = sim->boottime_usec + duration_usec;
}

static void set_environment(SimRun *run, char *const *environment) {
        size_t at = 0;

        for (; environment && *environment && at < sizeof(run->environment); environment++)
                at += (size_t) snprintf(
                                run->environment + at, sizeof(run->environment) - at, "%s\n", *environment);
}

/* --- secrets --------------------------------------------------------------------------------------- */

static size_t secret_index(const Sim *sim, const char *id) {
        size_t i = 0;

        while (i < SIM_SECRETS_MAX && strcmp(sim->secrets[i].id, id) != 0)
                i++;
        return i;
}

size_t sim_count_secrets(const Sim *sim) {
        size_t n = 0;

        for (size_t i = 0; i < SIM_SECRETS_MAX; i++)
                n += sim->secrets[i].id[0] != '\0';
        return n;
}

static int executor_keep_secret(
                void *userdata,
                const char *id,
                const char *value,
                void (*done)(void *userdata, int error),
                void *done_userdata) {

        Sim *sim = userdata;
        size_t i = secret_index(sim, id);

        if (!sim->connected)
                return -ENOTCONN;
        if (value && sim->refuses_secrets)
                return -ENOSPC;
        if (!sim_reaches_outside(sim))
                return value ? -ENOTCONN : 0;
        if (!value && i < SIM_SECRETS_MAX)
                sim->secrets[i].id[0] = '\0';
        if (!value)
                return 0;
        if (i == SIM_SECRETS_MAX)
                i = secret_index(sim, "");
        ck_assert_uint_lt(i, SIM_SECRETS_MAX);
        (void) snprintf(sim->secrets[i].id, sizeof(sim->secrets[i].id), "%s", id);
        (void) snprintf(sim->secrets[i].value, sizeof(sim->secrets[i].value), "%s", value);
        if (done && sim->keeps_late) {
                sim->kept = done;
                sim->kept_userdata = done_userdata;
        } else if (done) {
                done(done_userdata, 0);
        }
        return 0;
}

void sim_answer_secret(Sim *sim) {
        sim->kept(sim->kept_userdata, 0);
        sim_settle(sim);
}

static int executor_keep_only_secrets(void *userdata, const char *ids, size_t n_ids) {
        Sim *sim = userdata;

        if (!sim->connected)
                return -ENOTCONN;
        if (!sim_reaches_outside(sim))
                return 0;
        for (size_t i = 0; i < SIM_SECRETS_MAX; i++) {
                bool is_named = false;

                for (size_t k = 0; k < n_ids; k++)
                        is_named = is_named || memcmp(ids + 32 * k, sim->secrets[i].id, 32) == 0;
                if (!is_named)
                        sim->secrets[i].id[0] = '\0';
        }
        return 0;
}

/* With the value of each secret, which the runner must have. */
static void set_parameters(Sim *sim, SimRun *run, const Launch *launch) {
        const ParameterValues *values = launch->parameters;
        size_t at = 0;

        for (size_t i = 0; values && i < values->n_items; i++) {
                const ParameterValue *value = &values->items[i];
                const char *text = value->text;

                if (value->is_secret && text[0] != '$') {
                        size_t k = secret_index(sim, text);

                        SIM_ASSERT(sim, k < SIM_SECRETS_MAX, "secret '%s' of '%s' is not kept", value->name,
                                   run->job);
                        text = sim->secrets[k].value;
                }
                at += (size_t) snprintf(
                                run->parameters + at, sizeof(run->parameters) - at, "%s=%s\n", value->name,
                                text);
        }
}

static int executor_start(void *userdata, const Launch *launch) {
        Sim *sim = userdata;
        SimRun *run;
        ExecutionState row_state;
        bool forced;

        if (!sim->connected)
                return -ENOTCONN;
        if (!sim_reaches_outside(sim))
                return 0;

        forced = expect_begun(sim, launch->id, &row_state);
        run = find_run(sim, launch->id);
        if (run) { /* idempotent, but never a second process */
                SIM_ASSERT(sim, run_is_known(sim, run), "execution %" PRIu64 " of '%s' is started twice",
                           launch->id.execution_id, run->job);
                return 0;
        }

        SIM_ASSERT(sim, sim->n_runs < SIM_RUNS_MAX, "too many launches");
        SIM_ASSERT(sim, !sim->is_frozen, "execution %" PRIu64 " of '%s' is started while all is frozen",
                   launch->id.execution_id, launch->job->name);
        run = &sim->runs[sim->n_runs++];
        *run = (SimRun){
                .id = launch->id,
                .due_usec = launch->due_usec,
                .started_usec = sim->boottime_usec,
                .started_real_usec = sim->realtime_usec,
                .generation = sim->generation,
                .forced = forced,
                .row_state = row_state,
                .max_instances = launch->job->overlap.max_instances,
        };
        (void) snprintf(run->job, sizeof(run->job), "%s", launch->job->name);
        (void) snprintf(run->queue, sizeof(run->queue), "%s", launch->job->queue ?: "");
        set_end(sim, run);
        if (sim->n_failures > 0) {
                sim->n_failures--;
                run->exit_code = 1;
        }
        set_environment(run, launch->environment);
        set_parameters(sim, run, launch);
        if (!forced)
                sim_check_limits(sim, run);
        return 0;
}

static int executor_stop(void *userdata, LaunchId id) {
        Sim *sim = userdata;
        SimRun *run = find_run(sim, id);

        if (!sim->connected)
                return -ENOTCONN;
        if (sim_reaches_outside(sim) && run && !run->ended &&
            run->ends_usec >= sim->boottime_usec + sim->stop_usec) {
                run->stopped = true;
                run->ends_usec = sim->boottime_usec + sim->stop_usec;
        }
        return 0;
}

static int executor_kill(void *userdata, LaunchId id, int signal, bool everything) {
        return executor_stop(userdata, id);
}

static int executor_acknowledge(void *userdata, LaunchId id) {
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };
        Sim *sim = userdata;
        SimRun *run = find_run(sim, id);

        if (!sim->connected)
                return -ENOTCONN;
        if (!sim_reaches_outside(sim))
                return 0;

        execution_record_init(&row);
        SIM_ASSERT(sim, store_read_execution(sim->store, id.execution_id, &row) == 1, "ACK without a row");
        SIM_ASSERT(sim,
                   execution_state_is_final(row.state) || row.attempts > id.attempt ||
                                   (row.attempts == id.attempt &&
                                    (row.state == EXECUTION_RETRYING || row.state == EXECUTION_WAITING)),
                   "ACK of attempt %u of %" PRIu64 ", which is %s with %u attempts on disk", id.attempt,
                   id.execution_id, execution_state_to_string(row.state), row.attempts);
        if (run && run->ended)
                run->acknowledged = true;
        return 0;
}

static int executor_follow(void *userdata, LaunchId id, bool on) {
        return 0;
}

static void executor_wake_at(void *userdata, usec_t realtime_usec) {
        Sim *sim = userdata;

        sim->wake_at_usec = realtime_usec;
        sim->n_wake_ats++;
}

static bool executor_is_connected(void *userdata) {
        return ((Sim *) userdata)->connected;
}

static void executor_set_events(void *userdata, const ExecutorEvents *events) {
        ((Sim *) userdata)->events = events ? *events : (ExecutorEvents){ 0 };
}

void sim_connect_runner(Sim *sim) {
        CLEANUP_FREE ListedLaunch *listed = calloc(SIM_RUNS_MAX, sizeof(ListedLaunch));
        char incarnation[16], generation[16];
        ExecutorHello hello = { .incarnation = incarnation, .generation = generation, .listed = listed };

        if (sim->connected || sim->runner_down || !sim->manager || sim->crashing)
                return;

        (void) snprintf(incarnation, sizeof(incarnation), "i%u", sim->incarnation);
        (void) snprintf(generation, sizeof(generation), "g%u", sim->generation);
        for (size_t i = 0; i < sim->n_runs; i++) {
                SimRun *run = &sim->runs[i];

                run->announced = run->end_announced = false;
                if (!run_is_known(sim, run))
                        continue;
                run->announced = true;
                listed[hello.n_listed++] = (ListedLaunch){
                        .id = run->id,
                        .job = run->job,
                        .state = run->lost           ? LAUNCH_LISTED_LOST
                                        : run->ended ? LAUNCH_LISTED_ENDED
                                                     : LAUNCH_LISTED_RUNNING,
                        .pid = 1000 + (pid_t) i,
                        .started_usec = run->started_real_usec,
                };
        }
        sim->connected = true;
        sim->n_connections++;
        sim->events.on_connected(sim->events.userdata, &hello);
}

static void announce_end(Sim *sim, SimRun *run) {
        static char output[] = "\1\0\0\0\2\0\0\0hi";
        const OutputRecord record = { .data = output, .size = sizeof(output) - 1, .total_bytes = 2 };
        const LaunchOutcome outcome = {
                .end = run->lost               ? LAUNCH_LOST
                                : run->stopped ? LAUNCH_STOPPED
                                               : LAUNCH_EXITED,
                .exit_code = run->lost || run->stopped ? -1 : run->exit_code,
                .signal = run->stopped ? 15 : -1,
                .pid = 1000,
                .started_usec = run->started_real_usec,
                .ended_usec = run->ended_real_usec,
                .cpu_seconds = 0.5,
                .memory_peak_bytes = 4096,
                .output = &record,
        };

        run->end_announced = true;
        sim->events.on_ended(sim->events.userdata, run->id, &outcome);
}

static void end_runs(Sim *sim) {
        for (size_t i = 0; i < sim->n_runs; i++) {
                SimRun *run = &sim->runs[i];

                if (!run->ended && run->generation == sim->generation &&
                    run->ends_usec <= sim->boottime_usec) {
                        run->ended = true;
                        run->ended_real_usec = sim->realtime_usec;
                }
        }
}

bool sim_runner_speaks(Sim *sim) {
        bool said = false;

        end_runs(sim);

        for (size_t i = 0; i < sim->n_runs && !sim->crashing; i++) {
                SimRun *run = &sim->runs[i];

                if (!sim->connected || !run_is_known(sim, run))
                        continue;
                if (!run->announced && !run->lost) {
                        run->announced = said = true;
                        sim->events.on_started(
                                        sim->events.userdata, run->id, 1000 + (pid_t) i,
                                        run->started_real_usec);
                }
                if (run->ended && !run->end_announced && !sim->crashing) {
                        said = true;
                        announce_end(sim, run);
                }
        }
        return said;
}

const Executor sim_executor = {
        .set_events = executor_set_events,
        .is_connected = executor_is_connected,
        .start = executor_start,
        .stop = executor_stop,
        .kill = executor_kill,
        .acknowledge = executor_acknowledge,
        .follow = executor_follow,
        .run_errand = sim_run_errand,
        .cancel_errand = sim_cancel_errand,
        .wake_at = executor_wake_at,
        .keep_secret = executor_keep_secret,
        .keep_only_secrets = executor_keep_only_secrets,
};
