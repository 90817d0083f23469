/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What an action program takes: one table, from which both its answer to --describe is written and its
 * request is checked.
 */

#include "util/buffer.h"
#include "util/string-table.h"
#include "util/types.h"

typedef enum ActionType {
        ACTION_STRING,
        ACTION_INTEGER,
        ACTION_BOOLEAN,
        ACTION_CHOICE,
        ACTION_DURATION,
        ACTION_SIZE,
        ACTION_PATH,
        ACTION_LIST,
        ACTION_MAPPING,
        ACTION_ANY,
        ACTION_TYPE_COUNT,
} ActionType;

DECLARE_STRING_TABLE(action_type, ActionType);

typedef enum ActionFlags {
        ACTION_REQUIRED = 1 << 0,
        ACTION_CREDENTIALS = 1 << 1, /* ${credential:NAME} may stand in its texts */
        ACTION_LITERAL = 1 << 2,     /* ${name} may not: nothing is pasted into it */
} ActionFlags;

/* A table of them ends with a row without a name. */
typedef struct ActionParameter ActionParameter;
struct ActionParameter {
        const char *name;
        ActionType type;
        unsigned flags;
        int64_t minimum, maximum;       /* ACTION_INTEGER; both 0: any */
        const char *fallback;           /* the default, as text; NULL: none */
        const char *const *choices;     /* ACTION_CHOICE */
        const ActionParameter *item;    /* ACTION_LIST: what each item is; NULL: a text */
        const ActionParameter *members; /* ACTION_MAPPING: its keys; NULL: any, with texts */
        const char *help;
};

typedef struct Action Action;

typedef struct ActionProgram {
        const char *name; /* of the kind */
        const char *description;
        const ActionParameter *parameters;
        const char *notes;
        const char *example;

        /* Does it. Returns 0, or a negative errno, which action_fail() has explained or errno's text does. */
        int (*run)(Action *action);
} ActionProgram;

/* The answer to --describe, with a newline. Returns 0 or -ENOMEM. */
int action_program_describe(const ActionProgram *program, Buffer *buffer);
