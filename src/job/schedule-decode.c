/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `schedule:` and `timezone:`. */

#include <assert.h>
#include <string.h>

#include "job/job-fields.h"
#include "util/string-list.h"

#define SCHEDULES_MAX 64U

/* One schedule as it is written: nodes, since some keys are judged together. */
typedef struct ScheduleSpec {
        const YamlNode *kinds[SCHEDULE_KIND_COUNT];
        const YamlNode *timezone;
        const YamlNode *start;
} ScheduleSpec;

/* clang-format off */
const YamlField schedule_fields[] = {
        { YAML_NODE("cron",     ScheduleSpec, kinds[SCHEDULE_CRON]),  .type = "cron expression", .fallback = "" },
        { YAML_NODE("calendar", ScheduleSpec, kinds[SCHEDULE_CALENDAR]), .type = "calendar expression", .fallback = "" },
        { YAML_NODE("every",    ScheduleSpec, kinds[SCHEDULE_EVERY]), .type = "duration",        .fallback = "" },
        { YAML_NODE("at",       ScheduleSpec, kinds[SCHEDULE_AT]),    .type = "time",            .fallback = "" },
        { YAML_NODE("boot",     ScheduleSpec, kinds[SCHEDULE_BOOT]),  .type = "duration",        .fallback = "" },
        { YAML_NODE("startup",  ScheduleSpec, kinds[SCHEDULE_STARTUP]), .type = "duration",      .fallback = "" },
        { YAML_NODE("resume",   ScheduleSpec, kinds[SCHEDULE_RESUME]), .type = "duration",       .fallback = "" },
        { YAML_NODE("rrule",    ScheduleSpec, kinds[SCHEDULE_RRULE]), .type = "recurrence rule", .fallback = "" },
        { YAML_NODE("timezone", ScheduleSpec, timezone),              .type = "time zone",       .fallback = "the job's" },
        { YAML_NODE("start",    ScheduleSpec, start),                 .type = "time",            .fallback = "the job's first load" },
        { .key = NULL },
};
/* clang-format on */

int job_decode_zone(const YamlContext *context, const YamlNode *node, const char *key, TimeZone **ret) {
        const char *name = yaml_text(context, node, key);
        int r;

        if (!name)
                return 0;

        r = time_zone_cache_get(job_decode_context(context)->zones, name, ret);
        if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
                return r;
        if (r < 0)
                yaml_error(context, node, "'%s': time zone '%.64s': %s", key, name, time_zone_strerror(r));
        return 0;
}

int job_decode_timezone(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        Job *job = member;
        char *name;
        int r;

        r = job_decode_zone(context, node, field->key, &zone);
        if (r < 0 || !zone)
                return r;

        name = strdup(node->text);
        if (!name)
                return -ENOMEM;
        free(job->timezone);
        job->timezone = name;

        (void) time_zone_unref(job->zone);
        job->zone = TAKE_PTR(zone);
        return 0;
}

/* What is no cron expression may be a schedule of another kind, which has a key of its own. */
static bool report_other_kind(const YamlContext *context, const YamlNode *node) {
        static const char *const phrases[] = {
                [SCHEDULE_CRON] = NULL,
                [SCHEDULE_CALENDAR] = "a calendar expression",
                [SCHEDULE_EVERY] = "an interval",
                [SCHEDULE_AT] = "a point in time",
                [SCHEDULE_BOOT] = "a delay after boot",
                [SCHEDULE_STARTUP] = NULL,
                [SCHEDULE_RESUME] = NULL,
                [SCHEDULE_RRULE] = "a recurrence rule",
                [SCHEDULE_KIND_COUNT] = NULL,
        };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error;
        int kind;

        kind = schedule_guess_kind(node->text, &error);
        if (kind < 0 || kind >= SCHEDULE_KIND_COUNT || !phrases[kind])
                return false;
        if (schedule_parse((ScheduleKind) kind, node->text, NULL, &schedule, &error) < 0)
                return false;

        yaml_error(context, node, "'%.64s' is %s, not a cron expression; write schedule: {%s: %s}",
                   node->text, phrases[kind], schedule_kind_to_string((ScheduleKind) kind), node->text);
        return true;
}

/* *ret stays NULL if the text is wrong. `key` is NULL for a plain string, which is cron. */
static int parse_text(
                const YamlContext *context,
                const YamlNode *node,
                int kind,
                const char *key,
                const ScheduleOptions *options,
                Schedule **ret) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = { 0 };
        const char *text, *warning;
        int r;

        text = yaml_text(context, node, key ?: "schedule");
        if (!text)
                return 0;

        r = schedule_parse((ScheduleKind) kind, text, options, &schedule, &error);
        if (r == -EINVAL) {
                if (key || !report_other_kind(context, node))
                        yaml_error_at(context, node, error.offset, "'%s': %s", key ?: "schedule",
                                      error.reason);
                return 0;
        }
        if (r < 0)
                return r;

        warning = schedule_warning(schedule);
        if (warning)
                yaml_warning(context, node, "'%s': %s", key ?: "schedule", warning);

        *ret = TAKE_PTR(schedule);
        return 0;
}

/* *ret_is_there is false if there is none, or none that can be read. */
static int decode_limit(
                const YamlContext *context,
                const YamlNode *node,
                const char *key,
                Timestamp *ret,
                bool *ret_is_there) {

        const char *text = node ? yaml_text(context, node, key) : NULL;

        *ret_is_there = false;
        if (!text)
                return 0;
        if (timestamp_parse(text, ret) < 0) {
                yaml_error(context, node, "'%s' expects a time such as 2026-01-31T08:00, not '%.64s'", key,
                           text);
                return 0;
        }
        *ret_is_there = true;
        return 0;
}

static int decode_mapping(const YamlContext *context, const YamlNode *node, ScheduleEntry *entry) {
        size_t n_errors = context->diagnostics->n_errors;
        ScheduleOptions options = { 0 };
        ScheduleSpec spec = { 0 };
        Timestamp start;
        bool has_start;
        int kind = -1, r;

        r = yaml_fields_decode(context, schedule_fields, node, &spec);
        if (r < 0)
                return r;

        for (int i = 0; i < SCHEDULE_KIND_COUNT; i++) {
                if (!spec.kinds[i])
                        continue;
                if (kind >= 0) {
                        yaml_error(context, spec.kinds[i],
                                   "'%s' and '%s' exclude each other; write a list of two schedules",
                                   schedule_fields[kind].key, schedule_fields[i].key);
                        return 0;
                }
                kind = i;
        }
        if (kind < 0) {
                /* A misspelt one has been reported already. */
                if (context->diagnostics->n_errors == n_errors)
                        yaml_error(context, node,
                                   "a schedule needs one of cron, calendar, every, at, boot, startup, "
                                   "resume, rrule");
                return 0;
        }

        r = decode_limit(context, spec.start, "start", &start, &has_start);
        if (r < 0)
                return r;
        options.start = has_start ? &start : NULL;

        r = parse_text(context, spec.kinds[kind], kind, schedule_fields[kind].key, &options,
                       &entry->schedule);
        if (r < 0)
                return r;
        if (spec.timezone) {
                r = job_decode_zone(context, spec.timezone, "timezone", &entry->zone);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* "30 2 * * *", "every 90s", each with its own zone behind it if it has one. */
static int entry_text(const ScheduleEntry *entry, char **ret) {
        ScheduleKind kind = schedule_kind(entry->schedule);
        CLEANUP_FREE char *text = NULL;
        bool is_cron = kind == SCHEDULE_CRON;
        int r;

        r = schedule_format(entry->schedule, &text);
        if (r < 0)
                return r;

        r = asprintf(ret, "%s%s%s%s%s", is_cron ? "" : schedule_kind_to_string(kind), is_cron ? "" : " ",
                     text, entry->zone ? " " : "", entry->zone ? time_zone_name(entry->zone) : "");
        return r < 0 ? -ENOMEM : 0;
}

static int decode_entry(const YamlContext *context, const YamlNode *node, Job *job) {
        ScheduleEntry entry = { 0 };
        char *text = NULL;
        int r;

        if (node->kind == YAML_KIND_LIST || yaml_node_is_null(node)) {
                yaml_error(context, node, "'schedule' expects a cron expression or a mapping, not %s",
                           yaml_kind_phrase(node));
                return 0;
        }

        r = node->kind == YAML_KIND_MAPPING
                        ? decode_mapping(context, node, &entry)
                        : parse_text(context, node, SCHEDULE_CRON, NULL, NULL, &entry.schedule);
        if (r >= 0 && entry.schedule)
                r = entry_text(&entry, &text);
        if (r < 0 || !entry.schedule) {
                schedule_entry_done(&entry);
                return r;
        }

        job->timetable.entries[job->timetable.n_entries] = entry;
        job->schedule_texts[job->timetable.n_entries++] = text;
        return 0;
}

int job_decode_schedule(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        Job *job = member;
        size_t n = node->kind == YAML_KIND_LIST ? node->size : 1;
        int r;

        assert(job->timetable.n_entries == 0 && !job->timetable.entries);

        if (n > SCHEDULES_MAX) {
                yaml_error(context, node, "'schedule' may hold at most %u schedules", SCHEDULES_MAX);
                return 0;
        }

        job->timetable.entries = calloc(n + 1, sizeof(*job->timetable.entries));
        job->schedule_texts = calloc(n + 1, sizeof(*job->schedule_texts));
        if (!job->timetable.entries || !job->schedule_texts)
                return -ENOMEM;

        if (node->kind != YAML_KIND_LIST)
                return decode_entry(context, node, job);

        YAML_FOREACH(item, node) {
                r = decode_entry(context, item, job);
                if (r < 0)
                        return r;
        }
        return 0;
}
