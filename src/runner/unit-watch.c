/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What systemd tells of the units, from the start of their program to their outcome. */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "runner/run-output.h"
#include "runner/run.h"
#include "runner/unit-context.h"
#include "runner/unit.h"
#include "util/clock.h"
#include "util/log.h"

#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"

static bool awaits_all(const UnitRun *unit) {
        return unit->run->start.left_behind == LEFT_BEHIND_IS_AWAITED;
}

static bool start_job_is_over(const UnitRun *unit) {
        return unit->job_result[0] != '\0' && unit->status.active_usec == 0 &&
                        strcmp(unit->status.active_state, "inactive") == 0;
}

/* The timeout counts from when systemd began, also for a runner that comes later. */
static void note_executed(UnitRun *unit) {
        Run *run = unit->run;
        usec_t begun = (usec_t) unit->status.started_monotonic_usec;

        run->pid = (pid_t) unit->status.exec_main_pid;
        if (unit->status.started_usec > 0)
                run->begun_usec = (usec_t) unit->status.started_usec;
        unit_settle(unit);
        run_on_executed(run);
        if (begun > 0 && run->escalated == RUN_NOT_ESCALATED)
                (void) deadline_set(
                                &run->context->deadlines, &run->deadline,
                                usec_add(begun, run->start.timeout_usec));
        units_admit(run->context->units);
}

/* Returns true when nothing more will come of it. */
static bool judge(UnitRun *unit) {
        Run *run = unit->run;

        if (run->phase == RUN_STARTING && !run->start_timed_out && unit_status_has_executed(&unit->status))
                note_executed(unit);
        if (unit_status_is_being_stopped(&unit->status) && run->escalated == RUN_NOT_ESCALATED &&
            !run->start_timed_out)
                unit->stopped_by_others = true;
        return unit_status_has_ended(&unit->status, awaits_all(unit)) || start_job_is_over(unit);
}

/* As for a spawned run, what the main process has left behind does not outlive it. */
static void kill_leftovers(UnitRun *unit) {
        if (unit->run->start.left_behind == LEFT_BEHIND_IS_KILLED)
                unit_signal(unit, SIGKILL, true);
}

void unit_conclude(UnitRun *unit) {
        Run *run = unit->run;

        if (run->phase == RUN_SETTLING)
                return;
        kill_leftovers(unit);
        run->settled = true;
        deadline_clear(&run->context->deadlines, &run->deadline);
        if (run_output_finish(run) > 0)
                run->phase = RUN_SETTLING; /* unit_complete() comes when its file is closed */
        else
                unit_complete(unit);
}

void unit_complete(UnitRun *unit) {
        Run *run = unit->run;
        UnitCircumstances circumstances = {
                .escalated = run->escalated,
                .start_timed_out = run->start_timed_out,
                .stopped_by_others = unit->stopped_by_others,
                .job_result = unit->job_result,
        };
        MessageEnded ended = { 0 };
        char *message = NULL;

        circumstances.has_output = run->capture.total_bytes > 0;
        if (unit_status_outcome(&unit->status, &circumstances, &ended, &message) < 0)
                log_error("No memory to say how job '%s' ended.", run->start.job);
        if (message) {
                free(run->failure);
                run->failure = message;
        }
        run->pid = (pid_t) unit->status.exec_main_pid;
        if (ended.kind != END_LAUNCH && unit->status.started_usec > 0)
                run->started_usec = (usec_t) unit->status.started_usec;
        ended.ended_usec = (int64_t) unit->status.ended_usec;
        run_output_end(run);
        run_end(run, &ended);
}

/* The unit is not there any more, and nobody saw it end. */
static void conclude_vanished(UnitRun *unit) {
        if (unit->status.exec_main_code != 0) {
                unit_conclude(unit);
                return;
        }
        (void) run_output_finish(unit->run);
        run_output_end(unit->run);
        run_lose(unit->run,
                 strdup("its unit is gone: it was stopped or reset while nobody could see how it ended"));
}

static int on_properties(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        UnitRun *unit = userdata;
        UnitStatus status;
        int r;

        unit->query = sd_bus_slot_unref(unit->query);
        if (unit->run->phase == RUN_ENDED)
                return 0;
        if (error) {
                if (sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_OBJECT))
                        conclude_vanished(unit);
                return 0; /* the link is broken: it is asked again */
        }
        unit_status_init(&status);
        r = unit_status_read(&status, reply);
        if (r < 0) {
                (void) log_warning_errno(r, "Cannot read what systemd says of '%s': %m", unit->name);
        } else if (status.exec_main_pid == 0 && unit->status.exec_main_pid != 0) {
                conclude_vanished(unit); /* systemd speaks of a name only */
                return 0;
        } else {
                unit->status = status;
        }
        if (judge(unit))
                unit_conclude(unit);
        return 0;
}

void unit_query(UnitRun *unit) {
        CLEANUP_FREE char *path = NULL;
        int r;

        if (unit->query || unit->run->phase == RUN_ENDED || !unit->run->context->units->bus)
                return;
        r = sd_bus_path_encode(SYSTEMD_UNIT_PREFIX, unit->name, &path);
        if (r >= 0)
                r = sd_bus_call_method_async(
                                unit->run->context->units->bus, &unit->query, SYSTEMD_DESTINATION, path,
                                PROPERTIES_INTERFACE, "GetAll", on_properties, unit, "s", "");
        if (r < 0)
                (void) log_warning_errno(r, "Cannot ask systemd for '%s': %m", unit->name);
}

static UnitRun *find_unit(Units *units, const char *name) {
        UnitRun *unit;

        HASH_FIND_STR(units->by_name, name, unit);
        return unit && unit->requested && unit->run->phase != RUN_ENDED ? unit : NULL;
}

static int on_changed(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        CLEANUP_FREE char *name = NULL;
        const char *interface;
        UnitRun *unit;
        int r;

        r = sd_bus_path_decode(sd_bus_message_get_path(message), SYSTEMD_UNIT_PREFIX, &name);
        unit = r > 0 ? find_unit(userdata, name) : NULL;
        if (!unit)
                return 0;
        r = sd_bus_message_read(message, "s", &interface);
        if (r >= 0)
                r = unit_status_read(&unit->status, message);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot read what systemd says of '%s': %m", unit->name);
        if (judge(unit))
                unit_query(unit); /* for what it used, which no signal tells */
        return 0;
}

/* Of the start job. What has started says so itself. */
static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        const char *path, *name, *result;
        UnitRun *unit;
        uint32_t id;

        if (sd_bus_message_read(message, "uoss", &id, &path, &name, &result) < 0)
                return 0;
        unit = find_unit(userdata, name);
        if (!unit || unit->run->phase != RUN_STARTING)
                return 0;
        (void) snprintf(unit->job_result, sizeof(unit->job_result), "%s", result);
        unit_query(unit);
        return 0;
}

int units_watch(Units *units) {
        int r;

        r = sd_bus_add_match(
                        units->bus, NULL,
                        "type='signal',interface='" PROPERTIES_INTERFACE
                        "',member='PropertiesChanged',path_namespace='" SYSTEMD_UNIT_PREFIX "'",
                        on_changed, units);
        if (r < 0)
                return r;
        return sd_bus_match_signal(
                        units->bus, NULL, NULL, SYSTEMD_PATH, SYSTEMD_MANAGER, "JobRemoved", on_job_removed,
                        units);
}
