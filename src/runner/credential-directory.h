/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * $CREDENTIALS_DIRECTORY of a run: credentials/KEY below the runner's directory, in memory only, 0500 and its
 * files 0400 of the job's user.
 */

#include "runner/run-record.h"

typedef struct Credential {
        char *name;
        char *data; /* wiped when it is freed */
        size_t size;
} Credential;

void credential_done(Credential *credential);

typedef struct CredentialOwner {
        uid_t uid;
        gid_t gid;
        bool change; /* false: we are that user ourselves */
} CredentialOwner;

/*
 * Returns 0 with the path, or a negative errno with a sentence in *reterr_message (NULL: out of memory);
 * -EOPNOTSUPP: `base` is on a disk. Nothing is left of it then.
 */
int credential_directory_make(
                const char *base,
                const RunKey *key,
                const Credential *credentials,
                size_t n,
                const CredentialOwner *owner,
                char **ret_path,
                char **reterr_message);

/* With all that the job may have put there. Nothing happens if there is none. */
void credential_directory_remove(const char *base, const RunKey *key);

/* Removes those of no run that is alive, e.g. those of a killed runner. */
void credential_directory_sweep(
                const char *base,
                bool (*is_alive)(void *userdata, const RunKey *key),
                void *userdata);
