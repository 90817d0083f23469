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

static const char *const schedule_kind_names[] = {
        [SCHEDULE_CRON] = "cron", [SCHEDULE_EVERY] = "every",   [SCHEDULE_AT] = "at",
        [SCHEDULE_BOOT] = "boot", [SCHEDULE_KIND_COUNT] = NULL,
};

DEFINE_STRING_TABLE(schedule_kind, ScheduleKind, schedule_kind_names);

typedef int (*ScheduleParser)(const char *text, Schedule **ret, ScheduleError *reterr);

static const ScheduleParser parsers[SCHEDULE_KIND_COUNT] = {
        [SCHEDULE_CRON] = cron_parse,
        [SCHEDULE_EVERY] = every_parse,
        [SCHEDULE_AT] = at_parse,
        [SCHEDULE_BOOT] = boot_parse,
};

const char *schedule_note_name(unsigned bit) {
        static const char *const names[SCHEDULE_N_NOTES] = {
                "gap",
                "collapsed",
                "overlap-first",
                "overlap-second",
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
static int trim(const char *text, char **ret, size_t *ret_n_leading, ScheduleError *reterr) {
        size_t leading = strspn(text, BLANKS), length = strnlen(text + leading, SCHEDULE_TEXT_MAX + 1);
        char *copy;

        if (length > SCHEDULE_TEXT_MAX)
                return schedule_error(reterr, 0, "the text is longer than %u characters", SCHEDULE_TEXT_MAX);
        while (length > 0 && strchr(BLANKS, text[leading + length - 1]))
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

/* "2026-…" can be nothing but a date: cron's values have no four digits. */
static bool looks_like_date(const char *text) {
        return strspn(text, "0123456789") == 4 && text[4] == '-';
}

static int guess_trimmed(const char *text, ScheduleError *reterr) {
        usec_t span;
        int r;

        if (text[0] == '@') {
                if (is_digit(text[1]))
                        return SCHEDULE_AT;
                return strcasecmp(text, "@reboot") == 0 ? SCHEDULE_BOOT : SCHEDULE_CRON;
        }
        if (looks_like_date(text))
                return SCHEDULE_AT;

        /* Numbers without any unit are a span only if there is just one: "0 0 29 2 1" is cron. */
        if (!strpbrk(text, " \t") || strspn(text, "0123456789. \t") < strlen(text)) {
                r = duration_parse(text, &span);
                if (r == 0 || r == -ERANGE)
                        return SCHEDULE_EVERY;
        }

        if (!strpbrk(text, " \t"))
                return schedule_error(
                                reterr, 0,
                                "not a schedule: five cron fields, a macro such as @daily, a span such as "
                                "\"90s\" or a time such as \"2026-12-24T18:00\" expected");
        r = cron_check_fields(text, reterr);
        return r < 0 ? r : SCHEDULE_CRON;
}

int schedule_guess_kind(const char *text, ScheduleError *reterr) {
        CLEANUP_FREE char *trimmed = NULL;
        size_t n_leading = 0;
        int r;

        assert(text);

        r = trim(text, &trimmed, &n_leading, reterr);
        if (r < 0)
                return r;

        r = guess_trimmed(trimmed, reterr);
        if (r == -EINVAL && reterr)
                reterr->offset += n_leading;
        return r;
}

int schedule_parse(ScheduleKind kind, const char *text, Schedule **ret, ScheduleError *reterr) {
        CLEANUP_FREE char *trimmed = NULL;
        size_t n_leading = 0;
        int r;

        assert(kind >= 0 && kind < SCHEDULE_KIND_COUNT);
        assert(text);
        assert(ret);

        r = trim(text, &trimmed, &n_leading, reterr);
        if (r < 0)
                return r;

        r = parsers[kind](trimmed, ret, reterr);
        if (r == -EINVAL && reterr)
                reterr->offset += n_leading;
        return r;
}

Schedule *schedule_free(Schedule *schedule) {
        if (schedule && schedule->operations->done)
                schedule->operations->done(schedule);
        free(schedule);
        return NULL;
}

ScheduleKind schedule_kind(const Schedule *schedule) {
        assert(schedule);
        return schedule->operations->kind;
}

int schedule_set_start(Schedule *schedule, const Timestamp *start) {
        assert(schedule);
        assert(start);
        return schedule->operations->set_start ? schedule->operations->set_start(schedule, start) : -EINVAL;
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

int schedule_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {

        assert(schedule);
        assert(context && context->zone);
        assert(ret);

        return schedule->operations->next(schedule, context, after_usec, ret);
}

int schedule_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {

        assert(schedule);
        assert(context && context->zone);
        assert(ret);

        return schedule->operations->previous(schedule, context, before_usec, ret);
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
