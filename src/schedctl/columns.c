/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/columns.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/time-text.h"
#include "schedctl/view.h"
#include "util/duration.h"

static const struct {
        const char *state;
        Colour colour;
        Glyph glyph;
} looks[] = {
        { "armed", COLOUR_NONE, GLYPH_INACTIVE },       { "waiting", COLOUR_YELLOW, GLYPH_ACTIVE },
        { "starting", COLOUR_GREEN, GLYPH_ACTIVE },     { "running", COLOUR_GREEN, GLYPH_ACTIVE },
        { "retrying", COLOUR_YELLOW, GLYPH_ACTIVE },    { "succeeded", COLOUR_GREEN, GLYPH_INACTIVE },
        { "failed", COLOUR_RED, GLYPH_FAILED },         { "timed-out", COLOUR_RED, GLYPH_FAILED },
        { "cancelled", COLOUR_YELLOW, GLYPH_INACTIVE }, { "lost", COLOUR_RED, GLYPH_FAILED },
        { "skipped", COLOUR_GREY, GLYPH_INACTIVE },     { "missed", COLOUR_YELLOW, GLYPH_INACTIVE },
        { "idle", COLOUR_NONE, GLYPH_INACTIVE },        { "paused", COLOUR_YELLOW, GLYPH_INACTIVE },
        { "disabled", COLOUR_GREY, GLYPH_INACTIVE },    { "finished", COLOUR_GREY, GLYPH_INACTIVE },
        { "blocked", COLOUR_YELLOW, GLYPH_INACTIVE },   { "failed-to-load", COLOUR_RED, GLYPH_FAILED },
};

Colour state_colour(const char *state) {
        for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
                if (strcmp(looks[i].state, state) == 0)
                        return looks[i].colour;
        return COLOUR_NONE;
}

Glyph state_glyph(const char *state) {
        for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
                if (strcmp(looks[i].state, state) == 0)
                        return looks[i].glyph;
        return GLYPH_INACTIVE;
}

const char *signal_text(int number, char buffer[static EXIT_TEXT_MAX]) {
        const char *name = sigabbrev_np(number);

        if (name)
                (void) snprintf(buffer, EXIT_TEXT_MAX, "SIG%s", name);
        else
                (void) snprintf(buffer, EXIT_TEXT_MAX, "signal %d", number);
        return buffer;
}

const char *exit_text(const json_t *execution, char buffer[static EXIT_TEXT_MAX]) {
        int64_t code = view_integer(execution, "exit_code", -1),
                number = view_integer(execution, "signal", -1),
                status = view_integer(execution, "http_status", -1);

        if (number > 0)
                return signal_text((int) number, buffer);
        if (status >= 0) {
                (void) snprintf(buffer, EXIT_TEXT_MAX, "HTTP %" PRIi64, status);
                return buffer;
        }
        if (code < 0)
                return "";
        (void) snprintf(buffer, EXIT_TEXT_MAX, "%" PRIi64, code);
        return buffer;
}

usec_t execution_duration(const json_t *execution, usec_t now_usec) {
        usec_t started_usec = view_instant(execution, "started"),
               ended_usec = view_instant(execution, "ended");

        if (started_usec == USEC_INFINITY)
                return USEC_INFINITY;
        if (ended_usec == USEC_INFINITY)
                ended_usec = now_usec;
        return MAX(ended_usec - started_usec, (usec_t) 0);
}

void column_instant(Table *table, const Context *context, usec_t instant_usec) {
        char text[TIME_TEXT_MAX];

        table_add(table, time_text_format(context->zone, instant_usec, text));
}

void column_relative(Table *table, const Context *context, usec_t instant_usec) {
        char text[TIME_TEXT_MAX];

        table_add(table, time_text_relative(instant_usec, context_now(context), text));
}

void column_glyph(Table *table, const Context *context, const char *state) {
        table_add_colour(table, screen_glyph(&context->screen, state_glyph(state)), state_colour(state));
}

/* clang-format off */
const TableColumn execution_columns[] = {
        { "" },
        { "ID", .right = true },
        { "JOB", .shrink = true },
        { "STATE" },
        { "REASON", .shrink = true },
        { "CAUSE" },
        { "DUE" },
        { "STARTED" },
        { "DURATION", .right = true },
        { "EXIT" },
};
/* clang-format on */
const size_t n_execution_columns = ARRAY_SIZE(execution_columns);

void columns_add_execution(Table *table, const Context *context, const json_t *execution) {
        char text[EXIT_TEXT_MAX], span[DURATION_SHORT_MAX];
        usec_t duration_usec = execution_duration(execution, context_now(context));
        int64_t count = view_integer(execution, "count", 1);
        const char *state = view_text(execution, "state"), *reason = view_text(execution, "reason");

        if (!*reason) /* yet: what it waits for */
                reason = view_text(execution, "waiting_for");
        column_glyph(table, context, state);
        table_add_format(table, "%" PRIi64, view_integer(execution, "id", 0));
        table_add(table, view_text(execution, "job"));
        table_add_colour(table, state, state_colour(state));
        if (count > 1)
                table_add_format(table, "%s (%" PRIi64 " times)", *reason ? reason : "-", count);
        else
                table_add(table, reason);
        table_add(table, view_text(execution, "cause"));
        column_instant(table, context, view_instant(execution, "due"));
        column_instant(table, context, view_instant(execution, "started"));
        table_add(table, duration_usec == USEC_INFINITY ? "" : duration_format_short(duration_usec, span));
        table_add(table, exit_text(execution, text));
}
