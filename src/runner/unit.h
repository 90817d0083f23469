/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Runs that are transient units of systemd (`unit:`), asked for through the private socket of the service
 * manager: PID 1's, or with --user that of the user's manager.
 *
 * Such a unit is no child of the runner: it goes on when the runner ends or is killed, and the next runner
 * finds it by its name and its description. Everything is asynchronous; the link is opened when it is first
 * needed, and again when it breaks (`systemctl daemon-reexec` breaks it). systemd starts some hundred units a
 * second, so that only a few are asked for at a time; others wait in LOOKUP.
 *
 *   run_begin() → unit_begin() → its turn → run_resolve() → unit_launch() → … → run_end()
 *   runner_forget(): Stop and ResetFailed
 */

#include "runner/run-context.h"
#include "util/cleanup.h"

typedef struct Units Units;
typedef struct UnitRun UnitRun;

/* `socket` is that of the service manager, or NULL: the usual one. Opens nothing. */
int units_new(RunContext *context, sd_event *event, const char *socket, Units **ret);
Units *units_free(Units *units);
DEFINE_CLEANUP(Units, units_free);
/* The next run is taken up: looks at what there is, and clears away what belongs to no run any more. */
void units_recover(Units *units);

/* Enters the run; when it is its turn, run_resolve() is called. What goes wrong becomes its outcome. */
void unit_begin(Run *run);
/* Asks for the unit of a run whose user is known. */
void unit_launch(Run *run, const Account *account);
/*
 * A run that was begun by an earlier runner, or before a re-exec, and is STARTING or RUNNING: it is looked
 * for at units_recover().
 */
int unit_adopt(Run *run);
/* For run-end.c: the output is closed, and the outcome can be made. */
void unit_complete(UnitRun *unit);
/* The same: the outcome is in runs/. */
void unit_on_ended(UnitRun *unit);
/* Forgets it; the unit itself stays as it is. */
UnitRun *unit_free(UnitRun *unit);
/* The outcome is acknowledged: systemd may forget the unit. */
void unit_release(UnitRun *unit);

/* `all`: every process of the unit, else the main one. */
void unit_signal(UnitRun *unit, int signal_number, bool all);
/* Before its program was executed: the start is taken back. */
void unit_cancel_start(UnitRun *unit);
/* start-timeout is over. */
void unit_on_start_timeout(UnitRun *unit);
