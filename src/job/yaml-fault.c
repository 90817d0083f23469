/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-fault.h"

#include <string.h>

/* What libyaml says, and what to tell the user instead. */
typedef struct Fault {
        const char *problem;
        const char *context;    /* NULL: any */
        const char *characters; /* one of them stands at the fault; NULL: any */
        const char *message;
        bool at_begin; /* of what was being read: that is where to look */
} Fault;

/* The first row that matches wins. */
static const Fault faults[] = {
        { "did not find expected alphabetic or numeric character", "while scanning an alias", NULL,
          "a value that begins with '*' must be quoted, as in \"*/5 * * * *\"", true },
        { "did not find expected alphabetic or numeric character", "while scanning an anchor", NULL,
          "a value that begins with '&' must be quoted", true },
        { "found character that cannot start any token", NULL, "\t", "indent with spaces, not with a tab" },
        { "found character that cannot start any token", NULL, "@",
          "a value that begins with '@' must be quoted, as in \"@daily\"" },
        { "found character that cannot start any token", NULL, "%",
          "a value that begins with '%' must be quoted" },
        { "found character that cannot start any token", NULL, "`",
          "a value that begins with '`' must be quoted" },
        { "mapping values are not allowed in this context", NULL, NULL,
          "a value that holds ': ' must be quoted; or this line is indented wrongly" },
        { "did not find expected key", NULL, NULL,
          "expected 'key: value' here: the indentation is wrong, or a value with quotes in it "
          "must be quoted as a whole" },
        { "could not find expected ':'", NULL, NULL, "a line before this one is no 'key: value'" },
        { "did not find expected ',' or ']'", NULL, NULL, "a list that was opened with '[' is not closed",
          true },
        { "did not find expected ',' or '}'", NULL, NULL, "a mapping that was opened with '{' is not closed",
          true },
        { "found unexpected end of stream", "while scanning a quoted scalar", NULL, "a quote is not closed",
          true },
        { "found unexpected document indicator", "while scanning a quoted scalar", NULL,
          "a quote is not closed", true },
        { "found unknown escape character", NULL, NULL,
          "unknown escape after '\\': write '\\\\' for a backslash, or use single quotes" },
        { "did not find expected '-' indicator", NULL, NULL, "expected '- item' at this indentation" },
        { "did not find expected <document start>", NULL, NULL,
          "expected the end of the file here: the indentation is wrong" },
        { "block sequence entries are not allowed in this context", NULL, NULL,
          "a list cannot begin here: put '- item' on a line of its own, or quote the value" },
};

typedef struct Place {
        unsigned line, column;
} Place;

/* libyaml gives reader faults as a byte offset only. */
static Place place_of_offset(const char *text, size_t size, size_t offset) {
        Place place = { .line = 1, .column = 1 };

        for (size_t i = 0; i < offset && i < size; i++) {
                if (text[i] == '\n') {
                        place.line++;
                        place.column = 1;
                } else if (((unsigned char) text[i] & 0xC0U) != 0x80U)
                        place.column++;
        }
        return place;
}

static char character_at(const char *text, size_t size, const yaml_mark_t *mark) {
        const char *line = text;
        const char *end = text + size;

        for (size_t i = 0; i < mark->line; i++) {
                line = memchr(line, '\n', (size_t) (end - line));
                if (!line)
                        return '\0';
                line++;
        }
        for (size_t column = 0; line < end; line++) {
                if (((unsigned char) *line & 0xC0U) == 0x80U)
                        continue;
                if (column++ == mark->column)
                        return *line;
        }
        return '\0';
}

static const Fault *find_fault(const char *problem, const char *context, char character) {
        for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
                if (strcmp(faults[i].problem, problem) != 0)
                        continue;
                if (faults[i].context && (!context || strcmp(faults[i].context, context) != 0))
                        continue;
                if (faults[i].characters && (character == '\0' || !strchr(faults[i].characters, character)))
                        continue;
                return &faults[i];
        }
        return NULL;
}

static void report_reader_fault(
                const yaml_parser_t *parser,
                const char *file,
                const char *text,
                size_t size,
                Diagnostics *diagnostics) {

        Place place = place_of_offset(text, size, parser->problem_offset);

        if (parser->problem_offset < size && text[parser->problem_offset] == '\0')
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, file, place.line, place.column,
                                "a NUL byte: this is not a text file");
        else if (strcmp(parser->problem ?: "", "control characters are not allowed") == 0)
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, file, place.line, place.column,
                                "control character 0x%02x is not allowed: write it as an escape in double "
                                "quotes",
                                (unsigned) parser->problem_value);
        else
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, file, place.line, place.column,
                                "not valid UTF-8: save the file in that encoding");
}

void yaml_fault_report(
                const yaml_parser_t *parser,
                const char *file,
                const char *text,
                size_t size,
                Diagnostics *diagnostics) {

        const char *problem = parser->problem ?: "unknown fault";
        yaml_mark_t mark = parser->problem_mark;
        const Fault *fault;

        if (parser->error == YAML_READER_ERROR) {
                report_reader_fault(parser, file, text, size, diagnostics);
                return;
        }

        fault = find_fault(problem, parser->context, character_at(text, size, &mark));
        if (fault && fault->at_begin)
                mark = parser->context_mark;

        diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, file, (unsigned) mark.line + 1,
                        (unsigned) mark.column + 1, "%s%s",
                        fault ? "" : "not valid YAML: ", fault ? fault->message : problem);
}
