/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Errands of the fake runner: it does them at once, and what it did is kept. */

#include <string.h>

#include "sim/simulator-internal.h"

static const char *variable(char *const *environment, const char *name) {
        size_t length = strlen(name);

        for (; environment && *environment; environment++)
                if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
                        return *environment + length + 1;
        return "";
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

        if (!sim->connected)
                return -ENOTCONN;
        SIM_ASSERT(sim, sim->n_errands < SIM_ERRANDS_MAX, "too many errands at a time");
        sim->errands[sim->n_errands++] = (SimErrand){ .id = ++sim->last_errand_id,
                                                      .done = done,
                                                      .userdata = done_userdata,
                                                      .connection = sim->n_connections };
        *ret_id = sim->last_errand_id;
        if (sim_reaches_outside(sim) && sim->errand_exit_code == 0)
                keep_message(sim, errand);
        return 0;
}

void sim_cancel_errand(void *userdata, uint64_t id) {
        Sim *sim = userdata;

        for (size_t i = 0; i < sim->n_errands; i++)
                if (sim->errands[i].id == id)
                        sim->errands[i] = sim->errands[--sim->n_errands];
}

bool sim_errands_speak(Sim *sim) {
        bool said = false;

        while (sim->n_errands > 0 && !sim->crashing) {
                SimErrand errand = sim->errands[0];
                bool lost = !sim->connected || errand.connection != sim->n_connections;
                const ErrandResult result = {
                        .error = lost ? -ENOTCONN : 0,
                        .exit_code = lost ? -1 : sim->errand_exit_code,
                        .signal = -1,
                        .http_status = -1,
                        .retry_after_usec = -1,
                        .text = "said",
                };

                sim_cancel_errand(sim, errand.id);
                errand.done(errand.userdata, &result);
                said = true;
        }
        return said;
}
