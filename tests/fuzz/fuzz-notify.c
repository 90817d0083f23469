/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any text as what is kept of a message, as a template, and as what a job wrote: a list comes back as it was,
 * a JSON text stays one line of JSON, and no header of a mail comes from its contents.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "job/notify-text.h"
#include "manager/notification-mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const char *text) {
        CLEANUP_FREE char *again = NULL;
        char **list = NULL;

        if (notify_text_decode(text, &list) < 0)
                return;
        assert(notify_text_encode(list, &again) >= 0);
        assert(strcmp(again, text) == 0);
        (void) string_list_free(list);
}

static void check_template(const char *text) {
        char *const nothing[] = { NULL };
        CLEANUP_FREE char *expanded = NULL, *quoted = NULL, *unknown = NULL;
        char **values = NULL;

        assert(notify_text_add(&values, "output", text) >= 0);
        assert(notify_template_expand("\"${output}\"", values, &quoted) >= 0);
        for (const char *c = quoted + 1; c[1] != '\0'; c++) {
                assert((unsigned char) *c >= 0x20 && *c != '"');
                if (*c == '\\')
                        c++;
        }
        assert(notify_template_expand(text, nothing, &expanded) >= 0);
        assert(strlen(expanded) <= strlen(text));
        (void) notify_template_check(text, &unknown); /* either answer is right */
        (void) string_list_free(values);
}

static void check_mail(const char *text) {
        const char *const headers[] = { "X-Jobsched-Job", text, NULL };
        const Mail mail = {
                .to = text, .subject = text, .text = text, .message_id = "id@host", .headers = headers
        };
        CLEANUP_FREE char *message = NULL;
        size_t n_lines = 0;
        char *end;

        assert(mail_format(&mail, &message) >= 0);
        end = strstr(message, "\n\n");
        assert(end);
        *end = '\0';
        for (const char *line = message; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (*line == ' ')
                        continue; /* of the header before */
                n_lines++;
                assert(strncmp(line, "To: ", 4) == 0 || strncmp(line, "Subject:", 8) == 0 ||
                       strncmp(line, "Date: ", 6) == 0 || strncmp(line, "Message-ID: ", 12) == 0 ||
                       strncmp(line, "Auto-Submitted: ", 16) == 0 ||
                       strncmp(line, "X-Jobsched-Job:", 15) == 0 ||
                       strncmp(line, "MIME-Version: ", 14) == 0 || strncmp(line, "Content-T", 9) == 0);
        }
        assert(n_lines == (text[0] != '\0' ? 9 : 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP_FREE char *text = strndup((const char *) data, size);

        assert(text);
        check_list(text);
        check_template(text);
        check_mail(text);
        return 0;
}
