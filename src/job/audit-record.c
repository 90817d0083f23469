/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/audit-record.h"

#include <assert.h>
#include <string.h>

static const char *const audit_event_names[] = {
        [AUDIT_JOB_ADDED] = "job-added",
        [AUDIT_JOB_CHANGED] = "job-changed",
        [AUDIT_JOB_DELETED] = "job-deleted",
        [AUDIT_JOB_PAUSED] = "job-paused",
        [AUDIT_JOB_RESUMED] = "job-resumed",
        [AUDIT_EXECUTION_STARTED] = "execution-started",
        [AUDIT_EXECUTION_STOPPED] = "execution-stopped",
        [AUDIT_EXECUTION_KILLED] = "execution-killed",
        [AUDIT_EXECUTION_ADOPTED] = "execution-adopted",
        [AUDIT_HISTORY_DELETED] = "history-deleted",
        [AUDIT_PROFILE_ADDED] = "profile-added",
        [AUDIT_PROFILE_CHANGED] = "profile-changed",
        [AUDIT_PROFILE_DELETED] = "profile-deleted",
        [AUDIT_QUEUE_PAUSED] = "queue-paused",
        [AUDIT_QUEUE_RESUMED] = "queue-resumed",
        [AUDIT_FROZEN] = "frozen",
        [AUDIT_THAWED] = "thawed",
        [AUDIT_RELOADED] = "reloaded",
        [AUDIT_NOTIFICATION_LOST] = "notification-lost",
        [AUDIT_EVENT_COUNT] = NULL,
};

DEFINE_STRING_TABLE(audit_event, AuditEvent, audit_event_names);

void caller_done(Caller *caller) {
        if (!caller)
                return;

        free(caller->user);
        free(caller->process);
        *caller = (Caller){ 0 };
}

int caller_copy(const Caller *caller, Caller *ret) {
        CLEANUP_FREE char *user = NULL;
        CLEANUP_FREE char *process = NULL;

        assert(caller);
        assert(ret);

        if (caller->user) {
                user = strdup(caller->user);
                if (!user)
                        return -ENOMEM;
        }
        if (caller->process) {
                process = strdup(caller->process);
                if (!process)
                        return -ENOMEM;
        }

        *ret = *caller;
        ret->user = TAKE_PTR(user);
        ret->process = TAKE_PTR(process);
        return 0;
}

void audit_record_done(AuditRecord *record) {
        if (!record)
                return;

        free(record->job);
        free(record->user);
        free(record->process);
        free(record->origin);
        free(record->detail);
        *record = (AuditRecord){ 0 };
}
