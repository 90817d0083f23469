/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Requests for the action `sql`: any bytes are decoded, or refused with a sentence. */

#include <errno.h>
#include <stdlib.h>

#include "actions/action-check.h"
#include "actions/connection-string.h"
#include "actions/sql-request.h"
#include "util/string-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP(sql_request_done) SqlRequest request = { 0 };
        CLEANUP(action_done) Action action;
        CLEANUP_FREE char *result = NULL;
        int r;

        action_init(&action, &sql_program);
        r = action_read_request(&action, (const char *) data, size);
        if (r >= 0)
                r = sql_request_decode(&action, &request);
        if (r < 0 && (r != -ECANCELED || !action.message))
                abort();
        if (r >= 0) {
                CLEANUP(string_list_freep) char **secrets = NULL;

                if (connection_string_secrets(request.connection, &secrets) < 0)
                        abort();
        }
        if (action_finish(&action, r, &result) < 0)
                abort();
        return 0;
}
