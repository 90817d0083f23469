/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A moved occurrence lies within a month of its nominal time, and always on the same side of it. So all that
 * can be due first after an instant have their nominal times in a window that begins a month before it (if
 * they move to later days) and ends a month behind the best one found (if they move to earlier ones). The
 * window is walked by nominal times, leaping over spans in which the exceptions leave nothing to find.
 */

#include "schedule/excepted-search.h"

#include <assert.h>

#include "schedule/local-search.h"
#include "schedule/schedule-kind.h"
#include "schedule/time-zone-internal.h"

/* A day more, for the clock changes in between. */
#define REACH_USEC ((EXCEPTED_MOVE_DAYS + 1) * USEC_PER_DAY)

/* So often the exceptions are asked before a search gives up: years of a daily schedule that is never free.
 */
#define N_ASKED_MAX 100000U

#define MONDAY_TO_FRIDAY 0x3eU

typedef struct Move {
        int n_days; /* at a time; 0: it does not move */
        bool business;
} Move;

/* One question: what is due after `limit`, or before it. */
typedef struct Search {
        const ExceptPolicy *policy;
        const ScheduleEntry *entry;
        const ScheduleContext *context;
        Move move;
        usec_t back, ahead; /* how far a nominal time may be before what is due, and behind it */
        usec_t limit_usec;
        unsigned n_asked;
        Occurrence best; /* count 0: none yet */
} Search;

static Move move_of(const ExceptPolicy *policy, const ScheduleEntry *entry) {
        static const Move moves[ON_EXCEPT_COUNT] = {
                [ON_EXCEPT_NEXT_DAY] = { 1, false },
                [ON_EXCEPT_PREVIOUS_DAY] = { -1, false },
                [ON_EXCEPT_NEXT_BUSINESS_DAY] = { 1, true },
                [ON_EXCEPT_PREVIOUS_BUSINESS_DAY] = { -1, true },
        };

        switch (schedule_kind(entry->schedule)) {
        case SCHEDULE_CRON:
        case SCHEDULE_CALENDAR:
        case SCHEDULE_AT:
        case SCHEDULE_RRULE:
                if (!schedule_is_interval_like(entry->schedule))
                        return moves[policy->on_except];
                return moves[ON_EXCEPT_SKIP];
        default:
                return moves[ON_EXCEPT_SKIP];
        }
}

bool excepted_moves(const ExceptPolicy *policy, const ScheduleEntry *entry) {
        return schedule_is_from_end(entry->schedule) || move_of(policy, entry).n_days != 0;
}

static const TimeZone *zone_of(const ScheduleEntry *entry, const ScheduleContext *context) {
        return schedule_zone(entry->schedule) ?: entry->zone ?: context->zone;
}

static bool is_business_day(const ExceptPolicy *policy, usec_t local_usec) {
        uint8_t days = policy->business_days ?: MONDAY_TO_FRIDAY;

        return days >> civil_date_weekday(civil_time_from_usec(local_usec).date) & 1;
}

/* Where an excepted occurrence goes; false: no day within reach is free. */
static bool find_free_day(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t nominal_usec,
                usec_t *ret) {

        const TimeZone *zone = zone_of(entry, context);
        Move move = move_of(policy, entry);
        ZoneOffset offset;
        usec_t local;

        time_zone_offset_at(zone, nominal_usec, &offset);
        local = nominal_usec + offset.offset_usec;
        for (int i = 0; i < EXCEPTED_MOVE_DAYS; i++) {
                usec_t due;

                local += move.n_days * USEC_PER_DAY;
                if (move.business && !is_business_day(policy, local))
                        continue;
                due = local_search_instant(zone, local).due_usec;
                if (!exceptions_match(policy->exceptions, context->zone, due)) {
                        *ret = due;
                        return true;
                }
        }
        return false;
}

bool excepted_swallows(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t nominal_usec) {

        usec_t due;

        if (schedule_is_from_end(entry->schedule))
                return false;
        return move_of(policy, entry).n_days == 0 ||
                        !find_free_day(policy, entry, context, nominal_usec, &due);
}

/* Two of one schedule at one instant. */
static void occurrence_meet(Occurrence *occurrence, const Occurrence *other) {
        bool moved = (occurrence->notes & other->notes & SCHEDULE_NOTE_EXCEPTED_MOVED) != 0;

        occurrence->notes |= other->notes | SCHEDULE_NOTE_COLLAPSED;
        occurrence->count += other->count;
        occurrence->nominal_usec = MIN(occurrence->nominal_usec, other->nominal_usec);
        if (!moved) {
                occurrence->notes &= ~(unsigned) SCHEDULE_NOTE_EXCEPTED_MOVED;
                occurrence->nominal_usec = occurrence->due_usec;
        }
}

/* Moves an excepted occurrence; false: it is left out. */
static bool search_move(Search *search, Occurrence *occurrence) {
        search->n_asked += EXCEPTED_MOVE_DAYS; /* at most */
        if (!find_free_day(search->policy, search->entry, search->context, occurrence->nominal_usec,
                           &occurrence->due_usec))
                return false;
        occurrence->notes = SCHEDULE_NOTE_EXCEPTED_MOVED | (occurrence->notes & SCHEDULE_NOTE_COLLAPSED);
        return true;
}

static Search search_begin(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t limit_usec) {

        Move move = move_of(policy, entry);

        return (Search){
                .policy = policy,
                .entry = entry,
                .context = context,
                .move = move,
                .back = move.n_days > 0 ? REACH_USEC : 0,
                .ahead = move.n_days < 0 ? REACH_USEC : 0,
                .limit_usec =
                                MIN(MAX(limit_usec, LOCAL_TIME_MIN - USEC_PER_DAY),
                                    LOCAL_TIME_MAX + USEC_PER_DAY),
        };
}

/* Looks at one occurrence of the schedule; returns how far (forward: until where) nothing more is to be
 * found. */
static usec_t search_look_forward(Search *search, Occurrence occurrence) {
        Occurrence *best = &search->best;
        usec_t at = occurrence.due_usec, begin, end;
        bool excepted;

        excepted = exceptions_span(search->policy->exceptions, search->context->zone, at, &begin, &end);
        if (excepted && search->move.n_days == 0)
                return end - 1;
        if (!excepted && at <= search->limit_usec)
                return MIN(end - 1, search->limit_usec);
        if (!excepted && best->count > 0 && at > best->due_usec)
                return end - 1;

        if (excepted && !search_move(search, &occurrence))
                return at;
        if (occurrence.due_usec <= search->limit_usec)
                return at;
        if (best->count > 0 && occurrence.due_usec == best->due_usec)
                occurrence_meet(best, &occurrence);
        else if (best->count == 0 || occurrence.due_usec < best->due_usec)
                *best = occurrence;
        return at;
}

static usec_t search_look_back(Search *search, Occurrence occurrence) {
        Occurrence *best = &search->best;
        usec_t at = occurrence.due_usec, begin, end;
        bool excepted;

        excepted = exceptions_span(search->policy->exceptions, search->context->zone, at, &begin, &end);
        if (excepted && search->move.n_days == 0)
                return begin;
        if (!excepted && at >= search->limit_usec)
                return MAX(begin, search->limit_usec);
        if (!excepted && best->count > 0 && at < best->due_usec)
                return begin;

        if (excepted && !search_move(search, &occurrence))
                return at;
        if (occurrence.due_usec >= search->limit_usec)
                return at;
        if (best->count > 0 && occurrence.due_usec == best->due_usec)
                occurrence_meet(best, &occurrence);
        else if (best->count == 0 || occurrence.due_usec > best->due_usec)
                *best = occurrence;
        return at;
}

/* Counted from the end of the last execution there is one occurrence at most: it waits for the exception's
 * end. */
static int find_from_end(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                Occurrence *ret) {

        usec_t begin, end;

        if (schedule_entry_next(entry, context, -USEC_INFINITY, ret) <= 0)
                return 0;
        for (unsigned n_asked = 0; n_asked < N_ASKED_MAX; n_asked++) {
                if (!exceptions_span(policy->exceptions, context->zone, ret->due_usec, &begin, &end))
                        return 1;
                if (end > LOCAL_TIME_MAX)
                        return 0;
                ret->due_usec = end;
                ret->notes |= SCHEDULE_NOTE_EXCEPTED_MOVED;
        }
        return 0;
}

int excepted_next(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {

        Search search = search_begin(policy, entry, context, after_usec);
        usec_t at = search.limit_usec - search.back;

        if (schedule_is_from_end(entry->schedule))
                return find_from_end(policy, entry, context, ret) > 0 && ret->due_usec > after_usec;

        for (; search.n_asked < N_ASKED_MAX; search.n_asked++) {
                Occurrence occurrence;

                if (schedule_entry_next(entry, context, at, &occurrence) <= 0)
                        break;
                if (search.best.count > 0 && occurrence.due_usec > search.best.due_usec + search.ahead)
                        break;
                at = search_look_forward(&search, occurrence);
                if (search.best.count > 0 && search.move.n_days == 0)
                        break;
        }

        if (search.best.count == 0)
                return 0;
        *ret = search.best;
        return 1;
}

int excepted_previous(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {

        Search search = search_begin(policy, entry, context, before_usec);
        usec_t at = search.limit_usec + search.ahead;

        if (schedule_is_from_end(entry->schedule))
                return find_from_end(policy, entry, context, ret) > 0 && ret->due_usec < before_usec;

        for (; search.n_asked < N_ASKED_MAX; search.n_asked++) {
                Occurrence occurrence;

                if (schedule_entry_previous(entry, context, at, &occurrence) <= 0)
                        break;
                if (search.best.count > 0 && occurrence.due_usec < search.best.due_usec - search.back)
                        break;
                at = search_look_back(&search, occurrence);
                if (search.best.count > 0 && search.move.n_days == 0)
                        break;
        }

        if (search.best.count == 0)
                return 0;
        *ret = search.best;
        return 1;
}
