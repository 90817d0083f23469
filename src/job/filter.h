/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a list asks for; judged in the daemon. All borrowed, zero value = everything. */

#include "job/audit-record.h"
#include "job/execution-record.h"
#include "util/types.h"

#define LIST_LIMIT_MAX 1000U

typedef struct ExecutionFilter {
        char *const *jobs;             /* name globs, any of them; NULL: all */
        uint32_t states;               /* bit per ExecutionState; 0: all */
        usec_t since_usec, until_usec; /* on due; 0 and 0 or USEC_INFINITY: open */
        const uid_t *owner_uid;        /* NULL: all */
        uint64_t before_id;            /* cursor: ids below it; 0: from the newest */
        unsigned limit;                /* 0: LIST_LIMIT_MAX */
} ExecutionFilter;

typedef struct AuditFilter {
        char *const *jobs;
        uint32_t events; /* bit per AuditEvent; 0: all */
        usec_t since_usec, until_usec;
        uint64_t before_id;
        unsigned limit;
} AuditFilter;
