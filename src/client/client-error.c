/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/client-error.h"

#include <stdarg.h>
#include <string.h>

#include "protocol/names.h"

#define HINT_DENIED                                                                                 \
        "Run it as root or as the owner of the job, or have an administrator allow it with polkit " \
        "(actions org.jobsched1.*)."
#define HINT_GONE "Look at its log (the system's: 'journalctl -u jobschedd'); running jobs go on without it."

/* clang-format off */
static const struct {
        const char *name;
        ClientFault fault;
        const char *hint;
} bus_faults[] = {
        { ERROR_NO_SUCH_JOB,                                   CLIENT_FAULT_NO_SUCH,     "'schedctl list-jobs' shows the jobs that there are." },
        { ERROR_NO_SUCH_EXECUTION,                             CLIENT_FAULT_NO_SUCH,     "'schedctl list-executions' shows the executions that are kept." },
        { ERROR_NO_SUCH_QUEUE,                                 CLIENT_FAULT_NO_SUCH,     "'schedctl list-queues' shows the queues that there are." },
        { ERROR_NO_SUCH_PROFILE,                               CLIENT_FAULT_NO_SUCH,     "'schedctl list-profiles' shows the profiles that there are." },
        { ERROR_PROFILE_CHANGED,                               CLIENT_FAULT_OTHER,       "Look at it again ('schedctl list-profiles'), then repeat the change." },
        { ERROR_PROFILE_IN_USE,                                CLIENT_FAULT_OTHER,       "Give those jobs another profile first ('schedctl set JOB profile=NAME')." },
        { ERROR_NOT_SCHEDULED,                                 CLIENT_FAULT_NO_SUCH,     NULL },
        { ERROR_NOT_ACTIVE,                                    CLIENT_FAULT_NOT_ACTIVE,  NULL },
        { ERROR_OVERLAP,                                       CLIENT_FAULT_OTHER,       "Wait for the active execution to end, or stop it." },
        { ERROR_JOB_NOT_LOADED,                                CLIENT_FAULT_OTHER,       "'schedctl status JOB' shows what is wrong with its definition." },
        { ERROR_JOB_CHANGED,                                   CLIENT_FAULT_OTHER,       "Look at it again ('schedctl cat JOB'), then repeat the change." },
        { ERROR_FROZEN,                                        CLIENT_FAULT_OTHER,       NULL },
        { ERROR_JOB_EXISTS,                                    CLIENT_FAULT_OTHER,       "'schedctl replace' takes the place of what is there." },
        { ERROR_JOB_CHANGED,                                   CLIENT_FAULT_OTHER,       "Somebody else has changed it meanwhile; look at it again with 'schedctl cat'." },
        { ERROR_JOB_OF_FILE,                                   CLIENT_FAULT_OTHER,       "'schedctl edit JOB' opens the file." },
        { ERROR_NO_RUNNER,                                     CLIENT_FAULT_OTHER,       "'schedctl status' and the log of jobschedd say why; it goes on trying." },
        { ERROR_STORE,                                         CLIENT_FAULT_OTHER,       "'schedctl status' shows what is wrong with the store." },
        { SD_BUS_ERROR_ACCESS_DENIED,                          CLIENT_FAULT_DENIED,      HINT_DENIED },
        { SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,     CLIENT_FAULT_DENIED,      HINT_DENIED },
        { SD_BUS_ERROR_AUTH_FAILED,                            CLIENT_FAULT_DENIED,      HINT_DENIED },
        { SD_BUS_ERROR_SERVICE_UNKNOWN,                        CLIENT_FAULT_UNREACHABLE, HINT_GONE },
        { SD_BUS_ERROR_NAME_HAS_NO_OWNER,                      CLIENT_FAULT_UNREACHABLE, HINT_GONE },
        { SD_BUS_ERROR_NO_REPLY,                               CLIENT_FAULT_UNREACHABLE, HINT_GONE },
        { SD_BUS_ERROR_TIMEOUT,                                CLIENT_FAULT_UNREACHABLE, HINT_GONE },
        { SD_BUS_ERROR_DISCONNECTED,                           CLIENT_FAULT_UNREACHABLE, HINT_GONE },
        { SD_BUS_ERROR_UNKNOWN_METHOD,                         CLIENT_FAULT_OTHER,       "The daemon is of another version than schedctl; restart it ('systemctl restart jobschedd')." },
};
/* clang-format on */

void client_error_done(ClientError *error) {
        free(error->text);
        *error = (ClientError){ 0 };
}

int client_error_set(
                ClientError *error,
                int number,
                ClientFault fault,
                const char *hint,
                const char *format,
                ...) {

        va_list arguments;
        char *text = NULL;

        client_error_done(error);
        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0)
                text = NULL;
        va_end(arguments);

        *error = (ClientError){ .fault = fault, .text = text, .hint = hint };
        return number;
}

/* A daemon that is killed while a call is under way shows as one of these. */
static bool is_disconnect(int number) {
        return number == -ENOTCONN || number == -ECONNRESET || number == -EPIPE || number == -ESHUTDOWN;
}

int client_error_set_bus(ClientError *error, int number, const sd_bus_error *bus_error) {
        if (is_disconnect(number))
                return client_error_set(
                                error, number, CLIENT_FAULT_UNREACHABLE, HINT_GONE,
                                "the connection to jobschedd broke before it answered");

        for (size_t i = 0; i < ARRAY_SIZE(bus_faults); i++)
                if (sd_bus_error_has_name(bus_error, bus_faults[i].name))
                        return client_error_set(
                                        error, number, bus_faults[i].fault, bus_faults[i].hint, "%s",
                                        bus_error->message ?: bus_faults[i].name);

        return client_error_set(
                        error, number, CLIENT_FAULT_OTHER, NULL, "%s",
                        bus_error && bus_error->message ? bus_error->message : strerror(-number));
}
