/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parameters of `file:`, as values. */

#include "actions/action.h"

extern const ActionProgram file_program; /* file-run.c */
extern const ActionParameter file_parameters[];
extern const char *const file_operation_names[], *const file_exists_names[], *const file_missing_names[];

typedef enum FileOperation {
        FILE_READ,
        FILE_WRITE,
        FILE_COPY,
        FILE_MOVE,
        FILE_DELETE,
        FILE_FETCH,
        FILE_SEND,
        FILE_OPERATION_COUNT,
} FileOperation;

DECLARE_STRING_TABLE(file_operation, FileOperation);

typedef enum FileExists {
        EXISTS_REPLACE,
        EXISTS_FAIL,
        EXISTS_KEEP,
        EXISTS_APPEND,
        EXISTS_COUNT,
} FileExists;

DECLARE_STRING_TABLE(file_exists, FileExists);

typedef struct FileRequest {
        FileOperation operation;
        char *from, *to; /* path or URL; NULL: none */
        char *content;
        char *root;  /* NULL: none */
        mode_t mode; /* (mode_t) -1: none was asked for */
        uid_t owner; /* (uid_t) -1: likewise */
        gid_t group;
        bool make_directories, only_if_changed, glob, ignore_missing, in_place;
        FileExists if_exists;
        char *checksum;                    /* "sha256:HEX"; NULL: none */
        char *encoding_from, *encoding_to; /* both or none */
        uint64_t max_bytes;
} FileRequest;

bool file_is_url(const char *text);

void file_request_done(FileRequest *request);
/* Returns 0 or a negative errno (explained). What *ret has on failure, file_request_done() frees. */
int file_request_decode(Action *action, FileRequest *ret);
