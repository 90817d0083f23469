/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Ownership that ends with the scope.
 *
 *         CLEANUP(schedule_freep) Schedule *schedule = NULL;
 *         CLEANUP_FREE char *text = NULL;
 *         CLEANUP_CLOSE int fd = -EBADF;
 *
 * What has to outlive the scope leaves with TAKE_PTR() or TAKE_FD().
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Defines function##p(), which takes the address of the variable, for CLEANUP(). */
#define DEFINE_CLEANUP(type, function)                                          \
        static inline __attribute__((unused)) void function##p(type **object) { \
                if (*object)                                                    \
                        (void) function(*object);                               \
        }                                                                       \
        struct unused_##function /* takes the semicolon */

static inline void cleanup_freep(void *pointer) {
        free(*(void **) pointer);
}
#define CLEANUP_FREE CLEANUP(cleanup_freep)

/* Closes unless the descriptor is negative; errno stays as it was. Returns -EBADF, for `fd = fd_close(fd)`.
 */
static inline int fd_close(int fd) {
        if (fd >= 0) {
                int saved_errno = errno;

                (void) close(fd); /* Linux gives the descriptor back whatever close() returns */
                errno = saved_errno;
        }
        return -EBADF;
}

static inline void cleanup_closep(int *fd) {
        (void) fd_close(*fd);
}
#define CLEANUP_CLOSE CLEANUP(cleanup_closep)

static inline void cleanup_fclosep(FILE **file) {
        if (*file)
                (void) fclose(*file);
}
#define CLEANUP_FCLOSE CLEANUP(cleanup_fclosep)

#define TAKE_PTR(pointer)                                      \
        ({                                                     \
                __typeof__(pointer) *taken_from_ = &(pointer); \
                __typeof__(pointer) taken_ = *taken_from_;     \
                *taken_from_ = NULL;                           \
                taken_;                                        \
        })

#define TAKE_FD(fd)                        \
        ({                                 \
                int *taken_from_ = &(fd);  \
                int taken_ = *taken_from_; \
                *taken_from_ = -EBADF;     \
                taken_;                    \
        })
