/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-answer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "schedule/stable-delay.h"
#include "schedule/timetable.h"
#include "util/timestamp.h"

static void forget_schedule(CalendarAnswer *answer) {
        answer->schedule = schedule_free(answer->schedule);
        free(answer->normalized);
        free(answer->description);
        answer->normalized = answer->description = NULL;
        answer->n_times = answer->n_warnings = 0;
        answer->exhausted = false;
}

void calendar_answer_done(CalendarAnswer *answer) {
        forget_schedule(answer);
        free(answer->times);
        *answer = (CalendarAnswer){ 0 };
}

static int parse_expression(
                CalendarAnswer *answer,
                const CalendarRequest *request,
                const CalendarEnvironment *environment,
                CalendarError *reterr) {

        ScheduleOptions options = request->options;
        ScheduleError error = { 0 };
        int r = request->kind;

        options.find_zone = time_zone_cache_find;
        options.find_zone_userdata = environment->zones;
        if (r < 0)
                r = schedule_guess_kind(request->expression, &error);
        if (r >= 0)
                r = schedule_parse(
                                (ScheduleKind) r, request->expression, &options, &answer->schedule, &error);
        if (r == -EINVAL) {
                r = calendar_error(reterr, CALENDAR_ERROR_SYNTAX, "expression", "%s", error.reason);
                reterr->offset = error.offset;
        }
        return r;
}

static int add_time(CalendarAnswer *answer, const Occurrence *occurrence, usec_t delay_usec) {
        CalendarTime *time;

        if (answer->n_times == answer->n_allocated) {
                size_t n = MAX(answer->n_allocated * 2, (size_t) 16);
                CalendarTime *times = reallocarray(answer->times, n, sizeof(*times));

                if (!times)
                        return -ENOMEM;
                answer->times = times;
                answer->n_allocated = n;
        }
        time = &answer->times[answer->n_times++];
        *time = (CalendarTime){
                .occurrence = *occurrence,
                .start_usec = usec_add(occurrence->due_usec, delay_usec),
        };
        if (delay_usec > 0)
                time->occurrence.notes |= SCHEDULE_NOTE_DELAYED;
        return 0;
}

static bool is_beyond(const CalendarRequest *request, usec_t due_usec) {
        if (!request->has_until)
                return false;
        return request->reverse ? due_usec < request->until_usec : due_usec > request->until_usec;
}

static int find_times(CalendarAnswer *answer, const CalendarEnvironment *environment) {
        const CalendarRequest *request = answer->request;
        ScheduleEntry entry = { .schedule = answer->schedule };
        const Timetable timetable = {
                .entries = &entry,
                .n_entries = 1,
                .exceptions = request->exceptions,
        };
        const ScheduleContext context = {
                .zone = request->zone,
                .anchor_usec = request->from_usec,
                .boot_usec = environment->boot_usec,
                .startup_usec = USEC_INFINITY,
                .resume_usec = USEC_INFINITY,
                .last_end_usec = USEC_INFINITY,
        };
        usec_t delay_usec =
                        stable_delay(environment->machine_id, environment->owner_uid,
                                     request->options.hash_key ?: "", request->random_delay_usec);
        Occurrence occurrence = { .due_usec = request->from_usec };
        int r;

        while (answer->n_times < request->count) {
                usec_t at_usec = occurrence.due_usec;

                r = request->reverse ? timetable_previous(&timetable, &context, at_usec, &occurrence)
                                     : timetable_next(&timetable, &context, at_usec, &occurrence, NULL);
                if (r < 0)
                        return r;
                if (r == 0 || is_beyond(request, occurrence.due_usec)) {
                        answer->exhausted = true;
                        return 0;
                }
                r = add_time(answer, &occurrence, delay_usec);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What depends on the boot, the daemon or the lid is not foretold, which is no fault. */
static bool can_end(const Schedule *schedule) {
        ScheduleKind kind = schedule_kind(schedule);

        return kind != SCHEDULE_BOOT && kind != SCHEDULE_STARTUP && kind != SCHEDULE_RESUME;
}

static void add_warnings(CalendarAnswer *answer) {
        const CalendarRequest *request = answer->request;
        const char *warning = schedule_warning(answer->schedule);

        if (warning)
                answer->warnings[answer->n_warnings++] = warning;
        if (answer->exhausted && answer->n_times == 0 && !request->has_until && !request->reverse &&
            can_end(answer->schedule))
                answer->warnings[answer->n_warnings++] = "it never comes again";
}

int calendar_answer_find(
                CalendarAnswer *answer,
                const CalendarRequest *request,
                const CalendarEnvironment *environment,
                CalendarError *reterr) {

        int r;

        assert(answer);
        assert(request && request->expression);
        assert(environment);

        forget_schedule(answer);
        answer->request = request;
        r = parse_expression(answer, request, environment, reterr);
        if (r < 0)
                return r;
        answer->zone = schedule_zone(answer->schedule) ?: request->zone;

        r = schedule_format(answer->schedule, &answer->normalized);
        if (r >= 0)
                r = schedule_describe(answer->schedule, &answer->description);
        if (r >= 0)
                r = find_times(answer, environment);
        if (r >= 0)
                add_warnings(answer);
        return r;
}

static void encode_time(const CalendarAnswer *answer, const CalendarTime *time, JsonWriter *writer) {
        const Occurrence *occurrence = &time->occurrence;
        char text[TIMESTAMP_MAX];
        LocalTime local;

        time_zone_to_local(answer->zone, occurrence->due_usec, &local);
        json_writer_begin_object(writer, NULL);
        json_writer_instant(writer, "utc", occurrence->due_usec);
        json_writer_string(
                        writer, "local",
                        timestamp_format_offset(occurrence->due_usec, local.offset_seconds, text));
        json_writer_integer(writer, "epoch_usec", occurrence->due_usec);
        json_writer_begin_array(writer, "notes");
        for (unsigned bit = 0; bit < SCHEDULE_N_NOTES; bit++)
                if (occurrence->notes & (1U << bit))
                        json_writer_string(writer, NULL, schedule_note_name(bit));
        json_writer_end_array(writer);
        if (occurrence->count > 1)
                json_writer_integer(writer, "count", occurrence->count);
        if (answer->request->random_delay_usec > 0)
                json_writer_instant(writer, "start", time->start_usec);
        json_writer_end_object(writer);
}

void calendar_answer_encode(const CalendarAnswer *answer, JsonWriter *writer) {
        json_writer_string(writer, "expression", answer->request->expression);
        json_writer_string(writer, "kind", schedule_kind_to_string(schedule_kind(answer->schedule)));
        json_writer_string(writer, "normalized", answer->normalized);
        json_writer_string(writer, "timezone", time_zone_name(answer->zone));
        json_writer_string(writer, "description", answer->description);
        json_writer_bool(writer, "interval_like", schedule_is_interval_like(answer->schedule));
        json_writer_begin_array(writer, "warnings");
        for (size_t i = 0; i < answer->n_warnings; i++)
                json_writer_string(writer, NULL, answer->warnings[i]);
        json_writer_end_array(writer);
        json_writer_bool(writer, "exhausted", answer->exhausted);
        json_writer_begin_array(writer, "next");
        for (size_t i = 0; i < answer->n_times; i++)
                encode_time(answer, &answer->times[i], writer);
        json_writer_end_array(writer);
}
