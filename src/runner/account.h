/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Who a run is: users and groups, resolved by the look-up helper, remembered for a short time.
 *
 * The helper is started when it is first needed, again when it died, and killed when it does not answer; what
 * it was asked then fails with a message that says so.
 */

#include <systemd/sd-event.h>

#include "runner/deadline.h"
#include "runner/poller.h"
#include "util/types.h"

typedef struct Accounts Accounts;
typedef struct AccountRequest AccountRequest;

typedef struct Account {
        int error;           /* 0, or a positive errno; ENOENT: no such user or group */
        const char *message; /* for an error */
        uid_t uid;
        gid_t gid;
        const char *name, *home;
        const gid_t *groups;
        size_t n_groups;
} Account;

typedef struct AccountQuery {
        bool any; /* not for a run: `owner_uid` says nothing, groups are of no interest */
        uid_t owner_uid;
        const char *user, *group; /* "" or NULL: the owner; the user's own */
        bool has_groups;
        char *const *groups;
} AccountQuery;

/* The account is borrowed for the time of the call. The request is over then. */
typedef void (*account_done_t)(void *userdata, const Account *account);

/* A copy in one piece of memory, for free(). NULL: there is not enough. */
Account *account_copy(const Account *account);

/* `program` is what is executed with --lookup-helper. */
int accounts_new(Poller *poller, Deadlines *deadlines, const char *program, Accounts **ret);
/* Whoever still waits is told ECANCELED. */
Accounts *accounts_free(Accounts *accounts);

/*
 * Calls done() at once (returns 1, without a request) or later (returns 0, with *ret for
 * account_request_cancel()). A negative errno: done() is never called.
 */
int accounts_resolve(
                Accounts *accounts,
                const AccountQuery *query,
                account_done_t done,
                void *userdata,
                AccountRequest **ret);
AccountRequest *account_request_cancel(AccountRequest *request);

/* Is that process the look-up helper? */
bool accounts_is_helper(const Accounts *accounts, pid_t pid);
/* The loop has reaped this child: was it the helper? */
void accounts_on_reaped(Accounts *accounts, pid_t pid);
