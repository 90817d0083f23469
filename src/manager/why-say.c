/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/why-say.h"

#include <stdio.h>
#include <string.h>

#include "util/duration.h"

/* What a reason means, after "skipped: ", "missed: ", "failed: " and so on. */
static const char *const reason_phrases[EXECUTION_REASON_COUNT] = {
        [REASON_NONE] = "",
        [REASON_OVERLAP] = "an earlier execution of the job still ran",
        [REASON_QUEUE_FULL] = "its queue was full",
        [REASON_REPLACED] = "a later occurrence replaced it",
        [REASON_SUPERSEDED] = "the next occurrence was due before the next attempt",
        [REASON_EXCEPTED] = "the job's exceptions name that time",
        [REASON_CONDITION] = "a condition was not met",
        [REASON_DEPENDENCY] = "a job that it waits for did not end as it should",
        [REASON_PAUSED] = "the job was paused",
        [REASON_FROZEN] = "all jobs were frozen",
        [REASON_OPERATOR] = "somebody stopped it; 'schedctl audit' says who",
        [REASON_USER_LIMIT] = "its user has as many executions as allowed",
        [REASON_DOWN] = "jobschedd was not running",
        [REASON_SUSPENDED] = "the host was suspended",
        [REASON_CLOCK_STEP] = "the clock was set forward past it",
        [REASON_TOO_LATE] = "it could only have started later than catch-up allows",
        [REASON_IN_THE_PAST] = "that time was past already when the job was defined",
        [REASON_JOB_REMOVED] = "the job was removed",
        [REASON_EXIT_CODE] = "its exit code is not one of success-codes",
        [REASON_SIGNAL] = "a signal ended it",
        [REASON_TIMEOUT] = "it ran longer than its timeout and was killed",
        [REASON_OOM] = "it needed more memory than there was, and the kernel killed it",
        [REASON_LAUNCH] = "it could not be started",
        [REASON_ACCOUNT] = "the account that it should run as cannot be used",
        [REASON_HTTP_STATUS] = "the server answered with another status than expected",
        [REASON_RESULT_CHECK] = "its result is not what was asked for",
        [REASON_RUNNER_LOST] = "the runner went down with it, so nobody knows how it ended",
        [REASON_HOST_DOWN] = "the host went down with it",
        [REASON_SHUTDOWN] = "the host or the runner was shut down",
};

const char *why_reason_phrase(ExecutionReason reason) {
        return reason_phrases[reason];
}

/* --- words ----------------------------------------------------------------------------------------- */

const char *why_local_time(const Why *why, usec_t instant_usec, char buffer[static TIMESTAMP_MAX]) {
        const TimeZone *zone = why->job && why->job->job && why->job->job->zone ? why->job->job->zone
                                                                                : time_zone_utc();
        LocalTime local;

        instant_usec -= ((instant_usec % USEC_PER_SEC) + USEC_PER_SEC) % USEC_PER_SEC;
        time_zone_to_local(zone, instant_usec, &local);
        return timestamp_format_offset(instant_usec, local.offset_seconds, buffer);
}

static void say_occurrences(Why *why, const ExecutionRecord *record) {
        char first[TIMESTAMP_MAX], last[TIMESTAMP_MAX];

        (void) why_local_time(why, record->due_usec, first);
        (void) why_local_time(why, record->due_last_usec, last);
        if (record->cause == CAUSE_MANUAL)
                SAY(why, "Execution %" PRIu64 ", asked for by hand%s%s at %s,", record->id,
                    record->requested_by ? " by " : "", record->requested_by ?: "", first);
        else if (record->cause == CAUSE_DEPENDENCY && record->parent_id != 0)
                SAY(why, "Execution %" PRIu64 ", which the end of execution %" PRIu64 " called for at %s,",
                    record->id, record->parent_id, first);
        else if (record->due_last_usec != record->due_usec)
                SAY(why, "The %" PRIu64 " occurrences from %s to %s", record->count, first, last);
        else
                SAY(why, "The occurrence of %s", first);
}

static void say_reason(Why *why, const ExecutionRecord *record) {
        bool was_ordered = record->reason == REASON_OPERATOR && record->state == EXECUTION_SKIPPED;
        const char *phrase = was_ordered ? "somebody ordered so; 'schedctl audit' says who"
                                         : reason_phrases[record->reason];

        if (record->reason != REASON_NONE)
                SAY(why, ": %s", phrase);
        if (record->reason_detail && strcmp(record->reason_detail, phrase) != 0)
                SAY(why, " (%s)", record->reason_detail);
}

static void say_start(Why *why, const ExecutionRecord *record) {
        char started[TIMESTAMP_MAX], late[DURATION_SHORT_MAX];

        if (record->started_usec == USEC_INFINITY)
                return;
        SAY(why, " started at %s", why_local_time(why, record->started_usec, started));
        if (record->cause != CAUSE_MANUAL && record->started_usec - record->start_after_usec >= USEC_PER_SEC)
                SAY(why, ", %s late",
                    duration_format_short(record->started_usec - record->start_after_usec, late));
        if (record->cause == CAUSE_CATCH_UP)
                SAY(why, " to catch up");
}

static void say_status(Why *why, const ExecutionRecord *record) {
        char took[DURATION_SHORT_MAX];

        if (record->started_usec != USEC_INFINITY && record->ended_usec >= record->started_usec)
                SAY(why, " after %s", duration_format_short(record->ended_usec - record->started_usec, took));
        if (record->attempts > 1)
                SAY(why, " in attempt %u", record->attempts);
        if (record->exit_code >= 0)
                SAY(why, " with exit code %d", record->exit_code);
        else if (record->signal > 0)
                SAY(why, " by signal %d", record->signal);
}

/* --- a row ----------------------------------------------------------------------------------------- */

static void say_armed(Why *why, const ExecutionRecord *record) {
        char left[DURATION_SHORT_MAX];

        SAY(why, " starts in %s; its record is written already",
            duration_format_short(MAX(record->due_usec - why->now_usec, (usec_t) 0), left));
}

static void say_wait(Why *why, const ExecutionRecord *record, const char *what) {
        SAY(why, " is due and waits %s%s%s", what, record->reason_detail ? ": " : "",
            record->reason_detail ?: "");
}

/* As it is now: the sentence of the row is of when it began to wait. */
static void say_queue(Why *why, const ExecutionRecord *record) {
        const Execution *execution = manager_find_execution(why->manager, record->id);
        char text[160];

        if (!execution || !run_queue_entry_waits(&execution->turn)) {
                say_wait(why, record, "for its turn");
                return;
        }
        queue_explain(execution, text, sizeof(text));
        SAY(why, " is due and waits for its turn: %s", text);
}

static void say_waiting(Why *why, const ExecutionRecord *record) {
        char start[TIMESTAMP_MAX], reason[REASON_TEXT_MAX];

        switch (record->waiting_for) {
        case WAITING_FOR_OVERLAP:
                say_wait(why, record, "for the executions before it to end");
                break;
        case WAITING_FOR_DEPENDENCY:
                SAY(why, " is due and waits for the jobs that it runs after"); /* each of them follows */
                break;
        case WAITING_FOR_CONDITION:
                say_wait(why, record, "for a condition to hold");
                if (!record->reason_detail)
                        SAY(why, " (%s)",
                            execution_reason_format(REASON_CONDITION, record->condition, reason));
                break;
        case WAITING_FOR_QUEUE:
                say_queue(why, record);
                break;
        default:
                SAY(why, " is due and starts at %s, as random-delay has it",
                    why_local_time(why, record->start_after_usec, start));
                break;
        }
}

static void say_retrying(Why *why, const ExecutionRecord *record) {
        const Job *job = why->job ? why->job->job : NULL;
        char left[DURATION_SHORT_MAX], at[TIMESTAMP_MAX];

        SAY(why, " failed in attempt %u", record->attempts);
        if (job && job->retry.attempts > record->attempts)
                SAY(why, " of %" PRIu64, job->retry.attempts);
        if (record->exit_code >= 0)
                SAY(why, " with exit code %d", record->exit_code);
        else if (record->signal > 0)
                SAY(why, " by signal %d", record->signal);
        if (record->retry_at_usec == USEC_INFINITY)
                return;
        SAY(why, " and is tried again at %s", why_local_time(why, record->retry_at_usec, at));
        if (record->retry_at_usec > why->now_usec)
                SAY(why, ", in %s", duration_format_short(record->retry_at_usec - why->now_usec, left));
}

static void say_starting(Why *why, const ExecutionRecord *record) {
        SAY(why, " is due and recorded, and %s",
            !why->manager->connected ? "waits for the runner, to which there is no connection"
                            : why->manager->store_trouble ? "starts when the database can be written again"
                                                          : "is being started");
}

static void say_running(Why *why, const ExecutionRecord *record) {
        char since[DURATION_SHORT_MAX];

        say_start(why, record);
        SAY(why, " and has run for %s",
            duration_format_short(MAX(why->now_usec - record->started_usec, (usec_t) 0), since));
        if (record->attempts > 1)
                SAY(why, ", now in attempt %u", record->attempts);
        if (record->pid > 0)
                SAY(why, " (execution %" PRIu64 ", process %d)", record->id, (int) record->pid);
}

static void say_ended(Why *why, const ExecutionRecord *record) {
        static const char *const verbs[EXECUTION_STATE_COUNT] = {
                [EXECUTION_SUCCEEDED] = "succeeded",     [EXECUTION_FAILED] = "failed",
                [EXECUTION_TIMED_OUT] = "was timed out", [EXECUTION_CANCELLED] = "was cancelled",
                [EXECUTION_LOST] = "was lost",
        };

        say_start(why, record);
        SAY(why, "%s %s", record->started_usec != USEC_INFINITY ? " and" : "", verbs[record->state]);
        say_status(why, record);
        say_reason(why, record);
}

static void say_never_started(Why *why, const ExecutionRecord *record) {
        SAY(why, " %s %s", record->count > 1 ? "were" : "was",
            record->state == EXECUTION_SKIPPED ? "skipped" : "missed");
        say_reason(why, record);
}

static void (*const sayers[EXECUTION_STATE_COUNT])(Why *why, const ExecutionRecord *record) = {
        [EXECUTION_ARMED] = say_armed,           [EXECUTION_WAITING] = say_waiting,
        [EXECUTION_STARTING] = say_starting,     [EXECUTION_RUNNING] = say_running,
        [EXECUTION_RETRYING] = say_retrying,     [EXECUTION_SUCCEEDED] = say_ended,
        [EXECUTION_FAILED] = say_ended,          [EXECUTION_TIMED_OUT] = say_ended,
        [EXECUTION_CANCELLED] = say_ended,       [EXECUTION_LOST] = say_ended,
        [EXECUTION_SKIPPED] = say_never_started, [EXECUTION_MISSED] = say_never_started,
};

void why_say_row(Why *why, const ExecutionRecord *record) {
        say_occurrences(why, record);
        sayers[record->state](why, record);
}
