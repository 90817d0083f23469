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
        bool user_mode;
} CredentialPlaces;

int credential_places_init(CredentialPlaces *places, bool user_mode);
void credential_places_done(CredentialPlaces *places);

typedef struct CredentialSource {
        int fd;
        char *path;
        bool encrypted;
} CredentialSource;

void credential_source_done(CredentialSource *source);

/*
 * Opens it: a regular file of root's or our own that nobody else may write, in our own directory not even
 * read. Returns 0, or a negative errno with a sentence in *reterr_message (NULL: out of memory): -EINVAL (the
 * name), -ENOENT, which says where it was looked for, -EPERM, -EFBIG.
 */
int credential_find(
                const CredentialPlaces *places,
                const char *name,
                CredentialSource *ret,
                char **reterr_message);
