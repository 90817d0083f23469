/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any bytes as what an action program wrote: what the runner takes for a result, jansson reads as an object,
 * and its sentence is text. It is nested as deep as allowed and no deeper.
 */

#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "exec/launch-request.h"
#include "util/cleanup.h"
#include "util/json-check.h"

#define DEPTH_MAX 32U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned depth_of(const json_t *value) { // NOLINT(misc-no-recursion)
        unsigned depth = 0;
        const char *key;
        json_t *inside;
        size_t i;

        if (json_is_object(value)) {
                json_object_foreach((json_t *) value, key, inside) {
                        depth = MAX(depth, depth_of(inside));
                }
                return depth + 1;
        }
        json_array_foreach(value, i, inside) {
                depth = MAX(depth, depth_of(inside));
        }
        return json_is_array(value) ? depth + 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP_FREE char *text = strndup((const char *) data, size), *message = NULL;
        CLEANUP(json_decrefp) json_t *root = NULL;
        JsonFault fault = { 0 };

        assert(text);
        if (json_check_object((const char *) data, size, DEPTH_MAX, &fault) < 0) {
                assert(fault.reason);
                assert(fault.offset <= size);
                return 0;
        }
        assert(strlen(text) == size);
        root = json_loads(text, 0, NULL);
        assert(json_is_object(root));
        assert(depth_of(root) <= DEPTH_MAX);
        assert(launch_result_message(text, &message) >= 0);
        return 0;
}
