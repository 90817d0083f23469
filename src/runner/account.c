/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/account.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>
#include <utlist.h>

#include "runner/helper-process.h"
#include "runner/lookup-helper.h"
#include "util/buffer.h"
#include "util/clock.h"
#include "util/string-list.h"

#define POSITIVE_USEC (60 * USEC_PER_SEC)
#define NEGATIVE_USEC (3 * USEC_PER_SEC)
#define ANSWER_TIMEOUT_USEC (20 * USEC_PER_SEC)
#define ENTRIES_MAX 1024U
#define ATTEMPTS_MAX 2U /* for a request over which the helper dies */

typedef struct Entry Entry;

struct AccountRequest {
        Entry *entry;
        account_done_t done;
        void *userdata;
        AccountRequest *prev, *next;
};

/* One question, and its answer once there is one. */
struct Entry {
        char *question;
        size_t question_size;
        bool pending;
        unsigned n_attempts;
        usec_t expires_usec;
        char *answer; /* what the strings of `account` point into */
        gid_t *groups;
        Account account;
        AccountRequest *requests;
        UT_hash_handle hash;
        Entry *prev, *next; /* among those that wait for the helper */
};

struct Accounts {
        Poller *poller;
        Deadlines *deadlines;
        char *program;
        pid_t helper_pid; /* 0: none. The runner's loop reaps it, like any child that is not a run. */
        Watch helper;
        Deadline patience;
        Entry *entries; /* by question */
        Entry *waiting; /* the first one has been asked, if the helper runs */
        bool asked;
        char *received;
};

static void entry_forget_answer(Entry *entry) {
        free(entry->answer);
        free(entry->groups);
        entry->answer = NULL;
        entry->groups = NULL;
        entry->account = (Account){ 0 };
}

static void entry_free(Accounts *accounts, Entry *entry) {
        assert(!entry->requests);
        HASH_DELETE(hash, accounts->entries, entry);
        entry_forget_answer(entry);
        free(entry->question);
        free(entry);
}

static void helper_stop(Accounts *accounts) {
        poller_close(accounts->poller, &accounts->helper);
        /* accounts_on_reaped() clears it, so the pid is still its own. */
        if (accounts->helper_pid > 0)
                (void) kill(accounts->helper_pid, SIGKILL);
        accounts->helper_pid = 0;
        accounts->asked = false;
        deadline_clear(accounts->deadlines, &accounts->patience);
}

static void answer_requests(Entry *entry) {
        AccountRequest *request;

        while ((request = entry->requests)) {
                DL_DELETE(entry->requests, request);
                request->done(request->userdata, &entry->account);
                free(request);
        }
}

/* The entry has its account: tell those who wait, and remember it for a while. */
static void entry_settle(Accounts *accounts, Entry *entry) {
        usec_t now = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);

        DL_DELETE(accounts->waiting, entry);
        entry->pending = false;
        entry->expires_usec = now + (entry->account.error == 0 ? POSITIVE_USEC : NEGATIVE_USEC);
        answer_requests(entry);
}

static void entry_fail(Accounts *accounts, Entry *entry, int error, const char *message) {
        entry_forget_answer(entry);
        entry->account = (Account){ .error = error, .message = message };
        entry_settle(accounts, entry);
}

static int entry_take_answer(Entry *entry, const char *data, size_t size) {
        CLEANUP_FREE const char **fields = NULL;
        size_t n;
        int r;

        entry_forget_answer(entry);
        entry->answer = malloc(size);
        if (!entry->answer)
                return -ENOMEM;
        memcpy(entry->answer, data, size);
        r = lookup_message_split(entry->answer, size, &fields, &n);
        if (r < 0)
                return r;
        if (n < LOOKUP_ANSWER_GROUPS)
                return -EBADMSG;
        entry->groups = calloc(n, sizeof(*entry->groups));
        if (!entry->groups)
                return -ENOMEM;
        for (size_t i = LOOKUP_ANSWER_GROUPS; i < n; i++)
                entry->groups[i - LOOKUP_ANSWER_GROUPS] = (gid_t) strtoul(fields[i], NULL, 10);

        entry->account = (Account){
                .error = atoi(fields[LOOKUP_ANSWER_ERROR]),
                .message = fields[LOOKUP_ANSWER_MESSAGE],
                .uid = (uid_t) strtoul(fields[LOOKUP_ANSWER_UID], NULL, 10),
                .gid = (gid_t) strtoul(fields[LOOKUP_ANSWER_GID], NULL, 10),
                .name = fields[LOOKUP_ANSWER_NAME],
                .home = fields[LOOKUP_ANSWER_HOME],
                .groups = entry->groups,
                .n_groups = n - LOOKUP_ANSWER_GROUPS,
        };
        return 0;
}

static int helper_spawn(const Accounts *accounts, int socket_fd, pid_t *ret_pid) {
        char *arguments[] = { accounts->program, (char *) "--lookup-helper", NULL };
        const HelperStreams streams = { .input_fd = socket_fd, .output_fd = -EBADF, .error_fd = -EBADF };

        return helper_process_start(arguments, &streams, ret_pid);
}

static int helper_start(Accounts *accounts) {
        CLEANUP_CLOSE int theirs = -EBADF;
        int fds[2], r;

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        theirs = fds[1];
        r = poller_add(accounts->poller, &accounts->helper, fds[0], EPOLLIN);
        if (r < 0)
                return r;
        r = helper_spawn(accounts, theirs, &accounts->helper_pid);
        if (r < 0) {
                accounts->helper_pid = 0;
                poller_close(accounts->poller, &accounts->helper);
        }
        return r;
}

/* Asks the first of those that wait; the helper answers one at a time anyway. */
static void ask_next(Accounts *accounts) {
        Entry *entry;

        while (!accounts->asked && (entry = accounts->waiting)) {
                int r = accounts->helper_pid > 0 ? 0 : helper_start(accounts);

                if (r < 0) {
                        entry_fail(accounts, entry, -r, "cannot start the look-up helper");
                        continue;
                }
                if (entry->n_attempts++ >= ATTEMPTS_MAX) {
                        entry_fail(accounts, entry, EIO,
                                   "the look-up helper died while it looked up the user");
                        continue;
                }
                if (send(accounts->helper.fd, entry->question, entry->question_size,
                         MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
                        helper_stop(accounts);
                        continue;
                }
                accounts->asked = true;
                (void) deadline_set(
                                accounts->deadlines, &accounts->patience,
                                clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + ANSWER_TIMEOUT_USEC);
        }
}

static void on_answer(Watch *watch, uint32_t events) {
        Accounts *accounts = watch->userdata;
        Entry *entry = accounts->waiting;
        ssize_t n = recv(watch->fd, accounts->received, LOOKUP_MESSAGE_MAX, MSG_DONTWAIT);
        int r;

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (n <= 0 || !entry || !accounts->asked) {
                helper_stop(accounts); /* it died, or speaks unasked: the next one is asked again */
                ask_next(accounts);
                return;
        }

        accounts->asked = false;
        deadline_clear(accounts->deadlines, &accounts->patience);
        r = entry_take_answer(entry, accounts->received, (size_t) n);
        if (r < 0)
                entry_fail(accounts, entry, -r, "the look-up helper gave no usable answer");
        else
                entry_settle(accounts, entry);
        ask_next(accounts);
}

static void on_impatience(Deadline *deadline) {
        Accounts *accounts = deadline->userdata;
        Entry *entry = accounts->waiting;

        helper_stop(accounts);
        if (entry)
                entry_fail(accounts, entry, ETIMEDOUT,
                           "looking up the user took longer than 20 s (is the name service down?)");
        ask_next(accounts);
}

bool accounts_is_helper(const Accounts *accounts, pid_t pid) {
        return pid == accounts->helper_pid;
}

void accounts_on_reaped(Accounts *accounts, pid_t pid) {
        if (pid != accounts->helper_pid)
                return;
        accounts->helper_pid = 0;
        helper_stop(accounts);
        ask_next(accounts);
}

int accounts_new(Poller *poller, Deadlines *deadlines, const char *program, Accounts **ret) {
        Accounts *accounts = calloc(1, sizeof(*accounts));

        if (!accounts)
                return -ENOMEM;
        accounts->poller = poller;
        accounts->deadlines = deadlines;
        accounts->helper = (Watch){ .fd = -EBADF, .on_ready = on_answer, .userdata = accounts };
        deadline_init(&accounts->patience, on_impatience, accounts);
        accounts->program = strdup(program);
        accounts->received = malloc(LOOKUP_MESSAGE_MAX);
        if (!accounts->program || !accounts->received) {
                (void) accounts_free(accounts);
                return -ENOMEM;
        }
        *ret = accounts;
        return 0;
}

Accounts *accounts_free(Accounts *accounts) {
        Entry *entry, *next;

        if (!accounts)
                return NULL;
        helper_stop(accounts);
        HASH_ITER(hash, accounts->entries, entry, next) {
                if (entry->requests)
                        entry->account = (Account){ .error = ECANCELED, .message = "the runner is ending" };
                answer_requests(entry);
                entry_free(accounts, entry);
        }
        free(accounts->program);
        free(accounts->received);
        free(accounts);
        return NULL;
}

static int format_question(const AccountQuery *query, Buffer *buffer) {
        if (!query->any)
                (void) buffer_add_format(buffer, "%u", (unsigned) query->owner_uid);
        (void) buffer_add_char(buffer, '\0');
        (void) buffer_add(buffer, query->user ?: "", strlen(query->user ?: "") + 1);
        (void) buffer_add(buffer, query->group ?: "", strlen(query->group ?: "") + 1);
        (void) buffer_add(buffer, query->has_groups ? "1" : "0", 2);
        STRING_LIST_FOREACH(group, query->groups)
                (void) buffer_add(buffer, *group, strlen(*group) + 1);
        if (buffer->failed)
                return -ENOMEM;
        return buffer->size <= LOOKUP_MESSAGE_MAX ? 0 : -E2BIG;
}

/* A host has few users; whoever asks for thousands of names gets no memory for it. */
static void drop_settled_entries(Accounts *accounts) {
        Entry *entry, *next;

        if (HASH_CNT(hash, accounts->entries) < ENTRIES_MAX)
                return;
        HASH_ITER(hash, accounts->entries, entry, next) {
                if (!entry->pending && !entry->requests)
                        entry_free(accounts, entry);
        }
}

static int entry_for(Accounts *accounts, Buffer *question, Entry **ret) {
        Entry *entry;

        HASH_FIND(hash, accounts->entries, question->data, question->size, entry);
        if (entry) {
                *ret = entry;
                return 0;
        }
        drop_settled_entries(accounts);
        entry = calloc(1, sizeof(*entry));
        if (!entry)
                return -ENOMEM;
        entry->question_size = question->size;
        entry->question = TAKE_PTR(question->data);
        *question = (Buffer){ 0 };
        HASH_ADD_KEYPTR(hash, accounts->entries, entry->question, entry->question_size, entry);
        *ret = entry;
        return 0;
}

int accounts_resolve(
                Accounts *accounts,
                const AccountQuery *query,
                account_done_t done,
                void *userdata,
                AccountRequest **ret) {

        CLEANUP(buffer_done) Buffer question = { 0 };
        AccountRequest *request;
        Entry *entry;
        int r;

        r = format_question(query, &question);
        if (r < 0)
                return r;
        r = entry_for(accounts, &question, &entry);
        if (r < 0)
                return r;
        if (!entry->pending && entry->expires_usec > clock_now(&system_clock, CLOCK_KIND_MONOTONIC)) {
                done(userdata, &entry->account);
                return 1;
        }

        request = calloc(1, sizeof(*request));
        if (!request)
                return -ENOMEM;
        *request = (AccountRequest){ .entry = entry, .done = done, .userdata = userdata };
        DL_APPEND(entry->requests, request);
        *ret = request;
        if (!entry->pending) {
                entry->pending = true;
                entry->n_attempts = 0;
                DL_APPEND(accounts->waiting, entry);
                ask_next(accounts);
        }
        return 0;
}

AccountRequest *account_request_cancel(AccountRequest *request) {
        if (request) {
                DL_DELETE(request->entry->requests, request);
                free(request);
        }
        return NULL;
}

Account *account_copy(const Account *account) {
        size_t groups_size = account->n_groups * sizeof(*account->groups);
        size_t name_size = strlen(account->name) + 1, home_size = strlen(account->home) + 1;
        Account *copy = malloc(sizeof(*copy) + groups_size + name_size + home_size);
        char *rest;

        if (!copy)
                return NULL;
        *copy = *account;
        copy->message = NULL;
        rest = (char *) (copy + 1);
        if (groups_size > 0)
                memcpy(rest, account->groups, groups_size);
        copy->groups = (const gid_t *) (const void *) rest;
        copy->name = memcpy(rest + groups_size, account->name, name_size);
        copy->home = memcpy(rest + groups_size + name_size, account->home, home_size);
        return copy;
}
