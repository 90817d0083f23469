/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What comes in, on its way to where it goes: counted, bounded, hashed, and converted into another encoding.
 */

#include <iconv.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha2.h>

#include "actions/file-request.h"

#define INTAKE_CARRY 32U
#define INTAKE_DIGEST_MAX SHA512_DIGEST_SIZE

typedef struct FileIntake {
        Action *action;
        const FileRequest *request;
        int fd;         /* where it goes; negative: nowhere */
        Buffer *buffer; /* or into this */
        uint64_t n_in, n_out;
        struct sha256_ctx sha256; /* of what goes out */

        const struct nettle_hash *hash; /* of what comes in; NULL: none is asked for */
        void *hash_state;
        uint8_t expected[INTAKE_DIGEST_MAX];

        bool converts;
        iconv_t converter;
        char carry[INTAKE_CARRY]; /* a character that is not whole yet */
        size_t n_carry;
} FileIntake;

/* Returns 0 or a negative errno (explained): a checksum or an encoding that is none. */
int file_intake_init(FileIntake *intake, Action *action, const FileRequest *request, int fd, Buffer *buffer);
void file_intake_done(FileIntake *intake);

/* Both return 0 or a negative errno (explained). */
int file_intake_write(FileIntake *intake, const void *data, size_t size);
/* At the end: the last character is whole, and the checksum is right. */
int file_intake_finish(FileIntake *intake);

/* Takes all of a descriptor. */
int file_intake_read(FileIntake *intake, int fd, const char *path);

/* Adds bytes and sha256 of what went out to the result. */
void file_intake_report(FileIntake *intake, JsonWriter *result);
