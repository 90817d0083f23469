/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Clients as nobody would wish for them, for the integration tests in shell.
 *
 *   hostile-client mute SOCKET N          N connections that say nothing
 *   hostile-client rubbish SOCKET N       N connections that talk nonsense, before and after the handshake
 *   hostile-client half SOCKET N          N connections that stop in the middle of a message
 *   hostile-client subscribe SOCKET N     N subscribers that never read a signal
 *   hostile-client follow SOCKET ID N     N followers of an execution's output that never read
 *   hostile-client seqpacket SOCKET N     N connections to the runner's socket that talk nonsense
 *   hostile-client descriptors N PROGRAM  executes PROGRAM with N more descriptors open
 *
 * All but the last print "ready" when they have done their worst, and wait to be killed.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "protocol/names.h"
#include "util/types.h"

#define HANDSHAKE "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"

static _Noreturn void give_up(const char *what, int error) {
        (void) fprintf(stderr, "hostile-client: %s: %s\n", what, strerror(error));
        exit(EXIT_FAILURE);
}

static int connect_to(const char *path, int type) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

        if (fd < 0)
                give_up("socket", errno);
        if (strlen(path) >= sizeof(address.sun_path))
                give_up(path, ENAMETOOLONG);
        strcpy(address.sun_path, path);
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                give_up("connect", errno);
        return fd;
}

/* Whoever is disconnected for what it says has reached its aim. */
static void say(int fd, const void *data, size_t size) {
        if (send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EPIPE && errno != ECONNRESET &&
            errno != EAGAIN)
                give_up("send", errno);
}

/* The same sequence in each run. */
static void fill_with_rubbish(unsigned char *data, size_t size, unsigned seed) {
        for (size_t i = 0; i < size; i++) {
                seed = seed * 1103515245U + 12345U;
                data[i] = (unsigned char) (seed >> 16);
        }
}

static void talk_rubbish(int fd, unsigned i) {
        /* Little endian, method call; body and header fields as long as can be written down. */
        static const unsigned char huge[16] = { 'l', 1, 0, 1, 0xff, 0xff, 0xff, 0xff,
                                                1,   0, 0, 0, 0,    0xff, 0xff, 0xff };
        unsigned char noise[4096];

        fill_with_rubbish(noise, sizeof(noise), i + 1);
        if (i % 3 > 0)
                say(fd, HANDSHAKE, sizeof(HANDSHAKE) - 1);
        if (i % 3 == 2)
                say(fd, huge, sizeof(huge));
        say(fd, noise, i % 2 == 0 ? sizeof(noise) : i % sizeof(noise));
}

/* A method call of 64 KiB, of which only the beginning comes. */
static void say_half(int fd) {
        static const unsigned char half[24] = { 'l', 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0x40, 0, 0, 0 };

        say(fd, HANDSHAKE, sizeof(HANDSHAKE) - 1);
        say(fd, half, sizeof(half));
}

static sd_bus *open_bus(const char *path) {
        sd_bus *bus = NULL;
        char *address;
        int r;

        if (asprintf(&address, "unix:path=%s", path) < 0)
                give_up("memory", ENOMEM);
        r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_negotiate_fds(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0)
                give_up(path, -r);
        free(address);
        return bus;
}

static void call(sd_bus *bus, const char *method, const char *types, uint64_t id) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL; /* kept: it owns the descriptor that is never read */
        int r;

        r = types ? sd_bus_call_method(
                                    bus, NULL, MANAGER_PATH, MANAGER_INTERFACE, method, &error, &reply, types,
                                    id)
                  : sd_bus_call_method(
                                    bus, NULL, MANAGER_PATH, MANAGER_INTERFACE, method, &error, &reply, NULL);
        if (r < 0)
                give_up(error.message ?: method, -r);
}

static int do_mute(char **arguments) {
        for (int i = 0, n = atoi(arguments[1]); i < n; i++)
                (void) connect_to(arguments[0], SOCK_STREAM);
        return 0;
}

static int do_rubbish(char **arguments) {
        for (int i = 0, n = atoi(arguments[1]); i < n; i++) {
                int fd = connect_to(arguments[0], SOCK_STREAM);

                talk_rubbish(fd, (unsigned) i);
                if (i % 4 == 0)
                        (void) close(fd);
        }
        return 0;
}

static int do_half(char **arguments) {
        for (int i = 0, n = atoi(arguments[1]); i < n; i++)
                say_half(connect_to(arguments[0], SOCK_STREAM));
        return 0;
}

static int do_subscribe(char **arguments) {
        for (int i = 0, n = atoi(arguments[1]); i < n; i++)
                call(open_bus(arguments[0]), "Subscribe", NULL, 0);
        return 0;
}

static int do_follow(char **arguments) {
        for (int i = 0, n = atoi(arguments[2]); i < n; i++)
                call(open_bus(arguments[0]), "Follow", "t", strtoull(arguments[1], NULL, 10));
        return 0;
}

static int do_seqpacket(char **arguments) {
        unsigned char noise[2048];

        for (int i = 0, n = atoi(arguments[1]); i < n; i++) {
                int fd = connect_to(arguments[0], SOCK_SEQPACKET);

                fill_with_rubbish(noise, sizeof(noise), (unsigned) i);
                say(fd, noise, sizeof(noise) - (size_t) i % sizeof(noise));
                if (i % 2 == 0)
                        (void) close(fd);
        }
        return 0;
}

static int do_descriptors(char **arguments) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                give_up("getrlimit", errno);
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
                give_up("setrlimit", errno);
        for (int i = 0, n = atoi(arguments[0]); i < n; i++) {
                if (open("/dev/null", O_RDWR) < 0) /* NOLINT(android-cloexec-open): inherited on purpose */
                        give_up("open", errno);
        }
        (void) execvp(arguments[1], arguments + 1);
        give_up(arguments[1], errno);
}

static const struct {
        const char *name;
        int n_arguments;
        int (*run)(char **arguments);
} modes[] = {
        { "mute", 2, do_mute },
        { "rubbish", 2, do_rubbish },
        { "half", 2, do_half },
        { "subscribe", 2, do_subscribe },
        { "follow", 3, do_follow },
        { "seqpacket", 2, do_seqpacket },
        { "descriptors", 2, do_descriptors },
};

int main(int argc, char **argv) {
        for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
                if (argc < 2 + modes[i].n_arguments || strcmp(argv[1], modes[i].name) != 0)
                        continue;
                (void) modes[i].run(argv + 2);
                (void) puts("ready");
                (void) fflush(stdout);
                for (;;)
                        (void) pause();
        }
        (void) fprintf(stderr, "hostile-client: see the beginning of its source\n");
        return 2;
}
