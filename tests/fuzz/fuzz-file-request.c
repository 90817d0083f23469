/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Requests for the action `file`: any bytes are decoded, or refused with a sentence. */

#include <errno.h>
#include <stdlib.h>

#include "actions/action-check.h"
#include "actions/file-request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP(file_request_done) FileRequest request = { 0 };
        CLEANUP(action_done) Action action;
        CLEANUP_FREE char *result = NULL;
        int r;

        action_init(&action, &file_program);
        r = action_read_request(&action, (const char *) data, size);
        if (r >= 0)
                r = file_request_decode(&action, &request);
        if (r < 0 && (r != -ECANCELED || !action.message))
                abort();
        if (action_finish(&action, r, &result) < 0)
                abort();
        return 0;
}
