/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/regex-check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_MAX 1024U
#define REPETITIONS_MAX 1000UL

/* What "{n,m}" copies the expression before it into; 1 for anything else in braces. */
static unsigned long repetitions(const char *text) {
        char *end;
        unsigned long first = strtoul(text + 1, &end, 10), last = first;

        if (end == text + 1 && *end != ',')
                return 1;
        if (*end == ',' && isdigit((unsigned char) end[1]))
                last = strtoul(end + 1, &end, 10);
        last = MAX(first, last);
        return MAX(last, 1UL);
}

bool regex_check(const char *text, const char **ret_fault) {
        unsigned long product = 1;

        if (strlen(text) > LENGTH_MAX) {
                *ret_fault = "it is longer than 1024 bytes";
                return false;
        }
        for (; *text; text++) {
                if (*text == '\\' && text[1] != '\0') {
                        text++;
                        if (isdigit((unsigned char) *text)) {
                                *ret_fault = "it refers back to a part of itself";
                                return false;
                        }
                } else if (*text == '{') {
                        unsigned long n = repetitions(text);

                        product = n > REPETITIONS_MAX ? REPETITIONS_MAX + 1 : product * n;
                        if (product > REPETITIONS_MAX) {
                                *ret_fault = "its repetitions multiply to more than 1000";
                                return false;
                        }
                }
        }
        return true;
}
