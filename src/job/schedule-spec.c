/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/schedule-spec.h"

#include <assert.h>
#include <string.h>

#define DATES_MAX 10000U

#define ONLY(kind) (1U << (kind))
#define LOCAL_KINDS (ONLY(SCHEDULE_CRON) | ONLY(SCHEDULE_CALENDAR) | ONLY(SCHEDULE_RRULE))

static const char *const every_from_names[] = {
        [EVERY_FROM_START] = "start",
        [EVERY_FROM_END] = "end",
        [EVERY_FROM_COUNT] = NULL,
};

/* Keys that some kinds have no use for; all others go with every kind. */
static const struct {
        const char *key;
        unsigned kinds;
} uses[] = {
        { "start", ~ONLY(SCHEDULE_AT) },
        { "end", ~ONLY(SCHEDULE_AT) },
        { "dst", LOCAL_KINDS },
        { "dialect", ONLY(SCHEDULE_CRON) },
        { "days", ONLY(SCHEDULE_CRON) },
        { "hash-key", ONLY(SCHEDULE_CRON) },
        { "from", ONLY(SCHEDULE_EVERY) },
        { "exdate", ONLY(SCHEDULE_RRULE) },
        { "rdate", ONLY(SCHEDULE_RRULE) },
};

static const char *time_text(
                const YamlContext *context,
                const YamlNode *node,
                const char *key,
                Timestamp *ret) {
        const char *text = yaml_text(context, node, key);

        if (text && timestamp_parse(text, ret) < 0) {
                yaml_error(context, node, "'%s' expects a time such as 2026-01-31T08:00, not '%.64s'", key,
                           text);
                return NULL;
        }
        return text;
}

static int decode_limit(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        ScheduleLimit *limit = member;

        limit->text = time_text(context, node, field->key, &limit->time);
        return 0;
}

/* One time, or a list of them. */
static int decode_dates(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        size_t n = node->kind == YAML_KIND_LIST ? node->size : 1;
        TimestampList *list = member;

        if (n > DATES_MAX) {
                yaml_error(context, node, "'%s' may hold at most %u times", field->key, DATES_MAX);
                return 0;
        }

        free(list->items);
        *list = (TimestampList){ .items = calloc(n + 1, sizeof(*list->items)) };
        if (!list->items)
                return -ENOMEM;

        if (node->kind != YAML_KIND_LIST) {
                list->n_items = time_text(context, node, field->key, &list->items[0]) ? 1 : 0;
                return 0;
        }
        YAML_FOREACH(item, node)
        if (time_text(context, item, field->key, &list->items[list->n_items]))
                list->n_items++;
        return 0;
}

static int decode_zone(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        return job_decode_zone(context, node, field->key, member);
}

/* clang-format off */
const YamlField schedule_fields[] = {
        { YAML_NODE    ("cron",     ScheduleSpec, kinds[SCHEDULE_CRON]),
          .type = "cron expression", .fallback = "" },
        { YAML_NODE    ("calendar", ScheduleSpec, kinds[SCHEDULE_CALENDAR]),
          .type = "calendar expression", .fallback = "" },
        { YAML_NODE    ("every",    ScheduleSpec, kinds[SCHEDULE_EVERY]),
          .type = "duration", .fallback = "" },
        { YAML_NODE    ("at",       ScheduleSpec, kinds[SCHEDULE_AT]),
          .type = "time", .fallback = "" },
        { YAML_NODE    ("boot",     ScheduleSpec, kinds[SCHEDULE_BOOT]),
          .type = "duration | true", .fallback = "" },
        { YAML_NODE    ("startup",  ScheduleSpec, kinds[SCHEDULE_STARTUP]),
          .type = "duration | true", .fallback = "" },
        { YAML_NODE    ("resume",   ScheduleSpec, kinds[SCHEDULE_RESUME]),
          .type = "duration | true", .fallback = "" },
        { YAML_NODE    ("rrule",    ScheduleSpec, kinds[SCHEDULE_RRULE]),
          .type = "recurrence rule", .fallback = "" },
        { YAML_CUSTOM  ("timezone", ScheduleSpec, zone, TimeZone *, decode_zone),
          .type = "time zone", .fallback = "the job's" },
        { YAML_CUSTOM  ("start",    ScheduleSpec, start, ScheduleLimit, decode_limit),
          .type = "time", .fallback = "the job's first load" },
        { YAML_CUSTOM  ("end",      ScheduleSpec, end, ScheduleLimit, decode_limit),
          .type = "time", .fallback = "" },
        { YAML_ENUM    ("from",     ScheduleSpec, from, EveryFrom, every_from_names),
          .type = "start | end", .fallback = "start" },
        { YAML_MAPPING ("dst",      ScheduleSpec, dst, DstRule, dst_fields),
          .type = "mapping", .fallback = "the job's" },
        { YAML_ENUM    ("dialect",  ScheduleSpec, dialect, CronDialect, cron_dialect_names),
          .type = "default | vixie", .fallback = "the job's" },
        { YAML_ENUM    ("days",     ScheduleSpec, days, CronDays, cron_days_names),
          .type = "auto | or | and", .fallback = "the job's" },
        { YAML_STRING  ("hash-key", ScheduleSpec, hash_key),
          .type = "text", .fallback = "the job's" },
        { YAML_CUSTOM  ("exdate",   ScheduleSpec, exdates, TimestampList, decode_dates),
          .type = "time | list of times", .fallback = "" },
        { YAML_CUSTOM  ("rdate",    ScheduleSpec, rdates, TimestampList, decode_dates),
          .type = "time | list of times", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

int schedule_spec_init(ScheduleSpec *spec, const Job *job) {
        *spec = (ScheduleSpec){ .dialect = job->dialect, .days = job->days, .dst = job->dst };
        spec->hash_key = strdup(job->hash_key ?: job->name);
        return spec->hash_key ? 0 : -ENOMEM;
}

void schedule_spec_done(ScheduleSpec *spec) {
        spec->zone = time_zone_unref(spec->zone);
        free(TAKE_PTR(spec->hash_key));
        free(TAKE_PTR(spec->exdates.items));
        free(TAKE_PTR(spec->rdates.items));
}

static ScheduleKind find_kind(
                const YamlContext *context,
                const YamlNode *node,
                const ScheduleSpec *spec,
                bool is_faulty) {
        ScheduleKind kind = SCHEDULE_KIND_COUNT;

        for (ScheduleKind i = 0; i < SCHEDULE_KIND_COUNT; i++) {
                if (!spec->kinds[i])
                        continue;
                if (kind != SCHEDULE_KIND_COUNT) {
                        yaml_error(context, spec->kinds[i],
                                   "'%s' and '%s' exclude each other; write a list of two schedules",
                                   schedule_kind_to_string(kind), schedule_kind_to_string(i));
                        return SCHEDULE_KIND_COUNT;
                }
                kind = i;
        }

        /* A misspelt one has been reported already. */
        if (kind == SCHEDULE_KIND_COUNT && !is_faulty)
                yaml_error(context, node,
                           "a schedule needs one of cron, calendar, every, at, boot, startup, resume, rrule");
        return kind;
}

/* "'cron', 'calendar' and 'rrule'" */
static void add_kinds(unsigned kinds, Buffer *buffer) {
        unsigned n_left = (unsigned) __builtin_popcount(kinds & (ONLY(SCHEDULE_KIND_COUNT) - 1));
        const char *before = "";

        for (ScheduleKind kind = 0; kind < SCHEDULE_KIND_COUNT; kind++) {
                if (!(kinds & ONLY(kind)))
                        continue;
                (void) buffer_add_format(buffer, "%s'%s'", before, schedule_kind_to_string(kind));
                before = --n_left == 1 ? " and " : ", ";
        }
}

static int check_uses(const YamlContext *context, const YamlNode *node, ScheduleKind kind) {
        for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
                const YamlNode *key = yaml_mapping_find(node, uses[i].key);
                CLEANUP(buffer_done) Buffer kinds = { 0 };
                CLEANUP_FREE char *text = NULL;
                int r;

                if (!key || yaml_node_is_null(key->value) || (uses[i].kinds & ONLY(kind)))
                        continue;
                add_kinds(uses[i].kinds, &kinds);
                r = buffer_take(&kinds, &text);
                if (r < 0)
                        return r;
                yaml_error(context, key, "'%s' goes with %s only", uses[i].key, text);
        }
        return 0;
}

/* Two that can be compared: both an instant, or both a local time. */
static void check_order(const YamlContext *context, const YamlNode *node, const ScheduleSpec *spec) {
        const Timestamp *start = &spec->start.time, *end = &spec->end.time;

        if (!spec->start.text || !spec->end.text || start->has_offset != end->has_offset)
                return;
        if (start->has_offset ? timestamp_to_usec(end) < timestamp_to_usec(start)
                              : civil_time_to_usec(end->local) < civil_time_to_usec(start->local))
                yaml_error(context, yaml_mapping_find(node, "end"), "'end' is before 'start'");
}

int schedule_spec_decode(
                const YamlContext *context,
                const YamlNode *node,
                ScheduleSpec *spec,
                ScheduleKind *ret_kind) {

        size_t n_errors = context->diagnostics->n_errors;
        ScheduleKind kind;
        int r;

        *ret_kind = SCHEDULE_KIND_COUNT;
        r = yaml_fields_decode(context, schedule_fields, node, spec);
        if (r < 0)
                return r;

        kind = find_kind(context, node, spec, context->diagnostics->n_errors > n_errors);
        if (kind == SCHEDULE_KIND_COUNT)
                return 0;
        *ret_kind = kind;
        check_order(context, node, spec);
        return check_uses(context, node, kind);
}

ScheduleOptions schedule_spec_options(const YamlContext *context, const ScheduleSpec *spec) {
        const JobDecodeContext *job = job_decode_context(context);

        return (ScheduleOptions){
                .dialect = spec->dialect,
                .days = spec->days,
                .hash_key = spec->hash_key,
                .hash_salt = job->site ? job->site->hash_salt : NULL,
                .dst = spec->dst,
                .start = spec->start.text ? &spec->start.time : NULL,
                .end = spec->end.text ? &spec->end.time : NULL,
                .from_end = spec->from == EVERY_FROM_END,
                .exdates = spec->exdates.items,
                .n_exdates = spec->exdates.n_items,
                .rdates = spec->rdates.items,
                .n_rdates = spec->rdates.n_items,
                .find_zone = time_zone_cache_find,
                .find_zone_userdata = job->zones,
        };
}

static void add_word(Buffer *buffer, const char *key, const char *word) {
        (void) buffer_add_format(buffer, ", %s %s", key, word);
}

static void add_count(Buffer *buffer, const char *what, size_t n) {
        if (n > 0)
                (void) buffer_add_format(buffer, ", %zu %s%s", n, what, n > 1 ? "s" : "");
}

void schedule_spec_format(const ScheduleSpec *spec, ScheduleKind kind, Buffer *buffer) {
        if (kind == SCHEDULE_CRON && spec->dialect != CRON_DIALECT_DEFAULT)
                add_word(buffer, "dialect", cron_dialect_to_string(spec->dialect));
        if (kind == SCHEDULE_CRON && spec->days != CRON_DAYS_AUTO)
                add_word(buffer, "days", cron_days_to_string(spec->days));
        if ((LOCAL_KINDS & ONLY(kind)) && spec->dst.gap != DST_GAP_AUTO)
                add_word(buffer, "gap", dst_gap_to_string(spec->dst.gap));
        if ((LOCAL_KINDS & ONLY(kind)) && spec->dst.overlap != DST_OVERLAP_AUTO)
                add_word(buffer, "overlap", dst_overlap_to_string(spec->dst.overlap));
        if (spec->from == EVERY_FROM_END)
                add_word(buffer, "from", "end");
        if (spec->start.text)
                add_word(buffer, "start", spec->start.text);
        if (spec->end.text)
                add_word(buffer, "end", spec->end.text);
        add_count(buffer, "exdate", spec->exdates.n_items);
        add_count(buffer, "rdate", spec->rdates.n_items);
}
