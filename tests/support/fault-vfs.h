/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A file system that fails on command: an SQLite VFS over the real one, registered as the default.
 */

#include <stdatomic.h>

typedef struct FaultVfs {
        atomic_int write_code; /* SQLite code that every write answers with; 0: none */
        atomic_int sync_code;  /* the same for every sync */
        atomic_int n_failed;   /* how many calls have failed so far */
        atomic_int n_syncs;    /* how many succeeded */
} FaultVfs;

/* Registers it once for the process; it stays. */
FaultVfs *fault_vfs_register(void);
