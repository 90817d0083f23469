/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* As whom a run, or an errand, is started. */

#include "runner/run-context.h"

typedef struct RunAccount {
        Account account; /* `error` and `message` if it may not be; strings as those that were given */
        char number[16];
} RunAccount;

/* As accounts_resolve(), for the users and groups that `start` names. */
int run_account_resolve(
                const RunContext *context,
                const MessageStart *start,
                account_done_t done,
                void *userdata,
                AccountRequest **ret);

/* Judges what the look-up answered: whether this runner starts anything as that user. */
void run_account_permit(
                const RunContext *context,
                const MessageStart *start,
                const Account *found,
                RunAccount *ret);
