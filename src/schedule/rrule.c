/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The rrule kind: a recurrence in local time, with EXDATE and RDATE, that local-search.c takes to instants.
 *
 * DTSTART is local time. One that was written with an offset, and the midnight that stands in for a missing
 * one, are instants, and become local times in the zone of each question.
 */

#include "schedule/rrule.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/local-search.h"
#include "schedule/time-zone-internal.h"

#define N_DATES_MAX 1000U

/* An EXDATE or an RDATE. */
typedef struct RruleDate {
        usec_t usec;
        bool is_instant; /* else local time */
        bool is_day;     /* all of that day; as an RDATE: that day at the time of DTSTART */
} RruleDate;

typedef struct RruleSchedule {
        Schedule base;
        Recurrence rule;
        RruleUntil until;
        char *text;
        bool has_start, start_is_instant;
        usec_t start_usec;
        RecurrenceSeries counted; /* for a rule with COUNT whose start is local: it is walked only once */
        bool is_counted;
        size_t n_exdates, n_rdates;
        RruleDate *exdates, *rdates;
} RruleSchedule;

/* One question in one zone. */
typedef struct Question {
        const RruleSchedule *rrule;
        const TimeZone *zone;
        RecurrenceSeries series;
} Question;

static usec_t to_local(const TimeZone *zone, usec_t instant_usec) {
        ZoneOffset offset;

        instant_usec = MIN(MAX(instant_usec, LOCAL_TIME_MIN), LOCAL_TIME_MAX);
        time_zone_offset_at(zone, instant_usec, &offset);
        return instant_usec + offset.offset_usec;
}

static usec_t day_begin(usec_t local_usec) {
        usec_t rest = local_usec % USEC_PER_DAY;

        return local_usec - rest - (rest < 0 ? USEC_PER_DAY : 0);
}

static usec_t start_of(const RruleSchedule *rrule, const ScheduleContext *context) {
        if (!rrule->has_start)
                return day_begin(to_local(context->zone, context->anchor_usec));
        return rrule->start_is_instant ? to_local(context->zone, rrule->start_usec) : rrule->start_usec;
}

static usec_t until_of(const RruleSchedule *rrule, const TimeZone *zone) {
        if (!rrule->until.written)
                return USEC_INFINITY;
        return rrule->until.is_instant ? to_local(zone, rrule->until.usec) : rrule->until.usec;
}

static void question_init(Question *question, const RruleSchedule *rrule, const ScheduleContext *context) {
        question->rrule = rrule;
        question->zone = context->zone;
        if (rrule->is_counted)
                question->series = rrule->counted;
        else
                recurrence_series_init(
                                &question->series, &rrule->rule, start_of(rrule, context),
                                until_of(rrule, context->zone));
}

static usec_t date_local(const Question *question, const RruleDate *date) {
        return date->is_instant ? to_local(question->zone, date->usec) : date->usec;
}

static bool is_left_out(const Question *question, usec_t local_usec) {
        for (size_t i = 0; i < question->rrule->n_exdates; i++) {
                const RruleDate *date = &question->rrule->exdates[i];
                usec_t local = date_local(question, date);

                if (date->is_day ? local == day_begin(local_usec) : local == local_usec)
                        return true;
        }
        return false;
}

static usec_t added_local(const Question *question, const RruleDate *date) {
        usec_t start = question->series.start_local_usec, local = date_local(question, date);

        return date->is_day ? local + start - day_begin(start) : local;
}

/* Of the dates that were added the first from there on. */
static bool added_next(const Question *question, usec_t from, usec_t *ret) {
        bool found = false;

        for (size_t i = 0; i < question->rrule->n_rdates; i++) {
                usec_t local = added_local(question, &question->rrule->rdates[i]);

                if (local < from || (found && local >= *ret) || is_left_out(question, local))
                        continue;
                *ret = local;
                found = true;
        }
        return found;
}

static bool added_previous(const Question *question, usec_t until, usec_t *ret) {
        bool found = false;

        for (size_t i = 0; i < question->rrule->n_rdates; i++) {
                usec_t local = added_local(question, &question->rrule->rdates[i]);

                if (local > until || (found && local <= *ret) || is_left_out(question, local))
                        continue;
                *ret = local;
                found = true;
        }
        return found;
}

static bool pattern_next(const void *data, usec_t from, usec_t *ret) {
        const Question *question = data;
        usec_t regular = 0, added = 0;
        bool has_regular, has_added;

        has_regular = recurrence_next(&question->series, from, &regular);
        while (has_regular && is_left_out(question, regular))
                has_regular = recurrence_next(&question->series, regular + 1, &regular);

        has_added = added_next(question, from, &added);
        if (has_regular || has_added)
                *ret = !has_added || (has_regular && regular < added) ? regular : added;
        return has_regular || has_added;
}

static bool pattern_previous(const void *data, usec_t until, usec_t *ret) {
        const Question *question = data;
        usec_t regular = 0, added = 0;
        bool has_regular, has_added;

        has_regular = recurrence_previous(&question->series, until, &regular);
        while (has_regular && is_left_out(question, regular))
                has_regular = recurrence_previous(&question->series, regular - 1, &regular);

        has_added = added_previous(question, until, &added);
        if (has_regular || has_added)
                *ret = !has_added || (has_regular && regular > added) ? regular : added;
        return has_regular || has_added;
}

static uint64_t pattern_count(const void *data, usec_t from, usec_t until) {
        const Question *question = data;
        uint64_t n = 0;

        if (question->rrule->n_exdates == 0 && question->rrule->n_rdates == 0)
                return recurrence_count(&question->series, from, until);
        for (usec_t at = from; pattern_next(data, at, &at) && at <= until; at++)
                n++;
        return n;
}

static LocalPattern pattern_of(const Question *question) {
        return (LocalPattern){
                .data = question,
                .dst = question->rrule->base.dst,
                .next = pattern_next,
                .previous = pattern_previous,
                .count = pattern_count,
        };
}

static int rrule_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        Question question;
        LocalPattern pattern;

        question_init(&question, (const RruleSchedule *) schedule, context);
        pattern = pattern_of(&question);
        return local_search_next(&pattern, context->zone, after_usec, ret);
}

static int rrule_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {

        Question question;
        LocalPattern pattern;

        question_init(&question, (const RruleSchedule *) schedule, context);
        pattern = pattern_of(&question);
        return local_search_previous(&pattern, context->zone, before_usec, ret);
}

static uint64_t rrule_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec) {

        Question question;
        LocalPattern pattern;

        question_init(&question, (const RruleSchedule *) schedule, context);
        pattern = pattern_of(&question);
        return local_search_count(&pattern, context->zone, after_usec, until_usec);
}

static void rrule_format(const Schedule *schedule, Buffer *buffer) {
        (void) buffer_add_string(buffer, ((const RruleSchedule *) schedule)->text);
}

static void rrule_describe_schedule(const Schedule *schedule, Buffer *buffer) {
        const RruleSchedule *rrule = (const RruleSchedule *) schedule;
        RecurrenceSeries series;
        Recurrence rule = rrule->rule;

        rule.count = 0; /* the words need no walk */
        recurrence_series_init(&series, &rule, rrule->start_usec, USEC_INFINITY);
        rrule_describe(&series, rrule->has_start, buffer);
        if (rrule->rule.count > 0)
                (void) buffer_add_format(
                                buffer, ", %" PRIu32 " time%s", rrule->rule.count,
                                rrule->rule.count > 1 ? "s" : "");
        if (rrule->until.written) {
                CivilDate date = civil_time_from_usec(rrule->until.usec).date;

                (void) buffer_add_format(buffer, ", until %04d-%02d-%02d", date.year, date.month, date.day);
        }
}

static bool rrule_is_interval_like(const Schedule *schedule) {
        return ((const RruleSchedule *) schedule)->rule.frequency <= RECURRENCE_HOURLY;
}

static void rrule_done(Schedule *schedule) {
        RruleSchedule *rrule = (RruleSchedule *) schedule;

        free(rrule->text);
        free(rrule->exdates);
        free(rrule->rdates);
}

static const ScheduleOperations rrule_operations = {
        .kind = SCHEDULE_RRULE,
        .done = rrule_done,
        .format = rrule_format,
        .describe = rrule_describe_schedule,
        .is_interval_like = rrule_is_interval_like,
        .next = rrule_next,
        .previous = rrule_previous,
        .count = rrule_count,
};

static usec_t timestamp_usec(const Timestamp *timestamp) {
        return timestamp->has_offset ? timestamp_to_usec(timestamp) : civil_time_to_usec(timestamp->local);
}

static int copy_dates(const Timestamp *from, size_t n, RruleDate **ret) {
        RruleDate *dates;

        if (n == 0)
                return 0;
        dates = calloc(n, sizeof(*dates));
        if (!dates)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                dates[i] = (RruleDate){
                        .usec = timestamp_usec(&from[i]),
                        .is_instant = from[i].has_offset,
                        .is_day = !from[i].has_time && !from[i].has_offset,
                };
        *ret = dates;
        return 0;
}

static int apply_options(RruleSchedule *rrule, const ScheduleOptions *options, ScheduleError *reterr) {
        int r;

        if (!options->start && (rrule->rule.interval > 1 || rrule->rule.count > 0))
                return schedule_error(
                                reterr, 0, "%s needs a start from which it is counted",
                                rrule->rule.count > 0 ? "COUNT" : "INTERVAL");
        if (options->n_exdates > N_DATES_MAX || options->n_rdates > N_DATES_MAX)
                return schedule_error(reterr, 0, "there are more than %u dates", N_DATES_MAX);

        if (options->start) {
                rrule->has_start = true;
                rrule->start_is_instant = options->start->has_offset;
                rrule->start_usec = timestamp_usec(options->start);
        }
        if (rrule->rule.count > 0 && !rrule->start_is_instant) {
                recurrence_series_init(&rrule->counted, &rrule->rule, rrule->start_usec, USEC_INFINITY);
                rrule->is_counted = true;
        }

        r = copy_dates(options->exdates, options->n_exdates, &rrule->exdates);
        if (r < 0)
                return r;
        rrule->n_exdates = options->n_exdates;
        r = copy_dates(options->rdates, options->n_rdates, &rrule->rdates);
        if (r < 0)
                return r;
        rrule->n_rdates = options->n_rdates;
        return 0;
}

int rrule_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        RruleSchedule *rrule;
        int r;

        assert(text);
        assert(options);
        assert(ret);

        rrule = calloc(1, sizeof(*rrule));
        if (!rrule)
                return -ENOMEM;
        schedule = &rrule->base;
        schedule->operations = &rrule_operations;

        r = rrule_read(text, &rrule->rule, &rrule->until, &rrule->text, reterr);
        if (r >= 0)
                r = apply_options(rrule, options, reterr);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(schedule);
        return 0;
}
