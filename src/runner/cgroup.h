/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A cgroup for each run, where the runner's own cgroup (v2) was delegated to it: then everything a run
 * started is found for sure, killed at once, and measured.
 */

#include "util/types.h"

typedef struct CgroupRoot {
        int fd; /* the delegated directory; -EBADF: there is none, leftovers are found by other means */
        bool has_dying; /* some cgroup could not be removed yet: cgroup_kill_all() is to be called again */
} CgroupRoot;

/*
 * Moves the runner to a child supervisor/ and enables the controllers that there are. `mount` is where the
 * cgroup file system is, "/sys/fs/cgroup". Returns 1, 0 (not delegated to us), or a negative errno.
 */
int cgroup_root_init(CgroupRoot *root, const char *mount);
void cgroup_root_done(CgroupRoot *root);
static inline bool cgroup_root_usable(const CgroupRoot *root) {
        return root->fd >= 0;
}

/* Makes the cgroup of a run and returns a descriptor of it for CLONE_INTO_CGROUP. */
int cgroup_create(const CgroupRoot *root, const char *name);
int cgroup_open(const CgroupRoot *root, const char *name);
/* Writes one of its files. -ENOENT: its controller is not there. */
int cgroup_set(int fd, const char *file, const char *value);
/* SIGKILL to all in it, also to those that are being forked. */
int cgroup_kill(int fd);
int cgroup_signal(int fd, int signal_number);
/* 0: empty, 1: there are processes. */
int cgroup_is_populated(int fd);
/* A descriptor that EPOLLPRI says has news, until it is asked whether there are processes. */
int cgroup_events_open(int fd);
int cgroup_events_populated(int events_fd);
/* Also what the run has made below it. -EBUSY: something in it is still dying; root->has_dying is set. */
int cgroup_remove(CgroupRoot *root, const char *name);

typedef struct CgroupUsage {
        int64_t cpu_usec;          /* -1: unknown */
        int64_t memory_peak_bytes; /* -1: unknown */
        bool oom_killed;
} CgroupUsage;

void cgroup_read_usage(int fd, CgroupUsage *ret);

#define CGROUP_RUN_PREFIX "run-"
#define CGROUP_LEFT_PREFIX "left-" /* of a run whose leftovers are not killed: removed once it is empty */
/* Whether the cgroup of this name, without the prefix, belongs to a run that goes on. */
typedef bool (*cgroup_is_alive_t)(void *userdata, const char *name);
/* Kills and removes what ended runs left, also those of a killed runner. Returns how many cgroups there were.
 */
int cgroup_kill_all(CgroupRoot *root, cgroup_is_alive_t is_alive, void *userdata);
