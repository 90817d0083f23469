/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/scheduled-job.h"

#include <assert.h>
#include <string.h>

#include "job/job-decode.h"
#include "manager/place.h"
#include "schedule/stable-delay.h"
#include "util/string-list.h"

static const char *const job_state_names[] = {
        [JOB_IDLE] = "idle",         [JOB_WAITING] = "waiting",
        [JOB_RUNNING] = "running",   [JOB_PAUSED] = "paused",
        [JOB_DISABLED] = "disabled", [JOB_FINISHED] = "finished",
        [JOB_BLOCKED] = "blocked",   [JOB_FAILED_TO_LOAD] = "failed-to-load",
        [JOB_STATE_COUNT] = NULL,
};

DEFINE_STRING_TABLE(job_state, JobState, job_state_names);

int scheduled_job_new(Manager *manager, const char *name, ScheduledJob **ret) {
        CLEANUP(scheduled_job_freep) ScheduledJob *job = NULL;

        assert(name);
        assert(ret);

        job = calloc(1, sizeof(*job));
        if (!job)
                return -ENOMEM;

        job->manager = manager;
        job->wake.index = job->alarm.index = job->expectation.index = HEAP_NONE;
        job->next_due_usec = job->next_start_usec = USEC_INFINITY;
        job->elapsed_cursor_usec = INT64_MIN;
        job->last_end_usec = job->startup_usec = USEC_INFINITY;
        stored_job_init(&job->stored);
        job->stored.removed_usec = 0; /* until it is added */

        job->stored.name = strdup(name);
        if (!job->stored.name)
                return -ENOMEM;

        *ret = TAKE_PTR(job);
        return 0;
}

ScheduledJob *scheduled_job_free(ScheduledJob *job) {
        if (!job)
                return NULL;

        if (job->n_dependents > 0 || (job->job && job->job->after.jobs))
                job->manager->dependents_known = false; /* others point to it, or it comes after others */
        heap_remove(&job->manager->wakes, &job->wake);
        heap_remove(&job->manager->alarms, &job->alarm);
        heap_remove(&job->manager->expectations, &job->expectation);
        (void) job_unref(job->job);
        stored_job_done(&job->stored);
        free(job->load_error.file);
        free(job->load_error.message);
        (void) execution_record_free(job->fold);
        free(job->dependents);
        (void) string_list_free(job->warnings);
        free(job);
        return NULL;
}

int scheduled_job_look_up(Manager *manager, const char *name, ScheduledJob **ret) {
        CLEANUP(scheduled_job_freep) ScheduledJob *job = NULL;
        CLEANUP(stored_job_done) StoredJob stored = { 0 };
        int r;

        *ret = manager_find_any_job(manager, name);
        if (*ret)
                return 1;

        r = scheduled_job_new(manager, name, &job);
        if (r < 0)
                return r;
        stored_job_init(&stored);
        r = store_read_job(manager->host.store, name, &stored);
        if (r < 0)
                return r;
        if (r > 0) {
                stored_job_done(&job->stored);
                job->stored = stored;
                stored_job_init(&stored);
                if (job->stored.last_ended_usec != USEC_INFINITY)
                        job->last_end_usec = MIN(job->stored.last_ended_usec, manager_now(manager));
        }
        *ret = TAKE_PTR(job);
        return 0;
}

void scheduled_job_drop(ScheduledJob *job) {
        Manager *manager = job->manager;

        assert(!job->executions);

        if (manager->prune_next == job)
                manager->prune_next = job->hh.next;
        HASH_DEL(manager->jobs, job);
        manager_invalidate(manager);
        (void) scheduled_job_free(job);
}

bool scheduled_job_is_listed(const ScheduledJob *job) {
        return job->stored.removed_usec == USEC_INFINITY;
}

bool scheduled_job_is_paused(const ScheduledJob *job) {
        return job->stored.paused_since_usec != USEC_INFINITY;
}

bool scheduled_job_skips(const ScheduledJob *job, usec_t due_usec) {
        return job->stored.skip_until_usec != USEC_INFINITY && due_usec <= job->stored.skip_until_usec;
}

bool scheduled_job_is_held(const ScheduledJob *job) {
        return job->manager->store_trouble || job->n_marks[MARK_RECOVERED] > 0;
}

/* The most that random-delay adds: what is stable is that very delay, what is fresh is drawn below it. */
static usec_t longest_delay(const ScheduledJob *job) {
        const RandomDelay *delay = &job->job->random_delay;

        if (delay->fresh)
                return delay->up_to_usec;
        return stable_delay(
                        job->manager->host.machine_id, job->stored.owner_uid, job->stored.name,
                        delay->up_to_usec);
}

usec_t scheduled_job_cursor(const ScheduledJob *job) {
        return job->manager->untrusted ? job->elapsed_cursor_usec : job->stored.cursor_usec;
}

void scheduled_job_move_cursor(ScheduledJob *job, usec_t instant_usec) {
        usec_t *cursor_usec = job->manager->untrusted ? &job->elapsed_cursor_usec : &job->stored.cursor_usec;

        *cursor_usec = MAX(*cursor_usec, instant_usec);
}

bool scheduled_job_counts_from_end(const ScheduledJob *job) {
        const Timetable *timetable = &job->job->timetable;

        for (size_t i = 0; i < timetable->n_entries; i++)
                if (schedule_is_from_end(timetable->entries[i].schedule))
                        return true;
        return false;
}

/* Of a job that has never ended, which the start of the daemon will start: its first end is what counts. */
static bool is_first_start_ahead(const ScheduledJob *job, const ScheduleContext *context) {
        const Timetable *timetable = &job->job->timetable;
        Occurrence due;

        if (job->last_end_usec != USEC_INFINITY)
                return false;
        for (size_t i = 0; i < timetable->n_entries; i++)
                if (schedule_kind(timetable->entries[i].schedule) == SCHEDULE_STARTUP &&
                    schedule_entry_next(&timetable->entries[i], context, scheduled_job_cursor(job), &due) > 0)
                        return true;
        return false;
}

/* What was decided without a run (missed, paused, excepted) counts as if it had ended there and then. */
static void count_from_end(const ScheduledJob *job, PlannerView *view) {
        const Timetable *timetable = &job->job->timetable;
        usec_t cursor_usec = scheduled_job_cursor(job);
        Occurrence due;

        view->context.is_running = scheduled_job_blocker(job) || scheduled_job_first(job, PLACE_RETRYING) ||
                        is_first_start_ahead(job, &view->context);
        for (size_t i = 0; i < timetable->n_entries && !view->context.is_running; i++)
                if (schedule_is_from_end(timetable->entries[i].schedule) &&
                    schedule_entry_next(&timetable->entries[i], &view->context, INT64_MIN, &due) > 0 &&
                    due.due_usec <= cursor_usec)
                        view->context.last_end_usec = cursor_usec;
}

PlannerView scheduled_job_view(const ScheduledJob *job) {
        const Manager *manager = job->manager;
        bool this_boot = job->stored.boot_identity && manager->host.boot_identity &&
                        strcmp(job->stored.boot_identity, manager->host.boot_identity) == 0;

        PlannerView view = {
                .job = job->job,
                .context = {
                        .zone = job->job->zone ?: time_zone_utc(),
                        .anchor_usec = job->stored.anchor_usec,
                        .boot_usec = this_boot ? job->stored.boot_due_usec : USEC_INFINITY,
                        .startup_usec = job->startup_usec,
                        .resume_usec = manager->resumed_usec,
                        .last_end_usec = job->last_end_usec,
                },
                .delay_usec = longest_delay(job),
                .elapsed_only = manager->untrusted,
        };

        if (scheduled_job_counts_from_end(job))
                count_from_end(job, &view);
        return view;
}

static Execution *older(Execution *a, Execution *b) {
        return !a || (b && b->record.id < a->record.id) ? b : a;
}

Execution *scheduled_job_blocker(const ScheduledJob *job) {
        Execution *active =
                        older(scheduled_job_first(job, PLACE_STARTED), scheduled_job_first(job, PLACE_GATED));

        return active ?: scheduled_job_first(job, PLACE_QUEUED);
}

Execution *scheduled_job_armed(const ScheduledJob *job) {
        return scheduled_job_first(job, PLACE_ARMED);
}

bool scheduled_job_is_catching_up(const ScheduledJob *job) {
        return job->job->catch_up.policy == CATCH_UP_ALL && job->n_marks[MARK_CATCH_UP] > 0;
}

OverlapAnswer scheduled_job_overlap(const ScheduledJob *job) {
        const OverlapFacts facts = {
                .n_active = scheduled_job_count_active(job),
                .n_waiting = job->n_places[PLACE_QUEUED],
                .catching_up = scheduled_job_is_catching_up(job),
        };

        return overlap_judge(&job->job->overlap, job->job->catch_up.max, &facts);
}

usec_t scheduled_job_last_start(const ScheduledJob *job) {
        const Execution *queued = scheduled_job_last(job, PLACE_QUEUED);
        const Execution *delayed = scheduled_job_last(job, PLACE_DELAYED);

        return MAX(queued ? queued->record.start_after_usec : INT64_MIN,
                   delayed ? delayed->record.start_after_usec : INT64_MIN);
}

usec_t scheduled_job_held_until(const ScheduledJob *job) {
        const Execution *delayed = scheduled_job_first(job, PLACE_DELAYED);

        return delayed ? delayed->record.start_after_usec : USEC_INFINITY;
}

usec_t scheduled_job_next_due(const ScheduledJob *job) {
        usec_t now_usec = manager_now(job->manager);
        PlannedOccurrence next;
        PlannerView view;

        if (!manager_is_frozen(job->manager) || !job->job || !job->job->enabled ||
            scheduled_job_is_paused(job))
                return job->next_due_usec;
        view = scheduled_job_view(job);
        return planner_next(&view, MAX(now_usec, scheduled_job_cursor(job)), &next) > 0
                        ? next.occurrence.due_usec
                        : USEC_INFINITY;
}

static bool job_has_waiting(const ScheduledJob *job) {
        return job->n_places[PLACE_STARTED] > 0 || job->n_places[PLACE_GATED] > 0 ||
                        job->n_places[PLACE_QUEUED] > 0 || job->n_places[PLACE_DELAYED] > 0 ||
                        job->n_places[PLACE_RETRYING] > 0;
}

JobState scheduled_job_state(const ScheduledJob *job) {
        PlannerView view;

        if (!job->job)
                return JOB_FAILED_TO_LOAD;
        if (job->n_marks[MARK_RUNNING] > 0)
                return JOB_RUNNING;
        if (job_has_waiting(job))
                return JOB_WAITING;
        if (!job->job->enabled)
                return JOB_DISABLED;
        if (scheduled_job_is_paused(job))
                return JOB_PAUSED;
        if (job->is_blocked)
                return JOB_BLOCKED;

        if (job->next_due_usec != USEC_INFINITY || job->manager->untrusted)
                return JOB_IDLE;
        view = scheduled_job_view(job);
        return planner_is_finished(&view, job->stored.cursor_usec) ? JOB_FINISHED : JOB_IDLE;
}

static int set_place(Job *decoded, const ScheduledJob *job) {
        const char *file = job->job ? job->job->file : job->stored.file;

        if (!file)
                return 0;
        decoded->file = strdup(file);
        if (!decoded->file)
                return -ENOMEM;
        decoded->line = job->job ? job->job->line : job->stored.line;
        return 0;
}

int scheduled_job_decode(const ScheduledJob *job, uint64_t revision, const char *definition, Job **ret) {
        const JobDecodeContext context = {
                .zones = job->manager->host.zones,
                .origin = job->stored.origin,
                .owner_uid = job->stored.owner_uid,
                .system_mode = job->manager->host.system_mode,
                .file = NULL,
                .site = job->manager->host.site,
        };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        int r;

        r = job_decode_definition(
                        &context, job->stored.name, definition, strlen(definition), &diagnostics, ret);
        if (r == -EINVAL)
                return manager_log(
                                LOG_WARNING, r, MESSAGE_ID_LOAD_FAULT, job->stored.name, 0,
                                "Revision %" PRIu64 " of job '%s' in the database is not valid any more: %s",
                                revision, job->stored.name,
                                diagnostics.n_items > 0 ? diagnostics.items[0].message : "no reason given");
        if (r < 0)
                return r;

        /* Lines of messages would be those of the stored text; the job's own place is known all the same. */
        (*ret)->one_shot = job->stored.one_shot;
        r = set_place(*ret, job);
        if (r < 0)
                *ret = job_unref(*ret);
        return r;
}

void scheduled_job_save(ScheduledJob *job) {
        StoredJob borrowed = job->stored;
        int r;

        /* The text is held once: by the Job, where there is one. */
        if (job->job) {
                borrowed.definition = job->job->definition;
                borrowed.file = job->job->file;
                borrowed.line = job->job->line;
        }
        r = store_put_job(job->manager->host.store, &borrowed);
        if (r < 0)
                (void) manager_store_error(job->manager, r, "a job");
}

void scheduled_job_save_state(ScheduledJob *job) {
        int r;

        if (job->stored.id == 0)
                return;
        r = store_put_job_state(job->manager->host.store, &job->stored);
        if (r < 0)
                (void) manager_store_error(job->manager, r, "the state of a job");
}
