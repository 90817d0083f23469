/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Who changed or did what, when, with the difference. */

#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/types.h"

typedef enum AuditEvent {
        AUDIT_JOB_ADDED,
        AUDIT_JOB_CHANGED,
        AUDIT_JOB_DELETED,
        AUDIT_JOB_PAUSED,
        AUDIT_JOB_RESUMED,
        AUDIT_EXECUTION_STARTED, /* by hand */
        AUDIT_EXECUTION_STOPPED,
        AUDIT_EXECUTION_KILLED,
        AUDIT_EXECUTION_ADOPTED, /* the runner had one that the store did not know */
        AUDIT_HISTORY_DELETED,
        AUDIT_PROFILE_ADDED,
        AUDIT_PROFILE_CHANGED,
        AUDIT_PROFILE_DELETED,
        AUDIT_QUEUE_PAUSED,
        AUDIT_QUEUE_RESUMED,
        AUDIT_FROZEN,
        AUDIT_THAWED,
        AUDIT_RELOADED,
        AUDIT_NOTIFICATION_LOST, /* it could not be delivered */
        AUDIT_EVENT_COUNT,
} AuditEvent;

DECLARE_STRING_TABLE(audit_event, AuditEvent);

/* Who asks. Filled from the kernel's credentials, never from what the caller says. */
typedef struct Caller {
        uid_t uid;
        gid_t gid;
        pid_t pid;          /* 0: unknown */
        char *user;         /* NULL: no name known for the uid */
        char *process;      /* command name; NULL: unknown */
        const char *origin; /* "control", "bus", "daemon": static */
} Caller;

void caller_done(Caller *caller);
int caller_copy(const Caller *caller, Caller *ret);

typedef struct AuditRecord {
        uint64_t id;
        usec_t time_usec;
        AuditEvent event;
        char *job;             /* NULL: none */
        uint64_t execution_id; /* 0: none */
        char *user;
        uid_t uid;
        char *process;
        char *origin;
        char *detail; /* a diff, a definition, a remark; NULL: none */
} AuditRecord;

void audit_record_done(AuditRecord *record);
