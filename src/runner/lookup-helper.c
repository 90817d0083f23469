/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/lookup-helper.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "util/cleanup.h"

#define SECONDS_PER_DAY 86400
#define GROUPS_MAX 65536

/* What is being put together for one answer. */
typedef struct Lookup {
        const struct passwd *user;
        gid_t gid;
        gid_t *groups;
        int n_groups;
        int error;
        char message[256];
} Lookup;

int lookup_message_split(const char *message, size_t size, const char ***ret, size_t *ret_n) {
        const char **items;
        size_t n = 0;

        if (size == 0 || message[size - 1] != '\0')
                return -EBADMSG;
        for (size_t i = 0; i < size; i++)
                n += message[i] == '\0';
        items = calloc(n + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                items[i] = message;
                message += strlen(message) + 1;
        }
        *ret = items;
        *ret_n = n;
        return 0;
}

/* A user or group id; one that does not fit is a name that nobody has, not another id. */
static bool read_id(const char *text, uint32_t *ret) {
        unsigned long long id;

        if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
                return false;
        id = strtoull(text, NULL, 10);
        if (id >= UINT32_MAX)
                return false;
        *ret = (uint32_t) id;
        return true;
}

static int lookup_fail(Lookup *lookup, int error, const char *format, ...) PRINTF_LIKE(3, 4);

static int lookup_fail(Lookup *lookup, int error, const char *format, ...) {
        va_list arguments;

        lookup->error = error;
        va_start(arguments, format);
        (void) vsnprintf(lookup->message, sizeof(lookup->message), format, arguments);
        va_end(arguments);
        return -error;
}

/* NSS says "not found" in several ways. */
static bool errno_is_absent(int error) {
        return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

static int find_user(Lookup *lookup, const char *name) {
        uint32_t uid;

        errno = 0;
        lookup->user = read_id(name, &uid) ? getpwuid((uid_t) uid) : getpwnam(name);
        if (lookup->user)
                return 0;
        if (errno_is_absent(errno))
                return lookup_fail(lookup, ENOENT, "no such user '%s'", name);
        return lookup_fail(lookup, errno, "cannot look up user '%s': %s", name, strerror(errno));
}

static int find_group(Lookup *lookup, const char *name, gid_t *ret) {
        const struct group *group;
        uint32_t gid;

        errno = 0;
        group = getgrnam(name);
        if (!group && read_id(name, &gid))
                group = getgrgid((gid_t) gid);
        if (group) {
                *ret = group->gr_gid;
                return 0;
        }
        if (errno_is_absent(errno))
                return lookup_fail(lookup, ENOENT, "no such group '%s'", name);
        return lookup_fail(lookup, errno, "cannot look up group '%s': %s", name, strerror(errno));
}

/*
 * An account that has expired, or that an administrator locked (usermod -L puts a "!" before the password's
 * hash), runs nothing. A "!" or "*" alone is how system users without a password look.
 */
static int check_account(Lookup *lookup) {
        const struct spwd *shadow;
        long today = (long) (time(NULL) / SECONDS_PER_DAY);

        if (geteuid() != 0)
                return 0; /* only root may know */
        shadow = getspnam(lookup->user->pw_name);
        if (!shadow)
                return 0;
        if (shadow->sp_expire >= 0 && shadow->sp_expire < today) /* chage -E 0 is how one disables it */
                return lookup_fail(
                                lookup, EACCES, "the account of user '%s' has expired",
                                lookup->user->pw_name);
        if (shadow->sp_pwdp && shadow->sp_pwdp[0] == '!' && shadow->sp_pwdp[1] == '$')
                return lookup_fail(
                                lookup, EACCES, "the account of user '%s' is locked", lookup->user->pw_name);
        return 0;
}

static int find_own_groups(Lookup *lookup) {
        int n = 64;

        for (;;) {
                gid_t *groups = reallocarray(lookup->groups, (size_t) n, sizeof(*groups));
                int wanted = n;

                if (!groups)
                        return lookup_fail(lookup, ENOMEM, "out of memory");
                lookup->groups = groups;
                if (getgrouplist(lookup->user->pw_name, lookup->user->pw_gid, groups, &wanted) >= 0) {
                        lookup->n_groups = wanted;
                        return 0;
                }
                if (n >= GROUPS_MAX)
                        return lookup_fail(
                                        lookup, E2BIG, "user '%s' is in too many groups",
                                        lookup->user->pw_name);
                n = MAX(wanted, n * 2);
        }
}

static bool has_group(const Lookup *lookup, gid_t gid) {
        for (int i = 0; i < lookup->n_groups; i++) {
                if (lookup->groups[i] == gid)
                        return true;
        }
        return false;
}

/* The groups that a job names instead of the user's own; only root's jobs may name ones that the user is not
 * in. */
static int replace_groups(Lookup *lookup, const char *const *names, size_t n, bool trusted) {
        gid_t *groups = calloc(n + 1, sizeof(*groups));
        int r = 0;

        if (!groups)
                return lookup_fail(lookup, ENOMEM, "out of memory");
        for (size_t i = 0; i < n && r >= 0; i++) {
                r = find_group(lookup, names[i], &groups[i]);
                if (r >= 0 && !trusted && !has_group(lookup, groups[i]))
                        r = lookup_fail(lookup, EPERM, "user '%s' is not in group '%s'",
                                        lookup->user->pw_name, names[i]);
        }
        if (r < 0) {
                free(groups);
                return r;
        }
        free(lookup->groups);
        lookup->groups = groups;
        lookup->n_groups = (int) n;
        return 0;
}

/* The daemon has checked who may run what; this is the privileged side's own look at it. */
static int check_owner(Lookup *lookup, const char *owner) {
        if (strcmp(owner, "0") == 0 || strtoul(owner, NULL, 10) == lookup->user->pw_uid)
                return 0;
        return lookup_fail(
                        lookup, EPERM, "a job of uid %s may not run as user '%s'", owner,
                        lookup->user->pw_name);
}

static int lookup_groups(Lookup *lookup, const char *const *fields, size_t n) {
        const char *group = fields[LOOKUP_REQUEST_GROUP];
        bool trusted = strcmp(fields[LOOKUP_REQUEST_OWNER_UID], "0") == 0;
        int r;

        r = find_own_groups(lookup);
        if (r < 0)
                return r;
        lookup->gid = lookup->user->pw_gid;
        if (group[0] != '\0') {
                r = find_group(lookup, group, &lookup->gid);
                if (r < 0)
                        return r;
                if (!trusted && !has_group(lookup, lookup->gid))
                        return lookup_fail(
                                        lookup, EPERM, "user '%s' is not in group '%s'",
                                        lookup->user->pw_name, group);
        }
        if (strcmp(fields[LOOKUP_REQUEST_HAS_GROUPS], "1") != 0)
                return 0;
        return replace_groups(lookup, fields + LOOKUP_REQUEST_GROUPS, n - LOOKUP_REQUEST_GROUPS, trusted);
}

static int lookup_account(Lookup *lookup, const char *const *fields, size_t n) {
        const char *owner = fields[LOOKUP_REQUEST_OWNER_UID], *user = fields[LOOKUP_REQUEST_USER];
        int r;

        r = find_user(lookup, user[0] != '\0' ? user : owner);
        if (r < 0 || owner[0] == '\0')
                return r;
        r = check_owner(lookup, owner);
        if (r < 0)
                return r;
        r = check_account(lookup);
        if (r < 0)
                return r;
        return lookup_groups(lookup, fields, n);
}

static void add_item(Buffer *buffer, const char *text) {
        (void) buffer_add(buffer, text, strlen(text) + 1);
}

static void add_number(Buffer *buffer, uint64_t value) {
        (void) buffer_add_format(buffer, "%" PRIu64, value);
        (void) buffer_add_char(buffer, '\0');
}

int lookup_answer(const char *request, size_t size, Buffer *answer) {
        CLEANUP_FREE const char **fields = NULL;
        Lookup lookup = { .gid = (gid_t) -1 };
        size_t n = 0;
        int r;

        r = lookup_message_split(request, size, &fields, &n);
        if (r < 0 || n < LOOKUP_REQUEST_GROUPS)
                (void) lookup_fail(&lookup, EBADMSG, "a look-up was asked in a wrong way");
        else
                (void) lookup_account(&lookup, fields, n);

        add_number(answer, (uint64_t) lookup.error);
        add_item(answer, lookup.message);
        add_number(answer, lookup.error == 0 ? lookup.user->pw_uid : 0);
        add_number(answer,
                   lookup.error == 0 ? (lookup.gid == (gid_t) -1 ? lookup.user->pw_gid : lookup.gid) : 0);
        add_item(answer, lookup.error == 0 ? lookup.user->pw_name : "");
        add_item(answer, lookup.error == 0 ? lookup.user->pw_dir : "");
        for (int i = 0; lookup.error == 0 && i < lookup.n_groups; i++)
                add_number(answer, lookup.groups[i]);
        free(lookup.groups);
        return answer->failed ? -ENOMEM : 0;
}

int lookup_helper_main(int socket_fd) {
        CLEANUP(buffer_done) Buffer answer = { 0 };
        CLEANUP_FREE char *request = malloc(LOOKUP_MESSAGE_MAX);

        (void) prctl(PR_SET_NAME, "jobsched-lookup");
        if (!request)
                return EXIT_FAILURE;
        for (;;) {
                ssize_t n = recv(socket_fd, request, LOOKUP_MESSAGE_MAX, 0);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n == 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* the runner ended */
                buffer_clear(&answer);
                if (lookup_answer(request, (size_t) n, &answer) < 0)
                        return EXIT_FAILURE;
                if (send(socket_fd, answer.data, answer.size, MSG_NOSIGNAL) < 0)
                        return EXIT_FAILURE;
        }
}
