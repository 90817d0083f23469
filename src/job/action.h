/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a job does: a command, an HTTP request, or the work of an action program (sql, file, a site's own). */

#include "util/string-table.h"
#include "util/types.h"

typedef enum ActionKind {
        ACTION_COMMAND,
        ACTION_HTTP,
        ACTION_PROGRAM, /* its kind has the program's name */
        ACTION_KIND_COUNT,
} ActionKind;

DECLARE_STRING_TABLE(action_kind, ActionKind);

/* `command:`. A list is exec'd as it is, a string goes to `shell`. */
typedef struct CommandAction {
        char **arguments; /* the list; NULL for a string */
        char *script;     /* the string; NULL for a list */
        char *shell;      /* absolute path; "/bin/sh" by default */
} CommandAction;

/*
 * `http:` and the kinds of action programs: the mapping as a JSON object, checked by its kind's schema, with
 * ${…} still in its texts. Expanded when an execution starts (expand.h) and handed over as it is then.
 */
typedef struct RequestAction {
        char *kind;         /* "http", "sql", "file", …; NULL: the job is a command */
        char *request;      /* JSON object */
        char **credentials; /* that the request names, each once */
        char **files; /* http: paths that the job's user reads (bodies, form files), with ${…} and % patterns
                       */
        char **paths;       /* keys of the mapping that are paths with % patterns: expanded when it starts */
        char **urls;        /* and those that a value begins, which must make it a URL */
        bool allow_private; /* private and loopback addresses too: as the owner may, of http as it says */
} RequestAction;

/* --- what action programs there are ---------------------------------------------------------------- */

typedef struct ActionDescription ActionDescription; /* action-catalog.h */
typedef struct ActionCatalog ActionCatalog;
