/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Limits on input: what is over one is refused as a whole, with a message. */

#include <stddef.h>

#define JOB_FILE_SIZE_MAX ((size_t) 64 * 1024 * 1024)
#define JOB_FILES_MAX 200000U
#define JOBS_MAX 1000000U

/* Nodes that the jobs of one file take over from defaults, all together. */
#define JOB_INHERITED_NODES_MAX ((size_t) 20 * 1000 * 1000)
