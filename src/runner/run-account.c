/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-account.h"

#include <errno.h>
#include <unistd.h>

int run_account_resolve(
                const RunContext *context,
                const MessageStart *start,
                account_done_t done,
                void *userdata,
                AccountRequest **ret) {

        const AccountQuery query = {
                .owner_uid = (uid_t) start->owner_uid,
                .user = start->user,
                .group = start->group,
                .has_groups = start->has_groups,
                .groups = start->groups,
        };

        return accounts_resolve(context->accounts, &query, done, userdata, ret);
}

static bool is_plain_own(const MessageStart *start) {
        return start->owner_uid == getuid() && (!start->user || start->user[0] == '\0') &&
                        (!start->group || start->group[0] == '\0') && !start->has_groups;
}

static void set_error(RunAccount *account, int error, const char *message) {
        account->account = (Account){ .error = error, .message = message };
}

void run_account_permit(
                const RunContext *context,
                const MessageStart *start,
                const Account *found,
                RunAccount *ret) {

        bool user_mode = context->launch.user_mode;

        *ret = (RunAccount){ .account = *found };
        /* With --user everything is done as ourselves, also where nobody has written us into a database. */
        if (user_mode && found->error == ENOENT && is_plain_own(start)) {
                (void) snprintf(ret->number, sizeof(ret->number), "%u", (unsigned) getuid());
                ret->account = (Account){
                        .uid = getuid(),
                        .gid = getgid(),
                        .name = getenv("USER") ?: ret->number,
                        .home = getenv("HOME") ?: "/",
                };
        }
        if (ret->account.error != 0)
                return;
        if (user_mode && ret->account.uid != getuid())
                set_error(ret, EPERM, "a private runner (--user) runs jobs as its own user only");
        else if (ret->account.uid == context->refused_uid)
                set_error(ret, EPERM, "nothing may run as 'jobsched', the scheduler's own user");
}
