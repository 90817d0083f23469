/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a list asks for, as it stands in a call: a{sv} (org.jobsched1.Manager.xml has the keys). */

#include <systemd/sd-bus.h>

#include "bus/user-names.h"
#include "job/filter.h"
#include "util/cleanup.h"
#include "util/types.h"

typedef enum BusFilterKind {
        BUS_FILTER_JOBS,
        BUS_FILTER_EXECUTIONS,
        BUS_FILTER_AUDIT,
        BUS_FILTER_TIMERS,
        BUS_FILTER_DEPENDENCIES,
        BUS_FILTER_DEFINITIONS,
        BUS_FILTER_QUEUES,    /* names are those of queues; they have no states */
        BUS_FILTER_PROFILES,  /* names are those of profiles */
        BUS_FILTER_TEMPLATES, /* names are those of templates */
        BUS_FILTER_ACTIONS,   /* names are those of kinds */
        BUS_FILTER_HISTORY,   /* executions that are to be deleted */
        BUS_FILTER_KIND_COUNT,
} BusFilterKind;

/* Each is compared with the name of every job, in one turn of the loop. */
#define BUS_FILTER_NAMES_MAX 100U
#define BUS_FILTER_NAME_LENGTH_MAX 512U
#define BUS_FILTER_IDS_MAX 10000U

/* The zero value is everything. */
typedef struct BusFilter {
        char **names;
        JobSelection selection;
        uint64_t *ids; /* executions: only these */
        size_t n_ids;
        uint32_t states; /* bit per JobState, ExecutionState or AuditEvent, as the kind is */
        usec_t since_usec, until_usec;
        bool mine;
        bool all;           /* timers: also of jobs that have no next start; history: also the last ones */
        uint64_t limit;     /* 0: all; Dump only */
        uint64_t before_id; /* 0: from the newest; Dump only */
        char *after;        /* jobs: names behind it; NULL: from the first; Dump only */
        uint64_t keep;      /* history only */
} BusFilter;

void bus_filter_done(BusFilter *filter);

/* It asks for what is not shown of others' jobs: those who may not see that find their own only. */
bool bus_filter_is_private(const BusFilter *filter);

/* NULL if it says nothing, so that nothing is compared. */
const JobSelection *bus_filter_selection(const BusFilter *filter);

/*
 * Reads the dictionary at the message's position. `is_dump` allows the keys of Dump. `users` (may be NULL)
 * knows the names of owners; those that it does not know have to be numbers. Returns 0, or a negative errno
 * with *reterr set to a sentence that names the key; then *ret is untouched.
 */
int bus_filter_read(
                sd_bus_message *message,
                const UserNames *users,
                BusFilterKind kind,
                bool is_dump,
                BusFilter *ret,
                sd_bus_error *reterr);
