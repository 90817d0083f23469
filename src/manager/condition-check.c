/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/condition-check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/size.h"

#define SAID_MAX 80U /* of what a command said */

static void say_power(const Condition *condition, double value, char detail[static CONDITION_DETAIL_MAX]) {
        (void) snprintf(detail, CONDITION_DETAIL_MAX, "the machine is %s",
                        condition->enabled ? "on battery" : "not on battery");
}

static void say_network(const Condition *condition, double value, char detail[static CONDITION_DETAIL_MAX]) {
        (void) snprintf(detail, CONDITION_DETAIL_MAX, "the network is %s",
                        condition->enabled ? "offline" : "online");
}

static void say_load(const Condition *condition, double value, char detail[static CONDITION_DETAIL_MAX]) {
        (void) snprintf(detail, CONDITION_DETAIL_MAX, "load %.2f is not below %.2f", value,
                        condition->threshold);
}

/* Rounded to a tenth of its unit: the exact number of bytes is of no use to anybody. */
static void say_memory(const Condition *condition, double value, char detail[static CONDITION_DETAIL_MAX]) {
        static const char units[] = { 'K', 'M', 'G', 'T' };
        char wanted[SIZE_FORMAT_MAX];
        double shown = value / 1024;
        size_t unit = 0;

        while (shown >= 1024 && unit + 1 < sizeof(units)) {
                shown /= 1024;
                unit++;
        }
        (void) snprintf(detail, CONDITION_DETAIL_MAX, "%.1f%c of memory is available, less than %s", shown,
                        units[unit], size_format(condition->size_bytes, wanted));
}

static void say_pressure(const Condition *condition, double value, char detail[static CONDITION_DETAIL_MAX]) {
        (void) snprintf(detail, CONDITION_DETAIL_MAX, "CPU pressure %.2f%% is not below %.2f%%", value,
                        condition->threshold);
}

static bool is_as_enabled(const Condition *condition, double value) {
        return (value != 0) == condition->enabled;
}

static bool is_below(const Condition *condition, double value) {
        return value < condition->threshold;
}

static bool is_enough(const Condition *condition, double value) {
        return value >= (double) condition->size_bytes;
}

static const struct {
        bool (*holds)(const Condition *condition, double value);
        void (*say)(const Condition *condition, double value, char detail[static CONDITION_DETAIL_MAX]);
        const char *subject;
} facts[] = {
        [CONDITION_AC_POWER] = { is_as_enabled, say_power, "the power supply" },
        [CONDITION_NETWORK_ONLINE] = { is_as_enabled, say_network, "the network" },
        [CONDITION_LOAD_BELOW] = { is_below, say_load, "the load" },
        [CONDITION_MEMORY_AVAILABLE] = { is_enough, say_memory, "the available memory" },
        [CONDITION_CPU_PRESSURE_BELOW] = { is_below, say_pressure, "CPU pressure (PSI)" },
};

bool condition_check_fact(
                const Condition *condition,
                double value,
                char reterr_detail[static CONDITION_DETAIL_MAX]) {
        if (facts[condition->kind].holds(condition, value))
                return true;
        facts[condition->kind].say(condition, value, reterr_detail);
        return false;
}

void condition_explain_fact(
                const Condition *condition,
                int error,
                char ret_detail[static CONDITION_DETAIL_MAX]) {
        const char *subject = facts[condition->kind].subject;

        if (error == -EOPNOTSUPP)
                (void) snprintf(ret_detail, CONDITION_DETAIL_MAX, "this machine does not measure %s",
                                subject);
        else
                (void) snprintf(ret_detail, CONDITION_DETAIL_MAX, "cannot find out about %s: %s", subject,
                                strerror(-error));
}

static void explain_path(const Condition *condition, char detail[static CONDITION_DETAIL_MAX]) {
        const char *says = condition->kind == CONDITION_PATH_CHANGED ? "has not changed since the last start"
                        : condition->enabled                         ? "does not exist"
                                                                     : "exists";

        /* The end of a long path tells more than its begin. */
        size_t length = strlen(condition->path), room = CONDITION_DETAIL_MAX - strlen(says) - 8;
        bool cut = length > room;

        (void) snprintf(detail, CONDITION_DETAIL_MAX, "'%s%s' %s", cut ? "…" : "",
                        condition->path + (cut ? length - room : 0), says);
}

/* The first line, if it has one. */
static void explain_command(const ErrandResult *result, char detail[static CONDITION_DETAIL_MAX]) {
        size_t length = MIN(strcspn(result->text, "\n"), (size_t) SAID_MAX);

        while (length > 0 && ((unsigned char) result->text[length] & 0xc0U) == 0x80U)
                length--; /* not within a character */
        if (result->signal > 0)
                (void) snprintf(detail, CONDITION_DETAIL_MAX, "the command was killed by signal %d",
                                result->signal);
        else
                (void) snprintf(detail, CONDITION_DETAIL_MAX, "the command exited with status %d%s%.*s",
                                result->exit_code, length > 0 ? ": " : "", (int) length, result->text);
}

/* The runner could not do it now, or is gone: that says nothing of the condition. */
static bool is_passing(int error) {
        return error == -ENOTCONN || error == -EAGAIN || error == -ECANCELED || error == -ENOMEM ||
                        error == -EMFILE || error == -ENFILE;
}

ConditionFinding condition_check_errand(
                const Condition *condition,
                const ErrandResult *result,
                char ret_detail[static CONDITION_DETAIL_MAX]) {

        bool is_command = condition->kind == CONDITION_COMMAND;

        if (result->error < 0) {
                (void) snprintf(ret_detail, CONDITION_DETAIL_MAX, "%s: %.100s",
                                is_command ? "the command failed" : "the path cannot be looked at",
                                result->text[0] ? result->text : strerror(-result->error));
                return is_passing(result->error) ? CONDITION_UNKNOWN : CONDITION_FAILS;
        }
        if (result->exit_code == 0)
                return CONDITION_HOLDS;
        if (is_command)
                explain_command(result, ret_detail);
        else
                explain_path(condition, ret_detail);
        return CONDITION_FAILS;
}
