/* SPDX-License-Identifier: GPL-2.0-or-later */

/* calendar: what a schedule means, and when it is due next; the daemon's own code answers. */

#include <stdio.h>
#include <string.h>

#include "protocol/machine-id.h"
#include "schedctl/calendar-answer.h"
#include "schedctl/calendar-batch.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/time-text.h"
#include "schedctl/verbs.h"

/* What all expressions of one call share. */
typedef struct Preview {
        Context *context;
        CalendarEnvironment environment;
        CalendarAnswer answer; /* to the expression in hand */
} Preview;

/* --- options --------------------------------------------------------------------------------------- */

/* Options that are keys of a request just as they are. */
static const struct {
        const char *key;
        size_t offset;
} option_keys[] = {
        { "kind", offsetof(Options, schedule_kind) },
        { "timezone", offsetof(Options, timezone) },
        { "days", offsetof(Options, days) },
        { "dialect", offsetof(Options, dialect) },
        { "dst_gap", offsetof(Options, dst_gap) },
        { "dst_overlap", offsetof(Options, dst_overlap) },
        { "hash_key", offsetof(Options, hash_key) },
        { "start", offsetof(Options, start) },
        { "end", offsetof(Options, end) },
        { "random_delay", offsetof(Options, random_delay) },
};

static const char *option_text(const Options *options, size_t i) {
        return *(const char *const *) ((const char *) options + option_keys[i].offset);
}

/* People may also write "today" or "-2h", which a request does not know. */
static int add_time(const Preview *preview, json_t *request, const char *key, const char *text) {
        const CalendarEnvironment *environment = &preview->environment;
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        const char *zone_name = preview->context->options.timezone;
        char instant[TIME_TEXT_MAX];
        TimeMeanings meanings;
        Timestamp timestamp;
        usec_t usec, size_usec;

        if (!text)
                return STATUS_OK;
        if (timestamp_parse(text, &timestamp) >= 0) {
                (void) json_object_set_new(request, key, json_string(text));
                return STATUS_OK;
        }

        /* a zone that is wrong is complained about when the request is read */
        if (zone_name)
                (void) time_zone_cache_get(environment->zones, zone_name, &zone);
        if (time_text_parse(zone ?: environment->zone, environment->now_usec, text, &meanings) < 0) {
                complain("--%s does not understand the time '%s'; write it like 2026-03-29T02:30, 02:30, "
                         "today, -2h, \"2h ago\" or @SECONDS",
                         key, text);
                return STATUS_USAGE;
        }
        usec = meanings.meanings[0].from_usec;
        size_usec = usec < 0 ? -usec : usec;
        (void) snprintf(instant, sizeof(instant), "@%s%" PRIi64 ".%06" PRIi64, usec < 0 ? "-" : "",
                        size_usec / USEC_PER_SEC, size_usec % USEC_PER_SEC);
        (void) json_object_set_new(request, key, json_string(instant));
        return STATUS_OK;
}

/* The request that the command line makes of an expression. Returns a status. */
static int make_request(const Preview *preview, const char *expression, json_t **ret) {
        const Options *options = &preview->context->options;
        CLEANUP_JSON json_t *request = json_object();
        int status;

        (void) json_object_set_new(request, "expression", json_string(expression));
        for (size_t i = 0; i < ARRAY_SIZE(option_keys); i++)
                if (option_text(options, i))
                        (void) json_object_set_new(
                                        request, option_keys[i].key, json_string(option_text(options, i)));
        (void) json_object_set_new(request, "reverse", json_boolean(options->reverse));
        if (options->has_lines)
                (void) json_object_set_new(request, "count", json_integer((json_int_t) options->lines));

        if (!json_object_get(request, "expression")) {
                complain("the expression is not UTF-8");
                return STATUS_FAILURE;
        }
        status = add_time(preview, request, "from", options->from);
        if (status == STATUS_OK)
                status = add_time(preview, request, "until", options->until);
        if (status == STATUS_OK)
                *ret = TAKE_PTR(request);
        return status;
}

/* --- printing -------------------------------------------------------------------------------------- */

static void print_field(const char *name, const char *value) {
        printf("%15s: %s\n", name, value);
}

static void print_notes(const Occurrence *occurrence) {
        const char *separator = "";

        if (occurrence->notes == 0)
                return;
        printf("%15s: ", "note");
        for (unsigned bit = 0; bit < SCHEDULE_N_NOTES; bit++) {
                if (!(occurrence->notes & (1U << bit)))
                        continue;
                printf("%s%s", separator, schedule_note_name(bit));
                separator = ", ";
        }
        if (occurrence->count > 1)
                printf(" (%u times)", occurrence->count);
        (void) puts("");
}

static void print_time(const Preview *preview, size_t i) {
        const CalendarTime *time = &preview->answer.times[i];
        bool back = preview->answer.request->reverse;
        usec_t due_usec = time->occurrence.due_usec;
        char local[TIME_TEXT_MAX], utc[TIME_TEXT_MAX], left[TIME_TEXT_MAX], title[32];

        (void) snprintf(title, sizeof(title), "%s time", back ? "Last" : "Next");
        if (i > 0)
                (void) snprintf(title, sizeof(title), "Time #%zu", i + 1);
        print_field(title, time_text_format(preview->answer.zone, due_usec, local));
        print_field("in UTC", time_text_format(time_zone_utc(), due_usec, utc));
        print_field("from now", time_text_relative(due_usec, preview->environment.now_usec, left));
        print_notes(&time->occurrence);
        if (time->start_usec != due_usec)
                print_field("starts", time_text_format(preview->answer.zone, time->start_usec, local));
}

/* What clock changes do to it; to what waits for a boot, the daemon or the lid they do nothing. */
static const char *clock_phrase(const Schedule *schedule) {
        ScheduleKind kind = schedule_kind(schedule);

        if (kind == SCHEDULE_BOOT || kind == SCHEDULE_STARTUP || kind == SCHEDULE_RESUME)
                return "";
        return schedule_is_interval_like(schedule) ? ", follows elapsed time through clock changes"
                                                   : ", runs once at its wall-clock time";
}

static void print_answer(const Preview *preview) {
        const CalendarAnswer *answer = &preview->answer;

        print_field("Expression", answer->request->expression);
        print_field("Normalized", answer->normalized);
        printf("%15s: %s%s\n", "Kind", schedule_kind_to_string(schedule_kind(answer->schedule)),
               clock_phrase(answer->schedule));
        print_field("Time zone", time_zone_name(answer->zone));
        print_field("Description", answer->description);
        for (size_t i = 0; i < answer->n_warnings; i++)
                print_field("Warning", answer->warnings[i]);
        for (size_t i = 0; i < answer->n_times; i++)
                print_time(preview, i);
}

static void print_short(const CalendarAnswer *answer) {
        char text[TIMESTAMP_MAX];

        for (size_t i = 0; i < answer->n_times; i++)
                (void) puts(timestamp_format_utc(answer->times[i].occurrence.due_usec, text));
}

static bool output_is_for_programs(const Preview *preview) {
        return preview->context->options.output == OUTPUT_JSON ||
                        preview->context->options.output == OUTPUT_YAML;
}

/* The answer, or with `error` what takes its place. */
static int print_for_programs(const Preview *preview, const CalendarError *error) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_JSON json_t *json = NULL;
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        if (error)
                calendar_error_encode(error, &writer);
        else
                calendar_answer_encode(&preview->answer, &writer);
        json_writer_end_object(&writer);

        json = buffer.failed ? NULL : json_loadb(buffer.data, buffer.size, 0, NULL);
        return json ? output_print_json(preview->context, json) : complain_errno(-ENOMEM, "cannot print");
}

static int print_error(const Preview *preview, const char *expression, const CalendarError *error) {
        if (error->code != CALENDAR_ERROR_SYNTAX) {
                complain("%s", error->message);
                return STATUS_USAGE;
        }
        complain("'%s', column %zu: %s", expression, error->offset + 1, error->message);
        if (output_is_for_programs(preview))
                (void) print_for_programs(preview, error);
        return STATUS_FAILURE;
}

/* --- the verb -------------------------------------------------------------------------------------- */

static int print_found(const Preview *preview, bool first) {
        if (output_is_for_programs(preview))
                return print_for_programs(preview, NULL);
        if (preview->context->options.output == OUTPUT_SHORT) {
                print_short(&preview->answer);
                return STATUS_OK;
        }
        if (!first)
                (void) puts("");
        print_answer(preview);
        return STATUS_OK;
}

static int show_expression(Preview *preview, const char *expression, bool first) {
        CLEANUP_JSON json_t *json = NULL;
        CalendarRequest request;
        CalendarError error;
        int r, status;

        status = make_request(preview, expression, &json);
        if (status != STATUS_OK)
                return status;

        r = calendar_request_read(json, &preview->environment, &request, &error);
        if (r < 0)
                return r == -EINVAL ? print_error(preview, expression, &error)
                                    : complain_errno(r, "cannot read '%s'", expression);

        r = calendar_answer_find(&preview->answer, &request, &preview->environment, &error);
        if (r >= 0)
                status = print_found(preview, first);
        else
                status = r == -EINVAL ? print_error(preview, expression, &error)
                                      : complain_errno(r, "cannot explain '%s'", expression);
        calendar_request_done(&request);
        return status;
}

/* Lines say all that there is to say about them, but for the zone of those that name none. */
static int check_batch(const Options *options, char **arguments) {
        bool other = options->from || options->until || options->has_lines || options->reverse;

        for (size_t i = 0; i < ARRAY_SIZE(option_keys); i++)
                if (option_text(options, i) && option_text(options, i) != options->timezone)
                        other = true;
        if (!other && !*arguments)
                return STATUS_OK;
        complain("--batch reads all requests from standard input; beside it there is --timezone only");
        return STATUS_USAGE;
}

static int run_batch(const Preview *preview) {
        CalendarEnvironment environment = preview->environment;
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        const char *name = preview->context->options.timezone;
        int r;

        if (name) {
                r = time_zone_cache_get(environment.zones, name, &zone);
                if (r < 0) {
                        complain("cannot use the time zone '%s': %s", name, time_zone_strerror(r));
                        return STATUS_USAGE;
                }
                environment.zone = zone;
        }
        r = calendar_batch(&environment, STDIN_FILENO, STDOUT_FILENO);
        return r < 0 ? complain_errno(r, "cannot answer all requests") : STATUS_OK;
}

static int run(Preview *preview, char **arguments) {
        int worst = STATUS_OK;

        if (preview->context->options.batch)
                return run_batch(preview);
        for (char **expression = arguments; *expression; expression++) {
                int status = show_expression(preview, *expression, expression == arguments);

                worst = MAX(worst, status);
        }
        return worst;
}

int verb_calendar(Context *context, char **arguments) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        Preview preview = { .context = context };
        char machine_id[MACHINE_ID_TEXT_MAX];
        int r, status = STATUS_OK;

        if (context->options.batch)
                status = check_batch(&context->options, arguments);
        else if (!*arguments) {
                complain("'calendar' needs an expression, or --batch");
                status = STATUS_USAGE;
        }
        if (status != STATUS_OK)
                return status;

        r = time_zone_cache_new(&zones);
        if (r < 0)
                return complain_errno(r, "cannot prepare for reading time zones");

        preview.environment = (CalendarEnvironment){
                .zones = zones,
                .zone = context->zone,
                .now_usec = context_now(context),
                .machine_id = machine_id_derive(machine_id),
                .owner_uid = context->options.user ? getuid() : 0,
        };
        preview.environment.boot_usec =
                        preview.environment.now_usec - clock_now(context->clock, CLOCK_KIND_BOOTTIME);
        status = run(&preview, arguments);
        calendar_answer_done(&preview.answer);
        return status;
}
