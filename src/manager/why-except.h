/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the exceptions of a job made of its occurrences; both ends of a span belong to it. */

#include "manager/why-say.h"

/* Whether exceptions took an occurrence away; the first of them. */
bool why_find_excepted(const Why *why, usec_t from_usec, usec_t until_usec, usec_t *ret);

/* Whether an occurrence whose nominal time is in the span was moved to another time. */
bool why_find_moved(const Why *why, usec_t from_usec, usec_t until_usec, Occurrence *ret);

/* An occurrence that met another one where it was moved to: the two are one. */
bool why_find_merged(const Why *why, usec_t from_usec, usec_t until_usec, usec_t *ret);
