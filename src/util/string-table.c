/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/string-table.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 64U /* longer ones are not looked at: the effort is the product of both lengths */

int string_table_find(const char *const *table, const char *name) {
        if (!name)
                return -EINVAL;
        for (int i = 0; table[i]; i++)
                if (strcmp(table[i], name) == 0)
                        return i;
        return -EINVAL;
}

static bool same_letter(char a, char b) {
        return tolower((unsigned char) a) == tolower((unsigned char) b);
}

/* Insertions, deletions, replacements and swaps of neighbours count 1 each; the case of a letter nothing. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
        size_t rows[3][WORD_MAX + 1]; /* of the current, the previous and the one before, in turn */

        for (size_t j = 0; j <= b_length; j++)
                rows[0][j] = j;
        for (size_t i = 1; i <= a_length; i++) {
                const size_t *before = rows[(i + 1) % 3], *previous = rows[(i + 2) % 3];
                size_t *current = rows[i % 3];

                current[0] = i;
                for (size_t j = 1; j <= b_length; j++) {
                        size_t replaced = previous[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);

                        current[j] = MIN(previous[j], current[j - 1]) + 1;
                        current[j] = MIN(current[j], replaced);
                        if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                            same_letter(a[i - 2], b[j - 1]))
                                current[j] = MIN(current[j], before[j - 2] + 1);
                }
        }
        return rows[a_length % 3][b_length];
}

/* The shortest candidate that begins with the word: "min" of "minimum". */
static const char *first_beginning_with(const char *word, size_t length, const char *const *candidates) {
        const char *nearest = NULL;

        if (length < 3)
                return NULL;
        for (const char *const *candidate = candidates; *candidate; candidate++)
                if (strncasecmp(*candidate, word, length) == 0 &&
                    (!nearest || strlen(*candidate) < strlen(nearest)))
                        nearest = *candidate;
        return nearest;
}

const char *string_nearest(const char *word, const char *const *candidates) {
        size_t length = strlen(word), best = SIZE_MAX;
        const char *nearest = NULL;

        if (length > WORD_MAX)
                return NULL;
        for (const char *const *candidate = candidates; *candidate; candidate++) {
                size_t candidate_length = strlen(*candidate), distance;

                if (candidate_length > WORD_MAX)
                        continue;

                /* The difference of the lengths is the least that the distance can be. */
                if (MAX(length, candidate_length) - MIN(length, candidate_length) > candidate_length / 3)
                        continue;
                distance = edit_distance(word, length, *candidate, candidate_length);
                if (distance <= candidate_length / 3 && distance < best) {
                        best = distance;
                        nearest = *candidate;
                }
        }
        return nearest ? nearest : first_beginning_with(word, length, candidates);
}
