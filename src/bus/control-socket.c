/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The listening end of the control socket. */

#include <assert.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "util/log.h"

#define GROUP_FILE "/etc/group"

struct ControlSocket {
        BusServer *server;
        char *path;
        sd_event_source *source; /* owns the listening descriptor */
        /* Given up for a moment when no other descriptor is left, so that a waiting client can be turned away
         * instead of waking the loop for ever. */
        int spare_fd;
};

static int spare_open(void) {
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static bool is_out_of_descriptors(int error) {
        return error == EMFILE || error == ENFILE;
}

/* Returns a connected descriptor, -EAGAIN (no more), or another errno. */
static int accept_one(ControlSocket *control, int listen_fd) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd >= 0 || !is_out_of_descriptors(errno))
                return fd >= 0 ? fd : -errno;

        control->spare_fd = fd_close(control->spare_fd);
        (void) fd_close(accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
        control->spare_fd = spare_open();
        return -EMFILE;
}

static bool may_go_on(int error) {
        return error == -EINTR || error == -ECONNABORTED || error == -EMFILE;
}

/* Bounded, so that a flood of clients cannot keep the loop here; what is left is still readable. */
static int on_readable(sd_event_source *source, int listen_fd, uint32_t events, void *userdata) {
        ControlSocket *control = userdata;

        for (unsigned n = 0; n < 256; n++) {
                int fd = accept_one(control, listen_fd);

                if (fd >= 0)
                        (void) bus_server_add_peer(control->server, fd); /* it has logged */
                else if (fd == -EMFILE)
                        log_warning("No file descriptor is left: a client of '%s' was turned away.",
                                    control->path);
                else if (!may_go_on(fd))
                        break;
        }
        return 0;
}

/*
 * The group's number from /etc/group itself: NSS could block on the network, and the group is a local one.
 * Returns 0, or -ENOENT.
 */
static int find_group(const char *name, gid_t *ret) {
        CLEANUP_FCLOSE FILE *file = fopen(GROUP_FILE, "re");
        struct group group, *found;
        char line[4096];

        while (file && fgetgrent_r(file, &group, line, sizeof(line), &found) == 0) {
                if (strcmp(group.gr_name, name) != 0)
                        continue;
                *ret = group.gr_gid;
                return 0;
        }
        return -ENOENT;
}

/* Without the group only root and the own user can connect; everybody else goes to the bus, as schedctl does.
 */
static void open_to_group(const char *path) {
        gid_t gid;

        if (find_group(CONTROL_GROUP_NAME, &gid) < 0) {
                log_debug("There is no group '%s': '%s' stays closed to others.", CONTROL_GROUP_NAME, path);
                return;
        }
        if (lchown(path, (uid_t) -1, gid) < 0 || chmod(path, 0660) < 0)
                (void) log_warning_errno(
                                errno, "Cannot give '%s' to the group '%s': %m; others have to use the bus.",
                                path, CONTROL_GROUP_NAME);
}

/* A socket that is not in the way of anybody: bound with mode 0600 from the first moment. */
static int bind_private(int fd, const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        size_t length = strlen(path);
        mode_t old_mask;
        int r;

        if (length >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, length);

        if (unlink(path) < 0 && errno != ENOENT)
                return -errno;
        old_mask = umask(0177);
        r = bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 ? -errno : 0;
        (void) umask(old_mask);
        return r;
}

static int open_socket(BusServer *server, const char *path, int *ret) {
        CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        int r;

        if (fd < 0)
                return -errno;
        r = bind_private(fd, path);
        if (r < 0)
                return r;
        if (!server->host.instance->user)
                open_to_group(path);
        if (listen(fd, SOMAXCONN) < 0)
                return -errno;

        *ret = TAKE_FD(fd);
        return 0;
}

ControlSocket *control_socket_free(ControlSocket *control) {
        if (!control)
                return NULL;

        if (control->source && control->path)
                (void) unlink(control->path);
        (void) sd_event_source_disable_unref(control->source);
        (void) fd_close(control->spare_fd);
        free(control->path);
        free(control);
        return NULL;
}

DEFINE_CLEANUP(ControlSocket, control_socket_free);

int bus_server_open_control(BusServer *server, const char *path) {
        CLEANUP(control_socket_freep) ControlSocket *control = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        assert(server);
        assert(path);
        assert(!server->control);

        control = calloc(1, sizeof(*control));
        if (!control)
                return log_error_errno(ENOMEM, "Cannot open the control socket: %m");
        control->server = server;
        control->spare_fd = spare_open();
        control->path = strdup(path);
        if (!control->path)
                return log_error_errno(ENOMEM, "Cannot open the control socket: %m");

        r = open_socket(server, path, &fd);
        if (r < 0)
                return log_error_errno(r, "Cannot listen on the control socket '%s': %m", path);

        r = sd_event_add_io(server->event, &control->source, fd, EPOLLIN, on_readable, control);
        if (r < 0)
                return log_error_errno(r, "Cannot listen on the control socket '%s': %m", path);
        (void) sd_event_source_set_io_fd_own(control->source, 1);
        (void) TAKE_FD(fd);

        server->control = TAKE_PTR(control);
        return 0;
}
