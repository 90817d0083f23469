/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/definition-change.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "job/job-decode.h"
#include "job/job-file.h"
#include "manager/alert-events.h"
#include "manager/decision.h"
#include "manager/dependency.h"
#include "manager/execution.h"
#include "manager/job-leave.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"
#include "manager/text-diff.h"
#include "manager/waiting.h"
#include "util/log.h"

#define FULL_NAME_SIZE 272U /* USER/NAME, each of at most 128 */

void definition_change_done(DefinitionChange *change) {
        (void) scheduled_job_free(change->new_job);
        (void) job_unref(change->loaded);
        (void) job_unref(change->stored);
        diagnostic_done(&change->error);
        free(change->source);
        free(change->replaced);
        free(change->new_name);
        *change = (DefinitionChange){ 0 };
}

const char *definition_text(const ScheduledJob *job) {
        return job->job ? job->job->definition : job->stored.definition;
}

int definition_change_decode_old(DefinitionChange *change) {
        const ScheduledJob *job = change->job;
        int r;

        if (change->stored)
                return 0; /* for another reason */
        r = scheduled_job_decode(job, job->stored.revision, definition_text(job), &change->stored);
        return r == -ENOMEM ? r : 0;
}

/* --- composition ----------------------------------------------------------------------------------- */

/* Nothing can come after its instants: it is a one-shot, however it was made. */
static bool has_instants_only(const Job *job) {
        for (size_t i = 0; i < job->timetable.n_entries; i++)
                if (schedule_kind(job->timetable.entries[i].schedule) != SCHEDULE_AT)
                        return false;
        return job->timetable.n_entries > 0;
}

int definition_compose(
                Manager *manager,
                const CompositionRequest *request,
                Diagnostics *diagnostics,
                Job **ret) {

        const JobComposer *composer = manager->host.composer;
        const JobDecodeContext context = {
                .zones = manager->host.zones,
                .origin = JOB_ORIGIN_RUNTIME,
                .owner_uid = request->owner_uid,
                .system_mode = manager->host.system_mode,
                .site = manager->host.site,
                .clock = manager->host.clock,
        };
        int r;

        if (composer)
                r = composer->compose(
                                composer->userdata, request->name, request->owner_uid, request->added_usec,
                                request->source, diagnostics, ret);
        else
                r = job_decode_definition(
                                &context, request->name, request->source, strlen(request->source),
                                diagnostics, ret);
        if (r >= 0 && (request->one_shot || has_instants_only(*ret)))
                (*ret)->one_shot = true;
        return r;
}

uint64_t definition_stamp(const Manager *manager, const Job *job) {
        const JobComposer *composer = manager->host.composer;

        if (!composer || !composer->stamp)
                return 0;
        return composer->stamp(composer->userdata, job ? job->template : NULL);
}

/* --- what is in force ------------------------------------------------------------------------------ */

static void set_job(ScheduledJob *job, Job *taken) {
        if (dependency_concerns(job, job->job) || dependency_concerns(job, taken))
                dependency_forget(job->manager);
        (void) job_unref(job->job);
        job->job = taken;
        if (!taken)
                return;

        /* Held by the Job from now on. */
        free(TAKE_PTR(job->stored.definition));
        free(TAKE_PTR(job->stored.file));
        job->stored.line = 0;
        if (taken->origin == JOB_ORIGIN_RUNTIME)
                job->stamp = definition_stamp(job->manager, taken);
}

static void set_load_error(ScheduledJob *job, Diagnostic *taken) {
        diagnostic_done(&job->load_error);
        if (taken) {
                job->load_error = *taken;
                *taken = (Diagnostic){ 0 };
        }
}

/* A file's job hides the one of its name that was made at run time: who made that must be able to see why. */
static void tell_of_hidden(ScheduledJob *job) {
        const Job *shown = job->job;
        Diagnostic error = { .severity = DIAGNOSTIC_ERROR };

        if (!shown || shown->origin == JOB_ORIGIN_RUNTIME || !scheduled_job_has_source(job))
                return;
        error.line = shown->line;
        error.file = shown->file ? strdup(shown->file) : NULL;
        if (asprintf(&error.message,
                     "job '%s' was made at run time too; this file's job is the one in force, and the other "
                     "is back when it goes from the file",
                     job->stored.name) < 0)
                error.message = NULL; /* only the sentence is lost */
        set_load_error(job, &error);
}

static void set_source(DefinitionChange *change, char *taken) {
        StoredJob *stored = &change->job->stored;

        free(change->replaced);
        change->replaced = stored->source;
        stored->source = taken;
}

static bool has_boot_schedule(const Job *job) {
        for (size_t i = 0; i < job->timetable.n_entries; i++)
                if (schedule_kind(job->timetable.entries[i].schedule) == SCHEDULE_BOOT)
                        return true;
        return false;
}

/* `boot` is due once in each boot, and not for a job that came later in it. */
static void see_boot(const DefinitionChanges *changes, ScheduledJob *job) {
        const char *identity = changes->manager->host.boot_identity;
        StoredJob *stored = &job->stored;
        bool owed = changes->first && (stored->boot_identity || changes->manager->boot_is_new);
        char *copy;

        if (changes->first) /* `startup` is due once in each life of the daemon, likewise */
                job->startup_usec = manager_now(changes->manager);
        if (!identity || !has_boot_schedule(job->job) ||
            (stored->boot_identity && strcmp(stored->boot_identity, identity) == 0))
                return;

        copy = strdup(identity);
        if (!copy) {
                (void) manager_store_error(changes->manager, -ENOMEM, "the boot of the host");
                return;
        }
        free(stored->boot_identity);
        stored->boot_identity = copy;
        stored->boot_due_usec = owed ? manager_now(changes->manager) : USEC_INFINITY;
        scheduled_job_save_state(job);
}

/* What happens from now on is decided by the new definition; it owes nothing for the time before. */
static void begin_to_count(const DefinitionChanges *changes, const DefinitionChange *change) {
        StoredJob *stored = &change->job->stored;
        usec_t from_usec = change->from_usec != 0 ? change->from_usec : manager_now(changes->manager);

        if (changes->manager->untrusted)
                return;
        stored->cursor_usec = MAX(stored->cursor_usec, from_usec - 1);
}

/* --- the kinds ------------------------------------------------------------------------------------- */

static void apply_same(const DefinitionChanges *changes, DefinitionChange *change) {
        ScheduledJob *job = change->job;
        Job *loaded = change->loaded;
        const char *file = job->job ? job->job->file : job->stored.file;
        bool is_new = job->job != loaded;
        bool moved = strcmp(file ?: "", loaded->file ?: "") != 0;
        bool had_error = job->load_error.message && !scheduled_job_has_source(job);

        if (is_new)
                set_job(job, job_ref(loaded));
        if (moved)
                scheduled_job_save(job);
        set_load_error(job, NULL);
        tell_of_hidden(job);
        if (changes->first)
                see_boot(changes, job);
        if (is_new)
                scheduled_job_replan(job);
        if (moved || had_error)
                apply_notice_add(changes->notice, JOB_NOTICE_CHANGED, job->stored.name);
}

/* What the new definition says of the job itself. */
static void take_identity(ScheduledJob *job, DefinitionChange *change) {
        set_job(job, job_ref(change->loaded));
        set_load_error(job, NULL);
        if (change->source)
                set_source(change, TAKE_PTR(change->source));
        job->stored.revision++;
        job->stored.owner_uid = job->job->owner_uid;
        job->stored.origin = job->job->origin;
        job->stored.one_shot = job->job->one_shot;
        tell_of_hidden(job);
}

/* As it was written, of a job that was made at run time. */
static const char *written_text(const ScheduledJob *job) {
        return job->stored.origin == JOB_ORIGIN_RUNTIME && scheduled_job_has_source(job)
                        ? job->stored.source
                        : definition_text(job);
}

static void apply_added(const DefinitionChanges *changes, DefinitionChange *change) {
        Manager *manager = changes->manager;
        ScheduledJob *job = change->job;
        StoredJob *stored = &job->stored;
        bool was_listed = scheduled_job_is_listed(job);
        usec_t now_usec = manager_now(manager);

        if (stored->id == 0) {
                stored->id = ++manager->last_job_id;
                stored->added_usec = stored->anchor_usec = now_usec;
                stored->cursor_usec = (change->from_usec != 0 ? change->from_usec : now_usec) - 1;
                stored->revision = 0;
                job->fold_known = job->cursor_checked = true; /* it has no past */
        }
        if (change->added_usec != 0)
                stored->added_usec = change->added_usec;
        take_identity(job, change);
        stored->removed_usec = stored->expires_usec = USEC_INFINITY;
        begin_to_count(changes, change);
        dependency_definition_changed(job, NULL);
        see_boot(changes, job);

        scheduled_job_save(job);
        (void) manager_queue_audit(
                        manager, AUDIT_JOB_ADDED, stored->name, 0, changes->caller, written_text(job));
        if (decision_in_the_past(job, NULL) < 0)
                (void) manager_store_error(manager, -ENOMEM, "an occurrence in the past");
        scheduled_job_replan(job);
        apply_notice_add(changes->notice, was_listed ? JOB_NOTICE_CHANGED : JOB_NOTICE_ADDED, stored->name);
}

/*
 * Brings to an end what the old definition owes. What catch-up would still run goes to *ret, to be begun with
 * the new one.
 */
static void settle_old(
                const DefinitionChanges *changes,
                DefinitionChange *change,
                bool may_run,
                PlannedOccurrence *ret) {

        ScheduledJob *job = change->job;
        int r;

        *ret = (PlannedOccurrence){ .occurrence.due_usec = USEC_INFINITY };
        if (change->stored)
                set_job(job, TAKE_PTR(change->stored));
        if (!job->job)
                return;

        if (!changes->first)
                scheduled_job_replan(job);
        r = decision_settle(job, may_run && changes->first, ret);
        if (r < 0)
                (void) manager_store_error(changes->manager, r, "what the old definition of a job owed");
        scheduled_job_unplan(job);
}

/* The difference as it was written, unless it is what stands below that is another now. */
static void audit_edit(const DefinitionChanges *changes, const DefinitionChange *change) {
        const ScheduledJob *job = change->job;
        CLEANUP_FREE char *diff = NULL;
        const char *old = change->source ? written_text(job) : definition_text(job);
        const char *new = change->source ?: change->loaded->definition;

        if (strcmp(old ?: "", new ?: "") == 0)
                return; /* but for its name, which has a row of its own, it is the same */
        if (text_diff(old, new, &diff) < 0)
                diff = NULL;
        (void) manager_queue_audit(
                        changes->manager, AUDIT_JOB_CHANGED, job->stored.name, 0, changes->caller, diff);
}

static void apply_edited(const DefinitionChanges *changes, DefinitionChange *change) {
        CLEANUP(job_unrefp) Job *old = NULL;
        ScheduledJob *job = change->job;
        PlannedOccurrence catch_up;
        int r = 0;

        settle_old(changes, change, change->loaded->enabled, &catch_up);
        audit_edit(changes, change);

        old = job_ref(job->job);
        take_identity(job, change);
        begin_to_count(changes, change);
        dependency_definition_changed(job, old);
        see_boot(changes, job);
        scheduled_job_save(job);

        if (catch_up.occurrence.due_usec != USEC_INFINITY)
                r = decision_begin(job, &catch_up, CAUSE_CATCH_UP);
        if (r >= 0)
                r = decision_in_the_past(job, old);
        if (r < 0)
                (void) manager_store_error(changes->manager, r, "an occurrence from before an edit");
        scheduled_job_replan(job);
        apply_notice_add(changes->notice, JOB_NOTICE_CHANGED, job->stored.name);
}

/* Its source may be good again when its template is back. */
static void apply_lost(const DefinitionChanges *changes, DefinitionChange *change) {
        ScheduledJob *job = change->job;
        PlannedOccurrence none;

        settle_old(changes, change, false, &none);
        waiting_cancel(job);
        set_job(job, NULL);
        log_error("Job '%s', made at run time, cannot be loaded: %s", job->stored.name,
                  change->error.message ?: "its definition is not valid any more");
        set_load_error(job, &change->error);
        job->stored.origin = JOB_ORIGIN_RUNTIME;
        job->stored.revision++;
        scheduled_job_save(job);
        apply_notice_add(changes->notice, JOB_NOTICE_CHANGED, job->stored.name);
}

static void apply_removed(const DefinitionChanges *changes, DefinitionChange *change) {
        ScheduledJob *job = change->job;
        PlannedOccurrence none;

        settle_old(changes, change, false, &none);
        apply_notice_add(changes->notice, JOB_NOTICE_REMOVED, job->stored.name);
        job_leave_list(job);

        if (written_text(job))
                (void) manager_queue_audit(
                                changes->manager, AUDIT_JOB_DELETED, job->stored.name, 0, changes->caller,
                                written_text(job));
        set_source(change, NULL);
        if (job->stored.id != 0)
                scheduled_job_save(job);
        waiting_cancel(job);
        set_job(job, NULL);
        set_load_error(job, NULL);
        if (job->stored.id == 0 && !job->executions)
                scheduled_job_drop(job);
        else
                job_leave_memory(job);
}

static bool same_error(const Diagnostic *a, const Diagnostic *b) {
        return a->line == b->line && a->column == b->column && strcmp(a->file ?: "", b->file ?: "") == 0 &&
                        strcmp(a->message ?: "", b->message ?: "") == 0;
}

/* Its last good version goes on; after a restart it comes from the store. */
static void keep_old(const DefinitionChanges *changes, DefinitionChange *change) {
        ScheduledJob *job = change->job;

        if (!change->stored)
                return;
        set_job(job, TAKE_PTR(change->stored));
        see_boot(changes, job);
        scheduled_job_replan(job);
}

static void apply_kept(const DefinitionChanges *changes, DefinitionChange *change) {
        ScheduledJob *job = change->job;

        if (change->error.message && !same_error(&change->error, &job->load_error)) {
                if (job->stored.origin == JOB_ORIGIN_RUNTIME) /* of files the loader has said it */
                        log_error("Job '%s', made at run time: %s; what was in force before stays so",
                                  job->stored.name, change->error.message);
                set_load_error(job, &change->error);
                apply_notice_add(changes->notice, JOB_NOTICE_CHANGED, job->stored.name);
        }
        keep_old(changes, change);
}

static void apply_faulty(const DefinitionChanges *changes, DefinitionChange *change) {
        ScheduledJob *job = change->job;
        bool was_listed = scheduled_job_is_listed(job);

        keep_old(changes, change);
        set_load_error(job, &change->error);
        if (!was_listed) {
                job->stored.removed_usec = USEC_INFINITY;
                job->stored.owner_uid = changes->manager->host.owner_uid;
        }
        apply_notice_add(
                        changes->notice, was_listed ? JOB_NOTICE_CHANGED : JOB_NOTICE_ADDED,
                        job->stored.name);
}

static void (*const appliers[DEFINITION_CHANGE_KIND_COUNT])(
                const DefinitionChanges *changes,
                DefinitionChange *change) = {
        [DEFINITION_SAME] = apply_same,     [DEFINITION_ADDED] = apply_added,
        [DEFINITION_EDITED] = apply_edited, [DEFINITION_REMOVED] = apply_removed,
        [DEFINITION_FAULTY] = apply_faulty, [DEFINITION_KEPT] = apply_kept,
        [DEFINITION_LOST] = apply_lost,
};

/* Its history, its cursor and its anchor are those of the job, whatever it is called. */
static void rename_job(const DefinitionChanges *changes, DefinitionChange *change) {
        Manager *manager = changes->manager;
        ScheduledJob *job = change->job, *old_bearer = manager_find_any_job(manager, change->new_name);
        CLEANUP_FREE char *old_name = job->stored.name, *from = NULL, *to = NULL;
        Execution *execution;

        if (old_bearer)
                scheduled_job_drop(old_bearer);
        HASH_DEL(manager->jobs, job);
        job->stored.name = TAKE_PTR(change->new_name);
        HASH_ADD_KEYPTR(hh, manager->jobs, job->stored.name, strlen(job->stored.name), job);
        dependency_forget(manager);

        DL_FOREACH(job->executions, execution) {
                char *name = strdup(job->stored.name);

                if (!name)
                        continue; /* it goes on under the old one */
                free(execution->record.job);
                execution->record.job = name;
        }
        if (asprintf(&from, "renamed from '%s'", old_name) < 0)
                from = NULL;
        if (asprintf(&to, "renamed to '%s'", job->stored.name) < 0)
                to = NULL;
        (void) manager_queue_audit(manager, AUDIT_JOB_CHANGED, old_name, 0, changes->caller, to);
        (void) manager_queue_audit(manager, AUDIT_JOB_CHANGED, job->stored.name, 0, changes->caller, from);
        apply_notice_add(changes->notice, JOB_NOTICE_REMOVED, old_name);
        apply_notice_add(changes->notice, JOB_NOTICE_ADDED, job->stored.name);
}

void definition_change_apply(const DefinitionChanges *changes, DefinitionChange *change) {
        char name[FULL_NAME_SIZE];

        assert(changes->manager);
        assert(change->job);

        if (change->new_job) {
                ScheduledJob *job = TAKE_PTR(change->new_job);

                HASH_ADD_KEYPTR(hh, changes->manager->jobs, job->stored.name, strlen(job->stored.name), job);
        }
        if (change->new_name)
                rename_job(changes, change);
        (void) snprintf(name, sizeof(name), "%s", change->job->stored.name);
        appliers[change->kind](changes, change); /* the job may be gone */
        secrets_release_definition(changes->manager, name, change->replaced);
}
