/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/file-trust.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

#define LINKS_MAX 40U /* as the kernel has it */

const char *file_trust_fault(const struct stat *status, const FileTrust *trust) {
        bool sticky;

        assert(status);
        assert(trust);

        sticky = S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX);

        if (status->st_uid != 0 && (trust->system_mode || status->st_uid != trust->owner_uid))
                return trust->system_mode ? "does not belong to root" : "belongs to neither you nor root";
        if ((status->st_mode & S_IWOTH) && !sticky)
                return "is writable by everyone (chmod go-w)";
        if ((status->st_mode & S_IWGRP) && !sticky)
                return "is writable by its group (chmod go-w)";
        return NULL;
}

/* Where the walk is: `done` leads to a directory that was judged, `rest` is what is still to be walked. */
typedef struct Walk {
        char *done, *rest;
        unsigned n_links;
} Walk;

static void walk_done(Walk *walk) {
        free(walk->done);
        free(walk->rest);
}

static int judge(const char *what, const char *path, const char *fault, Diagnostics *diagnostics) {
        if (!fault)
                return 0;
        diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path[0] != '\0' ? path : "/", 0, 0,
                        "this %s %s, so what lies %s is not trusted", what, fault,
                        strcmp(what, "link") == 0 ? "behind it" : "in it");
        return -EPERM;
}

/* Everybody may write to a link, as its mode says; what counts is who made it. */
static const char *link_fault(const struct stat *status, const FileTrust *trust) {
        struct stat owner = { .st_mode = S_IFLNK, .st_uid = status->st_uid };

        return file_trust_fault(&owner, trust);
}

/* Puts what the link says in front of the rest. */
static int walk_follow(Walk *walk, const char *link) {
        char target[PATH_MAX], *rest;
        ssize_t n;

        if (++walk->n_links > LINKS_MAX)
                return -ELOOP;
        n = readlink(link, target, sizeof(target));
        if (n < 0)
                return -errno;
        if (n == (ssize_t) sizeof(target))
                return -ENAMETOOLONG;
        if (asprintf(&rest, "%.*s%s", (int) n, target, walk->rest) < 0)
                return -ENOMEM;
        free(walk->rest);
        walk->rest = rest;
        if (target[0] == '/')
                walk->done[0] = '\0';
        return 0;
}

/* Takes the next name off the rest. Returns 1, 0 (none is left), or -ENOMEM. */
static int walk_take_name(Walk *walk, char **ret, bool *ret_is_last) {
        const char *name = walk->rest + strspn(walk->rest, "/");
        size_t length = strcspn(name, "/");
        char *taken;

        if (length == 0)
                return 0;
        taken = strndup(name, length);
        if (!taken)
                return -ENOMEM;
        *ret = taken;
        *ret_is_last = name[length] == '\0';
        memmove(walk->rest, name + length, strlen(name + length) + 1);
        return 1;
}

/* One name further. Returns 1, 0 at the end, or a negative errno. */
static int walk_step(Walk *walk, const FileTrust *trust, Diagnostics *diagnostics) {
        CLEANUP_FREE char *name = NULL, *path = NULL;
        struct stat status;
        bool is_last;
        int r;

        r = walk_take_name(walk, &name, &is_last);
        if (r <= 0 || strcmp(name, ".") == 0)
                return r;
        if (strcmp(name, "..") == 0) {
                *(strrchr(walk->done, '/') ?: walk->done) = '\0';
                return 1;
        }
        if (asprintf(&path, "%s/%s", walk->done, name) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        if (lstat(path, &status) < 0)
                return -errno;
        if (S_ISLNK(status.st_mode)) {
                r = judge("link", path, link_fault(&status, trust), diagnostics);
                if (r >= 0)
                        r = walk_follow(walk, path);
                return r < 0 ? r : 1;
        }
        if (is_last)
                return 0;
        if (!S_ISDIR(status.st_mode))
                return -ENOTDIR;
        r = judge("directory", path, file_trust_fault(&status, trust), diagnostics);
        if (r < 0)
                return r;
        free(walk->done);
        walk->done = TAKE_PTR(path);
        return 1;
}

int file_trust_check_directories(const char *path, const FileTrust *trust, Diagnostics *diagnostics) {
        CLEANUP(walk_done) Walk walk = { 0 };
        struct stat status;
        int r;

        assert(path);
        assert(trust);
        assert(diagnostics);

        walk.done = strdup("");
        walk.rest = strdup(path);
        if (!walk.done || !walk.rest)
                return -ENOMEM;
        r = stat("/", &status) < 0 ? -errno : 0;
        if (r >= 0)
                r = judge("directory", "/", file_trust_fault(&status, trust), diagnostics);
        if (r < 0)
                return r;
        do
                r = walk_step(&walk, trust, diagnostics);
        while (r > 0);
        return r;
}
