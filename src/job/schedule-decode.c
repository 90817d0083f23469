/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `schedule:` and `timezone:`. */

#include <assert.h>
#include <string.h>

#include "job/schedule-spec.h"
#include "util/clock.h"

#define SCHEDULES_MAX 64U

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
static bool report_other_kind(
                const YamlContext *context,
                const YamlNode *node,
                const ScheduleOptions *options) {

        static const struct {
                const char *phrase; /* NULL: no text is guessed to be one */
                const char *quote;  /* its texts may hold what means something to YAML */
        } others[SCHEDULE_KIND_COUNT] = {
                [SCHEDULE_CALENDAR] = { "a calendar expression", "\"" },
                [SCHEDULE_EVERY] = { "an interval", "" },
                [SCHEDULE_AT] = { "a point in time", "" },
                [SCHEDULE_RRULE] = { "a recurrence rule", "\"" },
        };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error;
        int kind;

        kind = schedule_guess_kind(node->text, &error);
        if (kind < 0 || kind >= SCHEDULE_KIND_COUNT || !others[kind].phrase)
                return false;
        if (schedule_parse((ScheduleKind) kind, node->text, options, &schedule, &error) < 0)
                return false;

        yaml_error(context, node, "'%.64s' is %s, not a cron expression; write schedule: {%s: %s%s%s}",
                   node->text, others[kind].phrase, schedule_kind_to_string((ScheduleKind) kind),
                   others[kind].quote, node->text, others[kind].quote);
        return true;
}

/* `boot: true` and its like are at once. */
static const char *kind_text(const YamlContext *context, const YamlNode *node, ScheduleKind kind) {
        bool is_event = kind == SCHEDULE_BOOT || kind == SCHEDULE_STARTUP || kind == SCHEDULE_RESUME;

        if (is_event && node->kind == YAML_KIND_SCALAR && (node->flags & YAML_FLAG_PLAIN) &&
            strcmp(node->text, "true") == 0)
                return "0";
        if (kind == SCHEDULE_EVERY && node->kind == YAML_KIND_MAPPING) {
                yaml_error(context, node,
                           "'every' expects a duration, not a mapping; write schedule: {every: 90s, from: "
                           "end}");
                return NULL;
        }
        return yaml_text(context, node, schedule_kind_to_string(kind));
}

/* *ret stays NULL if the text is wrong. `is_plain`: a plain string, which is cron. */
static int parse_text(
                const YamlContext *context,
                const YamlNode *node,
                ScheduleKind kind,
                bool is_plain,
                const ScheduleOptions *options,
                Schedule **ret) {

        const char *key = is_plain ? "schedule" : schedule_kind_to_string(kind);
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = { 0 };
        const char *text, *warning;
        int r;

        text = is_plain ? yaml_text(context, node, key) : kind_text(context, node, kind);
        if (!text)
                return 0;

        r = schedule_parse(kind, text, options, &schedule, &error);
        if (r == -EINVAL) {
                if (!is_plain || !report_other_kind(context, node, options))
                        yaml_error_at(context, node, error.offset, "'%s': %s", key, error.reason);
                return 0;
        }
        if (r < 0)
                return r;

        warning = schedule_warning(schedule);
        if (warning)
                yaml_warning(context, node, "'%s': %s", key, warning);

        *ret = TAKE_PTR(schedule);
        return 0;
}

/*
 * What is right but in vain, unless that has been said already. A time in the past has its own row, and an
 * event comes when it comes.
 */
static void warn_if_over(
                const YamlContext *context,
                const YamlNode *node,
                const ScheduleEntry *entry,
                const Job *job) {
        const Clock *clock = job_decode_context(context)->clock;
        ScheduleKind kind = schedule_kind(entry->schedule);
        ScheduleContext now = {
                .zone = job->zone,
                .boot_usec = USEC_INFINITY,
                .startup_usec = USEC_INFINITY,
                .resume_usec = USEC_INFINITY,
        };
        Occurrence occurrence;

        if (!clock || !job->zone || schedule_warning(entry->schedule) || kind == SCHEDULE_AT ||
            kind == SCHEDULE_BOOT || kind == SCHEDULE_STARTUP || kind == SCHEDULE_RESUME)
                return;

        now.anchor_usec = clock_now(clock, CLOCK_KIND_REALTIME);
        now.last_end_usec = now.anchor_usec; /* "from: end" goes on after each end, however long ago its start
                                                is */
        if (schedule_entry_next(entry, &now, now.anchor_usec, &occurrence) == 0)
                yaml_warning(context, node, "this schedule never comes again");
}

/* "30 2 * * *", "every 90s": the zone and the options that it has of its own stand behind it. */
static int entry_text(const ScheduleEntry *entry, const ScheduleSpec *spec, char **ret) {
        ScheduleKind kind = schedule_kind(entry->schedule);
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_FREE char *text = NULL;
        int r;

        r = schedule_format(entry->schedule, &text);
        if (r < 0)
                return r;

        if (kind != SCHEDULE_CRON)
                (void) buffer_add_format(&buffer, "%s ", schedule_kind_to_string(kind));
        (void) buffer_add_string(&buffer, text);
        if (entry->zone)
                (void) buffer_add_format(&buffer, " %s", time_zone_name(entry->zone));
        schedule_spec_format(spec, kind, &buffer);
        return buffer_take(&buffer, ret);
}

/* entry->schedule stays NULL if something is wrong. */
static int decode_with_spec(
                const YamlContext *context,
                const YamlNode *node,
                ScheduleSpec *spec,
                ScheduleEntry *entry,
                const Job *job) {

        bool is_plain = node->kind != YAML_KIND_MAPPING;
        size_t n_errors = context->diagnostics->n_errors;
        ScheduleKind kind = SCHEDULE_CRON;
        const YamlNode *text = node;
        ScheduleOptions options;
        int r;

        if (!is_plain) {
                r = schedule_spec_decode(context, node, spec, &kind);
                if (r < 0 || kind == SCHEDULE_KIND_COUNT)
                        return r;
                text = spec->kinds[kind];
        }

        options = schedule_spec_options(context, spec);
        r = parse_text(context, text, kind, is_plain, &options, &entry->schedule);
        if (r < 0 || !entry->schedule)
                return r;

        if (spec->zone && schedule_zone(entry->schedule))
                yaml_warning(context, yaml_mapping_find(node, "timezone"),
                             "'timezone' is ignored: the zone in '%s' wins", schedule_kind_to_string(kind));
        else
                entry->zone = TAKE_PTR(spec->zone);
        if (context->diagnostics->n_errors == n_errors)
                warn_if_over(context, text, entry, job);
        return 0;
}

static int decode_entry(const YamlContext *context, const YamlNode *node, Job *job) {
        CLEANUP(schedule_spec_done) ScheduleSpec spec = { 0 };
        CLEANUP_FREE char *text = NULL, *description = NULL;
        size_t n = job->timetable.n_entries;
        ScheduleEntry entry = { 0 };
        int r;

        if (node->kind == YAML_KIND_LIST || yaml_node_is_null(node)) {
                yaml_error(context, node, "'schedule' expects a cron expression or a mapping, not %s",
                           yaml_kind_phrase(node));
                return 0;
        }

        r = schedule_spec_init(&spec, job);
        if (r >= 0)
                r = decode_with_spec(context, node, &spec, &entry, job);
        if (r >= 0 && entry.schedule)
                r = entry_text(&entry, &spec, &text);
        if (r >= 0 && entry.schedule)
                r = schedule_describe(entry.schedule, &description);
        if (r < 0 || !entry.schedule) {
                schedule_entry_done(&entry);
                return r;
        }

        job->timetable.entries[n] = entry;
        job->schedule_texts[n] = TAKE_PTR(text);
        job->schedule_descriptions[n] = TAKE_PTR(description);
        job->timetable.n_entries++;
        return 0;
}

int job_decode_schedules(const YamlContext *context, const YamlNode *node, Job *job) {
        size_t n = node->kind == YAML_KIND_LIST ? node->size : 1;
        int r;

        assert(job->timetable.n_entries == 0 && !job->timetable.entries);

        if (n > SCHEDULES_MAX) {
                yaml_error(context, node, "'schedule' may hold at most %u schedules", SCHEDULES_MAX);
                return 0;
        }

        job->timetable.entries = calloc(n + 1, sizeof(*job->timetable.entries));
        job->schedule_texts = calloc(n + 1, sizeof(*job->schedule_texts));
        job->schedule_descriptions = calloc(n + 1, sizeof(*job->schedule_descriptions));
        if (!job->timetable.entries || !job->schedule_texts || !job->schedule_descriptions)
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
