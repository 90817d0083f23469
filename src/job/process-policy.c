/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/process-policy.h"

#include "util/string-list.h"

const char *const io_class_names[] = {
        [IO_CLASS_NONE] = "none", [IO_CLASS_REALTIME] = "realtime", [IO_CLASS_BEST_EFFORT] = "best-effort",
        [IO_CLASS_IDLE] = "idle", [IO_CLASS_COUNT] = NULL,
};

DEFINE_STRING_TABLE(io_class, IoClass, io_class_names);

void process_policy_done(ProcessPolicy *policy) {
        if (!policy)
                return;

        free(policy->user);
        free(policy->group);
        (void) string_list_free(policy->groups);
        free(policy->directory);
        (void) string_list_free(policy->environment);
        (void) string_list_free(policy->environment_files);
        free(policy->input);
        (void) string_list_free(policy->credentials);
        free(policy->limits.resources);
        for (size_t i = 0; i < policy->n_unit; i++) {
                free(policy->unit[i].name);
                free(policy->unit[i].value);
        }
        free(policy->unit);
        *policy = (ProcessPolicy){ 0 };
}
