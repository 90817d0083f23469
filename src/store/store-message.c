/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/types.h"

/* clang-format off */
static const struct {
        int error;
        const char *fault, *advice;
} messages[] = {
        { ENOSPC,  "cannot be written, since its file system is full", "free some space there" },
        { EDQUOT,  "cannot be written, since the disk quota is used up", "free some space or raise the quota" },
        { EROFS,   "cannot be written, since the file or its file system is read-only",
                   "make it writable, or set another state directory" },
        { EACCES,  "may not be opened", "check the owner and the mode of the file, of its directory and of the "
                   "files beside it" },
        { EPERM,   "may not be opened", "check the owner and the mode of the file and of its directory" },
        { ENOENT,  "has no directory to be in", "make the directory, or set another state directory" },
        { ENOTDIR, "has no directory to be in", "make the directory, or set another state directory" },
        { EISDIR,  "is not a regular file", "move it away" },
        { EBUSY,   "is in use by another program",
                   "stop the other jobschedd, or the database shell that has a transaction open" },
        { EBADMSG, "is damaged or is not a database of jobsched",
                   "restore a backup, or move it away to begin with an empty history" },
        { EPROTONOSUPPORT, "was made by a newer version of jobsched",
                   "install that version, or move the file away to begin with an empty history" },
        { ENOMEM,  "needs more memory than there is", "free some memory" },
        { EMFILE,  "cannot be opened, since too many files are open", "raise the limit of open files" },
        { ENFILE,  "cannot be opened, since too many files are open", "raise the limit of open files" },
        { EIO,     "cannot be read or written, since the disk reports an error",
                   "look for disk errors in the kernel's log" },
};
/* clang-format on */

int store_message(const char *path, int error, char **ret) {
        const char *name = path ?: "the database in memory";
        const char *quote = path ? "'" : "";
        char *text = NULL;
        int r = -1;

        for (size_t i = 0; i < ARRAY_SIZE(messages) && !text; i++)
                if (messages[i].error == abs(error)) {
                        r = asprintf(&text, "%s%s%s %s: %s", quote, name, quote, messages[i].fault,
                                     messages[i].advice);
                        if (r < 0)
                                return -ENOMEM;
                }

        if (!text)
                r = asprintf(&text, "%s%s%s cannot be used: %s", quote, name, quote,
                             strerrordesc_np(abs(error)) ?: "unknown error");
        if (r < 0)
                return -ENOMEM;

        *ret = text;
        return 0;
}

int store_open_error(const char *path, int error, char **reterr) {
        if (reterr)
                (void) store_message(path, error, reterr); /* without memory there is no sentence */
        return error;
}
