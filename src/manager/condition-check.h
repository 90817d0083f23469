/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Whether a condition holds, and the sentence for people if not. Pure. */

#include "exec/executor.h"
#include "job/condition.h"

#define CONDITION_DETAIL_MAX 160U

/* A host fact: `value` as in host-facts.h. Returns true if it holds; otherwise "load 3.20 is not below 2.00".
 */
bool condition_check_fact(
                const Condition *condition,
                double value,
                char reterr_detail[static CONDITION_DETAIL_MAX]);

/* A host fact that could not be read: `error` is a negative errno. */
void condition_explain_fact(
                const Condition *condition,
                int error,
                char ret_detail[static CONDITION_DETAIL_MAX]);

typedef enum ConditionFinding {
        CONDITION_HOLDS,
        CONDITION_FAILS,
        CONDITION_UNKNOWN, /* it could not be found out now: to be asked again */
} ConditionFinding;

/* What an errand found out of a path or a command. The detail is filled unless it holds. */
ConditionFinding condition_check_errand(
                const Condition *condition,
                const ErrandResult *result,
                char ret_detail[static CONDITION_DETAIL_MAX]);
