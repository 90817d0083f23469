/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where a credential is: our own directory, what systemd has given to the runner's service, systemd's stores,
 * the encrypted ones last.
 */

#include "util/types.h"

#define CREDENTIAL_SIZE_MAX ((size_t) 1024 * 1024)

typedef struct CredentialPlaces {
        char *own;     /* /etc/jobsched/credentials; --user: $XDG_CONFIG_HOME/jobsched/credentials */
        char *service; /* $CREDENTIALS_DIRECTORY of the runner; NULL: none */
        char *secrets; /* secret-store.h */
        bool user_mode;
} CredentialPlaces;

int credential_places_init(CredentialPlaces *places, const char *secrets, bool user_mode);
void credential_places_done(CredentialPlaces *places);

typedef struct CredentialSource {
        int fd;
        char *name; /* by which the job knows it */
        char *path;
        bool encrypted;
} CredentialSource;

void credential_source_done(CredentialSource *source);

/*
 * What is wanted is the NAME of a credential, or a secret parameter: "parameter.NAME=ID" is the one that is
 * kept under that id for `store`, "parameter.NAME=credential:OTHER" the credential OTHER by that name.
 *
 * Opens it: a regular file of root's or our own that nobody else may write, in our own directory not even
 * read. Returns 0, or a negative errno with a sentence in *reterr_message (NULL: out of memory): -EINVAL (the
 * name), -ENOENT, which says where it was looked for, -EPERM, -EFBIG.
 */
int credential_find(
                const CredentialPlaces *places,
                const char *store,
                const char *wanted,
                CredentialSource *ret,
                char **reterr_message);
