/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-text.h"

#include <assert.h>
#include <string.h>

#include "job/notify-text.h"
#include "util/buffer.h"

static const struct {
        const char *label, *name;
        const char *beside, *format; /* a second value behind it, if there is one */
} facts[] = {
        { "Job", "job", "description", " (%s)" },
        { "Host", "host", NULL, NULL },
        { "User", "user", NULL, NULL },
        { "State", "state", "reason", " (%s)" },
        { "Detail", "detail", NULL, NULL },
        { "Exit code", "exit-code", NULL, NULL },
        { "Signal", "signal", NULL, NULL },
        { "Execution", "execution", "attempts", ", attempt %s" },
        { "Started by", "requested-by", NULL, NULL },
        { "Due", "due", NULL, NULL },
        { "Started", "started", NULL, NULL },
        { "Ended", "ended", "duration", " (after %s)" },
};

static void add_facts(Buffer *text, char *const *values) {
        for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
                const char *value = notify_text_find(values, facts[i].name);
                const char *beside = facts[i].beside ? notify_text_find(values, facts[i].beside) : "";
                const char *hole = facts[i].format ? strstr(facts[i].format, "%s") : NULL;

                if (value[0] == '\0')
                        continue;
                (void) buffer_add_format(text, "%-11s %s", facts[i].label, value);
                if (hole && beside[0] != '\0')
                        (void) buffer_add_format(
                                        text, "%.*s%s%s", (int) (hole - facts[i].format), facts[i].format,
                                        beside, hole + 2);
                (void) buffer_add_char(text, '\n');
        }
}

/* Indented, so that no line of it looks like one of ours. */
static void add_output(Buffer *text, const char *output) {
        if (output[0] == '\0')
                return;

        (void) buffer_add_string(text, "\nThe last output:\n");
        while (*output != '\0') {
                size_t size = strcspn(output, "\n");

                (void) buffer_add_string(text, "    ");
                (void) buffer_add(text, output, size);
                (void) buffer_add_char(text, '\n');
                output += size + (output[size] == '\n');
        }
}

static void add_lines(Buffer *text, const NotificationRecord *record, char *const *values) {
        uint64_t n_lines = 0;

        if (record->count <= 1)
                return;
        STRING_LIST_FOREACH(item, values)
                n_lines += strncmp(*item, "line=", 5) == 0;

        (void) buffer_add_format(
                        text, "\n%" PRIu64 " messages were gathered in this one%s:\n", record->count,
                        n_lines < record->count ? "; the last of them" : "");
        STRING_LIST_FOREACH(item, values)
                if (strncmp(*item, "line=", 5) == 0)
                        (void) buffer_add_format(text, "    %s\n", *item + 5);
}

static void add_more(Buffer *text, char *const *values) {
        const char *job = notify_text_find(values, "job"), *id = notify_text_find(values, "execution");

        if (id[0] != '\0')
                (void) buffer_add_format(text, "\nMore: schedctl status %s; schedctl logs %s\n", id, id);
        else if (job[0] != '\0')
                (void) buffer_add_format(text, "\nMore: schedctl status %s; schedctl why %s\n", job, job);
        else
                (void) buffer_add_string(text, "\nMore: schedctl status\n");
}

int notification_subject(const NotificationRecord *record, char *const *values, char **ret) {
        const char *since = notify_text_find(values, "since");
        CLEANUP(buffer_done) Buffer text = { 0 };

        assert(record);
        assert(ret);

        /* A sentence of the daemon may have several lines; the text has all of it. */
        for (const char *at = notify_text_find(values, "summary"); *at != '\0' && *at != '\n'; at++)
                (void) buffer_add_char(&text, *at);
        if (record->count > 1)
                (void) buffer_add_format(&text, ", and %" PRIu64 " more since %s", record->count - 1, since);
        return buffer_take(&text, ret);
}

int notification_text(const NotificationRecord *record, char *const *values, char **ret) {
        CLEANUP(buffer_done) Buffer text = { 0 };

        assert(record);
        assert(ret);

        (void) buffer_add_format(&text, "%s.\n\n", notify_text_find(values, "summary"));
        add_facts(&text, values);
        add_output(&text, notify_text_find(values, "output"));
        add_lines(&text, record, values);
        add_more(&text, values);
        return buffer_take(&text, ret);
}
