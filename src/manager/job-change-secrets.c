/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/job-change-secrets.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "manager/secrets.h"

/* --- out of a definition --------------------------------------------------------------------------- */

static const SecretValue *find_value(const SecretValues *values, const char *value) {
        for (size_t i = 0; values && i < values->n_items; i++)
                if (strcmp(values->items[i].value, value) == 0)
                        return &values->items[i];
        return NULL;
}

static int add_value(SecretValues *values, SecretValue *taken) {
        SecretValue *items = reallocarray(values->items, values->n_items + 1, sizeof(*items));

        if (!items)
                return -ENOMEM;
        values->items = items;
        items[values->n_items++] = *taken;
        *taken = (SecretValue){ 0 };
        return 0;
}

/* Ids are of one length. */
static void put_id(char *text, const char *old, const char *new) {
        for (char *at = strstr(text, old); at; at = strstr(at, old))
                memcpy(at, new, SECRET_ID_LENGTH);
}

int job_change_take_secrets(
                const Manager *manager,
                const char *definition,
                const char *previous,
                const SecretValues *known,
                SecretValues *secrets,
                char **ret) {

        CLEANUP(secret_values_done) SecretValues found = { 0 };
        CLEANUP_FREE char *without = NULL;
        int r;

        r = secret_extract(definition, previous, &manager->templates, &without, &found);
        if (r <= 0)
                return r;
        for (size_t i = 0; i < found.n_items; i++) {
                /* One value, one id: who has it need not have it twice. */
                const SecretValue *kept = find_value(known, found.items[i].value);

                if (kept)
                        put_id(without, found.items[i].id, kept->id);
                else if (add_value(secrets, &found.items[i]) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(without);
        return 1;
}

/* --- while they are being kept --------------------------------------------------------------------- */

typedef struct Hold {
        HeldChanges held;
        held_changes_resume_t resume;
} Hold;

static void wipe(const char *text) {
        char *own = (char *) text; /* copies of ours */

        if (own)
                explicit_bzero(own, strlen(own));
        free(own);
}

static Hold *hold_free(Hold *hold) {
        HeldChanges *held = &hold->held;

        for (size_t i = 0; held->changes && i < held->n_changes; i++) {
                free((char *) held->changes[i].name);
                free((char *) held->changes[i].new_name);
                wipe(held->changes[i].definition);
        }
        free(held->changes);
        caller_done(&held->caller);
        secret_values_done(&held->secrets);
        free(hold);
        return NULL;
}
DEFINE_CLEANUP(Hold, hold_free);

static bool on_kept(void *userdata, int error) {
        CLEANUP(hold_freep) Hold *hold = userdata;
        const HeldChanges *held = &hold->held;

        if (error >= 0)
                return hold->resume(held);
        held->reply(held->userdata, error, NULL, 0,
                    error == -ESHUTDOWN ? "The daemon is stopping"
                                        : "The runner cannot keep the values of secret parameters: nothing "
                                          "was changed; its log says why");
        return false;
}

static int copy_text(const char *text, const char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

static int copy_changes(const HeldChanges *from, HeldChanges *ret) {
        int r = 0;

        ret->changes = calloc(from->n_changes, sizeof(*ret->changes));
        if (!ret->changes)
                return -ENOMEM;
        ret->n_changes = from->n_changes;
        for (size_t i = 0; i < from->n_changes; i++) {
                JobChange *copy = &ret->changes[i];

                *copy = from->changes[i];
                copy->name = copy->new_name = copy->definition = NULL;
                if (copy_text(from->changes[i].name, &copy->name) < 0 ||
                    copy_text(from->changes[i].new_name, &copy->new_name) < 0 ||
                    copy_text(from->changes[i].definition, &copy->definition) < 0)
                        r = -ENOMEM;
        }
        if (r >= 0 && from->has_caller)
                r = caller_copy(&from->caller, &ret->caller);
        return r;
}

/* What is sent is wiped, and these are needed again. */
static int copy_secrets(const SecretValues *secrets, SecretValues *ret) {
        int r = 0;

        for (size_t i = 0; i < secrets->n_items && r >= 0; i++) {
                SecretValue copy = { .id = strdup(secrets->items[i].id),
                                     .value = strdup(secrets->items[i].value) };

                r = copy.id && copy.value ? add_value(ret, &copy) : -ENOMEM;
                free(copy.id);
                wipe(copy.value);
        }
        return r;
}

void job_change_hold(HeldChanges *changes, held_changes_resume_t resume) {
        CLEANUP(secret_values_done) SecretValues sent = { 0 };
        Hold *hold = calloc(1, sizeof(*hold));
        int r = -ENOMEM;

        if (hold) {
                hold->resume = resume;
                hold->held = *changes;
                hold->held.changes = NULL;
                hold->held.caller = (Caller){ 0 };
                changes->secrets = (SecretValues){ 0 };
                r = copy_changes(changes, &hold->held);
        }
        if (r >= 0)
                r = copy_secrets(&hold->held.secrets, &sent);
        if (r >= 0)
                r = secrets_keep(hold->held.manager, &sent, on_kept, hold);
        if (r >= 0)
                return;
        changes->reply(changes->userdata, r, NULL, 0,
                       r == -ENOTCONN ? "There is no connection to the runner, which keeps the values of "
                                        "secret "
                                        "parameters: nothing was changed"
                                      : "Out of memory");
        if (hold)
                (void) hold_free(hold);
}
