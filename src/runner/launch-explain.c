/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which step on what, and why not: for what a child reported before it executed anything. */

#include <errno.h>
#include <string.h>

#include "runner/environment.h"
#include "runner/launch.h"
#include "util/string-list.h"

static const char *const step_texts[] = {
        [CHILD_STEP_NOTE] = "write the record of the run",
        [CHILD_STEP_SESSION] = "make a session",
        [CHILD_STEP_DESCRIPTORS] = "arrange its descriptors",
        [CHILD_STEP_LIMITS] = "reset its limits",
        [CHILD_STEP_OOM_SCORE] = "set oom-score",
        [CHILD_STEP_RESOURCE] = "set limits.",
        [CHILD_STEP_NICE] = "set nice",
        [CHILD_STEP_IO_PRIORITY] = "set io-class and io-priority",
        [CHILD_STEP_AFFINITY] = "set cpu-affinity",
        [CHILD_STEP_GROUPS] = "set the supplementary groups of",
        [CHILD_STEP_GROUP] = "set the group of",
        [CHILD_STEP_USER] = "change to",
        [CHILD_STEP_ENVIRONMENT] = "read environment file",
        [CHILD_STEP_DIRECTORY] = "change to directory",
        [CHILD_STEP_EXECUTE] = "execute",
        [CHILD_STEP_COUNT] = NULL,
};

static int explain_execute(char **ret, const MessageStart *start, const Account *account, int error) {
        bool script = start->script && start->script[0] != '\0';
        const char *shell = start->shell && start->shell[0] != '\0' ? start->shell : DEFAULT_SHELL;
        const char *program = script                              ? shell
                        : start->arguments && start->arguments[0] ? start->arguments[0]
                                                                  : "";
        const char *hint = "";

        if (error == EAGAIN)
                return asprintf(ret,
                                "cannot execute '%s': user '%s' has as many processes as it may "
                                "(RLIMIT_NPROC)",
                                program, account->name);
        if (error == ENOENT && !strchr(program, '/'))
                return asprintf(ret, "cannot execute '%s': there is no such program in its PATH", program);
        if (error == ENOEXEC)
                hint = " (a script needs a first line such as #!/bin/sh)";
        return asprintf(ret, "cannot execute %s'%s': %s%s", script ? "the shell " : "", program,
                        strerror(error), hint);
}

static const char *reason_of(int error) {
        return error == EPERM || error == EACCES ? "not permitted" : strerror(error);
}

static int explain_resource(char **ret, const MessageStart *start, const ChildError *error) {
        const char *name = resource_name(error->detail);

        STRING_LIST_FOREACH(item, start->resource_limits) {
                unsigned long long soft, hard;
                int resource;

                if (sscanf(*item, "%d:%llu:%llu", &resource, &soft, &hard) == 3 && resource == error->detail)
                        return asprintf(ret, "cannot set limits.%s to %lld:%lld (-1: none): %s", name,
                                        (long long) soft, (long long) hard, reason_of(error->error));
        }
        return asprintf(ret, "cannot set the limit '%s': %s", name, reason_of(error->error));
}

static int explain_setting(char **ret, const MessageStart *start, const ChildError *error) {
        const char *text = step_texts[error->step], *reason = reason_of(error->error);

        switch (error->step) {
        case CHILD_STEP_OOM_SCORE:
                return asprintf(ret, "cannot %s %" PRId64 ": %s", text,
                                start->has_oom_score ? start->oom_score : 0, reason);
        case CHILD_STEP_NICE:
                return asprintf(ret, "cannot %s %" PRId64 ": %s", text, start->nice, reason);
        case CHILD_STEP_AFFINITY:
                return asprintf(ret, "cannot %s %s: %s", text, start->affinity,
                                error->error == EINVAL ? "the host has none of these CPUs for it" : reason);
        case CHILD_STEP_RESOURCE:
                return explain_resource(ret, start, error);
        default:
                return asprintf(ret, "cannot %s: %s", text, reason);
        }
}

static const char *explain_file_error(int error) {
        switch (error) {
        case ELOOP:
                return "it is a symbolic link";
        case EMEDIUMTYPE:
        case ENXIO:
                return "it is not a regular file";
        case EFBIG:
                return "it is larger than all environment files of a job may be together, 256K";
        case E2BIG:
                return "there are too many variables";
        default:
                return strerror(error);
        }
}

static int explain_environment(char **ret, const MessageStart *start, const ChildError *error) {
        size_t n = string_list_length(start->environment_files);
        const char *file = error->detail >= 0 && (size_t) error->detail < n
                        ? start->environment_files[error->detail]
                        : "";

        file += *file == '-';
        if (error->error == EINVAL && error->line > 0)
                return asprintf(ret, "cannot read environment file '%s': line %u is not NAME=value", file,
                                error->line);
        return asprintf(ret, "cannot read environment file '%s': %s", file, explain_file_error(error->error));
}

char *launch_explain(const MessageStart *start, const Account *account, const ChildError *error) {
        char *text;
        int n;

        if (error->step < 0 || error->step >= CHILD_STEP_COUNT)
                n = asprintf(&text, "cannot start: %s", strerror(error->error));
        else if (error->step == CHILD_STEP_EXECUTE)
                n = explain_execute(&text, start, account, error->error);
        else if (error->step == CHILD_STEP_ENVIRONMENT)
                n = explain_environment(&text, start, error);
        else if (error->step >= CHILD_STEP_OOM_SCORE && error->step <= CHILD_STEP_AFFINITY)
                n = explain_setting(&text, start, error);
        else if (error->step == CHILD_STEP_DIRECTORY)
                n = asprintf(&text, "cannot %s '%s': %s", step_texts[error->step],
                             start->directory && start->directory[0] != '\0' ? start->directory
                                                                             : account->home,
                             strerror(error->error));
        else if (error->step >= CHILD_STEP_GROUPS && error->step <= CHILD_STEP_USER)
                n = asprintf(&text, "cannot %s user '%s': %s", step_texts[error->step], account->name,
                             strerror(error->error));
        else
                n = asprintf(&text, "cannot %s: %s", step_texts[error->step], strerror(error->error));
        return n < 0 ? NULL : text;
}
