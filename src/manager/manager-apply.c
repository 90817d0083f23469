/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Puts a scan's jobs in force.
 *
 * First everything that can fail for want of memory is prepared, then it is put in force, which cannot: so a
 * reload takes effect as a whole or not at all.
 *
 * On the first call after a start the jobs from the store have no Job yet. Where the text is the same, the
 * scan's Job takes its place; where it is not, the stored text is decoded, since the time that the daemon was
 * down is judged by what was in force then.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "job/job-file.h"
#include "manager/alert-events.h"
#include "manager/decision.h"
#include "manager/dependency.h"
#include "manager/execution.h"
#include "manager/scheduled-job.h"
#include "manager/text-diff.h"
#include "manager/waiting.h"
#include "util/string-list.h"

typedef enum ChangeKind {
        CHANGE_SAME,
        CHANGE_ADDED,
        CHANGE_EDITED,
        CHANGE_REMOVED,
        CHANGE_FAULTY, /* the last good version stays, if there is one */
        CHANGE_KEPT,   /* its file could not be read, or it is of another origin */
        CHANGE_KIND_COUNT,
} ChangeKind;

typedef struct Change {
        ChangeKind kind;
        ScheduledJob *job;
        ScheduledJob *new_job; /* the same, while it is not in the table */
        LoadedJob *loaded;     /* NULL: the scan does not have it */
        Diagnostic held;       /* what is wrong with its file; no message: nothing */
        Job *stored;           /* prepare_stored() */
} Change;

typedef struct Apply {
        Manager *manager;
        const Caller *caller;
        const JobSet *set;
        bool first, zones_changed;
        Change *changes;
        size_t n_changes;
        char **load_errors;
        ApplyNotice *notice;
} Apply;

static void apply_done(Apply *apply) {
        for (size_t i = 0; i < apply->n_changes; i++) {
                (void) scheduled_job_free(apply->changes[i].new_job);
                (void) job_unref(apply->changes[i].stored);
                diagnostic_done(&apply->changes[i].held);
        }
        free(apply->changes);
        (void) string_list_free(apply->load_errors);
        (void) apply_notice_free(apply->notice);
}

/* --- prepare --------------------------------------------------------------------------------------- */

static const char *definition_of(const ScheduledJob *job) {
        return job->job ? job->job->definition : job->stored.definition;
}

static bool same_definition(const ScheduledJob *job, const Job *loaded) {
        const char *definition = definition_of(job);

        return definition && strcmp(definition, loaded->definition ?: "") == 0 &&
                        job->stored.owner_uid == loaded->owner_uid && job->stored.origin == loaded->origin;
}

static ChangeKind classify_loaded(const ScheduledJob *job, const LoadedJob *loaded) {
        if (!loaded->job)
                return CHANGE_FAULTY;
        if (!scheduled_job_is_listed(job) || !definition_of(job))
                return CHANGE_ADDED;
        return same_definition(job, loaded->job) ? CHANGE_SAME : CHANGE_EDITED;
}

static int compare_path(const void *path, const void *file) {
        return strcmp(path, ((const HeldFile *) file)->path);
}

static const HeldFile *held_file(const JobSet *set, const ScheduledJob *job) {
        const char *file = job->job ? job->job->file : job->stored.file ?: job->load_error.file;

        if (!file || set->n_held_files == 0)
                return NULL;
        return bsearch(file, set->held_files, set->n_held_files, sizeof(HeldFile), compare_path);
}

static ChangeKind classify_unseen(const ScheduledJob *job, const HeldFile *held) {
        if (job->stored.id != 0 && job->stored.origin != JOB_ORIGIN_FILE)
                return CHANGE_KEPT;
        return held ? CHANGE_KEPT : CHANGE_REMOVED;
}

/*
 * The definition that is in force, decoded: after a start, where the scan does not bring the same; with other
 * time zone data than it was decoded with, where it stays in force without the scan.
 */
static int prepare_stored(const Apply *apply, Change *change) {
        const ScheduledJob *job = change->job;
        bool stays = change->kind == CHANGE_KEPT || change->kind == CHANGE_FAULTY;
        bool was_in_force = apply->first && change->kind != CHANGE_SAME && change->kind != CHANGE_ADDED;
        int r;

        if (!scheduled_job_is_listed(job) || !definition_of(job) ||
            !(was_in_force || (stays && apply->zones_changed)))
                return 0;

        r = scheduled_job_decode(job, job->stored.revision, definition_of(job), &change->stored);
        return r == -ENOMEM ? r : 0;
}

static int prepare_loaded(Apply *apply, LoadedJob *loaded) {
        Change *change = &apply->changes[apply->n_changes];
        int r;

        change->loaded = loaded;
        change->job = manager_find_any_job(apply->manager, loaded->name);
        if (!change->job) {
                r = scheduled_job_new(apply->manager, loaded->name, &change->new_job);
                if (r < 0)
                        return r;
                change->job = change->new_job;
        }
        apply->n_changes++;

        change->job->apply_mark = apply->manager->apply_mark;
        change->kind = classify_loaded(change->job, loaded);
        return prepare_stored(apply, change);
}

static int prepare_unseen(Apply *apply, ScheduledJob *job) {
        Change *change = &apply->changes[apply->n_changes++];
        const HeldFile *held = held_file(apply->set, job);
        int r;

        *change = (Change){ .kind = classify_unseen(job, held), .job = job };
        if (held) {
                r = diagnostic_copy(&held->error, &change->held);
                if (r < 0)
                        return r;
        }
        return prepare_stored(apply, change);
}

static int prepare_load_errors(Apply *apply) {
        const Diagnostics *diagnostics = &apply->set->diagnostics;
        int r;

        for (size_t i = 0; i < diagnostics->n_items; i++) {
                char *line = NULL;

                if (diagnostics->items[i].severity != DIAGNOSTIC_ERROR)
                        continue;
                r = diagnostic_format(&diagnostics->items[i], &line);
                if (r >= 0)
                        r = string_list_take_push(&apply->load_errors, line);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int apply_prepare(Apply *apply) {
        Manager *manager = apply->manager;
        size_t n_max = apply->set->n_jobs + HASH_COUNT(manager->jobs);
        ScheduledJob *job, *next;
        int r;

        apply->changes = calloc(n_max + 1, sizeof(Change));
        if (!apply->changes)
                return -ENOMEM;

        manager->apply_mark++;
        for (size_t i = 0; i < apply->set->n_jobs; i++) {
                r = prepare_loaded(apply, &apply->set->jobs[i]);
                if (r < 0)
                        return r;
        }
        HASH_ITER(hh, manager->jobs, job, next) {
                if (job->apply_mark == manager->apply_mark || !scheduled_job_is_listed(job))
                        continue;
                r = prepare_unseen(apply, job);
                if (r < 0)
                        return r;
        }

        r = heap_reserve(&manager->wakes, n_max);
        if (r < 0)
                return r;
        r = heap_reserve(&manager->alarms, n_max);
        if (r < 0)
                return r;
        r = apply_notice_new(manager, n_max, &apply->notice);
        if (r < 0)
                return r;
        return prepare_load_errors(apply);
}

/* --- put in force ---------------------------------------------------------------------------------- */

static void set_job(ScheduledJob *job, Job *taken) {
        dependency_forget(job->manager);
        (void) job_unref(job->job);
        job->job = taken;
        if (!taken)
                return;

        /* Held by the Job from now on. */
        free(TAKE_PTR(job->stored.definition));
        free(TAKE_PTR(job->stored.file));
        job->stored.line = 0;
}

static void set_load_error(ScheduledJob *job, Diagnostic *taken) {
        free(job->load_error.file);
        free(job->load_error.message);
        job->load_error = taken ? *taken : (Diagnostic){ 0 };
        if (taken)
                *taken = (Diagnostic){ 0 };
}

static bool has_boot_schedule(const Job *job) {
        for (size_t i = 0; i < job->timetable.n_entries; i++)
                if (schedule_kind(job->timetable.entries[i].schedule) == SCHEDULE_BOOT)
                        return true;
        return false;
}

/* `boot` is due once in each boot, and not for a job that came later in it. */
static void see_boot(const Apply *apply, ScheduledJob *job) {
        const char *identity = apply->manager->host.boot_identity;
        StoredJob *stored = &job->stored;
        bool owed = apply->first && (stored->boot_identity || apply->manager->boot_is_new);
        char *copy;

        if (apply->first) /* `startup` is due once in each life of the daemon, likewise */
                job->startup_usec = manager_now(apply->manager);
        if (!identity || !has_boot_schedule(job->job) ||
            (stored->boot_identity && strcmp(stored->boot_identity, identity) == 0))
                return;

        copy = strdup(identity);
        if (!copy) {
                (void) manager_store_error(apply->manager, -ENOMEM, "the boot of the host");
                return;
        }
        free(stored->boot_identity);
        stored->boot_identity = copy;
        stored->boot_due_usec = owed ? manager_now(apply->manager) : USEC_INFINITY;
        scheduled_job_save_state(job);
}

/* What happens from now on is decided by the new definition; it owes nothing for the time before. */
static void begin_to_count(const Apply *apply, ScheduledJob *job) {
        usec_t before_now = manager_now(apply->manager) - 1;

        if (apply->manager->untrusted)
                return;
        job->stored.cursor_usec = MAX(job->stored.cursor_usec, before_now);
}

static void apply_same(Apply *apply, Change *change) {
        ScheduledJob *job = change->job;
        Job *loaded = change->loaded->job;
        const char *file = job->job ? job->job->file : job->stored.file;
        bool is_new = job->job != loaded;
        bool moved = strcmp(file ?: "", loaded->file ?: "") != 0;
        bool had_error = job->load_error.message != NULL;

        if (is_new)
                set_job(job, job_ref(loaded));
        if (moved)
                scheduled_job_save(job);
        set_load_error(job, NULL);
        if (apply->first)
                see_boot(apply, job);
        if (is_new)
                scheduled_job_replan(job);
        if (moved || had_error)
                apply_notice_add(apply->notice, JOB_NOTICE_CHANGED, job->stored.name);
}

static void apply_added(Apply *apply, Change *change) {
        Manager *manager = apply->manager;
        ScheduledJob *job = change->job;
        StoredJob *stored = &job->stored;
        bool was_listed = scheduled_job_is_listed(job);
        usec_t now_usec = manager_now(manager);

        set_job(job, job_ref(change->loaded->job));
        set_load_error(job, NULL);
        if (stored->id == 0) {
                stored->id = ++manager->last_job_id;
                stored->added_usec = stored->anchor_usec = now_usec;
                stored->cursor_usec = now_usec - 1;
                stored->revision = 0;
                job->fold_known = job->cursor_checked = true; /* it has no past */
        }
        stored->revision++;
        stored->removed_usec = USEC_INFINITY;
        stored->owner_uid = job->job->owner_uid;
        stored->origin = job->job->origin;
        begin_to_count(apply, job);
        dependency_definition_changed(job, NULL);
        see_boot(apply, job);

        scheduled_job_save(job);
        (void) manager_queue_audit(
                        manager, AUDIT_JOB_ADDED, stored->name, 0, apply->caller, job->job->definition);
        if (decision_in_the_past(job, NULL) < 0)
                (void) manager_store_error(manager, -ENOMEM, "an occurrence in the past");
        scheduled_job_replan(job);
        apply_notice_add(apply->notice, was_listed ? JOB_NOTICE_CHANGED : JOB_NOTICE_ADDED, stored->name);
}

/*
 * Brings to an end what the old definition owes. What catch-up would still run goes to *ret, to be begun with
 * the new one.
 */
static void settle_old(const Apply *apply, Change *change, bool may_run, PlannedOccurrence *ret) {
        ScheduledJob *job = change->job;
        int r;

        *ret = (PlannedOccurrence){ .occurrence.due_usec = USEC_INFINITY };
        if (change->stored)
                set_job(job, TAKE_PTR(change->stored));
        if (!job->job)
                return;

        if (!apply->first)
                scheduled_job_replan(job);
        r = decision_settle(job, may_run && apply->first, ret);
        if (r < 0)
                (void) manager_store_error(apply->manager, r, "what the old definition of a job owed");
        scheduled_job_unplan(job);
}

static void audit_edit(const Apply *apply, const ScheduledJob *job, const char *old, const char *new) {
        CLEANUP_FREE char *diff = NULL;

        if (text_diff(old, new, &diff) < 0)
                diff = NULL;
        (void) manager_queue_audit(
                        apply->manager, AUDIT_JOB_CHANGED, job->stored.name, 0, apply->caller, diff);
}

static void apply_edited(Apply *apply, Change *change) {
        CLEANUP(job_unrefp) Job *old = NULL;
        ScheduledJob *job = change->job;
        Job *loaded = change->loaded->job;
        PlannedOccurrence catch_up;
        int r = 0;

        settle_old(apply, change, loaded->enabled, &catch_up);
        audit_edit(apply, job, definition_of(job), loaded->definition);

        old = job_ref(job->job);
        set_job(job, job_ref(loaded));
        set_load_error(job, NULL);
        job->stored.revision++;
        job->stored.owner_uid = loaded->owner_uid;
        job->stored.origin = loaded->origin;
        begin_to_count(apply, job);
        dependency_definition_changed(job, old);
        see_boot(apply, job);
        scheduled_job_save(job);

        if (catch_up.occurrence.due_usec != USEC_INFINITY)
                r = decision_begin(job, &catch_up, CAUSE_CATCH_UP);
        if (r >= 0)
                r = decision_in_the_past(job, old);
        if (r < 0)
                (void) manager_store_error(apply->manager, r, "an occurrence from before an edit");
        scheduled_job_replan(job);
        apply_notice_add(apply->notice, JOB_NOTICE_CHANGED, job->stored.name);
}

static void apply_removed(Apply *apply, Change *change) {
        ScheduledJob *job = change->job;
        PlannedOccurrence none;

        settle_old(apply, change, false, &none);
        apply_notice_add(apply->notice, JOB_NOTICE_REMOVED, job->stored.name);
        job->stored.removed_usec = manager_now(apply->manager);

        if (definition_of(job)) {
                (void) manager_queue_audit(
                                apply->manager, AUDIT_JOB_DELETED, job->stored.name, 0, apply->caller,
                                definition_of(job));
                scheduled_job_save(job);
        }
        waiting_cancel(job);
        set_job(job, NULL);
        set_load_error(job, NULL);
        if (job->stored.id == 0 && !job->executions) {
                HASH_DEL(apply->manager->jobs, job);
                (void) scheduled_job_free(job);
        }
}

static bool same_error(const Diagnostic *a, const Diagnostic *b) {
        return a->line == b->line && a->column == b->column && strcmp(a->file ?: "", b->file ?: "") == 0 &&
                        strcmp(a->message ?: "", b->message ?: "") == 0;
}

/* Its last good version goes on; after a restart it comes from the store. */
static void apply_kept(Apply *apply, Change *change) {
        ScheduledJob *job = change->job;

        if (change->held.message && !same_error(&change->held, &job->load_error)) {
                set_load_error(job, &change->held);
                apply_notice_add(apply->notice, JOB_NOTICE_CHANGED, job->stored.name);
        }
        if (!change->stored)
                return;
        set_job(job, TAKE_PTR(change->stored));
        see_boot(apply, job);
        scheduled_job_replan(job);
}

static void apply_faulty(Apply *apply, Change *change) {
        ScheduledJob *job = change->job;
        bool was_listed = scheduled_job_is_listed(job);

        apply_kept(apply, change);
        set_load_error(job, &change->loaded->error);
        if (!was_listed) {
                job->stored.removed_usec = USEC_INFINITY;
                job->stored.owner_uid = apply->manager->host.owner_uid;
        }
        apply_notice_add(apply->notice, was_listed ? JOB_NOTICE_CHANGED : JOB_NOTICE_ADDED, job->stored.name);
}

static void (*const appliers[CHANGE_KIND_COUNT])(Apply *apply, Change *change) = {
        [CHANGE_SAME] = apply_same,       [CHANGE_ADDED] = apply_added,   [CHANGE_EDITED] = apply_edited,
        [CHANGE_REMOVED] = apply_removed, [CHANGE_FAULTY] = apply_faulty, [CHANGE_KEPT] = apply_kept,
};

/* Faults that were not there at the last reading. */
static void tell_of_faults(const Apply *apply) {
        CLEANUP_FREE char *faults = NULL, *sentence = NULL;

        if (!apply->load_errors || string_list_equal(apply->load_errors, apply->manager->load_errors))
                return;
        if (string_list_join(apply->load_errors, "\n", &faults) < 0 ||
            asprintf(&sentence, "%zu faults in the job files; the last good definitions stay in force:\n%s",
                     string_list_length(apply->load_errors), faults) < 0)
                sentence = NULL;
        alerts_on_trouble(apply->manager, sentence ?: "There are faults in the job files", false);
}

static void apply_commit(Apply *apply) {
        Manager *manager = apply->manager;

        tell_of_faults(apply);
        (void) string_list_free(manager->load_errors);
        manager->load_errors = TAKE_PTR(apply->load_errors);

        manager->applied = true;
        manager->zones_generation = time_zone_cache_generation(manager->host.zones);
        if (apply->first)
                manager->started_usec = MAX(manager->started_usec, manager_now(manager));

        manager_begin_batch(manager);
        manager->queues.n_rivals = apply->n_changes; /* more than the table has while it grows */
        for (size_t i = 0; i < apply->n_changes; i++) {
                Change *change = &apply->changes[i];

                if (change->new_job) {
                        ScheduledJob *job = TAKE_PTR(change->new_job);

                        HASH_ADD_KEYPTR(hh, manager->jobs, job->stored.name, strlen(job->stored.name), job);
                }
                appliers[change->kind](apply, change);
        }
        dependency_definitions_changed(manager);
        queues_follow_jobs(manager);
        if (apply->caller)
                (void) manager_queue_audit(manager, AUDIT_RELOADED, NULL, 0, apply->caller, NULL);
        manager_invalidate(manager);
        manager->queues.n_rivals = 0;
        manager_end_batch(manager);

        apply_notice_queue(TAKE_PTR(apply->notice));
        if (apply->first)
                manager_prune_start(manager);
}

int manager_apply(Manager *manager, JobSet *set, const Caller *caller) {
        CLEANUP(apply_done)
        Apply apply = {
                .manager = manager,
                .caller = caller,
                .set = set,
                .first = !manager->applied,
                .zones_changed = manager->zones_generation != time_zone_cache_generation(manager->host.zones),
        };
        int r;

        assert(manager);
        assert(set);

        r = apply_prepare(&apply);
        if (r >= 0)
                apply_commit(&apply);
        job_set_done(set);
        return r < 0 ? log_error_errno(r, "Cannot put the jobs in force: %m; the old ones stay") : 0;
}
