/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Editing in $VISUAL or $EDITOR: a copy in a directory of our own, and what to do when it is not good. */

#include "util/types.h"

typedef struct EditorCopy {
        char *directory;
        char *path;
} EditorCopy;

/* Under that name, in $TMPDIR. Both functions that return an int return a status. */
int editor_copy_make(EditorCopy *copy, const char *name, const char *text, size_t size);
void editor_copy_done(EditorCopy *copy);

/* Opens `path` and waits. `name` is what is edited, for messages. */
int editor_run(const char *path, const char *name);

typedef enum EditorChoice {
        EDITOR_SAVE,
        EDITOR_AGAIN,
        EDITOR_QUIT,
} EditorChoice;

/* Asks what is to become of a copy with faults. `save_help` offers to save it all the same; NULL: it cannot
 * be. */
EditorChoice editor_ask(const char *save_help);
