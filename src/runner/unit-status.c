/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-status.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

typedef struct StatusField {
        const char *name;
        char type; /* of D-Bus */
        size_t offset;
} StatusField;

#define STATUS_MEMBER(member, expected) TYPED_OFFSET(UnitStatus, member, expected)
#define WORD(name, member) \
        { name, 's', _Generic(&((UnitStatus *) NULL)->member[0], char * : offsetof(UnitStatus, member)) }
#define NUMBER32(name, member) \
        { name, 'u', STATUS_MEMBER(member, uint32_t) }
#define SIGNED32(name, member) \
        { name, 'i', STATUS_MEMBER(member, int32_t) }
#define NUMBER64(name, member) \
        { name, 't', STATUS_MEMBER(member, uint64_t) }

/* clang-format off */
static const StatusField fields[] = {
        WORD("ActiveState", active_state),
        WORD("SubState", sub_state),
        WORD("Result", result),
        NUMBER32("MainPID", main_pid),
        NUMBER32("ExecMainPID", exec_main_pid),
        SIGNED32("ExecMainCode", exec_main_code),
        SIGNED32("ExecMainStatus", exec_main_status),
        NUMBER64("ActiveEnterTimestamp", active_usec),
        NUMBER64("ExecMainStartTimestamp", started_usec),
        NUMBER64("ExecMainExitTimestamp", ended_usec),
        NUMBER64("ExecMainStartTimestampMonotonic", started_monotonic_usec),
        NUMBER64("CPUUsageNSec", cpu_nsec),
        NUMBER64("MemoryPeak", memory_peak_bytes),
};

/* What the child of systemd was at when it ended with such a status: systemd.exec(5), "Process exit codes". */
static const struct {
        int status;
        const char *name, *step;
} launch_steps[] = {
        { 200, "CHDIR", "changing to its directory" },
        { 201, "NICE", "setting its nice level" },
        { 202, "FDS", "arranging its descriptors" },
        { 203, "EXEC", "executing its program (is it there, and executable?)" },
        { 204, "MEMORY", "getting memory" },
        { 205, "LIMITS", "setting its resource limits" },
        { 206, "OOM_ADJUST", "setting its oom score" },
        { 207, "SIGNAL_MASK", "setting its signal mask" },
        { 208, "STDIN", "opening its standard input" },
        { 209, "STDOUT", "opening its standard output" },
        { 210, "CHROOT", "changing its root directory" },
        { 211, "IOPRIO", "setting its io priority" },
        { 212, "TIMERSLACK", "setting its timer slack" },
        { 213, "SECUREBITS", "setting its secure bits" },
        { 214, "SETSCHEDULER", "setting its CPU scheduling" },
        { 215, "CPUAFFINITY", "setting its CPU affinity" },
        { 216, "GROUP", "changing to its group" },
        { 217, "USER", "changing to its user" },
        { 218, "CAPABILITIES", "setting its capabilities" },
        { 219, "CGROUP", "setting up its cgroup" },
        { 220, "SETSID", "making a session" },
        { 222, "STDERR", "opening its standard error" },
        { 224, "PAM", "opening a PAM session" },
        { 225, "NETWORK", "setting up its network namespace" },
        { 226, "NAMESPACE", "setting up its mount namespace" },
        { 227, "NO_NEW_PRIVILEGES", "taking away new privileges" },
        { 228, "SECCOMP", "installing its system call filter" },
        { 229, "SELINUX_CONTEXT", "changing its SELinux context" },
        { 230, "PERSONALITY", "setting its personality" },
        { 231, "APPARMOR_PROFILE", "changing its AppArmor profile" },
        { 232, "ADDRESS_FAMILIES", "restricting its address families" },
        { 233, "RUNTIME_DIRECTORY", "making its runtime directory" },
        { 235, "CHOWN", "changing the owner of a socket" },
        { 236, "SMACK_PROCESS_LABEL", "changing its SMACK label" },
        { 237, "KEYRING", "setting up its keyring" },
        { 238, "STATE_DIRECTORY", "making its state directory" },
        { 239, "CACHE_DIRECTORY", "making its cache directory" },
        { 240, "LOGS_DIRECTORY", "making its logs directory" },
        { 241, "CONFIGURATION_DIRECTORY", "making its configuration directory" },
        { 242, "NUMA_POLICY", "setting its NUMA policy" },
        { 243, "CREDENTIALS", "setting up its credentials" },
        { 245, "BPF", "installing its BPF program" },
};
/* clang-format on */

void unit_status_init(UnitStatus *status) {
        *status = (UnitStatus){ .cpu_nsec = UINT64_MAX, .memory_peak_bytes = UINT64_MAX };
}

static const StatusField *find_field(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
                if (strcmp(fields[i].name, name) == 0)
                        return &fields[i];
        }
        return NULL;
}

static int read_value(UnitStatus *status, const StatusField *field, sd_bus_message *message) {
        const char signature[] = { field->type, '\0' };
        void *target = (char *) status + field->offset;
        const char *word;
        int r;

        r = sd_bus_message_enter_container(message, 'v', signature);
        if (r < 0)
                return r;
        r = sd_bus_message_read_basic(message, field->type, field->type == 's' ? (void *) &word : target);
        if (r < 0)
                return r;
        if (field->type == 's')
                (void) snprintf(target, UNIT_WORD_SIZE, "%s", word);
        return sd_bus_message_exit_container(message);
}

int unit_status_read(UnitStatus *status, sd_bus_message *message) {
        int r;

        r = sd_bus_message_enter_container(message, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                const StatusField *field;
                const char *name;

                r = sd_bus_message_read_basic(message, 's', &name);
                if (r < 0)
                        return r;
                field = find_field(name);
                r = field ? read_value(status, field, message) : sd_bus_message_skip(message, "v");
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static bool is(const char *word, const char *wanted) {
        return strcmp(word, wanted) == 0;
}

bool unit_status_has_executed(const UnitStatus *status) {
        return status->active_usec > 0;
}

bool unit_status_has_ended(const UnitStatus *status, bool wholly) {
        if (is(status->active_state, "failed"))
                return true;
        if (status->exec_main_code == 0)
                return false;
        return !wholly || is(status->active_state, "inactive") || is(status->sub_state, "exited");
}

bool unit_status_is_being_stopped(const UnitStatus *status) {
        return is(status->active_state, "deactivating") && is(status->result, "success") &&
                        status->exec_main_code == 0;
}

static const char *const result_texts[][2] = {
        { "resources", "it lacked the resources to start its process" },
        { "start-limit-hit", "its start limit was hit" },
        { "exec-condition", "a condition of it was not met" },
        { "timeout", "its start took too long" },
        { "protocol", "its process ended before its program was executed" },
};

static const char *const job_result_texts[][2] = {
        { "dependency", "a unit that it needs did not start" },
        { "canceled", "its start was cancelled" },
        { "timeout", "its start took too long" },
        { "skipped", "its start was skipped" },
        { "done", "a condition of it was not met" },
};

static const char *find_text(const char *const (*texts)[2], size_t n, const char *word) {
        for (size_t i = 0; i < n; i++) {
                if (is(texts[i][0], word))
                        return texts[i][1];
        }
        return NULL;
}

static int explain_unstarted(const UnitStatus *status, const UnitCircumstances *circumstances, char **ret) {
        const char *why = find_text(result_texts, ARRAY_SIZE(result_texts), status->result)
                        ?: find_text(job_result_texts, ARRAY_SIZE(job_result_texts),
                                     circumstances->job_result);

        if (circumstances->start_timed_out)
                why = "it did not execute its program within the start-timeout, and was killed";
        if (asprintf(ret, "systemd did not start its unit: %s", why ?: "it does not say why") < 0)
                return -ENOMEM;
        return 0;
}

/*
 * A status that systemd's child uses for itself, before the exec. A program may use the same, so only where
 * nothing speaks for that: systemd tells of a short-lived program without saying whether it was executed.
 */
static bool is_launch_failure(const UnitStatus *status, const UnitCircumstances *circumstances, size_t *ret) {
        if (status->exec_main_code != CLD_EXITED || unit_status_has_executed(status) ||
            circumstances->has_output)
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(launch_steps); i++) {
                if (launch_steps[i].status == status->exec_main_status) {
                        *ret = i;
                        return true;
                }
        }
        return false;
}

static EndKind end_kind(const UnitStatus *status, const UnitCircumstances *circumstances) {
        if (circumstances->escalated >= 0)
                return (EndKind) circumstances->escalated;
        if (circumstances->stopped_by_others)
                return END_SHUTDOWN;
        if (is(status->result, "timeout"))
                return END_TIMED_OUT; /* RuntimeMaxSec= */
        return status->exec_main_code == CLD_EXITED ? END_EXITED : END_SIGNALED;
}

static const char *remark(const UnitStatus *status, const UnitCircumstances *circumstances) {
        if (circumstances->escalated >= 0)
                return NULL;
        if (circumstances->stopped_by_others)
                return "systemd stopped its unit: with the machine, or by `systemctl stop`";
        if (is(status->result, "timeout"))
                return "systemd stopped its unit after RuntimeMaxSec=";
        if (is(status->result, "watchdog"))
                return "systemd's watchdog ended it";
        return NULL;
}

static int outcome_of_end(
                const UnitStatus *status,
                const UnitCircumstances *circumstances,
                MessageEnded *ended,
                char **ret_message) {

        const char *text = remark(status, circumstances);
        char *message = NULL;

        if (text) {
                message = strdup(text);
                if (!message)
                        return -ENOMEM;
        }
        ended->kind = end_kind(status, circumstances);
        if (status->exec_main_code == CLD_EXITED)
                ended->exit_code = status->exec_main_status;
        else
                ended->signal = status->exec_main_status;
        ended->oom = is(status->result, "oom-kill");
        *ret_message = message;
        return 0;
}

int unit_status_outcome(
                const UnitStatus *status,
                const UnitCircumstances *circumstances,
                MessageEnded *ended,
                char **ret_message) {

        size_t i;

        ended->exit_code = -1;
        ended->signal = -1;
        ended->http_status = -1;
        ended->cpu_usec = status->cpu_nsec == UINT64_MAX ? -1 : (int64_t) (status->cpu_nsec / 1000);
        ended->memory_peak_bytes =
                        status->memory_peak_bytes > INT64_MAX ? -1 : (int64_t) status->memory_peak_bytes;
        if (status->exec_main_code == 0) {
                ended->kind = circumstances->escalated >= 0 ? (EndKind) circumstances->escalated : END_LAUNCH;
                return explain_unstarted(status, circumstances, ret_message);
        }
        if (circumstances->start_timed_out) {
                ended->kind = END_LAUNCH;
                return explain_unstarted(status, circumstances, ret_message);
        }
        if (is_launch_failure(status, circumstances, &i)) {
                ended->kind = END_LAUNCH;
                if (asprintf(ret_message, "systemd could not start it: %s failed (%d/%s)",
                             launch_steps[i].step, launch_steps[i].status, launch_steps[i].name) < 0)
                        return -ENOMEM;
                return 0;
        }
        return outcome_of_end(status, circumstances, ended, ret_message);
}
