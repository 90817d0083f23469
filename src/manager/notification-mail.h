/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* RFC 5322 messages in 7-bit ASCII: headers by RFC 2047, the text as quoted-printable UTF-8. Pure. */

#include "util/types.h"

typedef struct Mail {
        const char *to;         /* addresses, separated by commas */
        const char *from;       /* NULL: the mailer fills it in */
        const char *subject;    /* any text */
        const char *text;       /* any text */
        const char *message_id; /* without <> */
        const char *const
                        *headers; /* name, value, name, value, …, NULL: any text; empty values are left out */
        usec_t date_usec;
} Mail;

int mail_format(const Mail *mail, char **ret);
