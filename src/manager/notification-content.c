/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-content.h"

#include <assert.h>
#include <endian.h>
#include <stdarg.h>
#include <string.h>

#include "job/notify-text.h"
#include "util/duration.h"
#include "util/timestamp.h"
#include "util/utf8.h"

/* More of the output than is kept in the end is never put together. */
#define OUTPUT_GATHER_MAX (16 * NOTIFICATION_OUTPUT_MAX)

typedef struct Content {
        const NotificationFacts *facts;
        char **list;
        int error; /* the first */
} Content;

static void add(Content *content, const char *name, const char *value) {
        CLEANUP(buffer_done) Buffer clean = { 0 };

        if (content->error < 0 || !value || value[0] == '\0')
                return;
        if (utf8_add_plain(&clean, value, strlen(value)) < 0)
                content->error = -ENOMEM;
        else
                content->error = notify_text_add(&content->list, name, clean.data ?: "");
}

static void add_format(Content *content, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

static void add_format(Content *content, const char *name, const char *format, ...) {
        CLEANUP_FREE char *value = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&value, format, arguments);
        va_end(arguments);
        if (r < 0) {
                value = NULL;
                content->error = -ENOMEM;
        }
        add(content, name, value);
}

/* Local time of the job, with its offset; to the second, since people read it. */
static const char *local_time(
                const NotificationFacts *facts,
                usec_t usec,
                char buffer[static TIMESTAMP_MAX]) {
        const TimeZone *zone = facts->job && facts->job->zone ? facts->job->zone : time_zone_utc();
        LocalTime local;

        usec -= ((usec % USEC_PER_SEC) + USEC_PER_SEC) % USEC_PER_SEC;
        time_zone_to_local(zone, usec, &local);
        return timestamp_format_offset(usec, local.offset_seconds, buffer);
}

static void add_time(Content *content, const char *name, usec_t usec) {
        char text[TIMESTAMP_MAX];

        if (usec != USEC_INFINITY)
                add(content, name, local_time(content->facts, usec, text));
}

/* --- what happened, in a sentence ------------------------------------------------------------------ */

static void say_status(const NotificationFacts *facts, Buffer *text) {
        const ExecutionRecord *record = facts->record;
        char reason[REASON_TEXT_MAX];

        if (!record)
                return;
        if (record->exit_code > 0)
                (void) buffer_add_format(text, " (exit code %d)", record->exit_code);
        else if (record->signal > 0)
                (void) buffer_add_format(text, " (signal %d)", record->signal);
        else if (record->reason != REASON_NONE)
                (void) buffer_add_format(
                                text, " (%s)",
                                execution_reason_format(record->reason, record->condition, reason));
}

static void say_failure(const NotificationFacts *facts, Buffer *text) {
        static const char *const verbs[EXECUTION_STATE_COUNT] = {
                [EXECUTION_TIMED_OUT] = "timed out",
                [EXECUTION_LOST] = "was lost",
        };
        const char *verb = facts->record ? verbs[facts->record->state] : NULL;

        (void) buffer_add_format(text, "%s %s", facts->job_name, verb ?: "failed");
        if (!verb)
                say_status(facts, text);
}

static void say_success(const NotificationFacts *facts, Buffer *text) {
        (void) buffer_add_format(text, "%s succeeded", facts->job_name);
}

static void say_recovery(const NotificationFacts *facts, Buffer *text) {
        char since[TIMESTAMP_MAX];

        (void) buffer_add_format(text, "%s succeeded again", facts->job_name);
        if (facts->since_usec != USEC_INFINITY)
                (void) buffer_add_format(
                                text, " after failing since %s", local_time(facts, facts->since_usec, since));
}

static void say_missed(const NotificationFacts *facts, Buffer *text) {
        uint64_t count = facts->record ? facts->record->count : 1;

        (void) buffer_add_format(text, "%s was missed", facts->job_name);
        if (count > 1)
                (void) buffer_add_format(text, " %" PRIu64 " times", count);
        say_status(facts, text);
}

static void say_late(const NotificationFacts *facts, Buffer *text) {
        const ExecutionRecord *record = facts->record;
        char late[DURATION_SHORT_MAX];

        (void) buffer_add_format(
                        text, "%s started %s late", facts->job_name,
                        duration_format_short(record->started_usec - record->start_after_usec, late));
}

static void say_long_running(const NotificationFacts *facts, Buffer *text) {
        char span[DURATION_SHORT_MAX];

        (void) buffer_add_format(
                        text, "%s has been running for %s", facts->job_name,
                        duration_format_short(
                                        MAX(facts->now_usec - facts->record->started_usec, (usec_t) 0),
                                        span));
}

static void say_output(const NotificationFacts *facts, Buffer *text) {
        (void) buffer_add_format(
                        text, "%s wrote output and %s", facts->job_name,
                        execution_state_to_string(facts->record->state));
}

static void say_overdue(const NotificationFacts *facts, Buffer *text) {
        char since[TIMESTAMP_MAX];

        if (facts->since_usec == USEC_INFINITY)
                (void) buffer_add_format(text, "%s is no longer overdue: it has succeeded", facts->job_name);
        else
                (void) buffer_add_format(
                                text, "%s is overdue: no success since %s", facts->job_name,
                                local_time(facts, facts->since_usec, since));
}

static void say_trouble(const NotificationFacts *facts, Buffer *text) {
        (void) buffer_add_string(text, facts->detail ?: "trouble");
}

static void (*const sentences[NOTIFY_EVENT_COUNT])(const NotificationFacts *facts, Buffer *text) = {
        [NOTIFY_ON_FAILURE] = say_failure,   [NOTIFY_ON_SUCCESS] = say_success,
        [NOTIFY_ON_RECOVERY] = say_recovery, [NOTIFY_ON_MISSED] = say_missed,
        [NOTIFY_ON_LATE] = say_late,         [NOTIFY_ON_LONG_RUNNING] = say_long_running,
        [NOTIFY_ON_OUTPUT] = say_output,     [NOTIFY_ON_OVERDUE] = say_overdue,
        [NOTIFY_ON_TROUBLE] = say_trouble,
};

/* --- output ---------------------------------------------------------------------------------------- */

/* The pieces in order, as they were written; of much only the end. */
static int gather_output(const OutputRecord *output, Buffer *buffer) {
        uint32_t size;

        for (size_t at = 0; at + 8 <= output->size; at += 8 + (size_t) size) {
                memcpy(&size, output->data + at + 4, sizeof(size));
                size = le32toh(size);
                if (size > output->size - at - 8)
                        break;
                if (buffer->size > OUTPUT_GATHER_MAX)
                        buffer_consume(buffer, buffer->size - NOTIFICATION_OUTPUT_MAX);
                (void) buffer_add(buffer, output->data + at + 8, size);
        }
        return buffer->failed ? -ENOMEM : 0;
}

/* From the beginning of a line, if there is one near enough. */
static const char *last_part(const char *text, size_t size) {
        const char *start, *line;

        if (size <= NOTIFICATION_OUTPUT_MAX)
                return text;
        start = text + size - NOTIFICATION_OUTPUT_MAX;
        line = memchr(start, '\n', NOTIFICATION_OUTPUT_MAX / 2);
        return line ? line + 1 : start;
}

static void add_output(Content *content) {
        const OutputRecord *output = content->facts->output;
        CLEANUP(buffer_done) Buffer raw = { 0 }, clean = { 0 };
        const char *start;

        if (!output || content->error < 0)
                return;
        content->error = gather_output(output, &raw);
        if (content->error < 0 || raw.size == 0)
                return;
        start = last_part(raw.data, raw.size);
        content->error = utf8_add_plain(&clean, start, raw.size - (size_t) (start - raw.data));
        if (content->error >= 0)
                content->error = notify_text_add(&content->list, "output", clean.data ?: "");
}

/* --- all of it ------------------------------------------------------------------------------------- */

static void add_record(Content *content, const ExecutionRecord *record) {
        char reason[REASON_TEXT_MAX], span[DURATION_SHORT_MAX];

        add(content, "state", execution_state_to_string(record->state));
        add(content, "reason", execution_reason_format(record->reason, record->condition, reason));
        add(content, "detail", record->reason_detail);
        add(content, "cause", execution_cause_to_string(record->cause));
        add(content, "requested-by", record->requested_by);
        if (record->id > 0)
                add_format(content, "execution", "%" PRIu64, record->id);
        if (record->attempts > 0)
                add_format(content, "attempts", "%u", record->attempts);
        if (record->exit_code >= 0)
                add_format(content, "exit-code", "%d", record->exit_code);
        if (record->signal > 0)
                add_format(content, "signal", "%d", record->signal);
        add_time(content, "due", record->due_usec);
        add_time(content, "started", record->started_usec);
        if (!execution_state_is_outcome(record->state) || record->started_usec == USEC_INFINITY)
                return;
        add_time(content, "ended", record->ended_usec);
        if (record->ended_usec >= record->started_usec)
                add(content, "duration",
                    duration_format_short(record->ended_usec - record->started_usec, span));
}

static void add_job(Content *content, const Job *job) {
        add(content, "description", job->description);
        add(content, "user", job->process.user);
        add_format(content, "owner", "%u", (unsigned) job->owner_uid);
}

/* For those who show it in colours, or ring. */
static const char *level_of(const NotificationFacts *facts) {
        switch (facts->event) {
        case NOTIFY_ON_FAILURE:
        case NOTIFY_ON_MISSED:
        case NOTIFY_ON_TROUBLE:
                return "alarm";
        case NOTIFY_ON_OVERDUE:
                return facts->since_usec != USEC_INFINITY ? "alarm" : "good";
        case NOTIFY_ON_SUCCESS:
        case NOTIFY_ON_RECOVERY:
                return "good";
        default:
                return "note";
        }
}

int notification_content(const NotificationFacts *facts, char ***ret) {
        CLEANUP(buffer_done) Buffer summary = { 0 };
        Content content = { .facts = facts };
        char now[TIMESTAMP_MAX];

        assert(facts);
        assert(facts->job_name || facts->event == NOTIFY_ON_TROUBLE);
        assert(ret);

        sentences[facts->event](facts, &summary);
        if (summary.failed)
                return -ENOMEM;
        add(&content, "event", notify_event_to_string(facts->event));
        add(&content, "level", level_of(facts));
        add(&content, "summary", summary.data);
        add(&content, "job", facts->job_name);
        add(&content, "host", facts->host);
        if (facts->job)
                add_job(&content, facts->job);
        if (facts->record)
                add_record(&content, facts->record);
        add_output(&content);
        add_format(&content, "line", "%s  %s", local_time(facts, facts->now_usec, now), summary.data ?: "");
        if (content.error < 0) {
                (void) string_list_free(content.list);
                return content.error;
        }
        *ret = content.list;
        return 0;
}
