/* SPDX-License-Identifier: GPL-2.0-or-later */

/* calendar: what a schedule means, and when it is due next; the daemon's own code answers. */

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "schedule/schedule.h"
#include "util/buffer.h"
#include "util/timestamp.h"

#define COUNT_MAX 100000U

/* What all expressions of one call share. */
typedef struct Preview {
        Context *context;
        TimeZone *zone;
        usec_t from_usec, now_usec, boot_usec;
        uint64_t count;
} Preview;

/* What scripts get in the place of an answer. */
static json_t *fault_to_json(const ScheduleError *error) {
        return json_pack(
                        "{s:{s:s, s:s, s:I, s:s}}", "error", "code", "syntax", "field", "expression",
                        "offset", (json_int_t) error->offset, "message", error->reason);
}

/* If the expression is at fault, *ret_fault says so. */
static int parse_expression(
                const Preview *preview,
                const char *expression,
                Schedule **ret,
                json_t **ret_fault) {


        const char *kind_text = preview->context->options.kind;
        ScheduleError error = { 0 };
        int kind, r;

        kind = kind_text ? schedule_kind_from_string(kind_text) : schedule_guess_kind(expression, &error);
        if (kind < 0 && kind_text) {
                complain("there is no kind '%s' of schedules; there are cron, calendar, every, at, boot, "
                         "startup, resume and rrule",
                         kind_text);
                return STATUS_USAGE;
        }

        r = kind < 0 ? kind : schedule_parse((ScheduleKind) kind, expression, NULL, ret, &error);
        if (r >= 0)
                return STATUS_OK;
        if (r != -EINVAL)
                return complain_errno(r, "cannot read '%s'", expression);

        complain("'%s', column %zu: %s", expression, error.offset + 1, error.reason);
        *ret_fault = fault_to_json(&error);
        return STATUS_FAILURE;
}

static json_t *notes_to_json(unsigned notes) {
        json_t *array = json_array();

        for (unsigned bit = 0; bit < SCHEDULE_N_NOTES; bit++)
                if (notes & (1U << bit))
                        (void) json_array_append_new(array, json_string(schedule_note_name(bit)));
        return array;
}

static json_t *occurrence_to_json(const Preview *preview, const Occurrence *occurrence) {
        char utc[TIMESTAMP_MAX], with_offset[TIMESTAMP_MAX];
        LocalTime local;
        json_t *object;

        time_zone_to_local(preview->zone, occurrence->due_usec, &local);
        object = json_pack(
                        "{s:s, s:s, s:I, s:o}", "utc", timestamp_format_utc(occurrence->due_usec, utc),
                        "local",
                        timestamp_format_offset(occurrence->due_usec, local.offset_seconds, with_offset),
                        "epoch_usec", (json_int_t) occurrence->due_usec, "notes",
                        notes_to_json(occurrence->notes));
        if (object && occurrence->count > 1)
                (void) json_object_set_new(object, "count", json_integer(occurrence->count));
        return object;
}

/* Returns the occurrences; *ret_exhausted if there were fewer than were asked for. */
static json_t *find_next(const Preview *preview, const Schedule *schedule, bool *ret_exhausted) {
        const ScheduleContext context = {
                .zone = preview->zone,
                .anchor_usec = preview->from_usec,
                .boot_usec = preview->boot_usec,
        };
        Occurrence occurrence = { .due_usec = preview->from_usec };
        json_t *array = json_array();

        *ret_exhausted = false;
        for (uint64_t i = 0; i < preview->count; i++) {
                if (schedule_next(schedule, &context, occurrence.due_usec, &occurrence) <= 0) {
                        *ret_exhausted = true;
                        break;
                }
                (void) json_array_append_new(array, occurrence_to_json(preview, &occurrence));
        }
        return array;
}

/* The object of SEMANTICS 5, from which all other forms are printed; of a faulty expression its fault. */
static int examine(const Preview *preview, const char *expression, json_t **ret) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *normalized = NULL, *description = NULL;
        json_t *warnings = json_array(), *next;
        bool exhausted;
        int status;

        status = parse_expression(preview, expression, &schedule, ret);
        if (status != STATUS_OK) {
                json_decref(warnings);
                return status;
        }
        if (schedule_format(schedule, &normalized) < 0 || schedule_describe(schedule, &description) < 0) {
                json_decref(warnings);
                return complain_errno(-ENOMEM, "cannot explain '%s'", expression);
        }

        if (schedule_warning(schedule))
                (void) json_array_append_new(warnings, json_string(schedule_warning(schedule)));
        next = find_next(preview, schedule, &exhausted);
        if (exhausted && json_array_size(next) == 0 && schedule_kind(schedule) != SCHEDULE_BOOT)
                (void) json_array_append_new(warnings, json_string("it never comes again"));

        *ret =
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:b, s:o}", "expression", expression,
                                  "kind", schedule_kind_to_string(schedule_kind(schedule)), "normalized",
                                  normalized, "timezone", time_zone_name(preview->zone), "description",
                                  description, "interval_like", schedule_is_interval_like(schedule),
                                  "warnings", warnings, "exhausted", exhausted, "next", next);
        return *ret ? STATUS_OK : complain_errno(-ENOMEM, "cannot explain '%s'", expression);
}

static void print_field(const char *name, const char *value) {
        printf("%15s: %s\n", name, value);
}

static void print_occurrence(const Preview *preview, const json_t *occurrence, size_t i) {
        char local[TIME_TEXT_MAX], utc[TIME_TEXT_MAX], left[TIME_TEXT_MAX], title[32] = "Next time";
        CLEANUP_FREE char *notes = NULL;
        usec_t due_usec = view_integer(occurrence, "epoch_usec", 0);

        if (i > 0)
                (void) snprintf(title, sizeof(title), "Time #%zu", i + 1);
        print_field(title, time_text_format(preview->zone, due_usec, local));
        print_field("in UTC", time_text_format(time_zone_utc(), due_usec, utc));
        print_field("from now", time_text_relative(due_usec, preview->now_usec, left));
        if (view_joined(occurrence, "notes", ", ", &notes) >= 0 && *notes)
                print_field("note", notes);
}

static void print_answer(const Preview *preview, const json_t *answer) {
        const json_t *next = json_object_get(answer, "next"), *item;
        CLEANUP_FREE char *warnings = NULL;
        size_t i;

        print_field("Expression", view_text(answer, "expression"));
        print_field("Normalized", view_text(answer, "normalized"));
        printf("%15s: %s, %s\n", "Kind", view_text(answer, "kind"),
               view_true(answer, "interval_like") ? "follows elapsed time through clock changes"
                                                  : "runs once at its wall-clock time");
        print_field("Time zone", view_text(answer, "timezone"));
        print_field("Description", view_text(answer, "description"));
        if (view_joined(answer, "warnings", "; ", &warnings) >= 0 && *warnings)
                print_field("Warning", warnings);
        json_array_foreach(next, i, item) print_occurrence(preview, item, i);
}

static bool output_is_for_programs(const Preview *preview) {
        return preview->context->options.output == OUTPUT_JSON ||
                        preview->context->options.output == OUTPUT_YAML;
}

static int print_one(const Preview *preview, const char *expression, bool first) {
        CLEANUP_JSON json_t *answer = NULL;
        const json_t *item;
        size_t i;
        int status;

        status = examine(preview, expression, &answer);
        if (status != STATUS_OK && (!answer || !output_is_for_programs(preview)))
                return status;

        switch (preview->context->options.output) {
        case OUTPUT_JSON:
        case OUTPUT_YAML:
                return MAX(status, output_print_json(preview->context, answer));
        case OUTPUT_SHORT:
                json_array_foreach(json_object_get(answer, "next"), i, item) puts(view_text(item, "utc"));
                return STATUS_OK;
        default:
                if (!first)
                        (void) puts("");
                print_answer(preview, answer);
                return STATUS_OK;
        }
}

static int load_zone(Preview *preview) {
        const char *name = preview->context->options.timezone;
        int r;

        if (!name) {
                preview->zone = time_zone_ref(preview->context->zone);
                return STATUS_OK;
        }
        r = time_zone_load(name, &preview->zone);
        if (r < 0) {
                complain("cannot use the time zone '%s': %s", name, time_zone_strerror(r));
                return STATUS_USAGE;
        }
        return STATUS_OK;
}

/* --from without an offset is a local time of the schedule's zone. */
static int read_from(Preview *preview) {
        const char *text = preview->context->options.from;
        Context context = *preview->context;

        preview->from_usec = preview->now_usec;
        context.zone = preview->zone;
        return text ? context_parse_time(&context, "--from", text, false, &preview->from_usec) : STATUS_OK;
}

int verb_calendar(Context *context, char **arguments) {
        const Options *options = &context->options;
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        Preview preview = {
                .context = context,
                .now_usec = context_now(context),
                .count = options->has_lines ? options->lines : 1,
        };
        int status, worst = STATUS_OK;

        if (preview.count > COUNT_MAX) {
                complain("--lines is at most %u with 'calendar'", COUNT_MAX);
                return STATUS_USAGE;
        }
        preview.boot_usec = preview.now_usec - clock_now(context->clock, CLOCK_KIND_BOOTTIME);

        status = load_zone(&preview);
        zone = preview.zone;
        if (status == STATUS_OK)
                status = read_from(&preview);
        if (status != STATUS_OK)
                return status;

        for (char **expression = arguments; *expression; expression++) {
                status = print_one(&preview, *expression, expression == arguments);
                worst = MAX(worst, status);
        }
        return worst;
}
