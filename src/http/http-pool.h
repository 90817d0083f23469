/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One client, and with it one set of connections, for each owner and network policy: else a job of an
 * ordinary user would ride on a connection that root's job has opened to where it may not go itself.
 */

#include "http/http-client.h"

typedef struct HttpPool HttpPool;

typedef struct PoolKey {
        uint64_t owner_uid;
        uint64_t public_only;
} PoolKey;

int http_pool_new(sd_event *event, HttpPool **ret);
HttpPool *http_pool_free(HttpPool *pool);
DEFINE_CLEANUP(HttpPool, http_pool_free);

/* Borrowed, until the loop comes round. Returns 0 or a negative errno. */
int http_pool_get(HttpPool *pool, const PoolKey *key, HttpClient **ret);
