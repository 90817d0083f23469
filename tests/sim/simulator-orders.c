/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What people ask the daemon for. */

#include "sim/simulator.h"

static const Caller sim_caller = { .uid = 0, .user = (char *) "root", .origin = "control" };

static void on_reply(void *userdata, int result, uint64_t execution_id, const char *text) {
        Sim *sim = userdata;

        sim->last_result = result;
        sim->last_id = execution_id;
        (void) snprintf(sim->last_text, sizeof(sim->last_text), "%s", text ?: "");
        sim->n_replies++;
}

void sim_start_job(Sim *sim, const char *name) {
        if (sim->manager)
                manager_start_job(sim->manager, name, NULL, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_force_job(Sim *sim, const char *name) {
        const StartOptions options = { .force = true };

        if (sim->manager)
                manager_start_job(sim->manager, name, &options, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_start_with(Sim *sim, const char *name, const StartOptions *options) {
        if (sim->manager)
                manager_start_job(sim->manager, name, options, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_pause_job(Sim *sim, const char *name, usec_t until_usec) {
        if (sim->manager)
                manager_pause_job(sim->manager, name, until_usec, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_resume_job(Sim *sim, const char *name) {
        if (sim->manager)
                manager_resume_job(sim->manager, name, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_skip_job(Sim *sim, const char *name, unsigned n) {
        if (sim->manager)
                manager_skip_job(sim->manager, name, n, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

static void on_changed(
                void *userdata,
                int result,
                const JobChangeResult *results,
                size_t n_results,
                const char *text) {

        const JobChangeResult *last = n_results > 0 ? &results[n_results - 1] : NULL;
        Sim *sim = userdata;

        sim->last_result = result;
        sim->n_replies++;
        (void) snprintf(sim->last_text, sizeof(sim->last_text), "%s", text ?: "");
        if (!last)
                return;
        if (!text)
                (void) snprintf(sim->last_text, sizeof(sim->last_text), "%s", last->text ?: "");
        (void) snprintf(sim->last_name, sizeof(sim->last_name), "%s", last->name);
        sim->last_id = last->execution_id;
        sim->last_revision = last->revision;
        sim->last_effect = last->effect;
}

int sim_change(Sim *sim, const JobChange *changes, size_t n_changes) {
        sim->last_result = -ENOTCONN;
        if (sim->manager)
                manager_change_jobs(
                                sim->manager, changes, n_changes, sim->trial, &sim_caller, on_changed, sim);
        sim_settle(sim);
        return sim->last_result;
}

int sim_change_job(Sim *sim, JobChangeKind kind, const char *name, const char *definition) {
        return sim_change(sim, &(JobChange){ .kind = kind, .name = name, .definition = definition }, 1);
}

void sim_stop_execution(Sim *sim, uint64_t id) {
        if (sim->manager)
                manager_stop_execution(sim->manager, id, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_pause_queue(Sim *sim, const char *name) {
        if (sim->manager)
                manager_pause_queue(sim->manager, name, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_resume_queue(Sim *sim, const char *name) {
        if (sim->manager)
                manager_resume_queue(sim->manager, name, &sim_caller, on_reply, sim);
        sim_settle(sim);
}

void sim_freeze_jobs(Sim *sim) {
        unsigned n_replies = sim->n_replies;

        if (sim->manager)
                manager_freeze(sim->manager, &sim_caller, on_reply, sim);
        sim_settle(sim);
        if (sim->n_replies > n_replies && sim->last_result == 0)
                sim->is_frozen = true;
}

void sim_thaw_jobs(Sim *sim, bool skip_missed) {
        sim->is_frozen = sim->is_frozen && !sim->manager;
        if (sim->manager)
                manager_thaw(sim->manager, skip_missed, &sim_caller, on_reply, sim);
        sim_settle(sim);
}
