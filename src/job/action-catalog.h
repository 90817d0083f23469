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
 * has no patterns. So is one that begins with the ${…} of a parameter, whose values have to make it one.
 */

#include "job/action.h"
#include "job/parameter.h"
#include "util/cleanup.h"
#include "util/string-table.h"

typedef enum ActionValueType {
        ACTION_VALUE_INTEGER,
        ACTION_VALUE_NUMBER,
        ACTION_VALUE_STRING,
        ACTION_VALUE_BOOLEAN,
        ACTION_VALUE_CHOICE,
        ACTION_VALUE_DATE,
        ACTION_VALUE_DURATION,
        ACTION_VALUE_SIZE,
        ACTION_VALUE_PATH,
        ACTION_VALUE_LIST,
        ACTION_VALUE_MAPPING,
        ACTION_VALUE_ANY,
        ACTION_VALUE_TYPE_COUNT,
} ActionValueType;

DECLARE_STRING_TABLE(action_value_type, ActionValueType);

#define ACTION_DEPTH_MAX 8U /* of declarations within each other */
#define ACTIONS_MAX 64U     /* kinds of a catalog */

/* What a key of a kind's mapping takes, or an item of a list. */
typedef struct ActionParameter ActionParameter;
struct ActionParameter {
        ActionValueType type;
        Parameter rule; /* its name, and the rules that those of templates have; its default is for people */
        bool credentials;         /* ${credential:NAME} may stand in its texts */
        bool literal;             /* ${name} may not: nothing is ever pasted into it */
        ActionParameter *item;    /* of a list; NULL: texts */
        ActionParameter *members; /* of a mapping, by name … */
        size_t n_members;
        bool is_open; /* … or any keys, with texts */
};

struct ActionDescription {
        char *name; /* of the kind, as job keys are: [a-z][a-z0-9-]{0,31} */
        char *path; /* of the program */
        bool builtin;
        char *schema; /* the `parameters` of its answer, as JSON; NULL: it has not said it yet, or `error` */
        char *error;  /* why it cannot be used; NULL: it can */

        /* What the answer says. */
        char *description, *notes, *example; /* for people; NULL: nothing */
        ActionParameter parameters;          /* a mapping */
};

struct ActionCatalog {
        ActionDescription *items; /* by name */
        size_t n_items;
        uint64_t generation; /* another one when anything has changed */
};

void action_description_done(ActionDescription *description);
void action_catalog_done(ActionCatalog *catalog);
const ActionDescription *action_catalog_find(const ActionCatalog *catalog, const char *name);

/* May a kind be called that? NULL: yes; or why not: static text. */
const char *action_name_fault(const char *name);

/*
 * Takes what the answer of the program says into the description, whose name is set. Whatever it
 * says that has no meaning is a fault: a misspelt rule would check nothing. Returns 0, -EINVAL with the fault
 * as a sentence in *ret_error, or -ENOMEM.
 */
int action_description_parse(ActionDescription *description, const char *answer, char **ret_error);
