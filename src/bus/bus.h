/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The D-Bus face of the manager: org.jobsched1.Manager, .Job and .Execution, the same on the system or
 * session bus and, peer to peer, on the control socket.
 *
 * Everything is asynchronous: a caller's identity comes from the kernel or the bus driver, its rights from
 * polkit, its name from the runner, and none of them is waited for in the loop. A call whose answer is still
 * open is put aside and processed again when the answer is there.
 */

#include <systemd/sd-event.h>

#include "manager/manager.h"
#include "protocol/instance.h"
#include "util/cleanup.h"
#include "util/types.h"

typedef struct BusServer BusServer;

/* What is known of the runner now. Strings are borrowed until the loop goes on. */
typedef struct BusRunnerInfo {
        bool connected;
        pid_t pid;           /* 0: unknown */
        const char *version; /* NULL: unknown */
        bool cgroup;         /* it has cgroup v2 and finds whatever a job leaves behind */
} BusRunnerInfo;

/*
 * The answer to a reload: result is 0 or a negative errno with a sentence in `text` (may be NULL); `faults`
 * are lines as diagnostic_format() gives them. All borrowed for the time of the call.
 */
typedef void (*bus_reloaded_t)(void *userdata, int result, char *const *faults, const char *text);

/* What the daemon gives. All borrowed; they outlive the server. */
typedef struct BusHost {
        Manager *manager;
        const Instance *instance;
        const Clock *clock;
        const char *version;          /* of the daemon */
        bool is_bus_wanted;           /* false: bus_server_open_bus() does nothing and returns 0 */
        uid_t owner_uid;              /* the instance's own user, who may do all as root may */
        const char *own_user;         /* the name of owner_uid; NULL: asked for when it is needed */
        const ActionCatalog *actions; /* of the action programs; NULL: none */

        /*
         * Scans and applies; calls `done` exactly once, at once or later, when the result is in force.
         * `caller` is to be copied if it is needed after the call returns. NULL: Reload is refused.
         */
        void (*reload)(void *userdata, const Caller *caller, bus_reloaded_t done, void *done_userdata);
        void (*get_runner)(void *userdata, BusRunnerInfo *ret); /* NULL: unknown */
        void *userdata;
} BusHost;

/* Registers itself as an observer of the manager. Copies *host. Takes a reference on the event loop. */
int bus_server_new(sd_event *event, const BusHost *host, BusServer **ret);

/*
 * Closes every connection and the control socket, which is removed. Free it before the manager. Orders that
 * the manager has not answered yet stay its own: their answers go nowhere.
 */
BusServer *bus_server_free(BusServer *server);
DEFINE_CLEANUP(BusServer, bus_server_free);

/*
 * Listens on the control socket: 0660 and the group jobsched-ctl for the system's instance, 0600 for a
 * user's. A socket that a dead daemon left is replaced, so the caller makes sure that it is the only daemon
 * (the store's lock). Logs and returns a negative errno when that is impossible.
 */
int bus_server_open_control(BusServer *server, const char *path);

typedef enum BusKind {
        BUS_SYSTEM,
        BUS_SESSION,
        BUS_KIND_COUNT,
} BusKind;

/*
 * Connects to the bus and takes the name org.jobsched1, in the background. A bus that is not there (yet) is
 * not an error: it is waited for without polling, and a connection that breaks is made again with back-off.
 * Returns 0, or -ENOMEM.
 */
int bus_server_open_bus(BusServer *server, BusKind kind);

/* True once the name is ours. */
bool bus_server_has_name(const BusServer *server);

/* Serves one connected stream socket as if it had been accepted from the control socket. Takes the fd. */
int bus_server_add_peer(BusServer *server, int fd);

/* Connections of clients, without the bus. */
size_t bus_server_n_peers(const BusServer *server);
