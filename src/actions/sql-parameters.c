/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What `sql:` takes. */

#include "actions/sql-request.h"

#define BIND_HELP                                                                                           \
        "Values for the question marks of the statement, in order: texts, numbers, true, false or null as " \
        "they are written, or {type: TYPE, value: VALUE} with the types string, integer, number, boolean, " \
        "bytes (base64) and null."
#define EXPECT_HELP                                                                                          \
        "How many rows the statement must give or change: a number, or a range as 1-5 or 1-; anything else " \
        "is a failure, and everything is rolled back."

static const ActionParameter bind_item = { .name = "", .type = ACTION_ANY, .flags = ACTION_CREDENTIALS };

static const ActionParameter statement_members[] = {
        { .name = "statement",
          .type = ACTION_STRING,
          .flags = ACTION_REQUIRED | ACTION_LITERAL,
          .help = "The SQL text." },
        { .name = "bind", .type = ACTION_LIST, .item = &bind_item, .help = BIND_HELP },
        { .name = "expect-rows", .type = ACTION_STRING, .help = EXPECT_HELP },
        { .name = NULL },
};

static const ActionParameter statement_item = {
        .name = "",
        .type = ACTION_MAPPING,
        .members = statement_members,
};

const ActionParameter sql_parameters[] = {
        { .name = "connection",
          .type = ACTION_STRING,
          .flags = ACTION_REQUIRED | ACTION_CREDENTIALS,
          .help = "ODBC connection string, as \"Driver=PostgreSQL Unicode;Server=db;Database=shop;UID=jobs;"
                  "PWD=${credential:db-password}\" or \"DSN=shop\"." },
        { .name = "statement",
          .type = ACTION_STRING,
          .flags = ACTION_LITERAL,
          .help = "One SQL statement. Values belong into bind: ${name} is refused here." },
        { .name = "bind", .type = ACTION_LIST, .item = &bind_item, .help = BIND_HELP },
        { .name = "expect-rows", .type = ACTION_STRING, .help = EXPECT_HELP },
        { .name = "statements",
          .type = ACTION_LIST,
          .item = &statement_item,
          .help = "Several statements, in order, each with its own statement, bind and expect-rows; instead "
                  "of "
                  "these three." },
        { .name = "transaction",
          .type = ACTION_BOOLEAN,
          .fallback = "true",
          .help = "Commit everything at the end, or nothing. With false each statement counts as soon as it "
                  "is "
                  "done (VACUUM and the like want that)." },
        { .name = "timeout",
          .type = ACTION_DURATION,
          .help = "What runs longer is cancelled in the database and rolled back. The job's own timeout does "
                  "the same." },
        { .name = "format",
          .type = ACTION_CHOICE,
          .choices = row_format_names,
          .fallback = "json-lines",
          .help = "How rows are written: an object a row, or CSV with a line of names." },
        { .name = "to",
          .type = ACTION_PATH,
          .help = "File for the rows of the last statement, replaced at once when they are all there and "
                  "before the commit. Without it they are in the result." },
        { .name = "mode",
          .type = ACTION_STRING,
          .help = "Octal mode of the file, as \"0640\"; without it that of the file that it replaces, else "
                  "0666 "
                  "less the umask." },
        { .name = "root",
          .type = ACTION_PATH,
          .help = "Directory that the file must not lead out of, through links either." },
        { .name = "max-rows",
          .type = ACTION_INTEGER,
          .minimum = 0,
          .maximum = INT64_C(1) << 40,
          .help = "In the result, rows beyond it are left out, and truncated is true (default 1000); in a "
                  "file "
                  "they are a failure (default: any number)." },
        { .name = "max-bytes",
          .type = ACTION_SIZE,
          .help = "The same for the size of all rows together (default 64K, at most 192K; in a file any "
                  "size)." },
        { .name = NULL },
};
