/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* `conditions:`: what has to hold before an execution starts. */

#include "util/string-table.h"
#include "util/types.h"

typedef enum ConditionKind {
        CONDITION_AC_POWER,           /* the machine is not on battery; `enabled` false: it is */
        CONDITION_NETWORK_ONLINE,     /* a route to elsewhere; `enabled` false: none */
        CONDITION_LOAD_BELOW,         /* load average of one minute, `threshold` */
        CONDITION_MEMORY_AVAILABLE,   /* MemAvailable is at least `size_bytes` */
        CONDITION_CPU_PRESSURE_BELOW, /* PSI "some" over 10 s in percent, `threshold` */
        CONDITION_PATH_EXISTS,        /* `path`, as the job's user sees it; `enabled` false: it does not */
        CONDITION_PATH_CHANGED,       /* `path` has changed since the job's last start */
        CONDITION_NOT_RUNNING,        /* none of `jobs` has an execution that was started and has not ended */
        CONDITION_COMMAND,            /* `arguments` or `script`, run as the job's user, exits with 0 */
        CONDITION_KIND_COUNT,
} ConditionKind;

/* The names are those of the keys, and stand in the reason `condition:NAME`. */
DECLARE_STRING_TABLE(condition_kind, ConditionKind);

typedef struct Condition {
        ConditionKind kind;
        bool enabled; /* false: the opposite has to hold */
        double threshold;
        uint64_t size_bytes;
        char *path;
        char **jobs;      /* names */
        char **arguments; /* NULL for a script */
        char *script;     /* for the job's shell; NULL for arguments */
} Condition;

typedef struct Conditions {
        Condition *items; /* all have to hold at the same time */
        size_t n_items;
        usec_t wait_usec; /* so long it may wait for that; 0, the default: it looks once */
} Conditions;

void conditions_done(Conditions *conditions);
