/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Types and small macros that every layer uses. */

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Microseconds: an instant of CLOCK_REALTIME (UTC, negative before 1970) or a span.
 * The name of a variable says which: due_usec is an instant, delay_usec a span.
 */
typedef int64_t usec_t;

#define USEC_INFINITY INT64_MAX /* never, or no limit */
#define USEC_PER_MSEC ((usec_t) 1000)
#define USEC_PER_SEC ((usec_t) 1000 * USEC_PER_MSEC)
#define USEC_PER_MINUTE ((usec_t) 60 * USEC_PER_SEC)
#define USEC_PER_HOUR ((usec_t) 60 * USEC_PER_MINUTE)
#define USEC_PER_DAY ((usec_t) 24 * USEC_PER_HOUR)
#define USEC_PER_WEEK ((usec_t) 7 * USEC_PER_DAY)
#define NSEC_PER_USEC ((int64_t) 1000)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
/* offsetof(), for tables: it compiles only if the member has the type that whoever reads the table expects.
 */
#define TYPED_OFFSET(type, member, expected) \
        _Generic(&((type *) NULL)->member, expected * : offsetof(type, member))
#define MIN(a, b)                                  \
        ({                                         \
                __typeof__(a) min_a_ = (a);        \
                __typeof__(b) min_b_ = (b);        \
                min_a_ < min_b_ ? min_a_ : min_b_; \
        })
#define MAX(a, b)                                  \
        ({                                         \
                __typeof__(a) max_a_ = (a);        \
                __typeof__(b) max_b_ = (b);        \
                max_a_ > max_b_ ? max_a_ : max_b_; \
        })

#define PRINTF_LIKE(position, first) __attribute__((format(printf, position, first)))

/* usec_t arithmetic that stays at USEC_INFINITY instead of overflowing. */
static inline usec_t usec_add(usec_t a, usec_t b) {
        usec_t sum;

        if (a == USEC_INFINITY || b == USEC_INFINITY || __builtin_add_overflow(a, b, &sum))
                return USEC_INFINITY;
        return sum;
}
