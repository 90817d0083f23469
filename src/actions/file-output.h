/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A file that an operation makes: staged, then published as `if-exists`, `mode` and `owner` say. */

#include "actions/file-request.h"
#include "actions/staged-file.h"

typedef enum FileOutcome {
        FILE_CHANGED,
        FILE_UNCHANGED, /* it was there with the same content */
        FILE_KEPT,      /* it was there, and is left alone */
} FileOutcome;

typedef struct FileOutput {
        Action *action;
        const FileRequest *request;
        const char *path; /* borrowed */
        Place place;
        StagedFile staged;
} FileOutput;

#define FILE_OUTPUT_NONE ((FileOutput){ .place = PLACE_NONE, .staged = STAGED_FILE_NONE })

/*
 * Opens the place. Returns 1, 0 if a file is there that is to be kept, or a negative errno (explained), also
 * when one is there that must not be.
 */
int file_output_open(FileOutput *output, Action *action, const FileRequest *request, const char *path);
void file_output_done(FileOutput *output);

/* `mode` is for a file that is new and has none asked for, before the umask. Returns 0 or a negative errno
 * (explained). */
int file_output_publish(FileOutput *output, mode_t mode, FileOutcome *ret);
