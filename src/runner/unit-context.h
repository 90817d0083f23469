/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the modules of the unit launcher share: unit-link, unit-launch, unit-watch, unit-recover. */

#include <systemd/sd-bus.h>
#include <uthash.h>

#include "runner/run-context.h"
#include "runner/unit-name.h"
#include "runner/unit-status.h"

#define SYSTEMD_DESTINATION "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_UNIT_PREFIX "/org/freedesktop/systemd1/unit"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"

typedef enum UnitStage {
        UNIT_WAITING,  /* for its turn */
        UNIT_ADMITTED, /* its account is looked up, its unit asked for; counted in n_admitted */
        UNIT_SETTLED,  /* systemd has executed it, or it is over */
} UnitStage;

struct UnitRun {
        Run *run;
        char name[UNIT_NAME_SIZE];
        UnitStage stage;
        UnitStatus status;
        char job_result[UNIT_WORD_SIZE];
        bool requested; /* systemd may have it */
        bool stopped_by_others;
        bool is_looked_for; /* by the look at all units that is under way: it was asked for before */
        bool is_listed;     /* and found */
        sd_bus_slot *start_call, *query;
        UT_hash_handle hh;
        UnitRun *prev, *next; /* among the waiting */
};

struct Units {
        RunContext *context;
        sd_event *event;
        char *socket; /* of the service manager */
        sd_bus *bus;  /* NULL: no link now */
        UnitRun *by_name, *waiting;
        size_t n_admitted;
        bool is_admitting;
        Deadline reconnect;
};

/* Sends a call without waiting for what becomes of it. */
int units_send(Units *units, const char *member, const char *types, ...);
/* The turn of a run is over, whatever stage it was in. */
void unit_settle(UnitRun *unit);
/* Lets as many begin as may. */
void units_admit(Units *units);
/* unit-watch.c */
int units_watch(Units *units);
/* Asks systemd for all that it knows of the unit; what comes is judged. */
void unit_query(UnitRun *unit);
/* Makes the outcome of what is known. */
void unit_conclude(UnitRun *unit);
/* unit-recover.c: asks which units there are, and goes on from there. */
void units_synchronise(Units *units);
