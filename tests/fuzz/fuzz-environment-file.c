/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any bytes as an environment file and as a message on $NOTIFY_SOCKET: what is read is NAME=value, within the
 * memory that there is, and what a job says is text.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runner/child-environment.h"
#include "runner/notify-message.h"
#include "util/utf8.h"

#define VARIABLES_MAX 64U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const ChildEnvironment *environment, size_t size) {
        assert(environment->n <= environment->n_max);
        assert(environment->list[environment->n] == NULL);
        assert(environment->used <= size + 1);
        for (size_t i = 1; i < environment->n; i++) {
                const char *item = environment->list[i], *equals = strchr(item, '=');

                assert(equals && equals > item);
                assert(item >= environment->memory && item + strlen(item) < environment->memory + size + 1);
        }
        assert(strcmp(environment->list[0], "JOBSCHED_RUN=mark") == 0);
}

static void check_environment(const uint8_t *data, size_t size) {
        char mark[] = "JOBSCHED_RUN=mark", *list[VARIABLES_MAX + 1] = { mark };
        ChildEnvironment environment = { .list = list, .n = 1, .n_max = VARIABLES_MAX, .n_fixed = 1 };
        EnvironmentFault fault = { 0 };

        /* Of just the size, so that a byte beyond is noticed. */
        environment.memory = malloc(size + 1);
        assert(environment.memory);
        memcpy(environment.memory, data, size);
        if (!child_environment_parse(&environment, size, &fault))
                assert(fault.error > 0 && fault.line > 0);
        check_list(&environment, size);
        free(environment.memory);
}

static void check_message(const uint8_t *data, size_t size) {
        NotifyMessage message = { .progress = -1 };

        if (notify_message_parse((const char *) data, size, &message) <= 0)
                return;
        assert(message.progress >= -1 && message.progress <= 100);
        for (const char *c = message.status; c && *c != '\0';) {
                size_t length = utf8_length(c, strlen(c));

                assert(length > 0 && (unsigned char) *c >= 0x20);
                c += length;
        }
        notify_message_done(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        if (size > ENVIRONMENT_FILES_SIZE_MAX)
                return 0;
        check_environment(data, size);
        check_message(data, size);
        return 0;
}
