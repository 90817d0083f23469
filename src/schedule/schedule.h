/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Schedules: when a job is due.
 *
 * One Schedule is one parsed "schedule:" value, whichever notation it was written in. Everything here is
 * pure: no clock is read, no file is opened and nothing global is touched, so the same arguments always give
 * the same answer. schedule_next() does not allocate. Instants are microseconds of CLOCK_REALTIME.
 */

#include "schedule/dst-rule.h"
#include "schedule/occurrence.h"
#include "schedule/time-zone.h"
#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/timestamp.h"
#include "util/types.h"

typedef struct Schedule Schedule;

typedef enum ScheduleKind {
        SCHEDULE_CRON,     /* "30 2 * * mon-fri", "@daily" */
        SCHEDULE_CALENDAR, /* "Mon..Fri 06:00": systemd.time(7) */
        SCHEDULE_EVERY,    /* "90s": a grid of elapsed time from an anchor */
        SCHEDULE_AT,       /* one instant, "2026-12-24T18:00" */
        SCHEDULE_BOOT,     /* once per boot, after a delay: "5min" */
        SCHEDULE_STARTUP,  /* once per start of the daemon, after a delay */
        SCHEDULE_RESUME,   /* each time the machine has slept, after a delay */
        SCHEDULE_RRULE,    /* "FREQ=MONTHLY;BYDAY=-1FR": RFC 5545; only in builds with libical */
        SCHEDULE_KIND_COUNT,
} ScheduleKind;

/* Where the world disagrees about cron. */
typedef enum CronDialect {
        CRON_DIALECT_DEFAULT,
        CRON_DIALECT_VIXIE, /* exactly as Debian's cron */
        CRON_DIALECT_COUNT,
} CronDialect;

/* What two restricted day fields of cron mean together. */
typedef enum CronDays {
        CRON_DAYS_AUTO, /* either, unless one of them begins with "*" */
        CRON_DAYS_OR,
        CRON_DAYS_AND,
        CRON_DAYS_COUNT,
} CronDays;

DECLARE_STRING_TABLE(cron_dialect, CronDialect);
DECLARE_STRING_TABLE(cron_days, CronDays);

extern const char *const cron_dialect_names[], *const cron_days_names[];

/* What stands beside the text. All zero: the defaults. Everything is copied; what a kind has no use for is
 * ignored. */
typedef struct ScheduleOptions {
        CronDialect dialect;    /* cron */
        CronDays days;          /* cron */
        const char *hash_key;   /* cron's H and ~: what they are spread by, the job's name; NULL: "" */
        const char *hash_salt;  /* hashed as well, so that machines differ; NULL: nothing */
        DstRule dst;            /* cron, calendar, rrule */
        const Timestamp *start; /* nothing earlier; every: the grid's anchor; rrule: DTSTART; NULL: none */
        const Timestamp *end;   /* nothing later; NULL: none */
        bool from_end;          /* every: counted from the end of the last execution */
        const Timestamp *exdates, *rdates; /* rrule: left out, added */
        size_t n_exdates, n_rdates;

        /* Finds the zone that a calendar text ends with, as time_zone_load() does; NULL: there is none. */
        int (*find_zone)(void *userdata, const char *name, TimeZone **ret);
        void *find_zone_userdata;
} ScheduleOptions;

/* Where and why a text did not parse. Filled only when schedule_parse() fails. */
typedef struct ScheduleError {
        size_t offset;    /* byte, from 0 */
        char reason[160]; /* a sentence without its full stop: what is wrong and what was expected */
} ScheduleError;

#define SCHEDULE_N_NOTES 7U
/* "gap", "collapsed", "overlap-first", …: the name of a ScheduleNote; `bit` is 0…SCHEDULE_N_NOTES-1. */
const char *schedule_note_name(unsigned bit);

/* What a schedule does not know by itself. */
typedef struct ScheduleContext {
        const TimeZone *zone; /* of the job; an entry's own zone wins, and one in the text wins over both */
        usec_t anchor_usec;   /* `every` and `rrule` without a start: the job's first load */

        /* When this boot was first seen, the daemon started, the machine last woke up; USEC_INFINITY: nothing
         * is owed for it. */
        usec_t boot_usec, startup_usec, resume_usec;

        /* `every` from: end. */
        usec_t last_end_usec; /* of the last execution; USEC_INFINITY: there was none */
        bool is_running;      /* one is under way: nothing is due before its end */
} ScheduleContext;

DECLARE_STRING_TABLE(schedule_kind, ScheduleKind);

/*
 * Guesses the kind that a plain text is: FREQ= or RRULE: → rrule; "@reboot" → boot; @ + digits or an ISO
 * instant → at; other @ → cron; a duration → every; 5 to 7 blank-separated fields → cron; else calendar.
 * Returns the kind, -EINVAL with *reterr (empty or too long), or -ENOMEM.
 */
int schedule_guess_kind(const char *text, ScheduleError *reterr);

/*
 * `options` NULL: the defaults. Returns 0, -EINVAL with *reterr filled, or -ENOMEM. "@every 90s" and
 * "@reboot" as cron give those kinds.
 */
int schedule_parse(
                ScheduleKind kind,
                const char *text,
                const ScheduleOptions *options,
                Schedule **ret,
                ScheduleError *reterr);
Schedule *schedule_free(Schedule *schedule);
DEFINE_CLEANUP(Schedule, schedule_free);

ScheduleKind schedule_kind(const Schedule *schedule);

/* Writes the canonical notation: parsing it again gives an equal schedule. */
int schedule_format(const Schedule *schedule, char **ret);

/* In plain English: "at 02:30 on weekdays", "every 15 minutes". Returns 0 or -ENOMEM. */
int schedule_describe(const Schedule *schedule, char **ret);

/*
 * What is right but odd, as a sentence: "never comes again" is for the caller, who knows the time. Returns
 * NULL when there is nothing to say. Static text.
 */
const char *schedule_warning(const Schedule *schedule);

/* Interval-like (any `*`, step or range in second, minute or hour; every) or fixed-time. */
bool schedule_is_interval_like(const Schedule *schedule);

/* `every` that is counted from the end of the last execution. */
bool schedule_is_from_end(const Schedule *schedule);

/* The zone that the text ends with; NULL: none. Borrowed. */
const TimeZone *schedule_zone(const Schedule *schedule);

/*
 * The first occurrence strictly later than `after_usec`. What a clock change does to it is said by the rule
 * of the options; what lands on one instant is one occurrence, with its count. Returns 1 with *ret set, or 0
 * if it will never be due again.
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
