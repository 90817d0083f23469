/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/condition.h"

#include <stdlib.h>

#include "util/string-list.h"

static const char *const condition_kind_names[] = {
        [CONDITION_AC_POWER] = "ac-power",
        [CONDITION_NETWORK_ONLINE] = "network-online",
        [CONDITION_LOAD_BELOW] = "load-below",
        [CONDITION_MEMORY_AVAILABLE] = "memory-available",
        [CONDITION_CPU_PRESSURE_BELOW] = "cpu-pressure-below",
        [CONDITION_PATH_EXISTS] = "path-exists",
        [CONDITION_PATH_CHANGED] = "path-changed",
        [CONDITION_NOT_RUNNING] = "not-running",
        [CONDITION_COMMAND] = "command",
        [CONDITION_KIND_COUNT] = NULL,
};

DEFINE_STRING_TABLE(condition_kind, ConditionKind, condition_kind_names);

void conditions_done(Conditions *conditions) {
        if (!conditions)
                return;

        for (size_t i = 0; i < conditions->n_items; i++) {
                Condition *item = &conditions->items[i];

                free(item->path);
                (void) string_list_free(item->jobs);
                (void) string_list_free(item->arguments);
                free(item->script);
        }
        free(conditions->items);
        *conditions = (Conditions){ 0 };
}
