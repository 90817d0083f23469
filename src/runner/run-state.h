/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A run as text, for a re-exec: lines "name value"; where the value is bytes, "name *size", the bytes and a
 * line feed. A reader passes over names that it does not know, so that versions may differ.
 */

#include "runner/run.h"
#include "util/buffer.h"

void state_put_number(Buffer *buffer, const char *name, int64_t value);
void state_put_bytes(Buffer *buffer, const char *name, const void *data, size_t size);

typedef struct StateReader {
        const char *data;
        size_t size;
} StateReader;

typedef struct StateItem {
        char name[32];
        int64_t number;
        const char *bytes; /* NULL: it is a number. Not followed by a NUL. */
        size_t size;
} StateItem;

/* Returns 1, 0 at the end, or -EBADMSG. */
int state_read(StateReader *reader, StateItem *ret);

/* Whether a run has to be written at all: one whose outcome is in runs/ is found there. */
bool run_state_is_needed(const Run *run);
/* Appends "run 1", its items and "run-end 1". */
int run_state_save(const Run *run, Buffer *buffer);
/* Reads from behind "run 1" up to "run-end 1" and puts the run under supervision. */
int run_state_restore(RunContext *context, StateReader *reader, Run **ret);

/* The descriptors that have to stay open: calls visit() for each. */
void run_state_for_each_fd(const Run *run, void (*visit)(void *userdata, int fd), void *userdata);
