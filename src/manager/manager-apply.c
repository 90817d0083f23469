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
#include "manager/circle.h"
#include "manager/definition-change.h"
#include "manager/dependency.h"
#include "manager/profiles.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"
#include "util/string-list.h"

typedef struct Apply {
        DefinitionChanges common;
        const JobSet *set;
        bool zones_changed;
        bool has_other_names; /* jobs that were made at run time wait for others or start them */
        DefinitionChange *changes;
        size_t n_changes;
        char **load_errors;
} Apply;

static void apply_done(Apply *apply) {
        for (size_t i = 0; i < apply->n_changes; i++)
                definition_change_done(&apply->changes[i]);
        free(apply->changes);
        (void) string_list_free(apply->load_errors);
        (void) apply_notice_free(apply->common.notice);
}

/* --- prepare --------------------------------------------------------------------------------------- */

static bool same_definition(const ScheduledJob *job, const Job *loaded) {
        const char *definition = definition_text(job);

        return definition && strcmp(definition, loaded->definition ?: "") == 0 &&
                        job->stored.owner_uid == loaded->owner_uid && job->stored.origin == loaded->origin;
}

static DefinitionChangeKind classify(const ScheduledJob *job, const Job *loaded) {
        if (!loaded)
                return DEFINITION_FAULTY;
        if (!scheduled_job_is_listed(job) || !definition_text(job))
                return DEFINITION_ADDED;
        return same_definition(job, loaded) ? DEFINITION_SAME : DEFINITION_EDITED;
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

/*
 * The definition that is in force, decoded: after a start, where the scan does not bring the same; with other
 * time zone data than it was decoded with, where it stays in force without the scan.
 */
static int prepare_old(const Apply *apply, DefinitionChange *change) {
        const ScheduledJob *job = change->job;
        bool stays = change->kind == DEFINITION_KEPT || change->kind == DEFINITION_FAULTY;
        bool was_in_force = apply->common.first && change->kind != DEFINITION_SAME &&
                        change->kind != DEFINITION_ADDED;

        if (!scheduled_job_is_listed(job) || !definition_text(job) ||
            !(was_in_force || (stays && apply->zones_changed)))
                return 0;
        return definition_change_decode_old(change);
}

static int compare_loaded(const void *name, const void *loaded) {
        return strcmp(name, ((const LoadedJob *) loaded)->name);
}

/*
 * The job whose history goes on under the new name: it is a file's, and no file has it any more. NULL: there
 * is none, or nothing says so.
 */
static ScheduledJob *find_renamed(const Apply *apply, const LoadedJob *loaded) {
        const JobSet *set = apply->set;
        const char *old_name = loaded->job ? loaded->job->renamed_from : NULL;
        ScheduledJob *old = old_name ? manager_find_any_job(apply->common.manager, old_name) : NULL;

        if (!old || old->stored.id == 0 || old->stored.origin != JOB_ORIGIN_FILE ||
            scheduled_job_has_source(old) || old->apply_mark == apply->common.manager->apply_mark ||
            bsearch(old_name, set->jobs, set->n_jobs, sizeof(LoadedJob), compare_loaded))
                return NULL;
        return old;
}

/* The job that a definition is of, by its name or by the one that it had. */
static int find_job(Apply *apply, const LoadedJob *loaded, DefinitionChange *change) {
        ScheduledJob *old;
        int r;

        r = scheduled_job_look_up(apply->common.manager, loaded->name, &change->job);
        if (r < 0)
                return r;
        if (r == 0)
                change->new_job = change->job;
        old = change->job->stored.id == 0 && !change->job->executions ? find_renamed(apply, loaded) : NULL;
        if (!old)
                return 0;

        change->new_name = strdup(loaded->name);
        if (!change->new_name)
                return -ENOMEM;
        change->new_job = scheduled_job_free(change->new_job);
        change->job = old;
        return 0;
}

static int prepare_loaded(Apply *apply, LoadedJob *loaded) {
        DefinitionChange *change = &apply->changes[apply->n_changes++];
        Manager *manager = apply->common.manager;
        int r;

        r = find_job(apply, loaded, change);
        if (r < 0)
                return r;
        change->loaded = loaded->job ? job_ref(loaded->job) : NULL;
        change->error = loaded->error;
        loaded->error = (Diagnostic){ 0 };

        change->job->apply_mark = manager->apply_mark;
        change->kind = classify(change->job, change->loaded);
        if (change->new_name && change->kind == DEFINITION_SAME)
                change->kind = DEFINITION_EDITED; /* the same, but for the name */
        return prepare_old(apply, change);
}

/* --- jobs that were made at run time --------------------------------------------------------------- */

/* Whether the same would come of it as is in force. */
static bool is_composed(const Apply *apply, const ScheduledJob *job) {
        return !apply->common.first && !apply->zones_changed && job->job &&
                        job->stored.origin == JOB_ORIGIN_RUNTIME &&
                        job->stamp == definition_stamp(job->manager, job->job);
}

/* The first fault, for `status`. */
static void take_fault(Diagnostics *diagnostics, Diagnostic *ret) {
        for (size_t i = 0; i < diagnostics->n_items; i++)
                if (diagnostics->items[i].severity != DIAGNOSTIC_WARNING) {
                        *ret = diagnostics->items[i];
                        diagnostics->items[i] = (Diagnostic){ 0 };
                        return;
                }
}

/*
 * Its template, or what else it is composed of, may be another. Where nothing can be made of it any more the
 * last good version stays in force; that of a file which hid it is none of its own.
 */
static int prepare_composed(Apply *apply, ScheduledJob *job) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        DefinitionChange *change = &apply->changes[apply->n_changes];
        const CompositionRequest request = {
                .name = job->stored.name,
                .owner_uid = job->stored.owner_uid,
                .added_usec = job->stored.added_usec,
                .one_shot = job->stored.one_shot,
                .source = job->stored.source,
        };
        int r;

        if (is_composed(apply, job)) {
                apply->has_other_names = apply->has_other_names || circle_is_possible(job->job);
                return 0;
        }
        change->job = job;
        job->apply_mark = apply->common.manager->apply_mark;
        apply->n_changes++;

        r = definition_compose(apply->common.manager, &request, &diagnostics, &change->loaded);
        if (r == -ENOMEM)
                return r;
        if (r >= 0) {
                change->kind = classify(job, change->loaded);
                apply->has_other_names = apply->has_other_names || circle_is_possible(change->loaded);
        } else {
                bool was_hidden = job->stored.origin != JOB_ORIGIN_RUNTIME;

                change->kind = was_hidden ? DEFINITION_LOST : DEFINITION_KEPT;
                take_fault(&diagnostics, &change->error);
        }
        return prepare_old(apply, change);
}

static int prepare_unseen(Apply *apply, ScheduledJob *job) {
        DefinitionChange *change = &apply->changes[apply->n_changes];
        const HeldFile *held = held_file(apply->set, job);
        int r;

        if (!held && scheduled_job_has_source(job))
                return prepare_composed(apply, job);

        *change = (DefinitionChange){ .kind = held ? DEFINITION_KEPT : DEFINITION_REMOVED, .job = job };
        job->apply_mark = apply->common.manager->apply_mark;
        apply->n_changes++;
        if (held) {
                r = diagnostic_copy(&held->error, &change->error);
                if (r < 0)
                        return r;
        }
        return prepare_old(apply, change);
}

/* --- circles --------------------------------------------------------------------------------------- */

/* What would be in force of a job. */
static const Job *effective(const DefinitionChange *change) {
        if (change->kind == DEFINITION_REMOVED || change->kind == DEFINITION_LOST)
                return NULL;
        return change->loaded ?: change->stored ?: change->job->job;
}

/* As the loader says it of jobs of files. */
static int refuse_circle(DefinitionChange *change, const char *circle) {
        const Job *job = change->loaded;
        Diagnostic error = { .severity = DIAGNOSTIC_ERROR, .line = job->line };

        if (asprintf(&error.message, "job '%s' would wait for itself: %s", job->name, circle) < 0)
                return -ENOMEM;
        error.file = job->file ? strdup(job->file) : NULL;
        diagnostic_done(&change->error);
        change->error = error;
        change->kind = job->origin == JOB_ORIGIN_RUNTIME ? DEFINITION_KEPT : DEFINITION_FAULTY;
        change->loaded = job_unref(change->loaded);
        return 0;
}

static int on_circle(void *userdata, const Job *job, const char *circle) {
        Apply *apply = userdata;
        int r;

        for (size_t i = 0; i < apply->n_changes; i++) {
                DefinitionChange *change = &apply->changes[i];

                if (change->loaded != job ||
                    (change->kind != DEFINITION_ADDED && change->kind != DEFINITION_EDITED))
                        continue;
                r = refuse_circle(change, circle);
                return r < 0 ? r : prepare_old(apply, change);
        }
        return 0;
}

/* Those among the files alone were found by the loader. */
static int check_circles(Apply *apply) {
        CLEANUP_FREE const Job **jobs = NULL;
        Manager *manager = apply->common.manager;
        ScheduledJob *job, *next;
        size_t n = 0;

        if (!apply->has_other_names)
                return 0;
        jobs = calloc(apply->n_changes + HASH_COUNT(manager->jobs) + 1, sizeof(*jobs));
        if (!jobs)
                return -ENOMEM;
        for (size_t i = 0; i < apply->n_changes; i++)
                if (effective(&apply->changes[i]))
                        jobs[n++] = effective(&apply->changes[i]);
        HASH_ITER(hh, manager->jobs, job, next)
                if (job->apply_mark != manager->apply_mark && scheduled_job_is_listed(job) && job->job)
                        jobs[n++] = job->job;
        return circle_search(jobs, n, on_circle, apply);
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
        Manager *manager = apply->common.manager;
        size_t n_max = apply->set->n_jobs + HASH_COUNT(manager->jobs);
        ScheduledJob *job, *next;
        int r;

        apply->changes = calloc(n_max + 1, sizeof(DefinitionChange));
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

        r = check_circles(apply);
        if (r >= 0)
                r = heap_reserve(&manager->wakes, n_max);
        if (r < 0)
                return r;
        r = heap_reserve(&manager->alarms, n_max);
        if (r < 0)
                return r;
        r = apply_notice_new(manager, 2 * n_max, &apply->common.notice);
        if (r < 0)
                return r;
        return prepare_load_errors(apply);
}

/* --- put in force ---------------------------------------------------------------------------------- */

/* Faults that were not there at the last reading. */
static void tell_of_faults(const Apply *apply) {
        CLEANUP_FREE char *faults = NULL, *sentence = NULL;

        const Manager *manager = apply->common.manager;

        if (!apply->load_errors || string_list_equal(apply->load_errors, manager->load_errors))
                return;
        if (string_list_join(apply->load_errors, "\n", &faults) < 0 ||
            asprintf(&sentence, "%zu faults in the job files; the last good definitions stay in force:\n%s",
                     string_list_length(apply->load_errors), faults) < 0)
                sentence = NULL;
        alerts_on_trouble(apply->common.manager, sentence ?: "There are faults in the job files", false);
}

static void apply_commit(Apply *apply) {
        Manager *manager = apply->common.manager;

        tell_of_faults(apply);
        (void) string_list_free(manager->load_errors);
        manager->load_errors = TAKE_PTR(apply->load_errors);

        manager->applied = true;
        manager->zones_generation = time_zone_cache_generation(manager->host.zones);
        if (apply->common.first)
                manager->started_usec = MAX(manager->started_usec, manager_now(manager));

        manager_begin_batch(manager);
        profiles_apply(manager, apply->set, apply->common.caller);
        dependency_forget(manager);
        manager->queues.n_rivals = apply->n_changes; /* more than the table has while it grows */
        for (size_t i = 0; i < apply->n_changes; i++)
                definition_change_apply(&apply->common, &apply->changes[i]);
        dependency_definitions_changed(manager);
        profiles_look_all(manager);
        queues_follow_jobs(manager);
        if (apply->common.caller)
                (void) manager_queue_audit(manager, AUDIT_RELOADED, NULL, 0, apply->common.caller, NULL);
        manager_invalidate(manager);
        manager->queues.n_rivals = 0;
        manager_end_batch(manager);

        apply_notice_queue(TAKE_PTR(apply->common.notice));
        if (apply->common.first) {
                manager_prune_start(manager);
                secrets_tell(manager);
        }
}

/* The manager's from now on. */
static void take_templates(Manager *manager, JobSet *set) {
        job_templates_done(&manager->templates);
        manager->templates = set->templates;
        set->templates = (JobTemplates){ 0 };
}

int manager_apply(Manager *manager, JobSet *set, const Caller *caller) {
        CLEANUP(apply_done)
        Apply apply = {
                .common = { .manager = manager, .caller = caller, .first = !manager->applied },
                .set = set,
                .zones_changed = manager->zones_generation != time_zone_cache_generation(manager->host.zones),
        };
        int r;

        assert(manager);
        assert(set);

        r = apply_prepare(&apply);
        if (r >= 0)
                take_templates(manager, set);
        if (r >= 0)
                apply_commit(&apply);
        job_set_done(set);
        return r < 0 ? log_error_errno(r, "Cannot put the jobs in force: %m; the old ones stay") : 0;
}
