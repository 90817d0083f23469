/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Schedules: when a job is due.
 *
 * One Schedule is one parsed "schedule:" value, whichever notation it was written in. Everything here is
 * pure: no clock is read, no file is opened and nothing global is touched, so the same arguments always give
 * the same answer. schedule_next() does not allocate. Instants are microseconds of CLOCK_REALTIME.
 */

#include "schedule/occurrence.h"
#include "schedule/time-zone.h"
#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/timestamp.h"
#include "util/types.h"

typedef struct Schedule Schedule;

typedef enum ScheduleKind {
        SCHEDULE_CRON,  /* "30 2 * * mon-fri", "@daily" */
        SCHEDULE_EVERY, /* "90s": a grid of elapsed time from an anchor */
        SCHEDULE_AT,    /* one instant, "2026-12-24T18:00" */
        SCHEDULE_BOOT,  /* once per boot, after a delay: "5min" */
        SCHEDULE_KIND_COUNT,
} ScheduleKind;

/* Where and why a text did not parse. Filled only when schedule_parse() fails. */
typedef struct ScheduleError {
        size_t offset;    /* byte, from 0 */
        char reason[160]; /* a sentence without its full stop: what is wrong and what was expected */
} ScheduleError;

#define SCHEDULE_N_NOTES 4U
/* "gap", "collapsed", "overlap-first", "overlap-second"; `bit` is 0…SCHEDULE_N_NOTES-1. */
const char *schedule_note_name(unsigned bit);

/* What a schedule does not know by itself. */
typedef struct ScheduleContext {
        const TimeZone *zone; /* of the job; an entry's own zone wins */
        usec_t anchor_usec;   /* `every` without a start: the job's first load */
        usec_t boot_usec; /* `boot`: when this boot was first seen; USEC_INFINITY: nothing is owed for it */
} ScheduleContext;

DECLARE_STRING_TABLE(schedule_kind, ScheduleKind);

/*
 * Guesses the kind that a plain text is: "@reboot" → boot; @ + digits or an ISO instant → at; other @ → cron;
 * a duration → every; 5 blank-separated fields → cron. Returns the kind, or -EINVAL with *reterr.
 */
int schedule_guess_kind(const char *text, ScheduleError *reterr);

/* Returns 0, -EINVAL with *reterr filled, or -ENOMEM. "@every 90s" and "@reboot" as cron give those kinds. */
int schedule_parse(ScheduleKind kind, const char *text, Schedule **ret, ScheduleError *reterr);
Schedule *schedule_free(Schedule *schedule);
DEFINE_CLEANUP(Schedule, schedule_free);

ScheduleKind schedule_kind(const Schedule *schedule);

/* The anchor of `every`, as written ("start:"); read in the zone if it has no offset. Other kinds: -EINVAL.
 */
int schedule_set_start(Schedule *schedule, const Timestamp *start);

/* Writes the canonical notation: parsing it again gives an equal schedule. */
int schedule_format(const Schedule *schedule, char **ret);

/* In plain English: "at 02:30 on weekdays", "every 15 minutes". Returns 0 or -ENOMEM. */
int schedule_describe(const Schedule *schedule, char **ret);

/*
 * What is right but odd, as a sentence: "never comes again" is for the caller, who knows the time. Returns
 * NULL when there is nothing to say. Static text.
 */
const char *schedule_warning(const Schedule *schedule);

/* Interval-like (any `*`, step or range in minute or hour; every) or fixed-time: SEMANTICS 2. */
bool schedule_is_interval_like(const Schedule *schedule);

/*
 * The first occurrence strictly later than `after_usec`.
 * Daylight saving: a fixed-time schedule runs once, in the first pass of a repeated hour, and what a gap
 * skips runs once at the first instant after it, several collapsed to one; an interval-like one follows
 * elapsed time through both passes and skips the gap. Returns 1 with *ret set, or 0 if it will never be due
 * again.
 */
int schedule_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret);

/* The last occurrence strictly earlier than `before_usec`; the exact mirror of schedule_next(). */
int schedule_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);

/* One schedule of a job: several are a union by due instant. */
typedef struct ScheduleEntry {
        Schedule *schedule;
        TimeZone *zone; /* its own; NULL: the context's */
} ScheduleEntry;

void schedule_entry_done(ScheduleEntry *entry);

/* As schedule_next() over the union; `interval_like` of the one that gives it is in *ret_entry (index), if
 * not NULL. */
int schedule_entries_next(
                const ScheduleEntry *entries,
                size_t n_entries,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret,
                size_t *ret_entry);

int schedule_entries_previous(
                const ScheduleEntry *entries,
                size_t n_entries,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);

/* How many occurrences lie in (after, until], and the first and the last of them. */
typedef struct OccurrenceSpan {
        uint64_t n_occurrences;
        usec_t first_usec, last_usec; /* valid if n_occurrences > 0 */
} OccurrenceSpan;

/* Arithmetic for a single `every` or `cron`, whatever the span; otherwise by walking. */
void schedule_entries_count(
                const ScheduleEntry *entries,
                size_t n_entries,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret);
