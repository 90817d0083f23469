/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/errand-description.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "protocol/message.h"
#include "util/json-check.h"
#include "util/utf8.h"

#define COMPLAINT_MAX 512U

/* Its first line says it best. */
static int explain_status(const Buffer *complaint, int status, char **ret) {
        const char *line = complaint->data ?: "";
        CLEANUP_FREE char *said = NULL;
        char how[64];

        if (WIFSIGNALED(status))
                (void) snprintf(how, sizeof(how), "was killed by signal %d", WTERMSIG(status));
        else
                (void) snprintf(how, sizeof(how), "ended with exit code %d", WEXITSTATUS(status));
        if (utf8_clean(line, strcspn(line, "\n"), COMPLAINT_MAX, &said) < 0 ||
            asprintf(ret, "asked to --describe itself it %s%s%s", how, said[0] ? ": " : "", said) < 0)
                *ret = NULL;
        return EIO;
}

int description_judge(const Buffer *answer, const Buffer *complaint, int status, char **ret) {
        JsonFault fault = { 0 };

        if (answer->size > DESCRIPTION_SIZE_MAX) {
                if (asprintf(ret, "its answer to --describe is larger than %zu KiB",
                             DESCRIPTION_SIZE_MAX / 1024) < 0)
                        *ret = NULL;
                return EFBIG;
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return explain_status(complaint, status, ret);
        if (json_check_object(answer->data, answer->size, DESCRIPTION_DEPTH_MAX, &fault) < 0) {
                if (asprintf(ret, "its answer to --describe is not a JSON object: %s, byte %zu", fault.reason,
                             fault.offset) < 0)
                        *ret = NULL;
                return EBADMSG;
        }
        *ret = strndup(answer->data, answer->size);
        return *ret ? 0 : ENOMEM;
}
