/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/progress-bar.h"

#include <errno.h>
#include <string.h>

#include "schedctl/text.h"
#include "schedctl/view.h"
#include "util/duration.h"

#define BAR_CELLS 20

usec_t progress_left(int progress, usec_t elapsed_usec, usec_t median_usec) {
        usec_t by_history = USEC_INFINITY, by_pace;

        if (elapsed_usec < 0 || elapsed_usec == USEC_INFINITY)
                return USEC_INFINITY;
        if (median_usec != USEC_INFINITY && median_usec > elapsed_usec)
                by_history = median_usec - elapsed_usec;
        if (progress <= 0)
                return by_history;

        by_pace = (usec_t) ((double) elapsed_usec * (100 - progress) / progress);
        if (by_history == USEC_INFINITY)
                return by_pace;
        return (usec_t) (((double) by_pace * progress + (double) by_history * (100 - progress)) / 100);
}

static void add_bar(int progress, const Screen *screen, Buffer *buffer) {
        int filled = progress * BAR_CELLS / 100;

        if (!screen->utf8)
                (void) buffer_add_char(buffer, '[');
        for (int i = 0; i < BAR_CELLS; i++)
                (void) buffer_add_string(
                                buffer, screen->utf8 ? (i < filled ? "█" : "░") : (i < filled ? "#" : "-"));
        (void) buffer_add_format(buffer, "%s %3d%%", screen->utf8 ? "" : "]", progress);
}

static usec_t elapsed_of(const json_t *execution, usec_t now_usec) {
        usec_t started_usec = view_instant(execution, "started");

        return started_usec == USEC_INFINITY ? USEC_INFINITY : now_usec - started_usec;
}

int progress_format(
                const json_t *execution,
                usec_t now_usec,
                usec_t median_usec,
                const Screen *screen,
                Buffer *buffer) {

        int progress = (int) view_integer(execution, "progress", -1);
        const char *text = view_text(execution, "status_text");
        size_t begin = buffer->size;
        char span[DURATION_SHORT_MAX];
        usec_t left;

        if (strcmp(view_text(execution, "state"), "running") != 0)
                return 0;
        left = progress_left(progress, elapsed_of(execution, now_usec), median_usec);
        if (progress >= 0 && progress <= 100)
                add_bar(progress, screen, buffer);
        if (left != USEC_INFINITY && progress < 100)
                (void) buffer_add_format(
                                buffer, "%sabout %s left", buffer->size > begin ? ", " : "",
                                duration_format_short(left, span));
        if (*text && buffer->size > begin)
                (void) buffer_add_string(buffer, ": ");
        (void) text_clean(buffer, text);
        return buffer->failed ? -ENOMEM : 0;
}
