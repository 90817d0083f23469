/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Clients of the control socket, peer to peer.
 *
 * Nobody can fill the daemon by connecting: connections are counted for each user, those that have not
 * authenticated yet have a deadline and make room for newer ones, and a client that does not read what it is
 * sent is dropped (bus-signal.c).
 */

#include <assert.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <utlist.h>

#include "bus/bus-internal.h"
#include "util/log.h"

#define PEERS_MAX 2048U
#define PEERS_OF_USER_MAX 128U
#define PEERS_OF_PRIVILEGED_MAX 1024U
#define PEERS_UNAUTHENTICATED_MAX 256U
#define AUTHENTICATION_USEC (10 * USEC_PER_SEC)

typedef struct PeerCount {
        size_t n_of_user, n_unauthenticated;
        BusConnection *oldest_unauthenticated;
} PeerCount;

static PeerCount count_peers(const BusServer *server, uid_t uid) {
        PeerCount count = { 0 };
        BusConnection *peer;

        DL_FOREACH(server->peers, peer) {
                if (peer->is_dead)
                        continue;
                if (peer->uid == uid)
                        count.n_of_user++;
                if (peer->is_authenticated)
                        continue;
                count.n_unauthenticated++;
                if (!count.oldest_unauthenticated)
                        count.oldest_unauthenticated = peer;
        }
        return count;
}

/* Returns false if there is no room for this client. */
static bool make_room(BusServer *server, uid_t uid) {
        PeerCount count = count_peers(server, uid);
        bool privileged = uid == 0 || uid == server->host.owner_uid;

        if (server->n_peers >= PEERS_MAX ||
            count.n_of_user >= (privileged ? PEERS_OF_PRIVILEGED_MAX : PEERS_OF_USER_MAX)) {
                log_debug("Refused a connection of uid %" PRIu32 ": it has %zu, of %zu in all.",
                          (uint32_t) uid, count.n_of_user, server->n_peers);
                return false;
        }
        if (count.n_unauthenticated >= PEERS_UNAUTHENTICATED_MAX)
                bus_connection_kill(count.oldest_unauthenticated);
        return true;
}

/* The process at the other end may have ended since: it has no start time then, and polkit is not asked. */
static int read_credentials(int fd, BusConnection *peer) {
        struct ucred credentials;
        socklen_t size = sizeof(credentials);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
                return -errno;

        peer->uid = credentials.uid;
        peer->gid = credentials.gid;
        if (process_id_of(credentials.pid, &peer->process) < 0)
                peer->process = (ProcessId){ .pid = credentials.pid };
        return 0;
}

/* Takes the fd in any case. */
static int open_bus(BusServer *server, int fd, sd_bus **ret) {
        CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
        CLEANUP_CLOSE int owned_fd = fd;
        sd_id128_t id;
        int r;

        r = sd_id128_randomize(&id);
        if (r < 0)
                return r;
        r = sd_bus_new(&bus);
        if (r < 0)
                return r;
        r = sd_bus_set_fd(bus, fd, fd);
        if (r < 0)
                return r;
        (void) TAKE_FD(owned_fd);
        r = sd_bus_set_server(bus, 1, id);
        if (r < 0)
                return r;
        r = sd_bus_negotiate_fds(bus, 1);
        if (r < 0)
                return r;
        r = sd_bus_set_connected_signal(bus, 1);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(bus);
        return 0;
}

static int add_peer(BusServer *server, int fd, BusConnection **ret) {
        CLEANUP(bus_connection_freep) BusConnection *peer = NULL;
        CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
        CLEANUP_CLOSE int owned_fd = fd;
        int r;

        r = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0 ? -errno : 0;
        if (r < 0)
                return r;
        r = open_bus(server, TAKE_FD(owned_fd), &bus);
        if (r < 0)
                return r;
        r = bus_connection_new(server, bus, true, &peer);
        if (r < 0)
                return r;
        r = read_credentials(fd, peer);
        if (r < 0)
                return r;
        peer->deadline_usec =
                        usec_add(clock_now(server->host.clock, CLOCK_KIND_MONOTONIC), AUTHENTICATION_USEC);

        r = sd_bus_start(bus);
        if (r < 0)
                return r;
        r = sd_bus_attach_event(bus, server->event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(peer);
        return 0;
}

int bus_server_add_peer(BusServer *server, int fd) {
        BusConnection *peer = NULL;
        struct ucred credentials;
        socklen_t size = sizeof(credentials);
        int r;

        assert(server);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
                r = -errno;
                (void) fd_close(fd);
                return r;
        }
        if (!make_room(server, credentials.uid)) {
                (void) fd_close(fd);
                return -EUSERS;
        }

        r = add_peer(server, fd, &peer);
        if (r < 0)
                return log_debug_errno(r, "Cannot serve a client of the control socket: %m");

        DL_APPEND(server->peers, peer);
        server->n_peers++;
        user_names_prefetch(server->users, peer->uid);
        bus_peers_check_deadlines(server);
        return 0;
}

size_t bus_server_n_peers(const BusServer *server) {
        return server->n_peers;
}

void bus_peers_reap(BusServer *server) {
        BusConnection *peer, *next;

        DL_FOREACH_SAFE(server->peers, peer, next) {
                if (!peer->is_dead)
                        continue;
                DL_DELETE(server->peers, peer);
                server->n_peers--;
                (void) bus_connection_free(peer);
        }
}

/* What it has said may lie unread, since it is we who were busy: that is read before it is judged. */
static bool is_late(BusConnection *peer) {
        while (!peer->is_authenticated && !peer->is_dead && sd_bus_process(peer->bus, NULL) > 0)
                ;
        return !peer->is_authenticated;
}

/* Drops who is late, and arms the timer for the next one: the list is in order of arrival. */
void bus_peers_check_deadlines(BusServer *server) {
        usec_t now_usec = clock_now(server->host.clock, CLOCK_KIND_MONOTONIC);
        BusConnection *peer;

        if (server->is_checking_deadlines) /* whoever is read here and turns out to be in time comes back to
                                              us */
                return;
        server->is_checking_deadlines = true;
        DL_FOREACH(server->peers, peer) {
                if (peer->is_authenticated || peer->is_dead)
                        continue;
                if (peer->deadline_usec > now_usec)
                        break;
                if (is_late(peer))
                        bus_connection_kill(peer);
        }
        server->is_checking_deadlines = false;

        if (!peer) {
                (void) sd_event_source_set_enabled(server->auth_timer, SD_EVENT_OFF);
                return;
        }
        (void) sd_event_source_set_time(server->auth_timer, (uint64_t) peer->deadline_usec);
        (void) sd_event_source_set_enabled(server->auth_timer, SD_EVENT_ONESHOT);
}
