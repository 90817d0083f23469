/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/queue-definition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void definition_done(QueueDefinition *definition) {
        free(definition->name);
        free(definition->file);
}

void queue_definitions_done(QueueDefinitions *definitions) {
        if (!definitions)
                return;

        for (size_t i = 0; i < definitions->n_items; i++)
                definition_done(&definitions->items[i]);
        free(definitions->items);
        *definitions = (QueueDefinitions){ 0 };
}

int queue_definitions_add(QueueDefinitions *definitions, const QueueDefinition *definition) {
        QueueDefinition copy = *definition, *items;

        items = reallocarray(definitions->items, definitions->n_items + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        definitions->items = items;

        copy.name = strdup(definition->name);
        copy.file = definition->file ? strdup(definition->file) : NULL;
        if (!copy.name || (definition->file && !copy.file)) {
                definition_done(&copy);
                return -ENOMEM;
        }
        items[definitions->n_items++] = copy;
        return 0;
}
