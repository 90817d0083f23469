/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One run of an action program: the request that it has read, the result that it writes.
 *
 *   {"kind": "sql", "job": "sync", "execution": 7, "attempt": 1, "due": "…Z", "network": "any",
 *    "parameters": {…}}
 *
 * A text of the parameters is a JSON string, or where credentials stand in it an array of its parts: strings
 * and {"credential": NAME}, the content of the file NAME in $CREDENTIALS_DIRECTORY without a newline at its
 * end. No credential that was read this way is ever in a message.
 */

#include <jansson.h>

#include "actions/action-parameter.h"
#include "util/json-writer.h"

#define ACTION_REQUEST_MAX ((size_t) 16 * 1024 * 1024)
#define ACTION_RESULT_MAX ((size_t) 256 * 1024) /* what the scheduler takes */
#define ACTION_CREDENTIAL_MAX ((size_t) 1024 * 1024)

struct Action {
        const ActionProgram *program;
        json_t *request;
        const json_t *parameters; /* of the request */
        const char *job;          /* "" if the request does not say */
        bool public_only;         /* "network": "public": nothing but public addresses may be reached */

        Buffer text;       /* the result; its object is open */
        JsonWriter result; /* where `run` adds members */
        char *message;     /* why it failed; NULL: it did not, or errno says why */
        char **secrets;    /* what no message may show */
};

void action_init(Action *action, const ActionProgram *program);
void action_done(Action *action);

/*
 * Says why it fails, in a sentence, and forgets what the result held so far; the first one stays. Returns
 * -ECANCELED, or -ENOMEM.
 */
int action_fail(Action *action, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same, with the text of `error`, a positive errno, behind ": ". */
int action_fail_errno(Action *action, int error, const char *format, ...) PRINTF_LIKE(3, 4);

/* From now on "***" in every message. Returns 0 or -ENOMEM. */
int action_add_secret(Action *action, const char *text);

/* Ends the result; `r` is what `run` returned. *ret is a line of JSON. Returns 0, -E2BIG, or -ENOMEM. */
int action_finish(Action *action, int r, char **ret);

/* --- values: of parameters, or of what is inside them ------------------------------------------------ */

/* NULL: it is not there, or null. */
const json_t *action_find(const json_t *mapping, const char *key);

/* A scalar as text, credentials put in. `what` names it in messages. Returns 0 or a negative errno
 * (explained). */
int action_text(Action *action, const json_t *value, const char *what, char **ret);

/* The same of a parameter. Returns 1, 0 without it (*ret is NULL), or a negative errno. */
int action_get_text(Action *action, const json_t *mapping, const char *key, char **ret);

/* Of a parameter, or what it is without it. They return 0 or a negative errno (explained). */
int action_get_boolean(Action *action, const char *key, bool fallback, bool *ret);
int action_get_integer(Action *action, const char *key, int64_t fallback, int64_t *ret);
int action_get_size(Action *action, const char *key, uint64_t fallback, uint64_t *ret);
int action_get_duration(Action *action, const char *key, usec_t fallback_usec, usec_t *ret_usec);
/* An octal file mode, as "0644"; `fallback` for none. */
int action_get_mode(Action *action, const char *key, mode_t fallback, mode_t *ret);
/* The index of a choice; -1 without it. */
int action_get_choice(Action *action, const char *key, const char *const *choices, int *ret);
