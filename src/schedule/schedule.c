/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/schedule.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schedule/local-search.h"
#include "schedule/schedule-kind.h"
#include "util/duration.h"

#define BLANKS " \t\r\n"

/* clang-format off */
static const char *const schedule_kind_names[] = {
        [SCHEDULE_CRON]       = "cron",
        [SCHEDULE_CALENDAR]   = "calendar",
        [SCHEDULE_EVERY]      = "every",
        [SCHEDULE_AT]         = "at",
        [SCHEDULE_BOOT]       = "boot",
        [SCHEDULE_STARTUP]    = "startup",
        [SCHEDULE_RESUME]     = "resume",
        [SCHEDULE_RRULE]      = "rrule",
        [SCHEDULE_KIND_COUNT] = NULL,
};

const char *const cron_dialect_names[] = {
        [CRON_DIALECT_DEFAULT] = "default",
        [CRON_DIALECT_VIXIE]   = "vixie",
        [CRON_DIALECT_COUNT]   = NULL,
};

const char *const cron_days_names[] = {
        [CRON_DAYS_AUTO]  = "auto",
        [CRON_DAYS_OR]    = "or",
        [CRON_DAYS_AND]   = "and",
        [CRON_DAYS_COUNT] = NULL,
};
/* clang-format on */

DEFINE_STRING_TABLE(schedule_kind, ScheduleKind, schedule_kind_names);
DEFINE_STRING_TABLE(cron_dialect, CronDialect, cron_dialect_names);
DEFINE_STRING_TABLE(cron_days, CronDays, cron_days_names);

typedef int (*ScheduleParser)(
                const char *text,
                const ScheduleOptions *options,
                Schedule **ret,
                ScheduleError *reterr);

/* NULL: not in this build. */
static const ScheduleParser parsers[SCHEDULE_KIND_COUNT] = {
        [SCHEDULE_CRON] = cron_parse,     [SCHEDULE_CALENDAR] = calendar_parse,
        [SCHEDULE_EVERY] = every_parse,   [SCHEDULE_AT] = at_parse,
        [SCHEDULE_BOOT] = boot_parse,     [SCHEDULE_STARTUP] = startup_parse,
        [SCHEDULE_RESUME] = resume_parse,
#if HAVE_LIBICAL
        [SCHEDULE_RRULE] = rrule_parse,
#endif
};

const char *schedule_note_name(unsigned bit) {
        static const char *const names[SCHEDULE_N_NOTES] = {
                "gap", "collapsed", "overlap-first", "overlap-second", "shifted", "excepted-moved", "delayed",
        };

        return bit < SCHEDULE_N_NOTES ? names[bit] : NULL;
}

int schedule_error(ScheduleError *reterr, size_t offset, const char *format, ...) {
        va_list arguments;

        if (!reterr)
                return -EINVAL;

        reterr->offset = offset;
        va_start(arguments, format);
        (void) vsnprintf(reterr->reason, sizeof(reterr->reason), format, arguments);
        va_end(arguments);
        return -EINVAL;
}

/* Copies the text without the blanks around it. */
static int trim(const char *text,
                const char *blanks,
                char **ret,
                size_t *ret_n_leading,
                ScheduleError *reterr) {

        size_t leading = strspn(text, blanks), length = strnlen(text + leading, SCHEDULE_TEXT_MAX + 1);
        char *copy;

        if (length > SCHEDULE_TEXT_MAX)
                return schedule_error(reterr, 0, "the text is longer than %u characters", SCHEDULE_TEXT_MAX);
        while (length > 0 && strchr(blanks, text[leading + length - 1]))
                length--;
        if (length == 0)
                return schedule_error(reterr, 0, "the text is empty: a schedule was expected");

        copy = strndup(text + leading, length);
        if (!copy)
                return -ENOMEM;
        *ret = copy;
        *ret_n_leading = leading;
        return 0;
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static size_t count_words(const char *text) {
        size_t n = 0;

        for (text += strspn(text, BLANKS); *text; text += strspn(text, BLANKS)) {
                text += strcspn(text, BLANKS);
                n++;
        }
        return n;
}

static int guess_trimmed(const char *text) {
        Timestamp time;
        usec_t span;
        size_t n;
        int r;

        if (strncasecmp(text, "FREQ=", 5) == 0 || strncasecmp(text, "RRULE:", 6) == 0)
                return SCHEDULE_RRULE;

        if (text[0] == '@') {
                if (is_digit(text[1]))
                        return SCHEDULE_AT;
                return strcasecmp(text, "@reboot") == 0 ? SCHEDULE_BOOT : SCHEDULE_CRON;
        }
        if (timestamp_parse(text, &time) >= 0)
                return SCHEDULE_AT;

        /* Numbers without any unit are a span only if there is just one: "0 0 29 2 1" is cron. */
        if (!strpbrk(text, " \t") || strspn(text, "0123456789. \t") < strlen(text)) {
                r = duration_parse(text, &span);
                if (r == -ENOMEM)
                        return r;
                if (r == 0 || r == -ERANGE)
                        return SCHEDULE_EVERY;
        }

        n = count_words(text);
        return n >= 5 && n <= 7 ? SCHEDULE_CRON : SCHEDULE_CALENDAR;
}

int schedule_guess_kind(const char *text, ScheduleError *reterr) {
        CLEANUP_FREE char *trimmed = NULL;
        size_t n_leading = 0;
        int r;

        assert(text);

        r = trim(text, BLANKS, &trimmed, &n_leading, reterr);
        if (r < 0)
                return r;

        return guess_trimmed(trimmed);
}

/* What `auto` means for this schedule. */
static DstRule resolve_rule(const Schedule *schedule, DstRule rule) {
        bool interval_like = schedule_is_interval_like(schedule);

        if (rule.gap == DST_GAP_AUTO) {
                rule.gap = interval_like ? DST_GAP_SKIP : DST_GAP_RUN;
                if (schedule_kind(schedule) == SCHEDULE_RRULE)
                        rule.gap = DST_GAP_SHIFT;
        }
        if (rule.overlap == DST_OVERLAP_AUTO)
                rule.overlap = interval_like ? DST_OVERLAP_BOTH : DST_OVERLAP_FIRST;
        return rule;
}

static void apply_options(Schedule *schedule, const ScheduleOptions *options) {
        schedule->dst = resolve_rule(schedule, options->dst);
        if (options->start) {
                schedule->start = *options->start;
                schedule->has_start = true;
        }
        if (options->end) {
                schedule->end = *options->end;
                schedule->has_end = true;
        }
}

int schedule_parse(
                ScheduleKind kind,
                const char *text,
                const ScheduleOptions *options,
                Schedule **ret,
                ScheduleError *reterr) {

        static const ScheduleOptions defaults = { 0 };
        CLEANUP_FREE char *trimmed = NULL;
        size_t n_leading = 0;
        int r;

        assert(kind >= 0 && kind < SCHEDULE_KIND_COUNT);
        assert(text);
        assert(ret);

        if (!parsers[kind])
                return schedule_error(
                                reterr, 0,
                                "this build has no %s schedules: configure found no libical (--with-libical)",
                                schedule_kind_to_string(kind));
        /* To systemd a line break is no blank. */
        r = trim(text, kind == SCHEDULE_CALENDAR ? " \t" : BLANKS, &trimmed, &n_leading, reterr);
        if (r < 0)
                return r;

        r = parsers[kind](trimmed, options ?: &defaults, ret, reterr);
        if (r == -EINVAL && reterr)
                reterr->offset += n_leading;
        if (r >= 0)
                apply_options(*ret, options ?: &defaults);
        return r;
}

Schedule *schedule_free(Schedule *schedule) {
        if (schedule && schedule->operations->done)
                schedule->operations->done(schedule);
        if (schedule)
                schedule->zone = time_zone_unref(schedule->zone);
        free(schedule);
        return NULL;
}

ScheduleKind schedule_kind(const Schedule *schedule) {
        assert(schedule);
        return schedule->operations->kind;
}

int schedule_format(const Schedule *schedule, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = {};

        assert(schedule);
        assert(ret);

        schedule->operations->format(schedule, &buffer);
        return buffer_take(&buffer, ret);
}

int schedule_describe(const Schedule *schedule, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = {};

        assert(schedule);
        assert(ret);

        schedule->operations->describe(schedule, &buffer);
        return buffer_take(&buffer, ret);
}

const char *schedule_warning(const Schedule *schedule) {
        assert(schedule);
        return schedule->operations->warning ? schedule->operations->warning(schedule) : NULL;
}

bool schedule_is_interval_like(const Schedule *schedule) {
        assert(schedule);
        return schedule->operations->is_interval_like && schedule->operations->is_interval_like(schedule);
}

const TimeZone *schedule_zone(const Schedule *schedule) {
        assert(schedule);
        return schedule->zone;
}

static ScheduleContext own_context(const Schedule *schedule, const ScheduleContext *context) {
        ScheduleContext own = *context;

        if (schedule->zone)
                own.zone = schedule->zone;
        return own;
}

usec_t schedule_limit_usec(const Timestamp *limit, const ScheduleContext *context) {
        if (limit->has_offset)
                return timestamp_to_usec(limit);
        return local_search_instant(context->zone, civil_time_to_usec(limit->local)).due_usec;
}

/* A start is the first instant that counts. */
static usec_t begin_of(const Schedule *schedule, const ScheduleContext *context) {
        return schedule->has_start ? schedule_limit_usec(&schedule->start, context) : -USEC_INFINITY;
}

/* An end is the last instant that counts; a mere date is the whole day. */
static usec_t end_of(const Schedule *schedule, const ScheduleContext *context) {
        Timestamp end = schedule->end;
        usec_t local;

        if (!schedule->has_end)
                return USEC_INFINITY;
        if (end.has_time)
                return schedule_limit_usec(&end, context);

        local = civil_time_to_usec(end.local) + USEC_PER_DAY;
        if (end.has_offset)
                return local - end.offset_seconds * USEC_PER_SEC - 1;
        return local_search_instant(context->zone, local).due_usec - 1;
}

int schedule_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {

        Occurrence occurrence;
        ScheduleContext own;
        usec_t begin;
        int r;

        assert(schedule);
        assert(context && context->zone);
        assert(ret);

        own = own_context(schedule, context);
        begin = begin_of(schedule, &own);

        r = schedule->operations->next(schedule, &own, MAX(after_usec, begin - 1), &occurrence);
        if (r <= 0 || occurrence.due_usec > end_of(schedule, &own))
                return MIN(r, 0);
        occurrence.nominal_usec = occurrence.due_usec;
        *ret = occurrence;
        return 1;
}

int schedule_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {

        Occurrence occurrence;
        ScheduleContext own;
        usec_t end;
        int r;

        assert(schedule);
        assert(context && context->zone);
        assert(ret);

        own = own_context(schedule, context);
        end = end_of(schedule, &own);

        r = schedule->operations->previous(schedule, &own, MIN(before_usec, usec_add(end, 1)), &occurrence);
        if (r <= 0 || occurrence.due_usec < begin_of(schedule, &own))
                return MIN(r, 0);
        occurrence.nominal_usec = occurrence.due_usec;
        *ret = occurrence;
        return 1;
}

bool schedule_can_count(const Schedule *schedule) {
        return schedule->operations->count;
}

uint64_t schedule_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec) {

        ScheduleContext own = own_context(schedule, context);

        after_usec = MAX(after_usec, begin_of(schedule, &own) - 1);
        until_usec = MIN(until_usec, end_of(schedule, &own));
        if (after_usec >= until_usec)
                return 0;
        return schedule->operations->count(schedule, &own, after_usec, until_usec);
}

void schedule_format_span(usec_t span_usec, Buffer *buffer) {
        CLEANUP_FREE char *text = NULL;

        if (duration_format(span_usec, &text) < 0)
                buffer->failed = true;
        else
                (void) buffer_add_string(buffer, text);
}

void schedule_describe_span(usec_t span_usec, bool after_every, Buffer *buffer) {
        static const struct {
                usec_t size_usec;
                const char *name;
        } units[] = {
                { USEC_PER_WEEK, "week" },     { USEC_PER_DAY, "day" },    { USEC_PER_HOUR, "hour" },
                { USEC_PER_MINUTE, "minute" }, { USEC_PER_SEC, "second" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
                usec_t n = span_usec / units[i].size_usec;

                if (span_usec == 0 || span_usec % units[i].size_usec != 0)
                        continue;
                if (n == 1)
                        (void) buffer_add_format(buffer, "%s%s", after_every ? "" : "1 ", units[i].name);
                else
                        (void) buffer_add_format(buffer, "%" PRId64 " %ss", n, units[i].name);
                return;
        }
        schedule_format_span(span_usec, buffer);
}
