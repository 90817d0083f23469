/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-collection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/dependency-graph.h"
#include "job/job-limits.h"
#include "util/string-list.h"

void job_collection_done(JobCollection *collection) {
        free(collection->candidates);
        free(collection->queues);
        free(collection->profiles);
        job_set_done(&collection->set);
}

static int compare_candidates(const void *a, const void *b) {
        const JobCandidate *x = a, *y = b;
        int r = strcmp(x->entry->name, y->entry->name);

        return r != 0 ? r : (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

int job_collection_add_held(JobCollection *collection, const char *path, const Diagnostic *error) {
        JobSet *set = &collection->set;
        HeldFile *files = reallocarray(set->held_files, set->n_held_files + 1, sizeof(*files));
        HeldFile held = { 0 };
        int r;

        if (!files)
                return -ENOMEM;
        set->held_files = files;

        r = diagnostic_copy(error, &held.error);
        if (r < 0)
                return r;
        held.path = strdup(path);
        if (!held.path) {
                diagnostic_done(&held.error);
                return -ENOMEM;
        }
        files[set->n_held_files++] = held;
        return 0;
}

int job_collection_add_queues(JobCollection *collection, const QueueDefinitions *definitions) {
        QueueCandidate *queues;

        if (!definitions || definitions->n_items == 0)
                return 0;
        queues = reallocarray(
                        collection->queues, collection->n_queues + definitions->n_items, sizeof(*queues));
        if (!queues)
                return -ENOMEM;
        collection->queues = queues;
        for (size_t i = 0; i < definitions->n_items; i++) {
                queues[collection->n_queues] = (QueueCandidate){
                        .definition = &definitions->items[i],
                        .sequence = collection->n_queues,
                };
                collection->n_queues++;
        }
        return 0;
}

static int add_profiles(JobCollection *collection, const ProfileDefinitions *definitions) {
        ProfileCandidate *profiles;

        if (definitions->n_items == 0)
                return 0;
        profiles =
                        reallocarray(collection->profiles, collection->n_profiles + definitions->n_items,
                                     sizeof(*profiles));
        if (!profiles)
                return -ENOMEM;
        collection->profiles = profiles;
        for (size_t i = 0; i < definitions->n_items; i++) {
                profiles[collection->n_profiles] = (ProfileCandidate){
                        .definition = &definitions->items[i],
                        .sequence = collection->n_profiles,
                };
                collection->n_profiles++;
        }
        return 0;
}

int job_collection_add(JobCollection *collection, const JobFile *file) {
        size_t wanted = collection->n_candidates + file->n_entries;
        int r;

        diagnostics_add_all(&collection->set.diagnostics, &file->diagnostics);
        r = job_collection_add_queues(collection, &file->queues);
        if (r >= 0)
                r = add_profiles(collection, &file->profiles);
        if (r < 0)
                return r;
        if (file->held.message)
                return job_collection_add_held(collection, file->path, &file->held);

        if (wanted > JOBS_MAX) {
                diagnostics_add(&collection->set.diagnostics, DIAGNOSTIC_ERROR, file->path, 0, 0,
                                "more than %u jobs: those of this file are left out", JOBS_MAX);
                return 0;
        }
        if (wanted > collection->n_allocated) {
                size_t n = MAX(wanted, collection->n_allocated * 2);
                JobCandidate *candidates = reallocarray(collection->candidates, n, sizeof(*candidates));

                if (!candidates)
                        return -ENOMEM;
                collection->candidates = candidates;
                collection->n_allocated = n;
        }

        for (size_t i = 0; i < file->n_entries; i++) {
                collection->candidates[collection->n_candidates] = (JobCandidate){
                        .entry = &file->entries[i],
                        .path = file->path,
                        .sequence = collection->n_candidates,
                };
                collection->n_candidates++;
        }
        return 0;
}

static int take_candidate(const JobCandidate *candidate, LoadedJob *loaded) {
        loaded->name = strdup(candidate->entry->name);
        if (!loaded->name)
                return -ENOMEM;
        loaded->job = job_ref(candidate->entry->job);
        return loaded->job ? 0 : diagnostic_copy(&candidate->entry->error, &loaded->error);
}

static int compare_held(const void *a, const void *b) {
        return strcmp(((const HeldFile *) a)->path, ((const HeldFile *) b)->path);
}

static int compare_queues(const void *a, const void *b) {
        const QueueCandidate *x = a, *y = b;
        int r = strcmp(x->definition->name, y->definition->name);

        return r != 0 ? r : (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static int finish_queues(JobCollection *collection) {
        const QueueDefinition *first = NULL;
        int r;

        if (collection->n_queues > 1)
                qsort(collection->queues, collection->n_queues, sizeof(*collection->queues), compare_queues);
        for (size_t i = 0; i < collection->n_queues; i++) {
                const QueueDefinition *definition = collection->queues[i].definition;

                if (first && strcmp(first->name, definition->name) == 0) {
                        diagnostics_add(&collection->set.diagnostics, DIAGNOSTIC_ERROR, definition->file,
                                        definition->line, 1,
                                        "queue '%s' is defined in '%s', line %u, already; that one counts",
                                        definition->name, first->file ?: "", first->line);
                        continue;
                }
                first = definition;
                r = queue_definitions_add(&collection->set.queues, definition);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_profiles(const void *a, const void *b) {
        const ProfileCandidate *x = a, *y = b;
        int r = strcmp(x->definition->name, y->definition->name);

        return r != 0 ? r : (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static int finish_profiles(JobCollection *collection) {
        const ProfileDefinition *first = NULL;
        int r;

        if (collection->n_profiles > 1)
                qsort(collection->profiles, collection->n_profiles, sizeof(*collection->profiles),
                      compare_profiles);
        for (size_t i = 0; i < collection->n_profiles; i++) {
                const ProfileDefinition *definition = collection->profiles[i].definition;

                if (first && strcmp(first->name, definition->name) == 0) {
                        diagnostics_add(&collection->set.diagnostics, DIAGNOSTIC_ERROR, definition->file,
                                        definition->line, 1,
                                        "profile '%s' is defined in '%s', line %u, already; that one counts",
                                        definition->name, first->file ?: "", first->line);
                        continue;
                }
                first = definition;
                r = profile_definitions_add(&collection->set.profiles, definition);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- values of profiles ------------------------------------------------------------------------------ */

/* What its profile gives is checked again at each start: until then it may have changed. */
static int warn_of_profile(JobSet *set, const Job *job, bool all_are_known) {
        const ProfileDefinition *profile = profile_definitions_find(&set->profiles, job->profile);
        const ParameterSources sources = { .values = job->values,
                                           .profile = profile ? profile->values : NULL };
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP_FREE char *error = NULL;
        int r = 0;

        if (!profile && all_are_known)
                diagnostics_add(&set->diagnostics, DIAGNOSTIC_WARNING, job->file, job->line, 0,
                                "job '%s' names the profile '%s', and no file has it", job->name,
                                job->profile);
        if (profile && job->timetable.n_entries > 0)
                r = parameter_values_resolve(&job->parameters, &sources, &values, &error);
        if (r == -EINVAL)
                diagnostics_add(&set->diagnostics, DIAGNOSTIC_WARNING, job->file, job->line, 0,
                                "job '%s' cannot run with the profile '%s': %s", job->name, job->profile,
                                error);
        return r == -EINVAL ? 0 : r;
}

static int check_profiles(JobCollection *collection) {
        JobSet *set = &collection->set;

        for (size_t i = 0; i < set->n_jobs; i++) {
                const Job *job = set->jobs[i].job;
                int r = job && job->profile
                                ? warn_of_profile(set, job,
                                                  collection->has_all_jobs && set->n_held_files == 0)
                                : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- who waits for whom ------------------------------------------------------------------------------ */

static unsigned line_of(const Job *job, unsigned line) {
        return line > 0 ? line : job->line;
}

/* The last good version stays in force, as for any fault. */
static int refuse_cycle(JobSet *set, LoadedJob *loaded, const char *cycle) {
        const Job *job = loaded->job;
        Diagnostic error = { .severity = DIAGNOSTIC_ERROR,
                             .file = job->file,
                             .line = line_of(job, job->after.jobs ? job->after.line : job->triggers.line),
                             .column = 1 };
        int r;

        if (asprintf(&error.message, "job '%s' would wait for itself: %s", job->name, cycle) < 0)
                return -ENOMEM;
        diagnostics_add(&set->diagnostics, error.severity, error.file, error.line, error.column, "%s",
                        error.message);
        r = diagnostic_copy(&error, &loaded->error);
        free(error.message);
        if (r < 0)
                return r;
        loaded->job = job_unref(loaded->job);
        return 0;
}

static bool is_known(const JobSet *set, const char *name) {
        size_t begin = 0, end = set->n_jobs;

        while (begin < end) {
                size_t middle = begin + (end - begin) / 2;
                int r = strcmp(set->jobs[middle].name, name);

                if (r == 0)
                        return true;
                if (r < 0)
                        begin = middle + 1;
                else
                        end = middle;
        }
        return false;
}

/* A faulty one is known. */
static void warn_unknown(JobSet *set, const Job *job, unsigned line, const char *key, char *const *names) {
        STRING_LIST_FOREACH(name, names)
                if (!is_known(set, *name))
                        diagnostics_add(&set->diagnostics, DIAGNOSTIC_WARNING, job->file, line_of(job, line),
                                        0, "job '%s' names '%s' in '%s', and there is no such job", job->name,
                                        *name, key);
}

static int check_job(
                JobCollection *collection,
                const DependencyGraph *graph,
                size_t index,
                LoadedJob *loaded) {
        JobSet *set = &collection->set;
        const char *cycle = dependency_graph_cycle(graph, index);
        const Job *job = loaded->job;

        if (collection->has_all_jobs && set->n_held_files == 0) {
                warn_unknown(set, job, job->after.line, "after", job->after.jobs);
                warn_unknown(set, job, job->triggers.line, "trigger", job->triggers.on_success);
                warn_unknown(set, job, job->triggers.line, "trigger", job->triggers.on_failure);
        }
        return cycle ? refuse_cycle(set, loaded, cycle) : 0;
}

static int check_dependencies(JobCollection *collection) {
        CLEANUP(dependency_graph_freep) DependencyGraph *graph = NULL;
        CLEANUP_FREE const Job **jobs = calloc(collection->set.n_jobs + 1, sizeof(*jobs));
        JobSet *set = &collection->set;
        size_t n = 0;
        int r;

        if (!jobs)
                return -ENOMEM;
        for (size_t i = 0; i < set->n_jobs; i++)
                if (set->jobs[i].job)
                        jobs[n++] = set->jobs[i].job;
        r = dependency_graph_new(jobs, n, &graph);
        if (r < 0)
                return r;

        n = 0;
        for (size_t i = 0; i < set->n_jobs; i++) {
                if (!set->jobs[i].job)
                        continue;
                r = check_job(collection, graph, n++, &set->jobs[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

int job_collection_finish(JobCollection *collection, JobSet *ret) {
        JobSet *set = &collection->set;
        const JobCandidate *first = NULL;
        int r;

        r = finish_queues(collection);
        if (r >= 0)
                r = finish_profiles(collection);
        if (r < 0)
                return r;
        set->jobs = calloc(collection->n_candidates + 1, sizeof(*set->jobs));
        if (!set->jobs)
                return -ENOMEM;
        if (collection->n_candidates > 0)
                qsort(collection->candidates, collection->n_candidates, sizeof(*collection->candidates),
                      compare_candidates);

        for (size_t i = 0; i < collection->n_candidates; i++) {
                const JobCandidate *candidate = &collection->candidates[i];

                if (first && strcmp(first->entry->name, candidate->entry->name) == 0) {
                        diagnostics_add(&set->diagnostics, DIAGNOSTIC_ERROR, candidate->path,
                                        candidate->entry->line, 1,
                                        "job '%s' is defined in '%s', line %u, already; that one counts",
                                        candidate->entry->name, first->path, first->entry->line);
                        continue;
                }
                first = candidate;
                r = take_candidate(candidate, &set->jobs[set->n_jobs++]);
                if (r < 0)
                        return r;
        }
        r = check_dependencies(collection);
        if (r >= 0)
                r = check_profiles(collection);
        if (r < 0)
                return r;
        if (set->n_held_files > 0)
                qsort(set->held_files, set->n_held_files, sizeof(*set->held_files), compare_held);

        *ret = *set;
        *set = (JobSet){ 0 };
        return 0;
}
