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
