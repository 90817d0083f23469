/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The credentials of a run on their way from where they are kept to its directory: in our memory for as short
 * as can be. Encrypted ones are decrypted by `systemd-creds`, in a child.
 */

#include "runner/credential-directory.h"
#include "runner/run-context.h"

typedef struct CredentialLoad CredentialLoad;

/* `failure` is a sentence, or NULL: they are there, for credential_load_write(). */
typedef void (*credential_load_done_t)(void *userdata, const char *failure);

/*
 * `wanted` is as credential_find() takes it; `store`, whose secrets they are, is borrowed until the load is
 * freed. Calls done() once, at once or later. Returns 0, or a negative errno: it is never called. *ret is set
 * before it is called.
 */
int credential_load_begin(
                RunContext *context,
                const char *store,
                char *const *wanted,
                credential_load_done_t done,
                void *userdata,
                CredentialLoad **ret);
/* Also while it is under way; then done() is not called any more. */
CredentialLoad *credential_load_free(CredentialLoad *load);

/* Those that were loaded, borrowed; none of no load. */
const Credential *credential_load_items(const CredentialLoad *load, size_t *ret_n);
/* As credential_directory_make(). */
int credential_load_write(
                const CredentialLoad *load,
                const char *base,
                const RunKey *key,
                const CredentialOwner *owner,
                char **ret_path,
                char **reterr_message);

/* A child of ours has ended and was reaped: was it one that decrypts? */
void credential_loads_on_reaped(RunContext *context, pid_t pid, int status);
