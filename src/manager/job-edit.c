/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/job-edit.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "job/definition-patch.h"
#include "manager/circle.h"
#include "manager/definition-check.h"
#include "manager/dependency.h"
#include "manager/freeze.h"
#include "manager/job-change-secrets.h"
#include "manager/scheduled-job.h"
#include "manager/user-limits.h"
#include "util/buffer.h"

void job_edits_done(JobEdits *edits) {
        JobDraft *draft, *next;

        for (size_t i = 0; i < edits->n_edits; i++) {
                free(edits->edits[i].result.text);
                free(edits->edits[i].result.name);
                definition_change_done(&edits->edits[i].change);
        }
        free(edits->edits);
        secret_values_done(&edits->secrets);
        HASH_ITER(hh, edits->drafts, draft, next) {
                HASH_DEL(edits->drafts, draft);
                free(draft);
        }
}

/* --- refusals -------------------------------------------------------------------------------------- */

static int refuse(JobEdit *edit, int result, const char *format, ...) PRINTF_LIKE(3, 4);

static int refuse(JobEdit *edit, int result, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&edit->result.text, format, arguments) < 0)
                edit->result.text = NULL; /* the errno says the most of it */
        va_end(arguments);
        edit->result.result = result;
        return -ECANCELED;
}

/* Everything that was found, a line each. */
static char *format_diagnostics(const Diagnostics *diagnostics) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char *text = NULL;

        for (size_t i = 0; i < diagnostics->n_items; i++) {
                CLEANUP_FREE char *line = NULL;

                if (diagnostic_format(&diagnostics->items[i], &line) < 0)
                        return NULL;
                (void) buffer_add_format(&buffer, "%s%s", i > 0 ? "\n" : "", line);
        }
        return buffer.size > 0 && buffer_take(&buffer, &text) >= 0 ? text : NULL;
}

static int refuse_definition(JobEdit *edit, int r, const Diagnostics *diagnostics) {
        if (r == -EFBIG)
                return refuse(edit, r, "The definition of job '%s' is longer than 1 MiB", edit->result.name);
        if (r != -EINVAL)
                return r;
        edit->result.text = format_diagnostics(diagnostics);
        edit->result.result = -EINVAL;
        return -ECANCELED;
}

/* What comes from a file is changed there. */
static int refuse_file(JobEdit *edit, const JobDraft *draft) {
        const Job *job = draft->effective;
        const ScheduledJob *scheduled = draft->job;
        const char *file = job ? job->file : scheduled ? scheduled->load_error.file : NULL;
        unsigned line = job ? job->line : scheduled ? scheduled->load_error.line : 0;
        JobChangeKind kind = edit->asked->kind;
        const char *instead = kind == JOB_CHANGE_DISABLE ? ": write 'enabled: false' there, or use 'pause'"
                        : kind == JOB_CHANGE_ENABLE ? ": write 'enabled: true' there; 'resume' ends a pause"
                                                    : ": change it there";

        return refuse(edit, -EROFS, "Job '%s' is defined in %s:%u%s", draft->name, file ?: "a file", line,
                      instead);
}

/* --- drafts ---------------------------------------------------------------------------------------- */

static int make_draft(JobEdits *edits, const char *name, JobDraft **ret) {
        const ScheduledJob *job = manager_find_any_job(edits->manager, name);
        size_t size = strlen(name) + 1;
        JobDraft *draft = calloc(1, sizeof(*draft) + size);

        if (!draft)
                return -ENOMEM;
        memcpy(draft->name, name, size);
        draft->job = (ScheduledJob *) job; /* what is put in force later is not constant */
        if (job) {
                draft->is_listed = scheduled_job_is_listed(job);
                draft->origin = job->stored.origin;
                draft->source = job->stored.source;
                draft->effective = job->job;
                draft->revision = job->stored.revision;
                draft->owner_uid = job->stored.owner_uid;
                draft->added_usec = job->stored.added_usec;
        }
        HASH_ADD_KEYPTR(hh, edits->drafts, draft->name, size - 1, draft);
        *ret = draft;
        return 0;
}

static int find_draft(JobEdits *edits, const char *name, JobDraft **ret) {
        HASH_FIND_STR(edits->drafts, name, *ret);
        return *ret ? 0 : make_draft(edits, name, ret);
}

/* A job that can be changed at run time, in the state in which the caller knows it. */
static int find_changeable(JobEdits *edits, JobEdit *edit, JobDraft **ret) {
        JobDraft *draft = NULL;
        int r;

        r = find_draft(edits, edit->asked->name, &draft);
        if (r < 0)
                return r;
        if (!draft->is_listed)
                return refuse(edit, -ENOENT, "There is no job '%s'", draft->name);
        if (draft->origin != JOB_ORIGIN_RUNTIME)
                return refuse_file(edit, draft);
        if (edit->asked->if_revision != 0 && edit->asked->if_revision != draft->revision)
                return refuse(edit, -ESTALE,
                              "Job '%s' was changed meanwhile: it is at revision %" PRIu64 ", not %" PRIu64,
                              draft->name, draft->revision, edit->asked->if_revision);
        edit->result.revision = draft->revision;
        *ret = draft;
        return 0;
}

/* The scheduled job of the draft, made if there is none, with what the store has of that name. */
static int need_job(JobEdits *edits, JobEdit *edit, JobDraft *draft) {
        int r;

        if (draft->job)
                return 0;
        r = draft->is_unknown ? scheduled_job_new(edits->manager, draft->name, &draft->job)
                              : scheduled_job_look_up(edits->manager, draft->name, &draft->job);
        if (r < 0)
                return r;
        if (r == 0)
                edit->change.new_job = draft->job;
        if (draft->job->stored.id == 0)
                edits->last_id++;
        draft->revision = draft->job->stored.id == 0 ? 0 : draft->job->stored.revision;
        return 0;
}

/* --- what is put in force -------------------------------------------------------------------------- */

static int check(JobEdits *edits, JobEdit *edit, const JobDraft *draft, const Job *composed) {
        const JobChange *asked = edit->asked;
        usec_t past_usec;

        past_usec = definition_past_instant(edits->manager, composed, draft->effective);
        if (past_usec != USEC_INFINITY) {
                char due[TIMESTAMP_MAX];

                return refuse(edit, -EINVAL, "Job '%s' would run at %s, which is in the past (in-the-past)",
                              draft->name, timestamp_format_utc(past_usec, due));
        }
        if (composed->one_shot && composed->timetable.n_entries == 0 && !asked->start)
                return refuse(edit, -EINVAL,
                              "Job '%s' is to run once, and nothing says when: it has no schedule",
                              draft->name);
        return 0;
}

static bool same_text(const char *a, const char *b) {
        return a && b && strcmp(a, b) == 0;
}

/* An export has no comments, and writes in its own way: what was put from it is the same all the same. */
static int same_source(const JobEdit *edit, const char *a, const char *b) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP_FREE char *plain_a = NULL, *plain_b = NULL;
        int r;

        if (edit->asked->kind != JOB_CHANGE_PUT || !a || same_text(a, b))
                return same_text(a, b);
        r = definition_patch(a, "{}", &diagnostics, &plain_a);
        if (r >= 0)
                r = definition_patch(b, "{}", &diagnostics, &plain_b);
        if (r == -EINVAL) /* what is no mapping was made before it had to be one */
                return 0;
        return r < 0 ? r : same_text(plain_a, plain_b);
}

/* Returns 1 if what was put is what is there, 0 if not, or -ENOMEM. */
static int changes_nothing(
                const JobEdit *edit,
                const JobDraft *draft,
                const char *source,
                const Job *composed) {

        if (edit->change.new_name || !draft->is_listed || !draft->effective ||
            !same_text(draft->effective->definition, composed->definition))
                return 0;
        return same_source(edit, draft->source, source);
}

/* `source` is taken. */
static int compose(
                JobEdits *edits,
                JobEdit *edit,
                const JobDraft *draft,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret) {

        bool was_one_shot = draft->effective ? draft->effective->one_shot : draft->job->stored.one_shot;
        int r;

        r = definition_compose(
                        edits->manager,
                        &(CompositionRequest){
                                        .name = draft->name,
                                        .owner_uid = draft->owner_uid,
                                        .added_usec = draft->added_usec,
                                        .one_shot = edit->asked->one_shot ||
                                                        (draft->is_listed && was_one_shot),
                                        .source = source,
                        },
                        diagnostics, ret);
        return r < 0 ? refuse_definition(edit, r, diagnostics) : 0;
}

/* The values are checked while they are there; from then on ids stand for them. */
static int take_secrets(JobEdits *edits, JobEdit *edit, const JobDraft *draft, char **source) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *composed = NULL;
        char *without = NULL;
        int r;

        r = secret_dereference(*source, draft->source, &edits->manager->templates, &without);
        if (r > 0) {
                explicit_bzero(*source, strlen(*source));
                free(*source);
                *source = TAKE_PTR(without);
        }
        if (r < 0)
                return r;
        r = job_change_take_secrets(
                        edits->manager, *source, draft->source, edits->known, &edits->secrets, &without);
        if (r <= 0)
                return r;
        r = compose(edits, edit, draft, *source, &diagnostics, &composed);
        explicit_bzero(*source, strlen(*source));
        free(*source);
        *source = without;
        return r;
}

static int define(JobEdits *edits, JobEdit *edit, JobDraft *draft, char *taken) {
        CLEANUP_FREE char *source = taken;
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *composed = NULL;
        int r;

        r = need_job(edits, edit, draft);
        if (r >= 0)
                r = take_secrets(edits, edit, draft, &source);
        if (r >= 0)
                r = compose(edits, edit, draft, source, &diagnostics, &composed);
        if (r < 0)
                return r;
        r = check(edits, edit, draft, composed);
        if (r < 0)
                return r;
        edit->result.text = format_diagnostics(&diagnostics);

        r = changes_nothing(edit, draft, source, composed);
        if (r != 0) {
                edit->result.effect = JOB_EFFECT_NONE;
                return r < 0 ? r : 0;
        }

        edit->result.effect = draft->is_listed ? JOB_EFFECT_CHANGED : JOB_EFFECT_CREATED;
        edit->change.kind = draft->is_listed && draft->effective ? DEFINITION_EDITED : DEFINITION_ADDED;
        edit->change.job = draft->job;
        edit->change.from_usec = definition_owes_from(edits->manager, composed);
        draft->is_listed = true;
        draft->origin = JOB_ORIGIN_RUNTIME;
        draft->effective = edit->change.loaded = TAKE_PTR(composed);
        draft->source = edit->change.source = TAKE_PTR(source);
        edit->result.revision = ++draft->revision;
        return 0;
}

static int define_as_asked(JobEdits *edits, JobEdit *edit, JobDraft *draft) {
        char *source = strdup(edit->asked->definition);

        return source ? define(edits, edit, draft, source) : -ENOMEM;
}

static int define_patched(JobEdits *edits, JobEdit *edit, JobDraft *draft, const char *patch) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP_FREE char *source = NULL, *refusal = NULL;
        int r;

        r = definition_patch(draft->source, patch, &diagnostics, &source);
        if (r < 0)
                return refuse_definition(edit, r, &diagnostics);
        if (edit->asked->kind == JOB_CHANGE_MERGE)
                r = user_limits_check_definition(
                                edits->manager, draft->name, strlen(source), edits->caller, &refusal);
        if (r < 0)
                return refuse(edit, r, "%s", refusal ?: "Out of memory");
        return define(edits, edit, draft, TAKE_PTR(source));
}

/* --- the kinds ------------------------------------------------------------------------------------- */

/* Returns 1 if some job has or had that name, 0 if none, or a negative errno. */
static int is_known(JobEdits *edits, const char *name) {
        CLEANUP(stored_job_done) StoredJob stored = { 0 };
        JobDraft *draft = NULL;

        stored_job_init(&stored);
        HASH_FIND_STR(edits->drafts, name, draft);
        if (draft || manager_find_any_job(edits->manager, name))
                return 1;
        return store_read_job(edits->manager->host.store, name, &stored);
}

/* "timer" becomes "timer-7": a name that no job had before. */
static int complete_name(JobEdits *edits, JobEdit *edit, JobDraft **ret) {
        int64_t number = edits->last_id;
        int r;

        do {
                char *name = NULL;

                if (asprintf(&name, "%s-%" PRIi64, edit->asked->name, ++number) < 0)
                        return -ENOMEM;
                free(edit->result.name);
                edit->result.name = name;
                r = is_known(edits, name);
        } while (r > 0);
        if (r >= 0)
                r = find_draft(edits, edit->result.name, ret);
        if (r >= 0)
                (*ret)->is_unknown = true;
        return r;
}

static int prepare_create(JobEdits *edits, JobEdit *edit) {
        const JobChange *asked = edit->asked;
        JobDraft *draft = NULL;
        int r;

        if (asked->start) {
                r = freeze_refuse(edits->manager, asked->name, &edit->result.text);
                edit->result.result = r;
                if (r < 0)
                        return -ECANCELED;
        }
        if (asked->start && !edits->manager->connected)
                return refuse(edit, -ENOTCONN,
                              "Job '%s' cannot be started: there is no connection to the runner",
                              asked->name);

        r = asked->numbered ? complete_name(edits, edit, &draft) : find_draft(edits, asked->name, &draft);
        if (r < 0)
                return r;
        if (draft->is_listed && draft->origin != JOB_ORIGIN_RUNTIME && draft->effective)
                return refuse(edit, -EEXIST, "There is a job '%s' already, in %s:%u", draft->name,
                              draft->effective->file ?: "a file", draft->effective->line);
        if (draft->is_listed)
                return refuse(edit, -EEXIST, "There is a job '%s' already", draft->name);

        draft->owner_uid = asked->owner_uid;
        draft->added_usec = edit->change.added_usec = edits->now_usec;
        draft->source = NULL;
        draft->effective = NULL;
        return define_as_asked(edits, edit, draft);
}

static int prepare_replace(JobEdits *edits, JobEdit *edit) {
        JobDraft *draft = NULL;
        int r;

        r = find_changeable(edits, edit, &draft);
        return r < 0 ? r : define_as_asked(edits, edit, draft);
}

static int prepare_put(JobEdits *edits, JobEdit *edit) {
        JobDraft *draft = NULL;
        int r;

        r = find_draft(edits, edit->asked->name, &draft);
        if (r < 0)
                return r;
        return draft->is_listed ? prepare_replace(edits, edit) : prepare_create(edits, edit);
}

static int prepare_merge(JobEdits *edits, JobEdit *edit) {
        JobDraft *draft = NULL;
        int r;

        r = find_changeable(edits, edit, &draft);
        return r < 0 ? r : define_patched(edits, edit, draft, edit->asked->definition);
}

static int prepare_delete(JobEdits *edits, JobEdit *edit) {
        JobDraft *draft = NULL;
        int r;

        r = find_changeable(edits, edit, &draft);
        if (r < 0)
                return r;

        edit->change.kind = DEFINITION_REMOVED;
        edit->change.job = draft->job;
        edit->result.effect = JOB_EFFECT_DELETED;
        edit->result.revision = 0;
        draft->is_listed = false;
        draft->source = NULL;
        draft->effective = NULL;
        return 0;
}

/* What the old name had goes with the job; a job that had the new one before keeps its history beside. */
static int prepare_rename(JobEdits *edits, JobEdit *edit) {
        const char *new_name = edit->asked->new_name;
        JobDraft *draft = NULL, *target = NULL;
        char *source;
        int r;

        r = find_changeable(edits, edit, &draft);
        if (r >= 0)
                r = find_draft(edits, new_name, &target);
        if (r < 0)
                return r;
        if (!job_name_valid(new_name))
                return refuse(edit, -EINVAL, "'%.160s' is not a name for a job", new_name);
        if (target->is_listed)
                return refuse(edit, -EEXIST, "There is a job '%s' already", new_name);
        if (target->job && target->job->executions)
                return refuse(edit, -EBUSY, "A job '%s' that was removed has not ended yet", new_name);

        edit->change.new_name = strdup(new_name);
        source = strdup(draft->source);
        if (!source || !edit->change.new_name) {
                free(source);
                return -ENOMEM;
        }
        target->job = draft->job;
        target->is_listed = true;
        target->origin = draft->origin;
        target->revision = draft->revision;
        target->owner_uid = draft->owner_uid;
        target->added_usec = draft->added_usec;
        target->source = draft->source; /* its ids stand for the same secrets */
        target->effective = draft->effective;
        draft->job = NULL;
        draft->is_listed = false;
        draft->is_unknown = true; /* all that was known of it is known of the other */
        draft->source = NULL;
        draft->effective = NULL;

        free(edit->result.name);
        edit->result.name = strdup(new_name);
        return edit->result.name ? define(edits, edit, target, source) : -ENOMEM;
}

static int prepare_switch(JobEdits *edits, JobEdit *edit) {
        bool on = edit->asked->kind == JOB_CHANGE_ENABLE;
        JobDraft *draft = NULL;
        int r;

        r = find_changeable(edits, edit, &draft);
        if (r < 0)
                return r;
        if (draft->effective && draft->effective->enabled == on)
                return 0;
        return define_patched(edits, edit, draft, on ? "enabled: true" : "enabled: false");
}

static int (*const preparers[JOB_CHANGE_KIND_COUNT])(JobEdits *edits, JobEdit *edit) = {
        [JOB_CHANGE_CREATE] = prepare_create, [JOB_CHANGE_REPLACE] = prepare_replace,
        [JOB_CHANGE_PUT] = prepare_put,       [JOB_CHANGE_MERGE] = prepare_merge,
        [JOB_CHANGE_DELETE] = prepare_delete, [JOB_CHANGE_RENAME] = prepare_rename,
        [JOB_CHANGE_ENABLE] = prepare_switch, [JOB_CHANGE_DISABLE] = prepare_switch,
};

/* --- circles --------------------------------------------------------------------------------------- */

/* What would be in force. */
static size_t collect_effective(JobEdits *edits, const Job **jobs) {
        ScheduledJob *job, *next_job;
        JobDraft *draft, *next_draft;
        size_t n = 0;

        HASH_ITER(hh, edits->manager->jobs, job, next_job) {
                HASH_FIND_STR(edits->drafts, job->stored.name, draft);
                if (!draft && scheduled_job_is_listed(job) && job->job)
                        jobs[n++] = job->job;
        }
        HASH_ITER(hh, edits->drafts, draft, next_draft)
                if (draft->is_listed && draft->effective)
                        jobs[n++] = draft->effective;
        return n;
}

static int on_circle(void *userdata, const Job *job, const char *circle) {
        JobEdits *edits = userdata;

        for (size_t i = 0; i < edits->n_edits; i++)
                if (edits->edits[i].change.loaded == job)
                        return refuse(&edits->edits[i], -EINVAL, "Job '%s' would wait for itself: %s",
                                      job->name, circle);
        return 0;
}

static int check_circles(JobEdits *edits) {
        CLEANUP_FREE const Job **jobs = NULL;
        bool concerns = false;

        for (size_t i = 0; i < edits->n_edits; i++) {
                const DefinitionChange *change = &edits->edits[i].change;

                concerns = concerns || (change->loaded && dependency_concerns(change->job, change->loaded));
        }
        if (!concerns)
                return 0;

        jobs = calloc(HASH_COUNT(edits->manager->jobs) + HASH_COUNT(edits->drafts) + 1, sizeof(*jobs));
        if (!jobs)
                return -ENOMEM;
        return circle_search(jobs, collect_effective(edits, jobs), on_circle, edits);
}

int job_edits_prepare(JobEdits *edits, const JobChange *changes, size_t n_changes) {
        int r;

        assert(edits->manager);

        edits->edits = calloc(n_changes + 1, sizeof(JobEdit));
        if (!edits->edits)
                return -ENOMEM;
        edits->n_edits = n_changes;
        edits->last_id = edits->manager->last_job_id;
        edits->now_usec = manager_now(edits->manager);

        for (size_t i = 0; i < n_changes; i++) {
                JobEdit *edit = &edits->edits[i];

                edit->asked = &changes[i];
                edit->result.name = strdup(changes[i].name);
                if (!edit->result.name)
                        return -ENOMEM;
                r = preparers[changes[i].kind](edits, edit);
                if (r < 0)
                        return r;
        }
        return check_circles(edits);
}
