/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the user wrote wrong, as data: file, line, column, text. Parsers fill it, report every fault in one
 * pass, and the caller decides whether to print, log or reply.
 */

#include "util/cleanup.h"
#include "util/types.h"

typedef enum DiagnosticSeverity {
        DIAGNOSTIC_ERROR,
        DIAGNOSTIC_WARNING,
        DIAGNOSTIC_PENDING, /* an error for the moment, which goes by itself: nobody has to do anything */
        DIAGNOSTIC_SEVERITY_COUNT,
} DiagnosticSeverity;

typedef struct Diagnostic {
        DiagnosticSeverity severity;
        char *file;            /* NULL: the text did not come from a file */
        unsigned line, column; /* from 1; 0: the file as a whole */
        char *message;
} Diagnostic;

typedef struct Diagnostics {
        Diagnostic *items;
        size_t n_items;
        size_t n_errors; /* and pending ones */
        bool truncated;  /* more than DIAGNOSTICS_MAX: the rest was dropped */
} Diagnostics;

#define DIAGNOSTICS_MAX 1000U

void diagnostic_done(Diagnostic *diagnostic);
int diagnostic_copy(const Diagnostic *diagnostic, Diagnostic *ret);

void diagnostics_done(Diagnostics *diagnostics);

/* A copy of the first one, or "faulty" if there was no room for any. Returns 0 or -ENOMEM. */
int diagnostics_first_error(const Diagnostics *diagnostics, Diagnostic *ret);

/* Adds copies of everything of `source`. */
void diagnostics_add_all(Diagnostics *target, const Diagnostics *source);

/* Out of memory only sets `truncated`: a fault is never lost silently. n_errors always counts. */
void diagnostics_add(
                Diagnostics *diagnostics,
                DiagnosticSeverity severity,
                const char *file,
                unsigned line,
                unsigned column,
                const char *format,
                ...) PRINTF_LIKE(6, 7);

/* Moves everything of `source` to the end of `target`. */
void diagnostics_move(Diagnostics *target, Diagnostics *source);

/* "FILE:LINE:COLUMN: error: MESSAGE", without the parts that are unknown. Returns 0 or -ENOMEM. */
int diagnostic_format(const Diagnostic *diagnostic, char **ret);
