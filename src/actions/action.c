/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/action.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "util/string-list.h"
#include "util/utf8.h"

#define MESSAGE_MAX 4096U

static void open_result(Action *action) {
        buffer_clear(&action->text);
        json_writer_init(&action->result, &action->text);
        json_writer_begin_object(&action->result, NULL);
}

void action_init(Action *action, const ActionProgram *program) {
        *action = (Action){ .program = program, .job = "" };
        open_result(action);
}

void action_done(Action *action) {
        json_decref(action->request);
        buffer_done(&action->text);
        free(action->message);
        STRING_LIST_FOREACH(secret, action->secrets)
                explicit_bzero(*secret, strlen(*secret));
        (void) string_list_free(action->secrets);
        *action = (Action){ 0 };
}

int action_add_secret(Action *action, const char *text) {
        return *text == '\0' ? 0 : string_list_push(&action->secrets, text);
}

/* Adds the text with each secret in it as "***": at each place the longest of those that stand there. */
static void add_redacted(const Action *action, Buffer *buffer, const char *text) {
        while (*text != '\0') {
                size_t length = 0;

                STRING_LIST_FOREACH(secret, action->secrets) {
                        size_t n = strlen(*secret);

                        if (n > length && strncmp(text, *secret, n) == 0)
                                length = n;
                }
                (void) (length > 0 ? buffer_add_string(buffer, "***") : buffer_add_char(buffer, *text));
                text += length > 0 ? length : 1;
        }
}

static int set_message(Action *action, const char *text) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        int r;

        if (action->message)
                return -ECANCELED;
        add_redacted(action, &buffer, text);
        if (buffer.failed)
                return -ENOMEM;
        r = utf8_clean(buffer.data ?: "", buffer.size, MESSAGE_MAX, &action->message);
        if (r < 0)
                return r;
        open_result(action);
        return -ECANCELED;
}

int action_fail(Action *action, const char *format, ...) {
        CLEANUP_FREE char *text = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        return r < 0 ? -ENOMEM : set_message(action, text);
}

int action_fail_errno(Action *action, int error, const char *format, ...) {
        CLEANUP_FREE char *text = NULL, *whole = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r < 0)
                return -ENOMEM;
        if (asprintf(&whole, "%s: %s", text, strerror(error)) < 0)
                return -ENOMEM;
        return set_message(action, whole);
}

int action_finish(Action *action, int r, char **ret) {
        if (r < 0) {
                if (!action->message)
                        (void) action_fail(action, "%s failed: %s", action->program->name, strerror(-r));
                json_writer_string(&action->result, "message", action->message ?: strerror(-r));
        }
        json_writer_end_object(&action->result);
        (void) buffer_add_char(&action->text, '\n');
        if (action->text.size > ACTION_RESULT_MAX)
                return -E2BIG;
        return buffer_take(&action->text, ret);
}
