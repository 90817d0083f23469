/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-credential.h"

#include <string.h>

#include "runner/credential-load.h"
#include "util/string-list.h"

#define FROM_CREDENTIAL "=credential:"

bool run_credential_is_wanted(const Run *run) {
        return (run->start.credentials && run->start.credentials[0]) ||
                        (run->start.secrets && run->start.secrets[0]);
}

const char *run_credential_refusal(const Run *run) {
        bool is_of_host = run->start.credentials && run->start.credentials[0];

        STRING_LIST_FOREACH(secret, run->start.secrets)
                is_of_host = is_of_host || strstr(*secret, FROM_CREDENTIAL);
        if (is_of_host && !run->context->launch.user_mode && run->start.owner_uid != 0)
                return "credentials of the host are for jobs of root only";
        return NULL;
}

int run_credential_list(const MessageStart *start, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        r = string_list_copy(start->credentials, &list);
        if (r < 0)
                return r;
        STRING_LIST_FOREACH(secret, start->secrets) {
                char *wanted = NULL;

                if (asprintf(&wanted, "parameter.%s", *secret) < 0)
                        return -ENOMEM;
                r = string_list_take_push(&list, wanted);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

int run_credential_load(Run *run, void (*on_loaded)(void *userdata, const char *failure)) {
        CLEANUP(string_list_freep) char **wanted = NULL;
        int r;

        if (!run_credential_is_wanted(run)) {
                on_loaded(run, NULL);
                return 0;
        }
        r = run_credential_list(&run->start, &wanted);
        if (r < 0)
                return r;
        return credential_load_begin(
                        run->context, run->key.store, wanted, on_loaded, run, &run->credential_load);
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
