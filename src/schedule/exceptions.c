/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each part of an item answers not only whether it covers a moment, but also in which span around it the
 * answer stays the same. Items join the answers of their parts, and the list those of its items; so whoever
 * walks along a schedule can leap over a whole excepted weekend, whatever the schedule.
 */

#include "schedule/exceptions.h"

#include <assert.h>
#include <stdlib.h>

#include "schedule/exception-rule.h"
#include "schedule/local-search.h"
#include "schedule/schedule-kind.h"

#define N_RULES_MAX 1000U

struct Exceptions {
        ExceptionRule *rules;
        size_t n_rules;
};

/* clang-format off */
const char *const on_except_names[] = {
        [ON_EXCEPT_SKIP]                  = "skip",
        [ON_EXCEPT_NEXT_DAY]              = "next-day",
        [ON_EXCEPT_PREVIOUS_DAY]          = "previous-day",
        [ON_EXCEPT_NEXT_BUSINESS_DAY]     = "next-business-day",
        [ON_EXCEPT_PREVIOUS_BUSINESS_DAY] = "previous-business-day",
        [ON_EXCEPT_COUNT]                 = NULL,
};
/* clang-format on */

DEFINE_STRING_TABLE(on_except, OnExcept, on_except_names);

int exceptions_new(Exceptions **ret) {
        Exceptions *exceptions;

        assert(ret);

        exceptions = calloc(1, sizeof(*exceptions));
        if (!exceptions)
                return -ENOMEM;
        *ret = exceptions;
        return 0;
}

Exceptions *exceptions_free(Exceptions *exceptions) {
        if (!exceptions)
                return NULL;
        for (size_t i = 0; i < exceptions->n_rules; i++)
                exception_rule_done(&exceptions->rules[i]);
        free(exceptions->rules);
        free(exceptions);
        return NULL;
}

int exceptions_add(
                Exceptions *exceptions,
                const ExceptionItem *item,
                const char **reterr_key,
                ScheduleError *reterr) {

        ExceptionRule rule = {}, *rules;
        const char *key = "except";
        int r;

        assert(exceptions);
        assert(item);

        if (exceptions->n_rules >= N_RULES_MAX)
                r = schedule_error(reterr, 0, "there are more than %u exceptions", N_RULES_MAX);
        else
                r = exception_rule_parse(item, &rule, &key, reterr);
        if (r < 0) {
                if (reterr_key)
                        *reterr_key = key;
                exception_rule_done(&rule);
                return r;
        }

        rules = reallocarray(exceptions->rules, exceptions->n_rules + 1, sizeof(*rules));
        if (!rules) {
                exception_rule_done(&rule);
                return -ENOMEM;
        }
        rules[exceptions->n_rules++] = rule;
        exceptions->rules = rules;
        return 0;
}

/* An end that is infinite stays so. */
static usec_t instant_of(const ExceptionMoment *moment, usec_t local_usec) {
        if (local_usec == USEC_INFINITY || local_usec == -USEC_INFINITY)
                return local_usec;
        return local_usec - moment->offset.offset_usec;
}

ExceptionVerdict exception_verdict_local(
                const ExceptionMoment *moment,
                bool holds,
                usec_t begin_local_usec,
                usec_t end_local_usec) {

        return (ExceptionVerdict){
                .holds = holds,
                .begin_usec = MAX(instant_of(moment, begin_local_usec), moment->offset.begin_usec),
                .end_usec = MIN(instant_of(moment, end_local_usec), moment->offset.end_usec),
        };
}

static ExceptionVerdict verdict_day(const ExceptionMoment *moment, bool holds) {
        usec_t midnight = moment->day * USEC_PER_DAY;

        return exception_verdict_local(moment, holds, midnight, midnight + USEC_PER_DAY);
}

static ExceptionVerdict weekdays_verdict(const ExceptionRule *rule, const ExceptionMoment *moment) {
        return verdict_day(
                        moment, rule->weekdays >> civil_date_weekday(civil_date_from_days(moment->day)) & 1);
}

static ExceptionVerdict dates_verdict(const ExceptionRule *rule, const ExceptionMoment *moment) {
        CivilDate date = civil_date_from_days(moment->day);
        int64_t day_of_year = date.month * 32 + date.day;
        bool holds = false;

        for (size_t i = 0; i < rule->n_dates && !holds; i++) {
                const ExceptionDates *dates = &rule->dates[i];
                int64_t day = dates->yearly ? day_of_year : moment->day;

                holds = dates->first <= dates->last ? day >= dates->first && day <= dates->last
                                                    : day >= dates->first || day <= dates->last;
        }
        return verdict_day(moment, holds);
}

static ExceptionVerdict time_verdict(const ExceptionRule *rule, const ExceptionMoment *moment) {
        usec_t midnight = moment->day * USEC_PER_DAY, time = moment->local_usec - midnight;
        usec_t low = MIN(rule->time_begin_usec, rule->time_end_usec);
        usec_t high = MAX(rule->time_begin_usec, rule->time_end_usec);
        bool between = rule->time_begin_usec < rule->time_end_usec;

        if (time < low)
                return exception_verdict_local(moment, !between, midnight, midnight + low);
        if (time < high)
                return exception_verdict_local(moment, between, midnight + low, midnight + high);
        return exception_verdict_local(moment, !between, midnight + high, midnight + USEC_PER_DAY);
}

/* The day has an occurrence, be it at a midnight that the clock jumps over. */
static ExceptionVerdict whole_day_verdict(const Schedule *schedule, const ExceptionMoment *moment) {
        const ScheduleContext context = { .zone = moment->zone };
        usec_t midnight = moment->day * USEC_PER_DAY, begin, end;
        Occurrence occurrence;

        begin = local_search_instant(moment->zone, midnight).due_usec;
        end = local_search_instant(moment->zone, midnight + USEC_PER_DAY).due_usec;
        return verdict_day(
                        moment,
                        schedule_next(schedule, &context, begin - 1, &occurrence) > 0 &&
                                        occurrence.due_usec < end);
}

/* The minute, or the second, has an occurrence; if not, nothing has until the next one. */
static ExceptionVerdict exact_verdict(
                const Schedule *schedule,
                usec_t granularity,
                const ExceptionMoment *moment) {

        const ScheduleContext context = { .zone = moment->zone };
        usec_t since_midnight = moment->local_usec - moment->day * USEC_PER_DAY;
        usec_t begin_local = moment->local_usec - since_midnight % granularity;
        ExceptionVerdict verdict;
        Occurrence occurrence;
        ZoneOffset offset;
        usec_t next_local;

        verdict = exception_verdict_local(moment, true, begin_local, begin_local + granularity);
        if (schedule_next(schedule, &context, verdict.begin_usec - 1, &occurrence) <= 0)
                return (ExceptionVerdict){ false, verdict.begin_usec, USEC_INFINITY };
        if (occurrence.due_usec < verdict.end_usec)
                return verdict;

        time_zone_offset_at(moment->zone, occurrence.due_usec, &offset);
        next_local = occurrence.due_usec + offset.offset_usec;
        next_local -= ((next_local % granularity) + granularity) % granularity;
        return (ExceptionVerdict){
                .begin_usec = verdict.begin_usec,
                .end_usec = MAX(next_local - offset.offset_usec, offset.begin_usec),
        };
}

static ExceptionVerdict calendar_verdict(const ExceptionRule *rule, const ExceptionMoment *moment) {
        if (rule->calendar_granularity_usec == USEC_PER_DAY)
                return whole_day_verdict(rule->calendar, moment);
        return exact_verdict(rule->calendar, rule->calendar_granularity_usec, moment);
}

static ExceptionVerdict cron_verdict(const ExceptionRule *rule, const ExceptionMoment *moment) {
        return exact_verdict(rule->cron, USEC_PER_MINUTE, moment);
}

/*
 * One more answer. A decisive one (false for "all of them", true for "any of them") makes up the whole: any
 * further one of the kind can only make its span longer. Without, the whole holds where all of them do.
 */
static void verdict_join(ExceptionVerdict *whole, ExceptionVerdict part, bool decisive) {
        if (part.holds == decisive && whole->holds != decisive) {
                *whole = part;
        } else if (part.holds == decisive) {
                whole->begin_usec = MIN(whole->begin_usec, part.begin_usec);
                whole->end_usec = MAX(whole->end_usec, part.end_usec);
        } else if (whole->holds != decisive) {
                whole->begin_usec = MAX(whole->begin_usec, part.begin_usec);
                whole->end_usec = MIN(whole->end_usec, part.end_usec);
        }
}

/* What an event covers is known as instants or as local time, by how it was written. */
static ExceptionVerdict events_verdict(const ExceptionRule *rule, const ExceptionMoment *moment) {
        EventSpan span;
        bool holds = event_list_find(&rule->instants, moment->instant_usec, &span);
        ExceptionVerdict whole = { holds, span.begin_usec, span.end_usec };

        holds = event_list_find(&rule->locals, moment->local_usec, &span);
        verdict_join(&whole, exception_verdict_local(moment, holds, span.begin_usec, span.end_usec), true);
        return whole;
}

static ExceptionVerdict rule_verdict(const ExceptionRule *rule, const ExceptionMoment *moment) {
        ExceptionVerdict whole = { true, -USEC_INFINITY, USEC_INFINITY };

        if (rule->weekdays)
                verdict_join(&whole, weekdays_verdict(rule, moment), false);
        if (rule->n_dates > 0)
                verdict_join(&whole, dates_verdict(rule, moment), false);
        if (rule->has_time)
                verdict_join(&whole, time_verdict(rule, moment), false);
        if (rule->calendar)
                verdict_join(&whole, calendar_verdict(rule, moment), false);
        if (rule->cron)
                verdict_join(&whole, cron_verdict(rule, moment), false);
        if (rule->has_events)
                verdict_join(&whole, events_verdict(rule, moment), false);
        return whole;
}

static ExceptionMoment moment_at(const TimeZone *zone, usec_t instant_usec) {
        ExceptionMoment moment = {
                .zone = zone,
                .instant_usec = MIN(MAX(instant_usec, LOCAL_TIME_MIN), LOCAL_TIME_MAX),
        };

        time_zone_offset_at(zone, moment.instant_usec, &moment.offset);
        moment.local_usec = moment.instant_usec + moment.offset.offset_usec;
        moment.day = moment.local_usec / USEC_PER_DAY - (moment.local_usec % USEC_PER_DAY < 0);
        return moment;
}

bool exceptions_span(
                const Exceptions *exceptions,
                const TimeZone *zone,
                usec_t instant_usec,
                usec_t *ret_begin_usec,
                usec_t *ret_end_usec) {

        ExceptionVerdict whole = { false, -USEC_INFINITY, USEC_INFINITY };
        ExceptionMoment moment;

        assert(exceptions);
        assert(zone);
        assert(ret_begin_usec);
        assert(ret_end_usec);

        moment = moment_at(zone, instant_usec);
        for (size_t i = 0; i < exceptions->n_rules; i++)
                verdict_join(&whole, rule_verdict(&exceptions->rules[i], &moment), true);

        *ret_begin_usec = whole.begin_usec;
        *ret_end_usec = MAX(whole.end_usec, usec_add(instant_usec, 1));
        return whole.holds;
}

bool exceptions_match(const Exceptions *exceptions, const TimeZone *zone, usec_t instant_usec) {
        usec_t begin, end;

        return exceptions_span(exceptions, zone, instant_usec, &begin, &end);
}
