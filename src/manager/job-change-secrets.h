/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Changes that bring the values of secret parameters wait until the runner keeps those. Then all is judged
 * anew: the same values get the same ids.
 */

#include "job/secret-extract.h"
#include "manager/manager-internal.h"

typedef struct HeldChanges {
        Manager *manager;
        JobChange *changes; /* the texts are copies, and wiped when they are freed */
        size_t n_changes;
        Caller caller;
        bool has_caller;
        SecretValues secrets;
        manager_changed_t reply;
        void *userdata;
} HeldChanges;

/* Puts them in force and answers, or refuses them. Returns true if they are in force. */
typedef bool (*held_changes_resume_t)(const HeldChanges *held);

/*
 * Takes the secrets; all else is copied. `resume` comes once they are kept; whatever goes wrong before is
 * answered here.
 */
void job_change_hold(HeldChanges *changes, held_changes_resume_t resume);

/*
 * Takes secrets out of a definition that is to replace `previous` (NULL: none), as secret_extract() does, and
 * adds them to *secrets. What `known` holds (NULL: nothing) has its id already and is not added. Returns 1
 * with *ret, 0, or -ENOMEM.
 */
int job_change_take_secrets(
                const Manager *manager,
                const char *definition,
                const char *previous,
                const SecretValues *known,
                SecretValues *secrets,
                char **ret);
