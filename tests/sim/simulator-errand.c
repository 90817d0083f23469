/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the daemon asks of host and runner: facts that the test sets, paths that it makes, a command of
 * conditions, and messages, which are delivered at once and kept.
 */

#include <string.h>

#include "sim/simulator-internal.h"

static const char *variable(char *const *environment, const char *name) {
        size_t length = strlen(name);

        for (; environment && *environment; environment++)
                if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
                        return *environment + length + 1;
        return "";
}

static bool is_message(const Errand *errand) {
        return errand->kind == ERRAND_HTTP || variable(errand->environment, "JOBSCHED_EVENT")[0] != '\0';
}

static void keep_message(Sim *sim, const Errand *errand) {
        SimMessage *message;

        SIM_ASSERT(sim, sim->n_messages < SIM_MESSAGES_MAX, "too many messages");
        message = &sim->messages[sim->n_messages++];
        *message = (SimMessage){
                .realtime_usec = sim->realtime_usec,
                .execution_id = strtoull(variable(errand->environment, "JOBSCHED_EXECUTION"), NULL, 10),
                .count = strtoull(variable(errand->environment, "JOBSCHED_COUNT"), NULL, 10),
        };
        (void) snprintf(message->event, sizeof(message->event), "%s",
                        variable(errand->environment, "JOBSCHED_EVENT"));
        (void) snprintf(message->subject, sizeof(message->subject), "%s",
                        variable(errand->environment, "JOBSCHED_SUBJECT"));
}

int sim_run_errand(
                void *userdata,
                const Errand *errand,
                executor_errand_t done,
                void *done_userdata,
                uint64_t *ret_id) {

        Sim *sim = userdata;
        SimErrand *taken;

        if (!sim->connected)
                return -ENOTCONN;
        SIM_ASSERT(sim, sim->n_errands < SIM_ERRANDS_MAX, "too many errands at a time");
        taken = &sim->errands[sim->n_errands++];
        *taken = (SimErrand){
                .id = ++sim->last_errand_id,
                .kind = errand->kind,
                .is_message = is_message(errand),
                .opposite = errand->opposite,
                .watch = errand->watch,
                .since_usec = errand->since_usec,
                .ends_usec = sim->boottime_usec,
                .done = done,
                .userdata = done_userdata,
                .connection = sim->n_connections,
        };
        (void) snprintf(taken->path, sizeof(taken->path), "%s", errand->path ?: "");
        *ret_id = taken->id;
        if (taken->is_message) {
                taken->ends_usec += sim->message_duration_usec;
                if (sim_reaches_outside(sim) && sim->errand_exit_code == 0)
                        keep_message(sim, errand);
        } else if (errand->kind == ERRAND_COMMAND) {
                taken->ends_usec += sim->command_duration_usec;
                sim->n_commands++;
        }
        return 0;
}

void sim_cancel_errand(void *userdata, uint64_t id) {
        Sim *sim = userdata;

        for (size_t i = 0; i < sim->n_errands; i++)
                if (sim->errands[i].id == id)
                        sim->errands[i] = sim->errands[--sim->n_errands];
}

static bool path_is_so(const Sim *sim, const SimErrand *errand) {
        bool exists = false, changed = false;

        for (size_t i = 0; i < SIM_PATHS_MAX; i++) {
                if (strcmp(sim->paths[i].path, errand->path) != 0)
                        continue;
                exists = sim->paths[i].exists;
                changed = exists && sim->paths[i].changed_usec > errand->since_usec;
        }
        return errand->kind == ERRAND_PATH_CHANGED ? changed : exists != errand->opposite;
}

static bool is_lost(const Sim *sim, const SimErrand *errand) {
        return !sim->connected || errand->connection != sim->n_connections;
}

static bool has_answer(const Sim *sim, const SimErrand *errand) {
        if (is_lost(sim, errand))
                return true;
        if (errand->is_message || errand->kind == ERRAND_COMMAND)
                return errand->ends_usec <= sim->boottime_usec;
        return !errand->watch || path_is_so(sim, errand);
}

static int exit_code_of(const Sim *sim, const SimErrand *errand) {
        if (errand->is_message)
                return sim->errand_exit_code;
        if (errand->kind == ERRAND_COMMAND)
                return sim->command_exit_code;
        return path_is_so(sim, errand) ? 0 : 1;
}

/* By value: whoever is told may ask for more. */
static void answer(const Sim *sim, SimErrand errand) {
        bool lost = is_lost(sim, &errand);
        const ErrandResult result = {
                .error = lost ? -ENOTCONN : 0,
                .exit_code = lost ? -1 : exit_code_of(sim, &errand),
                .signal = -1,
                .http_status = -1,
                .retry_after_usec = -1,
                .text = errand.is_message ? "said" : "",
        };

        errand.done(errand.userdata, &result);
}

bool sim_errands_speak(Sim *sim) {
        bool said = false;

        for (size_t i = 0; i < sim->n_errands && !sim->crashing;) {
                SimErrand errand = sim->errands[i];

                if (!has_answer(sim, &errand)) {
                        i++;
                        continue;
                }
                sim_cancel_errand(sim, errand.id);
                answer(sim, errand);
                said = true;
                i = 0; /* the list is another now */
        }
        return said;
}

usec_t sim_errands_next(const Sim *sim) {
        usec_t next_usec = USEC_INFINITY;

        for (size_t i = 0; i < sim->n_errands; i++)
                if (sim->errands[i].ends_usec > sim->boottime_usec)
                        next_usec = MIN(next_usec, sim->errands[i].ends_usec);
        return next_usec;
}

/* --- conditions ------------------------------------------------------------------------------------ */

void sim_set_path(Sim *sim, const char *path, bool exists) {
        size_t i = 0;

        while (i < SIM_PATHS_MAX && sim->paths[i].path[0] != '\0' && strcmp(sim->paths[i].path, path) != 0)
                i++;
        SIM_ASSERT(sim, i < SIM_PATHS_MAX, "too many paths");
        (void) snprintf(sim->paths[i].path, sizeof(sim->paths[i].path), "%s", path);
        sim->paths[i].exists = exists;
        sim->paths[i].changed_usec = sim->realtime_usec;
        sim_settle(sim);
}

static int read_fact(void *userdata, ConditionKind kind, double *ret) {
        const Sim *sim = userdata;

        if (sim->fact_errors[kind] < 0)
                return sim->fact_errors[kind];
        *ret = sim->fact_values[kind];
        return 0;
}

static void watch_fact(void *userdata, ConditionKind kind, bool on) {
        Sim *sim = userdata;

        SIM_ASSERT(sim, on || sim->n_watches[kind] > 0, "a watch of %s ends that did not begin",
                   condition_kind_to_string(kind));
        sim->n_watches[kind] += on ? 1U : -1U;
}

void sim_init_facts(Sim *sim) {
        sim->facts = (HostFacts){ .userdata = sim, .read = read_fact, .watch = watch_fact };
        sim->fact_values[CONDITION_AC_POWER] = 1;
        sim->fact_values[CONDITION_NETWORK_ONLINE] = 1;
        sim->fact_values[CONDITION_MEMORY_AVAILABLE] = 1024.0 * 1024 * 1024;
}

void sim_set_fact(Sim *sim, ConditionKind kind, double value) {
        sim->fact_values[kind] = value;
        if (sim->manager && sim->n_watches[kind] > 0)
                manager_host_changed(sim->manager, kind);
        sim_settle(sim);
}
