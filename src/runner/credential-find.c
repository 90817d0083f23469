/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/credential-find.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/secret-store.h"
#include "util/buffer.h"
#include "util/cleanup.h"
#include "util/file.h"

#define NAME_MAX_LENGTH 255U
#define PARAMETER_PREFIX "parameter."
#define CREDENTIAL_PREFIX "credential:"
#define SYSTEM_DIRECTORY SYSTEM_CONFIG_DIR "/jobsched/credentials"

/* systemd.exec(5), LoadCredential=. */
static const char *const plain_stores[] = { "/etc/credstore", "/run/credstore", "/usr/lib/credstore" };
static const char *const encrypted_stores[] = {
        "/etc/credstore.encrypted",
        "/run/credstore.encrypted",
        "/usr/lib/credstore.encrypted",
};

int credential_places_init(CredentialPlaces *places, const char *secrets, bool user_mode) {
        const char *service = secure_getenv("CREDENTIALS_DIRECTORY");
        const char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");
        int r;

        *places = (CredentialPlaces){ .user_mode = user_mode };
        if (!user_mode)
                r = asprintf(&places->own, SYSTEM_DIRECTORY);
        else if (config && config[0] == '/')
                r = asprintf(&places->own, "%s/jobsched/credentials", config);
        else
                r = asprintf(&places->own, "%s/.config/jobsched/credentials", home ?: "/nonexistent");
        if (r < 0) {
                places->own = NULL;
                return -ENOMEM;
        }
        places->service = service && service[0] == '/' ? strdup(service) : NULL;
        places->secrets = strdup(secrets);
        return places->secrets ? 0 : -ENOMEM;
}

void credential_places_done(CredentialPlaces *places) {
        free(places->own);
        free(places->service);
        free(places->secrets);
        *places = (CredentialPlaces){ 0 };
}

void credential_source_done(CredentialSource *source) {
        source->fd = fd_close(source->fd);
        free(source->name);
        free(source->path);
        source->name = source->path = NULL;
}

static bool name_is_valid(const char *name) {
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-";
        size_t length = strspn(name, allowed);

        return length > 0 && length <= NAME_MAX_LENGTH && name[length] == '\0' && name[0] != '.';
}

static const char *fault_of(const struct stat *st, mode_t forbidden) {
        if (!S_ISREG(st->st_mode))
                return "it is not a regular file";
        if (st->st_uid != 0 && st->st_uid != geteuid())
                return "it belongs to somebody else";
        if (st->st_mode & forbidden)
                return forbidden == 077 ? "others may read it: chmod 600" : "others may write it";
        if (st->st_size > (off_t) CREDENTIAL_SIZE_MAX)
                return "it is larger than 1 MiB";
        return NULL;
}

static int refuse(const char *path, const char *why, int error, char **reterr_message) {
        if (asprintf(reterr_message, "the credential '%s' cannot be used: %s", path, why) < 0)
                *reterr_message = NULL;
        return error;
}

/* Returns 0, -ENOENT without a message, or another errno with one. */
static int look_at(const char *path, mode_t forbidden, int *ret_fd, char **reterr_message) {
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        struct stat st;
        const char *fault;

        if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
                return -ENOENT;
        if (fd < 0 || fstat(fd, &st) < 0)
                return refuse(path, errno == ELOOP ? "it is a symbolic link" : strerror(errno), -EPERM,
                              reterr_message);
        fault = fault_of(&st, forbidden);
        if (fault)
                return refuse(path, fault, -EPERM, reterr_message);
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* Where it is looked for, in this order; collects the names of the places for the case that it is nowhere. */
typedef struct Search {
        const char *name;
        CredentialSource *ret;
        Buffer looked;
        char **reterr_message;
} Search;

static int try_place(Search *search, const char *directory, mode_t forbidden, bool encrypted) {
        CLEANUP_FREE char *path = NULL;
        int fd, r;

        if (!directory)
                return -ENOENT;
        (void) buffer_add_format(&search->looked, "%s%s", search->looked.size > 0 ? ", " : "", directory);
        r = path_join(directory, search->name, &path);
        if (r >= 0)
                r = look_at(path, forbidden, &fd, search->reterr_message);
        if (r >= 0)
                *search->ret = (CredentialSource){ .fd = fd, .path = TAKE_PTR(path), .encrypted = encrypted };
        return r;
}

static int search_all(Search *search, const CredentialPlaces *places) {
        int r;

        r = try_place(search, places->own, 077, false);
        if (r == -ENOENT)
                r = try_place(search, places->service, 022, false);
        if (places->user_mode)
                return r;
        for (size_t i = 0; r == -ENOENT && i < ARRAY_SIZE(plain_stores); i++)
                r = try_place(search, plain_stores[i], 022, false);
        for (size_t i = 0; r == -ENOENT && i < ARRAY_SIZE(encrypted_stores); i++)
                r = try_place(search, encrypted_stores[i], 022, true);
        return r;
}

static int find_credential(
                const CredentialPlaces *places,
                const char *name,
                CredentialSource *ret,
                char **reterr_message) {

        Search search = { .name = name, .ret = ret, .reterr_message = reterr_message };
        int r;

        if (!name_is_valid(name)) {
                if (asprintf(reterr_message, "'%.64s' is not the name of a credential", name) < 0)
                        *reterr_message = NULL;
                return -EINVAL;
        }
        r = search_all(&search, places);
        if (r == -ENOENT &&
            asprintf(reterr_message, "there is no credential '%s'; it was looked for in %s", name,
                     search.looked.data ?: "no place") < 0)
                *reterr_message = NULL;
        buffer_done(&search.looked);
        return r;
}

/* It is told which parameter is meant: an id says nothing to anybody. */
static int find_secret(
                const CredentialPlaces *places,
                const char *store,
                const char *wanted,
                const char *id,
                CredentialSource *ret,
                char **reterr_message) {

        const char *parameter = wanted + strlen(PARAMETER_PREFIX);
        CLEANUP_FREE char *path = NULL;
        int fd, r;

        r = secret_path(places->secrets, store, id, &path);
        if (r >= 0)
                r = look_at(path, 077, &fd, reterr_message);
        if (r >= 0) {
                *ret = (CredentialSource){ .fd = fd, .path = TAKE_PTR(path) };
                return 0;
        }
        if ((r == -ENOENT || r == -EINVAL) &&
            asprintf(reterr_message,
                     "the value of the secret parameter '%.*s' is not kept here any more; set it anew",
                     (int) strcspn(parameter, "="), parameter) < 0)
                *reterr_message = NULL;
        return r;
}

int credential_find(
                const CredentialPlaces *places,
                const char *store,
                const char *wanted,
                CredentialSource *ret,
                char **reterr_message) {

        CLEANUP(credential_source_done) CredentialSource source = { .fd = -EBADF };
        const char *value = strchr(wanted, '=');
        int r;

        *reterr_message = NULL;
        if (!value || strncmp(wanted, PARAMETER_PREFIX, strlen(PARAMETER_PREFIX)) != 0)
                r = find_credential(places, wanted, &source, reterr_message);
        else if (strncmp(value + 1, CREDENTIAL_PREFIX, strlen(CREDENTIAL_PREFIX)) == 0)
                r = find_credential(places, value + 1 + strlen(CREDENTIAL_PREFIX), &source, reterr_message);
        else
                r = find_secret(places, store, wanted, value + 1, &source, reterr_message);
        if (r < 0)
                return r;
        source.name = strndup(wanted, value ? (size_t) (value - wanted) : strlen(wanted));
        if (!source.name)
                return -ENOMEM;
        *ret = source;
        source = (CredentialSource){ .fd = -EBADF };
        return 0;
}
