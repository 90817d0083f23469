/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From the manager's answers to errors on D-Bus. */

#include "bus/bus-internal.h"

#include "protocol/names.h"

/* clang-format off */
static const struct {
        int error;
        const char *name, *text;
} errors[] = {
        { ENOENT,    ERROR_NO_SUCH_JOB,             "There is no such job or execution." },
        { EBUSY,     ERROR_OVERLAP,                 "The job is running already, so that this start was skipped." },
        { ENOEXEC,   ERROR_JOB_NOT_LOADED,          "The job has no good definition to run." },
        { ECANCELED, ERROR_FROZEN,                  "All jobs are frozen: nothing starts before the thaw." },
        { ENOTCONN,  ERROR_NO_RUNNER,               "jobsched-runner is not connected, so that nothing can be started or stopped." },
        { ESRCH,     ERROR_NOT_ACTIVE,              "The execution is not active." },
        { EALREADY,  ERROR_NOT_ACTIVE,              "That is the case already." },
        { EDQUOT,    SD_BUS_ERROR_LIMITS_EXCEEDED,  "A limit of the setting 'user-limits' is reached." },
        { EACCES,    SD_BUS_ERROR_ACCESS_DENIED,    "You may not do that." },
        { EIO,       ERROR_STORE,                   "The store refuses to write." },
        { ENOSPC,    ERROR_STORE,                   "The disk of the store is full." },
        { EROFS,     ERROR_STORE,                   "The disk of the store is read-only." },
        { EINVAL,    SD_BUS_ERROR_INVALID_ARGS,     "An argument is not valid." },
        { ENOMEM,    SD_BUS_ERROR_NO_MEMORY,        "There is not enough memory." },
        { EOPNOTSUPP, SD_BUS_ERROR_NOT_SUPPORTED,   "This is not supported here." },
        { ESHUTDOWN, SD_BUS_ERROR_FAILED,           "jobschedd is being stopped." },
};
/* clang-format on */

int bus_error_set(sd_bus_error *reterr, int error, const char *text) {
        int number = error < 0 ? -error : error;

        for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
                if (errors[i].error == number)
                        return sd_bus_error_set(reterr, errors[i].name, text ?: errors[i].text);

        if (text)
                return sd_bus_error_set(reterr, SD_BUS_ERROR_FAILED, text);
        return sd_bus_error_set_errnof(reterr, number, "This did not work: %m");
}

int bus_error_no_such_job(sd_bus_error *reterr, const char *name) {
        return sd_bus_error_setf(reterr, ERROR_NO_SUCH_JOB, "There is no job '%.200s'.", name);
}

int bus_error_no_such_execution(sd_bus_error *reterr, uint64_t id) {
        return sd_bus_error_setf(reterr, ERROR_NO_SUCH_EXECUTION, "There is no execution %" PRIu64 ".", id);
}
