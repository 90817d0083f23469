/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/notify-socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"

/* More than a socket holds: what is sent while we read shall not keep us. */
#define DRAIN_MAX 256U

static usec_t now_monotonic(void) {
        return clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
}

/* The kernel has put it there: whoever can send to the socket may still be nobody of ours. */
static bool is_heard(const NotifySocket *notify, struct msghdr *message) {
        for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
                struct ucred sender;

                if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS ||
                    part->cmsg_len != CMSG_LEN(sizeof(sender)))
                        continue;
                memcpy(&sender, CMSG_DATA(part), sizeof(sender));
                return sender.uid == notify->uid || sender.uid == 0;
        }
        return false;
}

/*
 * Returns false when nothing waits. There is room for the sender only: descriptors that were sent along do
 * not fit, and are closed by the kernel.
 */
static bool receive(NotifySocket *notify) {
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(struct ucred))];
        } control;
        char data[NOTIFY_MESSAGE_MAX];
        struct iovec vector = { data, sizeof(data) };
        struct msghdr header = {
                .msg_iov = &vector,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };
        CLEANUP(notify_message_done) NotifyMessage message = { .progress = -1 };
        ssize_t n = recvmsg(notify->watch.fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

        if (n < 0)
                return errno == EINTR;
        if (header.msg_flags & MSG_TRUNC || !is_heard(notify, &header) ||
            notify_message_parse(data, (size_t) n, &message) <= 0)
                return true; /* not for us; it counts all the same */
        notify->on_message(notify->userdata, &message);
        return true;
}

static void on_readable(Watch *watch, uint32_t events) {
        NotifySocket *notify = watch->userdata;
        usec_t now = now_monotonic();

        if (now - notify->window_usec >= USEC_PER_SEC) {
                notify->window_usec = now;
                notify->n_in_window = 0;
        }
        while (notify->n_in_window < NOTIFY_MESSAGES_PER_SECOND) {
                if (watch->fd < 0 || !receive(notify))
                        return;
                notify->n_in_window++;
        }
        if (deadline_set(notify->deadlines, &notify->resume, notify->window_usec + USEC_PER_SEC) >= 0)
                poller_pause(notify->poller, watch);
}

static void on_resume(Deadline *deadline) {
        NotifySocket *notify = deadline->userdata;

        if (poller_resume(notify->poller, &notify->watch, EPOLLIN) < 0)
                notify_socket_close(notify);
}

void notify_socket_init(
                NotifySocket *notify,
                Poller *poller,
                Deadlines *deadlines,
                void (*on_message)(void *userdata, const NotifyMessage *message),
                void *userdata) {

        *notify = (NotifySocket){
                .poller = poller,
                .deadlines = deadlines,
                .watch = { .fd = -EBADF, .on_ready = on_readable, .userdata = notify },
                .window_usec = -USEC_PER_SEC,
                .on_message = on_message,
                .userdata = userdata,
        };
        deadline_init(&notify->resume, on_resume, notify);
}

/* Its mode is there before its owner: at no time anybody else can send. */
static int bind_path(int fd, const char *path, uid_t uid, gid_t gid) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        mode_t old;
        int r;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, path);
        (void) unlink(path); /* that of a killed runner */
        old = umask(0177);
        r = bind(fd, (const struct sockaddr *) &address, sizeof(address)) < 0 ? -errno : 0;
        (void) umask(old);
        if (r < 0)
                return r;
        if (uid != getuid() && chown(path, uid, gid) < 0) {
                r = -errno;
                (void) unlink(path);
        }
        return r;
}

int notify_socket_open(NotifySocket *notify, char *path, uid_t uid, gid_t gid) {
        CLEANUP_FREE char *owned = path;
        CLEANUP_CLOSE int fd = -EBADF;
        const int on = 1;
        int r;

        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
                return -errno;
        r = bind_path(fd, path, uid, gid);
        if (r < 0)
                return r;
        return notify_socket_restore(notify, TAKE_PTR(owned), TAKE_FD(fd), uid);
}

int notify_socket_restore(NotifySocket *notify, char *path, int fd, uid_t uid) {
        int r;

        notify->path = path;
        notify->uid = uid;
        r = poller_add(notify->poller, &notify->watch, fd, EPOLLIN);
        if (r < 0)
                notify_socket_close(notify);
        return r;
}

void notify_socket_drain(NotifySocket *notify) {
        for (unsigned n = 0; n < DRAIN_MAX && notify->watch.fd >= 0; n++) {
                if (!receive(notify))
                        return;
        }
}

void notify_socket_done(NotifySocket *notify) {
        deadline_clear(notify->deadlines, &notify->resume);
        poller_close(notify->poller, &notify->watch);
        free(notify->path);
        notify->path = NULL;
}

void notify_socket_close(NotifySocket *notify) {
        if (notify->path)
                (void) unlink(notify->path);
        notify_socket_done(notify);
}

void notify_directory_clear(const char *directory) {
        DIR *stream = opendir(directory);
        struct dirent *entry;

        if (!stream)
                return;
        while ((entry = readdir(stream))) {
                if (entry->d_name[0] != '.')
                        (void) unlinkat(dirfd(stream), entry->d_name, 0);
        }
        (void) closedir(stream);
}
