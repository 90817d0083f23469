/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-credential.h"

#include <string.h>

#include "runner/credential-load.h"

const char *run_credential_refusal(const Run *run) {
        if (!run->start.credentials || !run->start.credentials[0])
                return NULL;
        if (!run->context->launch.user_mode && run->start.owner_uid != 0)
                return "credentials of the host are for jobs of root only";
        return NULL;
}

int run_credential_load(Run *run, void (*on_loaded)(void *userdata, const char *failure)) {
        if (!run->start.credentials || !run->start.credentials[0]) {
                on_loaded(run, NULL);
                return 0;
        }
        return credential_load_begin(
                        run->context, run->start.credentials, on_loaded, run, &run->credential_load);
}

int run_credential_write(Run *run, const Account *account, char **reterr_message) {
        const CredentialOwner owner = {
                .uid = account->uid,
                .gid = account->gid,
                .change = !run->context->launch.user_mode,
        };
        int r;

        if (!run->credential_load)
                return 0;
        r = credential_load_write(
                        run->credential_load, run->context->credentials_base, &run->key, &owner,
                        &run->credentials_directory, reterr_message);
        run->credential_load = credential_load_free(run->credential_load);
        return r;
}

/* The directory also when it is not known: it may have come over a re-exec. */
void run_credential_done(Run *run) {
        run->credential_load = credential_load_free(run->credential_load);
        free(run->credentials_directory);
        run->credentials_directory = NULL;
        if (run->context->credentials_base)
                credential_directory_remove(run->context->credentials_base, &run->key);
}
