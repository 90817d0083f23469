/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The runner's memory on disk-less storage: one file per run in runs/, in case the runner is killed.
 *
 * A file is a sequence of protocol records, each appended with one write(): MESSAGE_LISTED before the process
 * is made, MESSAGE_START for one that outlives the runner, MESSAGE_STARTED with the pid by the child itself
 * before it executes anything, and MESSAGE_ENDED before the daemon is told. What a kill has cut off counts as
 * never written. In these files started_usec of the first two is CLOCK_BOOTTIME, between which the kernel's
 * start time of the process must lie.
 */

#include "protocol/message.h"
#include "util/types.h"

#define STORE_UUID_MAX 64U
#define RUN_NAME_MAX (STORE_UUID_MAX + 64U)

/* A run whose leftovers are left alone has this behind its name in their environment: no sweep knows it. */
#define RUN_MARK_LEFT ".left"
#define RUN_MARK_MAX (RUN_NAME_MAX + 8U)

/* Zero-filled behind the text, so that it can be compared and hashed as bytes. */
typedef struct RunKey {
        char store[STORE_UUID_MAX + 8U];
        uint64_t execution_id, attempt;
} RunKey;

typedef struct RunRecords {
        int directory_fd; /* runs/ */
        int lock_fd;
        char generation[33];
        bool full; /* a write failed: told once */
} RunRecords;

/* -EINVAL: the text cannot be part of a file name. */
int run_key_init(RunKey *key, const char *store, uint64_t execution_id, uint64_t attempt);
/* -EINVAL: not the name of a record. */
int run_key_parse(const char *name, RunKey *ret);
const char *run_key_format(const RunKey *key, char buffer[static RUN_NAME_MAX]);

/*
 * Opens runs/ below `runner_dir`, making it and its neighbours. `lock_fd` is a lock that was kept over a
 * re-exec, or -EBADF. -EBUSY: another runner has it.
 */
int run_records_open(RunRecords *records, const char *runner_dir, int lock_fd);
void run_records_close(RunRecords *records);

/* Begins the file. Returns a descriptor to which the child appends. -EEXIST: there is one already. */
int run_record_begin(RunRecords *records, const RunKey *key, const char *job);

/*
 * Appends what a later runner needs of the start to go on with a run that is no child of its own: neither the
 * command nor the environment.
 */
int run_record_add_start(int fd, const MessageStart *start);

/* What the child appends; it fills in the numbers, little-endian, at the offsets. */
typedef struct RunNote {
        char data[64];
        size_t size, pid_offset, time_offset;
} RunNote;

void run_note_init(RunNote *note, const RunKey *key);

/* Appends the outcome; makes the file if there is none. */
int run_record_end(RunRecords *records, const RunKey *key, const char *job, const MessageEnded *ended);
int run_record_remove(RunRecords *records, const RunKey *key);

typedef struct RunRecord {
        RunKey key;
        char *job;
        usec_t begun_boottime_usec;
        pid_t pid; /* 0: the file does not say */
        usec_t noted_boottime_usec;
        Message start; /* of a unit, which survives the runner; else type 0 */
        bool has_outcome;
        Message ended; /* type 0 without an outcome */
} RunRecord;

void run_record_done(RunRecord *record);
/* Returns 0, -ENOENT, or -EBADMSG: nothing had been started for it. */
int run_record_load(RunRecords *records, const RunKey *key, RunRecord *ret);

/* The names in runs/ that are records, as keys. */
int run_records_list(RunRecords *records, RunKey **ret, size_t *ret_n);
