/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/diagnostics.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "util/buffer.h"

#define ALLOCATED_MIN 8U

void diagnostic_done(Diagnostic *diagnostic) {
        free(diagnostic->file);
        free(diagnostic->message);
        *diagnostic = (Diagnostic){ 0 };
}

int diagnostic_copy(const Diagnostic *diagnostic, Diagnostic *ret) {
        Diagnostic copy = *diagnostic;

        copy.file = diagnostic->file ? strdup(diagnostic->file) : NULL;
        copy.message = strdup(diagnostic->message ?: "");
        if ((diagnostic->file && !copy.file) || !copy.message) {
                diagnostic_done(&copy);
                return -ENOMEM;
        }
        *ret = copy;
        return 0;
}

int diagnostics_first_error(const Diagnostics *diagnostics, Diagnostic *ret) {
        static const Diagnostic unknown = { .severity = DIAGNOSTIC_ERROR, .message = (char *) "faulty" };

        for (size_t i = 0; i < diagnostics->n_items; i++)
                if (diagnostics->items[i].severity != DIAGNOSTIC_WARNING)
                        return diagnostic_copy(&diagnostics->items[i], ret);
        return diagnostic_copy(&unknown, ret);
}

void diagnostics_add_all(Diagnostics *target, const Diagnostics *source) {
        for (size_t i = 0; i < source->n_items; i++) {
                const Diagnostic *item = &source->items[i];

                diagnostics_add(target, item->severity, item->file, item->line, item->column, "%s",
                                item->message);
        }
}

void diagnostics_done(Diagnostics *diagnostics) {
        for (size_t i = 0; i < diagnostics->n_items; i++)
                diagnostic_done(&diagnostics->items[i]);
        free(diagnostics->items);
        *diagnostics = (Diagnostics){ 0 };
}

/* The capacity follows from the number of items, so it needs no member: the next power of two. */
static size_t capacity_for(size_t n_items) {
        size_t capacity = n_items == 0 ? 0 : ALLOCATED_MIN;

        while (capacity < n_items)
                capacity *= 2;
        return capacity;
}

/* Takes the strings of `item`, or frees them when there is no room. */
static void diagnostics_push(Diagnostics *diagnostics, Diagnostic *item) {
        size_t n = diagnostics->n_items;
        size_t wanted = capacity_for(n + 1);

        if (n >= DIAGNOSTICS_MAX) {
                diagnostics->truncated = true;
                diagnostic_done(item);
                return;
        }
        if (wanted > capacity_for(n)) {
                Diagnostic *grown = reallocarray(diagnostics->items, wanted, sizeof(*grown));

                if (!grown) {
                        diagnostics->truncated = true;
                        diagnostic_done(item);
                        return;
                }
                diagnostics->items = grown;
        }
        diagnostics->items[n] = *item;
        diagnostics->n_items++;
        *item = (Diagnostic){ 0 };
}

void diagnostics_add(
                Diagnostics *diagnostics,
                DiagnosticSeverity severity,
                const char *file,
                unsigned line,
                unsigned column,
                const char *format,
                ...) {

        CLEANUP(diagnostic_done) Diagnostic item = { .severity = severity, .line = line, .column = column };
        va_list arguments;
        int n;

        assert(severity < DIAGNOSTIC_SEVERITY_COUNT);

        if (severity != DIAGNOSTIC_WARNING)
                diagnostics->n_errors++;
        if (file) {
                item.file = strdup(file);
                if (!item.file) {
                        diagnostics->truncated = true;
                        return;
                }
        }

        va_start(arguments, format);
        n = vasprintf(&item.message, format, arguments);
        va_end(arguments);
        if (n < 0) {
                item.message = NULL; /* undefined after a failure */
                diagnostics->truncated = true;
                return;
        }
        diagnostics_push(diagnostics, &item);
}

void diagnostics_move(Diagnostics *target, Diagnostics *source) {
        assert(target != source);

        for (size_t i = 0; i < source->n_items; i++)
                diagnostics_push(target, &source->items[i]);
        target->n_errors += source->n_errors;
        target->truncated = target->truncated || source->truncated;
        diagnostics_done(source); /* its items are empty now */
}

int diagnostic_format(const Diagnostic *diagnostic, char **ret) {
        static const char *const names[] = {
                [DIAGNOSTIC_ERROR] = "error",
                [DIAGNOSTIC_WARNING] = "warning",
                [DIAGNOSTIC_PENDING] = "not yet",
        };
        CLEANUP(buffer_done) Buffer text = { 0 };

        /* buffer_take() reports a lack of memory. */
        if (diagnostic->file)
                (void) buffer_add_format(&text, "%s:", diagnostic->file);
        if (diagnostic->line > 0)
                (void) buffer_add_format(&text, "%u:", diagnostic->line);
        if (diagnostic->line > 0 && diagnostic->column > 0)
                (void) buffer_add_format(&text, "%u:", diagnostic->column);
        if (text.size > 0)
                (void) buffer_add_char(&text, ' ');
        (void) buffer_add_format(&text, "%s: %s", names[diagnostic->severity], diagnostic->message);
        return buffer_take(&text, ret);
}
