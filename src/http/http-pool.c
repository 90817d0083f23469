/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/http-pool.h"

#include <uthash.h>

/* So many may idle with their connections; the one that was used longest ago goes first. */
#define CLIENTS_MAX 64U

typedef struct Pooled {
        PoolKey key;
        HttpClient *client;
        UT_hash_handle hh; /* in the order of use */
} Pooled;

struct HttpPool {
        sd_event *event;
        Pooled *clients;
};

static void pooled_free(HttpPool *pool, Pooled *pooled) {
        HASH_DEL(pool->clients, pooled);
        (void) http_client_free(pooled->client);
        free(pooled);
}

static void drop_idle(HttpPool *pool) {
        Pooled *pooled, *next;

        HASH_ITER(hh, pool->clients, pooled, next) {
                if (HASH_COUNT(pool->clients) < CLIENTS_MAX)
                        return;
                if (!http_client_is_busy(pooled->client))
                        pooled_free(pool, pooled);
        }
}

static int add(HttpPool *pool, const PoolKey *key, Pooled **ret) {
        Pooled *pooled;
        int r;

        drop_idle(pool);
        pooled = calloc(1, sizeof(*pooled));
        if (!pooled)
                return -ENOMEM;
        pooled->key = *key;
        r = http_client_new(pool->event, &pooled->client);
        if (r < 0) {
                free(pooled);
                return r;
        }
        *ret = pooled;
        return 0;
}

int http_pool_get(HttpPool *pool, const PoolKey *key, HttpClient **ret) {
        Pooled *pooled;
        int r;

        HASH_FIND(hh, pool->clients, key, sizeof(*key), pooled);
        if (pooled) {
                HASH_DEL(pool->clients, pooled); /* it goes to the end */
        } else {
                r = add(pool, key, &pooled);
                if (r < 0)
                        return r;
        }
        HASH_ADD(hh, pool->clients, key, sizeof(pooled->key), pooled);
        *ret = pooled->client;
        return 0;
}

int http_pool_new(sd_event *event, HttpPool **ret) {
        HttpPool *pool = calloc(1, sizeof(*pool));

        if (!pool)
                return -ENOMEM;
        pool->event = sd_event_ref(event);
        *ret = pool;
        return 0;
}

HttpPool *http_pool_free(HttpPool *pool) {
        Pooled *pooled, *next;

        if (!pool)
                return NULL;
        HASH_ITER(hh, pool->clients, pooled, next)
                pooled_free(pool, pooled);
        (void) sd_event_unref(pool->event);
        free(pool);
        return NULL;
}
