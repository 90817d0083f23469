/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What action programs there are, and the parameters that each says it takes: its answer to `--describe`.
 *
 *   {"name": "sql", "description": "Run SQL statements",
 *    "parameters": {"statement": {"type": "string", "required": true, "help": "…", "credentials": true}, …},
 *    "notes": "…", "example": "sql: {…}"}
 *
 * A parameter's type is one of those of templates (parameter.h: integer, number, string, boolean, choice,
 * date, with the same rules), "duration", "size", "path", "list" (of texts), "mapping" (of texts) or "any".
 * "credentials": true lets ${credential:NAME} stand in its text.
 * "expand": false: its texts are taken as they are written, and ${…} of a declared name in one is an error at
 * load (an SQL statement: values are bound to it, never pasted into it).
 * "items": of a "list", what each item is (a declaration again); without it each is a text.
 * "parameters": of a "mapping", its keys as those of the kind; without it any keys, with texts.
 * "any" takes every value, typed as YAML's core schema says (a plain 7, true, null; quoted is text); a text
 * may have ${…} in it, and credentials with "credentials".
 * A "path" is absolute. At the top of the mapping its % patterns are expanded as those of `output.file`
 * (RequestAction.paths), values in it may hold no '/' (EXPAND_PATH); a text that has "://" in it is a URL and
 * has no patterns.
 */

#include "job/action.h"
#include "job/parameter.h"
#include "util/cleanup.h"

struct ActionDescription {
        char *name; /* of the kind, as job keys are: [a-z][a-z0-9-]{0,31} */
        char *path; /* of the program */
        bool builtin;
        char *schema; /* its whole answer, as JSON; NULL: it has not said it yet, or `error` */
        char *error;  /* why it cannot be used; NULL: it can */
};

struct ActionCatalog {
        ActionDescription *items; /* by name */
        size_t n_items;
        uint64_t generation; /* another one when anything has changed */
};

void action_catalog_done(ActionCatalog *catalog);
const ActionDescription *action_catalog_find(const ActionCatalog *catalog, const char *name);
