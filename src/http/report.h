/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The result of a request as JSON, of at most RESULT_SIZE_MAX bytes:
 *
 *   {"message": …, "status": 200, "http-version": "2", "headers": {"content-type": "…", …},
 *    "body": "…" or "body-base64": "…", "body-size": 123, "truncated": false,
 *    "time": {"resolve": 0.001, "connect": …, "tls": …, "first-byte": …, "total": …},
 *    "redirects": 0, "address": "192.0.2.1:443"}
 *
 * Names of headers are in lower case; one that came repeatedly has a list of values. What does not fit of
 * the body is left out, and "truncated" says so.
 */

#include "http/http-call.h"

/* `message`: NULL for none. Returns 0 or -ENOMEM. */
int report_format(const HttpCall *call, const HttpResult *result, const char *message, char **ret);
