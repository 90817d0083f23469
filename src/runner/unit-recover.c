/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Compares the units that systemd has with the runs that are under way, whenever the link is made. */

#include "runner/unit-recover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <utlist.h>

#include "runner/run-output.h"
#include "runner/run.h"
#include "runner/unit-context.h"
#include "runner/unit.h"
#include "util/log.h"

/* Of a run that is known no more, e.g. one whose acknowledged outcome a killed runner did not clear away. */
static void clear_away(Units *units, const char *name) {
        log_info("The unit '%s' of a former execution is cleared away.", name);
        (void) units_send(units, "StopUnit", "ss", name, "replace");
        (void) units_send(units, "ResetFailedUnit", "s", name);
}

static void on_listed(Units *units, const char *name, const char *description) {
        UnitRun *unit;
        RunKey key;

        if (unit_description_parse(description, units->context->records.generation, &key) < 0)
                return; /* somebody else's: our own service, or a unit of another runner */
        HASH_FIND_STR(units->by_name, name, unit);
        if (!unit || unit->run->phase == RUN_ENDED) {
                if (!unit)
                        clear_away(units, name);
                return;
        }
        unit->is_listed = true;
        unit_query(unit);
}

static int read_list(Units *units, sd_bus_message *reply) {
        const char *name, *description;
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(
                                reply, "(ssssssouso)", &name, &description, NULL, NULL, NULL, NULL, NULL,
                                NULL, NULL, NULL)) > 0)
                on_listed(units, name, description);
        return r;
}

/* Asked for, and systemd does not have it: it never got the request, or has forgotten the unit since. */
static void on_missing(UnitRun *unit) {
        Run *run = unit->run;
        bool has_command = run->start.arguments || (run->start.script && run->start.script[0] != '\0');

        if (run->phase != RUN_STARTING || !has_command || run->file || run->escalated != RUN_NOT_ESCALATED) {
                (void) run_output_finish(run);
                run_output_end(run);
                run_lose(run,
                         strdup("systemd does not have its unit: it was stopped or reset while the runner "
                                "was "
                                "away"));
                return;
        }
        for (size_t i = 0; i < ARRAY_SIZE(run->output); i++)
                poller_close(&run->context->poller, &run->output[i]);
        deadline_clear(&run->context->deadlines, &run->deadline);
        unit->requested = false;
        run->phase = RUN_LOOKUP;
        run_resolve(run);
}

static int on_list(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        Units *units = userdata;
        UnitRun *unit, *next;
        int r;

        r = sd_bus_message_is_method_error(reply, NULL) ? -EIO : read_list(units, reply);
        if (r < 0) {
                (void) log_warning_errno(r, "Cannot read systemd's list of units: %m");
                return 0;
        }
        HASH_ITER(hh, units->by_name, unit, next) {
                bool is_missing = unit->is_looked_for && !unit->is_listed && unit->run->phase != RUN_ENDED;

                unit->is_looked_for = unit->is_listed = false;
                if (is_missing)
                        on_missing(unit);
        }
        return 0;
}

void units_synchronise(Units *units) {
        UnitRun *unit;
        int r;

        for (unit = units->by_name; unit; unit = unit->hh.next) {
                unit->is_looked_for = unit->requested;
                unit->is_listed = false;
                unit->query = sd_bus_slot_unref(unit->query);
        }
        r = sd_bus_call_method_async(
                        units->bus, NULL, SYSTEMD_DESTINATION, SYSTEMD_PATH, SYSTEMD_MANAGER,
                        "ListUnitsByPatterns", on_list, units, "asas", 0, 1, UNIT_NAME_PATTERN);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot ask systemd for its list of units: %m");
}

static const char remark_killed[] =
                "the runner was started anew here; what the job had written before is not kept with the "
                "execution";
static const char remark_no_pipes[] = "the runner was started anew here, and the pipes of the job's output "
                                      "are lost with the old one";

static int open_output(Run *run, FdStore *store) {
        const char *remark;
        int fds[2];

        fd_store_take(store, &run->key, fds);
        remark = fds[0] >= 0 || fds[1] >= 0 ? remark_killed : remark_no_pipes;
        run_output_note(run, remark);
        return run_output_open(run, fds[0], fds[1]);
}

int unit_take_up(RunContext *context, RunRecord *record, FdStore *store, Run **ret) {
        CLEANUP(run_freep) Run *run = NULL;
        int r;

        r = run_new(context, &record->key, &record->start.start, &run);
        record->start = (Message){ 0 };
        if (r < 0)
                return r;
        run->phase = RUN_STARTING;
        r = unit_adopt(run);
        if (r < 0)
                return r;
        r = open_output(run, store);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(run);
        return 0;
}
