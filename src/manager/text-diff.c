/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The longest common subsequence, after the common begin and end are taken off: definitions are short. */

#include "manager/text-diff.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "util/buffer.h"

#define CONTEXT_LINES 2U

typedef struct Line {
        const char *text;
        size_t length;
} Line;

typedef struct Lines {
        Line *items;
        size_t n;
} Lines;

static void lines_done(Lines *lines) {
        free(lines->items);
        *lines = (Lines){ 0 };
}

static int lines_split(const char *text, Lines *ret) {
        size_t n = 1;

        for (const char *c = text; *c; c++)
                n += *c == '\n';
        ret->items = calloc(n, sizeof(Line));
        if (!ret->items)
                return -ENOMEM;

        while (*text) {
                size_t length = strcspn(text, "\n");

                ret->items[ret->n++] = (Line){ text, length };
                text += length + (text[length] == '\n');
        }
        return 0;
}

static bool line_equal(const Line *a, const Line *b) {
        return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void add_line(Buffer *buffer, char sign, const Line *line) {
        (void) buffer_add_char(buffer, sign);
        (void) buffer_add(buffer, line->text, line->length);
        (void) buffer_add_char(buffer, '\n');
}

/* table[i * (n_new + 1) + j]: length of what old[i…] and new[j…] have in common. */
static uint16_t *common_lengths(const Line *old, size_t n_old, const Line *new, size_t n_new) {
        uint16_t *table = calloc((n_old + 1) * (n_new + 1), sizeof(uint16_t));

        if (!table)
                return NULL;
        for (size_t i = n_old; i-- > 0;)
                for (size_t j = n_new; j-- > 0;) {
                        uint16_t *cell = &table[i * (n_new + 1) + j];

                        *cell = line_equal(&old[i], &new[j]) ? (uint16_t) (cell[n_new + 2] + 1)
                                                             : MAX(cell[n_new + 1], cell[1]);
                }
        return table;
}

static int diff_middle(Buffer *buffer, const Line *old, size_t n_old, const Line *new, size_t n_new) {
        CLEANUP_FREE uint16_t *table = NULL;
        size_t i = 0, j = 0;

        if (n_old <= TEXT_DIFF_LINES_MAX && n_new <= TEXT_DIFF_LINES_MAX) {
                table = common_lengths(old, n_old, new, n_new);
                if (!table)
                        return -ENOMEM;
        }

        while (table && i < n_old && j < n_new) {
                const uint16_t *cell = &table[i * (n_new + 1) + j];

                if (line_equal(&old[i], &new[j])) {
                        add_line(buffer, ' ', &old[i++]);
                        j++;
                } else if (cell[n_new + 1] >= cell[1]) {
                        add_line(buffer, '-', &old[i++]);
                } else {
                        add_line(buffer, '+', &new[j++]);
                }
        }
        while (i < n_old)
                add_line(buffer, '-', &old[i++]);
        while (j < n_new)
                add_line(buffer, '+', &new[j++]);
        return 0;
}

int text_diff(const char *old_text, const char *new_text, char **ret) {
        CLEANUP(lines_done) Lines old = { 0 };
        CLEANUP(lines_done) Lines new = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        size_t head = 0, tail = 0;
        int r;

        assert(ret);

        r = lines_split(old_text ?: "", &old);
        if (r >= 0)
                r = lines_split(new_text ?: "", &new);
        if (r < 0)
                return r;

        while (head < old.n && head < new.n &&line_equal(&old.items[head], &new.items[head]))
                head++;
        while (tail < old.n - head &&
               tail < new.n - head &&line_equal(&old.items[old.n - 1 - tail], &new.items[new.n - 1 - tail]))
                tail++;

        for (size_t i = head > CONTEXT_LINES ? head - CONTEXT_LINES : 0; i < head; i++)
                add_line(&buffer, ' ', &old.items[i]);
        r = diff_middle(&buffer, old.items + head, old.n - head - tail, new.items + head,
                        new.n - head - tail);
        if (r < 0)
                return r;
        for (size_t i = old.n - tail; i < old.n && i < old.n - tail + CONTEXT_LINES; i++)
                add_line(&buffer, ' ', &old.items[i]);
        return buffer_take(&buffer, ret);
}
