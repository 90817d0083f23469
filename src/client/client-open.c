/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Getting through to the daemon.
 *
 * The control socket is tried first, since it needs no bus daemon. It may be missing (an old or a stopped
 * daemon, which the bus may start) or not be ours to open (group jobsched-ctl): then the bus is asked. Only
 * when both fail there is a message, and it names the one that the user can do something about.
 */

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/client-internal.h"
#include "protocol/instance.h"
#include "protocol/names.h"

#define CONNECT_TIMEOUT_SECONDS 5
/* polkit may be asking a person for a password */
#define CALL_TIMEOUT_USEC ((uint64_t) 150 * USEC_PER_SEC)

static int connect_control(const char *path) {
        struct timeval timeout = { .tv_sec = CONNECT_TIMEOUT_SECONDS };
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        CLEANUP_CLOSE int fd = -EBADF;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path) + 1);

        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -errno;
        (void) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)); /* bounds connect() */

        if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;

        return TAKE_FD(fd);
}

static int open_peer(Client *client, const char *path) {
        CLEANUP(sd_bus_close_unrefp) sd_bus *bus = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        fd = connect_control(path);
        if (fd < 0)
                return fd;

        r = sd_bus_new(&bus);
        if (r < 0)
                return r;

        r = sd_bus_set_fd(bus, fd, fd);
        if (r < 0)
                return r;
        TAKE_FD(fd);

        r = sd_bus_start(bus);
        if (r < 0)
                return r;

        client->bus = TAKE_PTR(bus);
        client->peer = true;
        return 0;
}

static bool is_socket_of_daemon(bool user) {
        Instance instance = { 0 };
        int fd = -EBADF;

        if (instance_init(&instance, user) < 0)
                return false;

        fd = connect_control(instance.control_socket);
        instance_done(&instance);
        (void) fd_close(fd);
        return fd >= 0;
}

static int unreachable(
                bool user,
                const char *socket_path,
                int socket_error,
                int bus_error,
                ClientError *reterr) {
        const char *daemon = user ? "your own jobschedd (--user)" : "jobschedd";

        if (!user && getuid() != 0 && is_socket_of_daemon(true))
                return client_error_set(
                                reterr, bus_error, CLIENT_FAULT_UNREACHABLE,
                                "A daemon of your own is running: use --user to talk to it.",
                                "cannot reach the system's jobschedd");

        if (socket_error == -EACCES || socket_error == -EPERM)
                return client_error_set(
                                reterr, socket_error, CLIENT_FAULT_DENIED,
                                "Without a bus daemon only root and the members of the "
                                "group " CONTROL_GROUP_NAME " can talk to it.",
                                "no permission to open the control socket %s, and the bus cannot be reached "
                                "(%s)",
                                socket_path, strerror(-bus_error));

        if (socket_error == 0 && bus_error == -EHOSTUNREACH)
                return client_error_set(
                                reterr, bus_error, CLIENT_FAULT_UNREACHABLE,
                                "It may not run, or not be on the bus; without --bus its control socket is "
                                "used.",
                                "jobschedd is not on the %s bus", user ? "session" : "system");

        if (socket_error == 0)
                return client_error_set(
                                reterr, bus_error, CLIENT_FAULT_UNREACHABLE, NULL,
                                "cannot reach the %s bus: %s", user ? "session" : "system",
                                bus_error == -ENOMEDIUM ? "there is none" : strerror(-bus_error));

        return client_error_set(
                        reterr, socket_error, CLIENT_FAULT_UNREACHABLE,
                        user ? "Is it running? Start it with 'jobschedd --user' or 'systemctl --user start "
                               "jobschedd'."
                             : "Is it running? Start it with 'systemctl start jobschedd'.",
                        "cannot reach %s at %s: %s", daemon, socket_path, strerror(-socket_error));
}

static int call_bus_driver(
                sd_bus *bus,
                const char *member,
                sd_bus_message **ret,
                const char *types,
                unsigned flags) {
        return sd_bus_call_method(
                        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", member,
                        NULL, ret, types, BUS_NAME, flags);
}

/*
 * A bus that is there says nothing yet about the daemon. One that is not there is started if the bus knows
 * how; to be asked to start one that it does not know is an error for a bus even when that is there.
 */
static int find_daemon(sd_bus *bus) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r, has_owner = 0;

        r = call_bus_driver(bus, "NameHasOwner", &reply, "s", 0);
        if (r >= 0)
                r = sd_bus_message_read(reply, "b", &has_owner);
        if (r >= 0 && !has_owner)
                r = call_bus_driver(bus, "StartServiceByName", NULL, "su", 0) < 0 ? -EHOSTUNREACH : 0;
        return r;
}

static int open_bus(Client *client, bool user) {
        CLEANUP(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
        int r;

        r = user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
        if (r >= 0)
                r = find_daemon(bus);
        if (r < 0)
                return r;

        client->bus = TAKE_PTR(bus);
        return 0;
}

static int open_any(Client *client, const ClientOptions *options, ClientError *reterr) {
        Instance instance = { 0 };
        int socket_error = 0, r;

        r = instance_init(&instance, options->user);
        if (r < 0)
                return client_error_set(
                                reterr, r, CLIENT_FAULT_OTHER, "Set XDG_RUNTIME_DIR and HOME.",
                                "cannot tell where your own jobschedd has its control socket");

        if (!options->bus)
                socket_error = open_peer(client, instance.control_socket);
        if (!client->bus) {
                r = open_bus(client, options->user);
                if (r < 0)
                        r = unreachable(options->user, instance.control_socket, socket_error, r, reterr);
        }

        instance_done(&instance);
        return r;
}

int client_open(const ClientOptions *options, Client **ret, ClientError *reterr) {
        CLEANUP(client_freep) Client *client = NULL;
        int r;

        client = calloc(1, sizeof(*client));
        if (!client)
                return -ENOMEM;

        r = open_any(client, options, reterr);
        if (r < 0)
                return r;

        (void) sd_bus_set_allow_interactive_authorization(client->bus, true);
        (void) sd_bus_set_method_call_timeout(client->bus, CALL_TIMEOUT_USEC);

        *ret = TAKE_PTR(client);
        return 0;
}

Client *client_free(Client *client) {
        if (!client)
                return NULL;

        sd_bus_flush_close_unref(client->bus);
        free(client);
        return NULL;
}

sd_bus *client_bus(const Client *client) {
        return client->bus;
}
