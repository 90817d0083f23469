/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The link to the service manager, and the table of the runs that are units. */

#include "runner/unit.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <utlist.h>

#include "runner/fd-store.h"
#include "runner/run.h"
#include "runner/unit-context.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/log.h"

#define SYSTEM_SOCKET "/run/systemd/private"
#define ADMITTED_MAX 16U /* PID 1 starts a few hundred a second, one after the other */
#define RECONNECT_USEC (200 * USEC_PER_MSEC)

static void on_reconnect(Deadline *deadline);

static int find_socket(bool user_mode, char **ret) {
        const char *directory = secure_getenv("XDG_RUNTIME_DIR");

        if (!user_mode) {
                *ret = strdup(SYSTEM_SOCKET);
                return *ret ? 0 : -ENOMEM;
        }
        return path_join(directory ?: "/nonexistent", "systemd/private", ret);
}

int units_new(RunContext *context, sd_event *event, const char *socket, Units **ret) {
        CLEANUP(units_freep) Units *units = calloc(1, sizeof(*units));
        int r;

        if (!units)
                return -ENOMEM;
        units->context = context;
        units->event = sd_event_ref(event);
        deadline_init(&units->reconnect, on_reconnect, units);
        if (socket) {
                units->socket = strdup(socket);
                r = units->socket ? 0 : -ENOMEM;
        } else {
                r = find_socket(context->launch.user_mode, &units->socket);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(units);
        return 0;
}

static void link_close(Units *units) {
        if (!units->bus)
                return;
        sd_bus_close(units->bus);
        units->bus = sd_bus_unref(units->bus);
}

Units *units_free(Units *units) {
        if (!units)
                return NULL;
        deadline_clear(&units->context->deadlines, &units->reconnect);
        link_close(units);
        units->event = sd_event_unref(units->event);
        free(units->socket);
        free(units);
        return NULL;
}

static void schedule_reconnect(Units *units) {
        (void) deadline_set(
                        &units->context->deadlines, &units->reconnect,
                        clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + RECONNECT_USEC);
}

/* It must not be freed from within its own dispatch: that is for the deadline. */
static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Units *units = userdata;

        log_info("The link to systemd is closed; it is opened anew. Units go on.");
        schedule_reconnect(units);
        return 0;
}

/* Does not wait: a stream socket of this host is there at once or not at all. */
static int connect_socket(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        CLEANUP_CLOSE int fd = -EBADF;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path) + 1);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static int bus_open(Units *units) {
        CLEANUP_CLOSE int fd = connect_socket(units->socket);
        int r;

        if (fd < 0)
                return fd;
        r = sd_bus_new(&units->bus);
        if (r < 0)
                return r;
        r = sd_bus_set_fd(units->bus, fd, fd);
        if (r < 0)
                return r;
        (void) TAKE_FD(fd);
        r = sd_bus_start(units->bus);
        if (r < 0)
                return r;
        r = sd_bus_match_signal(
                        units->bus, NULL, NULL, "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
                        "Disconnected", on_disconnected, units);
        if (r < 0)
                return r;
        r = units_watch(units);
        if (r < 0)
                return r;
        return sd_bus_attach_event(units->bus, units->event, SD_EVENT_PRIORITY_NORMAL);
}

/* Returns 0, also when there is a link, or a negative errno: systemd is not there. */
static int link_open(Units *units) {
        int r;

        if (units->bus)
                return 0;
        r = bus_open(units);
        if (r < 0) {
                link_close(units);
                return r;
        }
        units_synchronise(units);
        return 0;
}

static bool is_gone(int error) {
        return error == -ENOENT || error == -ECONNREFUSED || error == -EACCES || error == -ENOTDIR;
}

static void on_reconnect(Deadline *deadline) {
        Units *units = deadline->userdata;
        int r;

        link_close(units);
        if (!units->by_name)
                return; /* when it is needed again */
        r = link_open(units);
        if (r >= 0) {
                units_admit(units);
                return;
        }
        (void) log_debug_errno(r, "Cannot connect to systemd at '%s': %m. It is tried again.", units->socket);
        schedule_reconnect(units);
}

void units_recover(Units *units) {
        int r = link_open(units);

        if (r < 0 && units->by_name) {
                (void) log_warning_errno(
                                r, "Cannot ask systemd at '%s' for the units of jobs: %m. It is tried again.",
                                units->socket);
                schedule_reconnect(units);
        }
}

int units_send(Units *units, const char *member, const char *types, ...) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        va_list arguments;
        int r;

        if (!units->bus)
                return -ENOTCONN;
        r = sd_bus_message_new_method_call(
                        units->bus, &message, SYSTEMD_DESTINATION, SYSTEMD_PATH, SYSTEMD_MANAGER, member);
        if (r < 0)
                return r;
        va_start(arguments, types);
        r = sd_bus_message_appendv(message, types, arguments);
        va_end(arguments);
        if (r < 0)
                return r;
        r = sd_bus_message_set_expect_reply(message, 0);
        if (r < 0)
                return r;
        return sd_bus_send(units->bus, message, NULL);
}

static int unit_new(Run *run, UnitStage stage, UnitRun **ret) {
        Units *units = run->context->units;
        UnitRun *unit, *other;

        if (!units)
                return -EOPNOTSUPP;
        unit = calloc(1, sizeof(*unit));
        if (!unit)
                return -ENOMEM;
        unit->run = run;
        unit->stage = stage;
        unit_status_init(&unit->status);
        (void) unit_name_format(&run->key, run->start.job, unit->name);
        HASH_FIND_STR(units->by_name, unit->name, other);
        if (other) {
                free(unit);
                return -EEXIST;
        }
        HASH_ADD_STR(units->by_name, name, unit);
        run->unit = unit;
        *ret = unit;
        return 0;
}

static char *explain_link(const Units *units, int error) {
        char *text;

        if (asprintf(&text, "a job with `unit:` needs systemd as %s: cannot connect to '%s': %s",
                     units->context->launch.user_mode ? "the user's service manager" : "the host's init",
                     units->socket, strerror(-error)) < 0)
                return NULL;
        return text;
}

void unit_begin(Run *run) {
        Units *units = run->context->units;
        UnitRun *unit;
        int r;

        r = unit_new(run, UNIT_WAITING, &unit);
        if (r < 0) {
                run_fail(run, END_LAUNCH,
                         strdup(r == -EEXIST ? "there is a unit of this name that another run waits for"
                                             : strerror(-r)));
                return;
        }
        r = deadline_get(&units->reconnect) == USEC_INFINITY ? link_open(units) : 0;
        if (r < 0 && is_gone(r)) {
                unit->stage = UNIT_SETTLED;
                run_fail(run, END_LAUNCH, explain_link(units, r));
                return;
        }
        DL_APPEND(units->waiting, unit);
        if (r < 0)
                schedule_reconnect(units); /* the machine is busy */
        units_admit(units);
}

int unit_adopt(Run *run) {
        UnitRun *unit;
        int r = unit_new(run, UNIT_ADMITTED, &unit);

        if (r < 0)
                return r;
        run->context->units->n_admitted++;
        unit->requested = true;
        return 0;
}

void units_admit(Units *units) {
        if (units->is_admitting)
                return; /* one that failed at once */
        units->is_admitting = true;
        while (units->bus && units->waiting && units->n_admitted < ADMITTED_MAX) {
                UnitRun *unit = units->waiting;

                DL_DELETE(units->waiting, unit);
                unit->stage = UNIT_ADMITTED;
                units->n_admitted++;
                run_resolve(unit->run);
        }
        units->is_admitting = false;
}

void unit_settle(UnitRun *unit) {
        Units *units = unit->run->context->units;

        if (unit->stage == UNIT_WAITING)
                DL_DELETE(units->waiting, unit);
        if (unit->stage == UNIT_ADMITTED)
                units->n_admitted--;
        unit->stage = UNIT_SETTLED;
}

void unit_on_ended(UnitRun *unit) {
        Units *units = unit->run->context->units;

        unit_settle(unit);
        unit->start_call = sd_bus_slot_unref(unit->start_call);
        unit->query = sd_bus_slot_unref(unit->query);
        fd_store_remove(&unit->run->key);
        units_admit(units);
}

UnitRun *unit_free(UnitRun *unit) {
        if (!unit)
                return NULL;
        unit_settle(unit);
        unit->start_call = sd_bus_slot_unref(unit->start_call);
        unit->query = sd_bus_slot_unref(unit->query);
        HASH_DELETE(hh, unit->run->context->units->by_name, unit);
        free(unit);
        return NULL;
}
