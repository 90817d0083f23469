/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/runner-client-secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "exec/runner-client-send.h"

#define ID_SIZE 32U

struct PendingSecret {
        char *id;
        void (*done)(void *userdata, int error);
        void *userdata;
        PendingSecret *prev, *next;
};

static void free_secret(PendingSecret *secret) {
        free(secret->id);
        free(secret);
}

static void finish(RunnerClient *client, PendingSecret *secret, int error) {
        DL_DELETE(client->secrets, secret);
        secret->done(secret->userdata, error);
        free_secret(secret);
}

void runner_client_on_secret_kept(RunnerClient *client, const MessageSecretKept *answer) {
        PendingSecret *secret;

        DL_FOREACH(client->secrets, secret) {
                if (strcmp(secret->id, answer->id) == 0) {
                        finish(client, secret, -(int) answer->error);
                        return;
                }
        }
}

void runner_client_fail_secrets(RunnerClient *client, int error) {
        while (client->secrets)
                finish(client, client->secrets, error);
}

static int drop(RunnerClient *client, const char *id) {
        return runner_client_send(
                        client,
                        &(Message){ .type = MESSAGE_DROP_SECRET, .drop_secret = { .id = (char *) id } });
}

static int keep(RunnerClient *client, const char *id, const char *value) {
        return runner_client_send(
                        client,
                        &(Message){
                                        .type = MESSAGE_KEEP_SECRET,
                                        .keep_secret = {
                                                .id = (char *) id,
                                                .value = (char *) value,
                                                .value_size = strlen(value),
                                        },
                        });
}

/* What asks for no answer gets none: dropping is made up for at the next connection. */
int runner_client_request_keep_secret(
                void *userdata,
                const char *id,
                const char *value,
                void (*done)(void *userdata, int error),
                void *done_userdata) {

        RunnerClient *client = userdata;
        PendingSecret *secret = NULL;
        int r;

        if (done && value) {
                secret = calloc(1, sizeof(*secret));
                if (!secret)
                        return -ENOMEM;
                *secret = (PendingSecret){ .id = strdup(id), .done = done, .userdata = done_userdata };
        }
        r = secret && !secret->id ? -ENOMEM : value ? keep(client, id, value) : drop(client, id);
        if (!secret)
                return r;
        if (r < 0)
                free_secret(secret);
        else
                DL_APPEND(client->secrets, secret);
        return r;
}

int runner_client_request_keep_only(void *userdata, const char *ids, size_t n_ids) {
        return runner_client_send(
                        userdata,
                        &(Message){
                                        .type = MESSAGE_KEEP_ONLY,
                                        .keep_only = { .ids = (char *) ids, .ids_size = n_ids * ID_SIZE },
                        });
}
