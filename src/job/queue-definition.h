/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* `queues:` of the settings and of job files: how many executions of a queue may run at the same time. */

#include "util/types.h"

#define QUEUE_SLOTS_MAX 1000000U

typedef struct QueueDefinition {
        char *name;
        uint64_t slots; /* 1…QUEUE_SLOTS_MAX */
        char *file;     /* where it stands; NULL: not in a file */
        unsigned line;
} QueueDefinition;

typedef struct QueueDefinitions {
        QueueDefinition *items;
        size_t n_items;
} QueueDefinitions;

void queue_definitions_done(QueueDefinitions *definitions);

/* Adds a copy. Returns 0 or -ENOMEM. */
int queue_definitions_add(QueueDefinitions *definitions, const QueueDefinition *definition);
