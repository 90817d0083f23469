/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/text.h"

/* Texts hold names from the daemon and from files: no control characters reach the terminal. */
static void print_clean(const char *text) {
        CLEANUP_FREE char *clean = NULL;
        Buffer buffer = { 0 };
        size_t length;

        (void) text_clean(&buffer, text);
        if (buffer_take(&buffer, &clean) < 0)
                return;

        length = strlen(clean);
        while (length > 0 && clean[length - 1] == ' ')
                clean[--length] = 0;
        (void) fflush(stdout);
        (void) fprintf(stderr, "%s%s\n", clean, length > 0 && strchr(".?!:", clean[length - 1]) ? "" : ".");
}

PRINTF_LIKE(2, 0) static void complain_list(int error, const char *format, va_list arguments) {
        CLEANUP_FREE char *text = NULL, *whole = NULL;

        if (vasprintf(&text, format, arguments) < 0) {
                text = NULL;
                return;
        }
        if (asprintf(&whole, "schedctl: %s%s%s", text, error < 0 ? ": " : "",
                     error < 0 ? strerror(-error) : "") < 0) {
                whole = NULL;
                return;
        }
        print_clean(whole);
}

void complain(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        complain_list(0, format, arguments);
        va_end(arguments);
}

int complain_errno(int error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        complain_list(error, format, arguments);
        va_end(arguments);
        return STATUS_FAILURE;
}

int complain_client(int r, ClientError *error, const char *thing) {
        const char *text = error->text ?: strerror(-r);
        int status = error->fault == CLIENT_FAULT_NO_SUCH ? STATUS_NO_SUCH : STATUS_FAILURE;

        if (thing && !strstr(text, thing))
                complain("%s: %s", thing, text);
        else
                complain("%s", text);
        if (error->hint)
                print_clean(error->hint);

        client_error_done(error);
        return status;
}
