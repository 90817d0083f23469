/* SPDX-License-Identifier: GPL-2.0-or-later */

/* That nothing may start outlives the daemon: one number beside the counters. */

#include <assert.h>
#include <errno.h>

#include "store/store-meta.h"
#include "store/store-private.h"

#define KEY "frozen_since_usec"

int store_put_freeze(Store *store, usec_t since_usec) {
        StoreOperation *operation;

        assert(store);

        operation = store_operation_new(OPERATION_PUT_FREEZE);
        if (!operation)
                return -ENOMEM;
        operation->frozen_since_usec = since_usec;
        return store_queue_operation(store, operation);
}

int store_apply_put_freeze(StoreConnection *connection, StoreOperation *operation) {
        return store_write_meta_integer(connection, KEY, operation->frozen_since_usec);
}

int store_read_freeze(Store *store, usec_t *ret_since_usec) {
        int64_t since_usec = USEC_INFINITY;
        int r;

        assert(store);
        assert(ret_since_usec);

        r = store_read_meta_integer(store->reader, KEY, &since_usec);
        if (r < 0 && r != -ENODATA)
                return r;
        *ret_since_usec = since_usec;
        return 0;
}
