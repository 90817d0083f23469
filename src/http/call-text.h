/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The texts of a request: their parts put together, with what credentials hold. For http-call.c. */

#include "http/http-call.h"

typedef struct CallReader {
        const MessageHttpRequest *message;
        json_t *request;
        HttpCall *call;
        char *error;         /* the first fault */
        bool has_credential; /* in what was read so far, from whenever it was false */
} CallReader;

/* Returns -EINVAL, or -ENOMEM. */
int call_error(CallReader *reader, const char *format, ...) PRINTF_LIKE(2, 3);
/* The call owns the text from now on, also on failure. Returns 0 or -ENOMEM. */
int call_keep(CallReader *reader, char *text);

typedef enum CallTextKind {
        CALL_TEXT_LINE, /* one line: no CR, no LF */
        CALL_TEXT_ANY,
} CallTextKind;

/* All of these return 0, -EINVAL with reader->error, or -ENOMEM; `what` is for that. The call owns *ret. */
int call_text_resolve(
                CallReader *reader,
                const char *what,
                const json_t *value,
                CallTextKind kind,
                char **ret);
int call_json_join(CallReader *reader, const char *what, const json_t *list, char **ret);
/* application/x-www-form-urlencoded */
int call_form_join(CallReader *reader, const char *what, const json_t *list, char **ret);
int call_file_find(CallReader *reader, const char *what, const json_t *number, HttpContent *ret);

typedef struct CallPair {
        const char *name, *value; /* value: "" where the item has none */
} CallPair;

int call_pair_read(
                CallReader *reader,
                const char *what,
                const json_t *item,
                CallTextKind kind,
                CallPair *ret);

/* With `append-id` and `query` in it. */
int call_url_build(CallReader *reader, const char **ret);
