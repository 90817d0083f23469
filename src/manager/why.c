/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Why a job ran, did not run, or will run: from the row that covers the occurrence, and where there is none,
 * from the schedule and the job's state. There is always a sentence.
 */

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "manager/execution.h"
#include "manager/scheduled-job.h"
#include "manager/why-dependency.h"
#include "manager/why-except.h"
#include "manager/why-future.h"
#include "manager/why-say.h"
#include "util/duration.h"
#include "util/string-list.h"

static const char *const why_when_names[] = {
        [WHY_PAST] = "past",
        [WHY_NOW] = "now",
        [WHY_FUTURE] = "future",
        [WHY_WHEN_COUNT] = NULL,
};

DEFINE_STRING_TABLE(why_when, WhyWhen, why_when_names);

void why_answer_done(WhyAnswer *answer) {
        if (!answer)
                return;
        free(answer->text);
        (void) string_list_free(answer->blockers);
        *answer = (WhyAnswer){ 0 };
}

/* What a row names as being in its way. */
static int add_row_blocker(Why *why, const ExecutionRecord *record) {
        static const char prefix[] = "blocked by ";
        const Job *job = why->job ? why->job->job : NULL;
        char text[REASON_TEXT_MAX];
        CLEANUP_FREE char *queue = NULL;

        if (record->reason_detail && strncmp(record->reason_detail, prefix, strlen(prefix)) == 0)
                return string_list_push(&why->answer->blockers, record->reason_detail + strlen(prefix));
        if (record->reason == REASON_CONDITION)
                return string_list_push(
                                &why->answer->blockers,
                                execution_reason_format(record->reason, record->condition, text));
        if (record->waiting_for != WAITING_FOR_QUEUE || !job || !job->queue)
                return 0;
        if (asprintf(&queue, "queue %s", job->queue) < 0) {
                queue = NULL;
                return -ENOMEM;
        }
        return string_list_push(&why->answer->blockers, queue);
}

static int answer_from_row(Why *why, const ExecutionRecord *record) {
        WhyAnswer *answer = why->answer;
        int r = 0;

        answer->scheduled = true;
        answer->due_usec = record->due_usec;
        answer->state = (int) record->state;
        answer->reason = record->reason;
        answer->condition = record->condition;
        answer->execution_id = record->id;
        answer->when = record->state == EXECUTION_ARMED           ? WHY_FUTURE
                        : execution_state_is_final(record->state) ? WHY_PAST
                                                                  : WHY_NOW;
        why_say_row(why, record);
        if (record->state == EXECUTION_WAITING && record->waiting_for == WAITING_FOR_DEPENDENCY)
                r = why_say_predecessors(why);
        if (r >= 0 &&
            (answer->when == WHY_FUTURE || record->state == EXECUTION_WAITING ||
             record->state == EXECUTION_RETRYING))
                r = why_say_frozen(why);
        SAY(why, ".");
        return r < 0 ? r : add_row_blocker(why, record);
}

/* --- no row ---------------------------------------------------------------------------------------- */

static int take_time(void *userdata, const AuditRecord *record) {
        *(usec_t *) userdata = record->time_usec;
        return 0; /* newest first: the last that is visited is the first change after it */
}

/* It was decided, but its row is gone, or it was never due: the definition was another one then. */
static int say_no_record(Why *why, usec_t due_usec) {
        char *names[] = { why->job->stored.name, NULL };
        const AuditFilter filter = {
                .jobs = names,
                .events = (UINT32_C(1) << AUDIT_JOB_ADDED) | (UINT32_C(1) << AUDIT_JOB_CHANGED),
                .since_usec = due_usec,
        };
        usec_t changed_usec = USEC_INFINITY;
        char changed[TIMESTAMP_MAX];
        int r;

        r = store_list_audit(why->manager->host.store, &filter, take_time, &changed_usec);
        if (r < 0)
                return r;
        if (changed_usec != USEC_INFINITY)
                SAY(why,
                    " was not decided by the definition in force, which is of %s; with the one before that "
                    "the job was "
                    "not due then, or was disabled",
                    why_local_time(why, changed_usec, changed));
        else
                SAY(why,
                    " was decided, but its record has been deleted since: the job keeps %" PRIu64
                    " executions, and 'schedctl audit' lists deletions by hand",
                    why->job->job->keep.executions);
        return 0;
}

static int answer_past(Why *why, usec_t due_usec) {
        const ScheduledJob *job = why->job;
        char due[TIMESTAMP_MAX], added[TIMESTAMP_MAX];

        why->answer->when = WHY_PAST;
        SAY(why, "The occurrence of %s", why_local_time(why, due_usec, due));
        if (scheduled_job_is_paused(job) && due_usec > job->stored.cursor_usec)
                return why_say_pause(why, "was skipped");

        if (due_usec < job->stored.added_usec) {
                SAY(why, " was not met: the job was added only at %s",
                    why_local_time(why, job->stored.added_usec, added));
                return 0;
        }
        if (due_usec <= job->stored.cursor_usec)
                return say_no_record(why, due_usec);

        why->answer->when = WHY_NOW;
        if (why->manager->frozen_since_usec != USEC_INFINITY) {
                why->answer->reason = REASON_FROZEN;
                SAY(why, " did not start, and is judged by catch-up when the jobs are thawed");
                return why_say_frozen(why);
        }
        if (why->manager->store_trouble)
                SAY(why, " waits until the database can be written: %s", why->manager->store_trouble);
        else if (why->manager->untrusted)
                SAY(why, " waits until the clock can be trusted");
        else if (scheduled_job_is_held(job))
                SAY(why, " waits until the runner has said what became of the execution before it");
        else
                SAY(why, " is being decided at this moment");
        return 0;
}

static void say_neighbours(Why *why) {
        char before[TIMESTAMP_MAX], after[TIMESTAMP_MAX];
        const WhyAnswer *answer = why->answer;

        if (answer->previous_due_usec != USEC_INFINITY)
                SAY(why, "; before that it was due at %s",
                    why_local_time(why, answer->previous_due_usec, before));
        if (answer->next_due_usec != USEC_INFINITY)
                SAY(why, "; %s at %s",
                    answer->next_due_usec > why->now_usec ? "it is next due" : "it was next due",
                    why_local_time(why, answer->next_due_usec, after));
        if (answer->previous_due_usec == USEC_INFINITY && answer->next_due_usec == USEC_INFINITY)
                SAY(why, "; its schedule has no time before or after it");
}

static int answer_not_scheduled(Why *why) {
        const ScheduledJob *job = why->job;
        const char *name = job->stored.name;
        char asked[TIMESTAMP_MAX];

        why->answer->when = why->answer->time_usec > why->now_usec ? WHY_FUTURE : WHY_PAST;
        (void) why_local_time(why, why->answer->time_usec, asked);
        if (!scheduled_job_is_listed(job))
                SAY(why, "Job '%s' was removed and is not scheduled at %s", name, asked);
        else if (!job->job)
                SAY(why, "Job '%s' failed to load, so it is not scheduled at %s: %s", name, asked,
                    job->load_error.message ?: "its definition is not valid any more");
        else if (!job->job->enabled)
                SAY(why, "Job '%s' is disabled: it has no occurrences, at %s or any other time", name, asked);
        else if (job->job->timetable.n_entries == 0)
                return why_say_unscheduled(why);
        else {
                SAY(why, "Job '%s' is not due at %s", name, asked);
                say_neighbours(why);
        }
        return 0;
}

/* --- finding --------------------------------------------------------------------------------------- */

/* Active executions are newer in memory than on disk. */
static const Execution *find_active(const ScheduledJob *job, usec_t from_usec, usec_t until_usec) {
        const Execution *execution, *found = NULL;

        DL_FOREACH(job->executions, execution)
        if (execution->phase != PHASE_WITHDRAWN && execution->record.due_usec <= until_usec &&
            execution->record.due_last_usec >= from_usec)
                found = execution;
        return found;
}

static int take_first(void *userdata, const ExecutionRecord *record) {
        int r = execution_record_copy(record, userdata);

        return r < 0 ? r : 1;
}

/* The newest row. Returns 1, 0 or a negative errno. */
static int read_last(const Why *why, ExecutionRecord *ret) {
        char *names[] = { why->job->stored.name, NULL };
        const uint32_t all = (UINT32_C(1) << EXECUTION_STATE_COUNT) - 1;
        /* What is only written ahead is not decided yet. */
        const ExecutionFilter filter = { .jobs = names,
                                         .states = all & ~(UINT32_C(1) << EXECUTION_ARMED),
                                         .limit = 1 };
        int r;

        r = store_list_executions(why->manager->host.store, &filter, take_first, ret);
        return r < 0 ? r : ret->id != 0;
}

static void find_neighbours(Why *why, usec_t from_usec, usec_t until_usec) {
        WhyAnswer *answer = why->answer;
        const Job *job = why->job->job;
        Occurrence occurrence;
        PlannerView view;

        if (!job || !job->enabled)
                return;
        view = scheduled_job_view(why->job);
        if (timetable_previous(&job->timetable, &view.context, from_usec, &occurrence) > 0)
                answer->previous_due_usec = occurrence.due_usec;
        if (scheduled_job_is_listed(why->job) && /* a job that was removed is not due again */
            timetable_next(&job->timetable, &view.context, until_usec, &occurrence, NULL) > 0)
                answer->next_due_usec = occurrence.due_usec;
}

/* Computed: its row is written only when the span of what is excepted ends. */
static void answer_excepted(Why *why, usec_t due_usec) {
        bool is_past = due_usec <= why->now_usec;
        char due[TIMESTAMP_MAX];

        why->answer->scheduled = true;
        why->answer->due_usec = due_usec;
        why->answer->when = is_past ? WHY_PAST : WHY_FUTURE;
        why->answer->state = is_past ? EXECUTION_SKIPPED : -1;
        why->answer->reason = REASON_EXCEPTED;
        SAY(why, "The occurrence of %s %s: %s", why_local_time(why, due_usec, due),
            is_past ? "was skipped" : "will be skipped", why_reason_phrase(REASON_EXCEPTED));
        say_neighbours(why);
        SAY(why, ".");
}

static void answer_merged(Why *why, usec_t nominal_usec) {
        char nominal[TIMESTAMP_MAX];

        why->answer->scheduled = true;
        why->answer->due_usec = nominal_usec;
        why->answer->when = nominal_usec <= why->now_usec ? WHY_PAST : WHY_FUTURE;
        why->answer->reason = REASON_EXCEPTED;
        SAY(why,
            "The job's exceptions name %s, and where on-except moved that occurrence to the job was due "
            "anyway: the "
            "two were one",
            why_local_time(why, nominal_usec, nominal));
        say_neighbours(why);
        SAY(why, ".");
}

static int answer_span(Why *why, usec_t from_usec, usec_t until_usec);

/* The answer is that of the time to which it was moved. */
static int answer_moved(Why *why, const Occurrence *moved) {
        char nominal[TIMESTAMP_MAX], due[TIMESTAMP_MAX];
        usec_t asked_usec = why->answer->time_usec;
        int r;

        SAY(why, "The job's exceptions name %s, so on-except moved that occurrence to %s. ",
            why_local_time(why, moved->nominal_usec, nominal), why_local_time(why, moved->due_usec, due));
        r = answer_span(why, moved->due_usec, moved->due_usec);
        why->answer->time_usec = asked_usec;
        return r;
}

static int answer_from_schedule(Why *why, usec_t from_usec, usec_t until_usec) {
        const Job *job = why->job->job;
        PlannerView view;
        Occurrence occurrence, moved;
        usec_t excepted_usec;
        int r;

        find_neighbours(why, from_usec, until_usec);
        if (!job || !job->enabled || !scheduled_job_is_listed(why->job))
                return answer_not_scheduled(why);

        view = scheduled_job_view(why->job);
        if (timetable_next(&job->timetable, &view.context, from_usec - 1, &occurrence, NULL) <= 0 ||
            occurrence.due_usec > until_usec) {
                if (why_find_moved(why, from_usec, until_usec, &moved))
                        return answer_moved(why, &moved);
                if (why_find_excepted(why, from_usec, until_usec, &excepted_usec))
                        answer_excepted(why, excepted_usec);
                else if (why_find_merged(why, from_usec, until_usec, &excepted_usec))
                        answer_merged(why, excepted_usec);
                else
                        return answer_not_scheduled(why);
                return 0;
        }

        why->answer->scheduled = true;
        why->answer->due_usec = occurrence.due_usec;
        find_neighbours(why, occurrence.due_usec, occurrence.due_usec);
        r = occurrence.due_usec > why->now_usec ? why_answer_future(why, occurrence.due_usec)
                                                : answer_past(why, occurrence.due_usec);
        SAY(why, ".");
        return r;
}

static int answer_last_decided(Why *why) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        const Execution *active = find_active(why->job, INT64_MIN, why->now_usec);
        char next[TIMESTAMP_MAX];
        int r;

        execution_record_init(&record);
        why->answer->time_usec = why->now_usec;
        r = active ? execution_record_copy(&active->record, &record) : read_last(why, &record);
        if (r < 0)
                return r;
        if (record.id != 0) {
                why->answer->time_usec = record.due_usec;
                find_neighbours(why, record.due_usec, record.due_last_usec);
                r = answer_from_row(why, &record);
                return r < 0 || active ? r : why_say_join(why);
        }

        find_neighbours(why, why->now_usec + 1, why->now_usec);
        why->answer->when = WHY_PAST;
        if (why->job->job && why->answer->next_due_usec != USEC_INFINITY)
                SAY(why, "Job '%s' has not been due yet; the first time is %s.", why->job->stored.name,
                    why_local_time(why, why->answer->next_due_usec, next));
        else
                return answer_not_scheduled(why);
        return 0;
}

/* Whoever asks while nothing can start asks for what did not happen since. */
static int answer_last(Why *why) {
        int r = answer_last_decided(why);

        return r < 0 || why->answer->blockers ? r : why_say_standstill(why);
}

/* A folded row also spans the times between its occurrences. */
static bool row_is_about(const Why *why, const ExecutionRecord *record, usec_t from_usec, usec_t until_usec) {
        const Job *job = why->job->job;
        Occurrence occurrence;
        PlannerView view;
        usec_t excepted_usec;

        if (record->id == 0)
                return false;
        if ((record->due_usec >= from_usec && record->due_usec <= until_usec) || !job ||
            record->job_revision != why->job->stored.revision)
                return true;

        view = scheduled_job_view(why->job);
        if (record->reason == REASON_EXCEPTED)
                return why_find_excepted(why, from_usec, until_usec, &excepted_usec);
        return timetable_next(&job->timetable, &view.context, from_usec - 1, &occurrence, NULL) > 0 &&
                        occurrence.due_usec <= until_usec;
}

typedef struct RowSearch {
        const Why *why;
        usec_t from_usec, until_usec;
        ExecutionRecord *record;
} RowSearch;

static int take_row_about(void *userdata, const ExecutionRecord *record) {
        const RowSearch *search = userdata;
        int r;

        if (!row_is_about(search->why, record, search->from_usec, search->until_usec))
                return 0;
        r = execution_record_copy(record, search->record);
        return r < 0 ? r : 1;
}

static int answer_span(Why *why, usec_t from_usec, usec_t until_usec) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        const Execution *active = find_active(why->job, from_usec, until_usec);
        RowSearch search = { why, from_usec, until_usec, &record };
        int r = 0;

        execution_record_init(&record);
        why->answer->time_usec = from_usec;
        if (active)
                r = execution_record_copy(&active->record, &record);
        else if (why->job->stored.id != 0)
                r = store_find_executions(
                                why->manager->host.store, why->job->stored.id, from_usec, until_usec,
                                take_row_about, &search);
        if (r < 0)
                return r;
        if (record.id == 0)
                return answer_from_schedule(why, from_usec, until_usec);

        find_neighbours(why, record.due_usec, record.due_last_usec);
        return answer_from_row(why, &record);
}

/* Gives the answer away, or what went wrong. */
static int finish(Why *why, int result, WhyAnswer *ret) {
        int r = buffer_take(&why->text, &why->answer->text);

        if (result < 0 || r < 0)
                return result < 0 ? result : r;
        *ret = *why->answer;
        *why->answer = (WhyAnswer){ 0 };
        return 0;
}

#define WHY_ANSWER_NOTHING                                                                                   \
        {                                                                                                    \
                .due_usec = USEC_INFINITY, .state = -1, .condition = -1, .previous_due_usec = USEC_INFINITY, \
                .next_due_usec = USEC_INFINITY,                                                              \
        }

/*
 * A job that has left the memory is read from the store, with the definition that it last had: *ret_read, to
 * be freed.
 */
static int find_job(Manager *manager, const char *name, ScheduledJob **ret_read, ScheduledJob **ret) {
        CLEANUP(scheduled_job_freep) ScheduledJob *job = NULL;
        int r;

        r = scheduled_job_look_up(manager, name, ret);
        if (r != 0)
                return r;
        job = *ret;
        if (job->stored.id == 0)
                return -ENOENT;
        if (job->stored.definition)
                (void) scheduled_job_decode(job, job->stored.revision, job->stored.definition, &job->job);
        *ret_read = TAKE_PTR(job);
        return 0;
}

int manager_why(Manager *manager, const char *name, usec_t from_usec, usec_t until_usec, WhyAnswer *ret) {
        CLEANUP(why_answer_done) WhyAnswer answer = WHY_ANSWER_NOTHING;
        CLEANUP(scheduled_job_freep) ScheduledJob *read = NULL;
        Why why = { .manager = manager, .answer = &answer };
        ScheduledJob *job = NULL;
        int r;

        assert(manager);
        assert(name);
        assert(ret);

        r = find_job(manager, name, &read, &job);
        if (r < 0)
                return r;
        why.job = job;
        why.now_usec = manager_now(manager);
        return finish(&why,
                      from_usec == USEC_INFINITY ? answer_last(&why)
                                                 : answer_span(&why, from_usec, until_usec),
                      ret);
}

int manager_why_execution(Manager *manager, uint64_t id, WhyAnswer *ret, char **ret_job) {
        CLEANUP(why_answer_done) WhyAnswer answer = WHY_ANSWER_NOTHING;
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        const Execution *active = manager_find_execution(manager, id);
        CLEANUP(scheduled_job_freep) ScheduledJob *read = NULL;
        Why why = { .manager = manager, .answer = &answer, .now_usec = manager_now(manager) };
        ScheduledJob *job = NULL;
        int r;

        assert(ret);
        assert(ret_job);

        execution_record_init(&record);
        if (active)
                r = execution_record_copy(&active->record, &record);
        else
                r = store_read_execution(manager->host.store, id, &record);
        if (r < 0)
                return r;
        if (record.id == 0)
                return -ENOENT;

        r = find_job(manager, record.job, &read, &job);
        if (r < 0 && r != -ENOENT)
                return r;
        why.job = r < 0 ? NULL : job;
        answer.time_usec = record.due_usec;
        if (why.job)
                find_neighbours(&why, record.due_usec, record.due_last_usec);
        r = finish(&why, answer_from_row(&why, &record), ret);
        if (r >= 0)
                *ret_job = TAKE_PTR(record.job);
        return r;
}
