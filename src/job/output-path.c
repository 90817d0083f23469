/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/output-path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/buffer.h"
#include "util/timestamp.h"

#define DIGIT "[0-9]"
#define TWO_DIGITS DIGIT DIGIT
#define FOUR_DIGITS TWO_DIGITS TWO_DIGITS
#define DATE_DIGITS FOUR_DIGITS TWO_DIGITS TWO_DIGITS
#define LETTERS "+([A-Za-z])"

/* What stands for a conversion in a pattern. NULL: what it gives is the same for all files of a job. */
typedef struct Conversion {
        char letter;
        const char *pattern;
} Conversion;

static const Conversion conversions[] = {
        { '%', NULL },
        { 'n', NULL },
        { 'i', "+(" DIGIT ")" },
        { 't', DATE_DIGITS "T" TWO_DIGITS TWO_DIGITS TWO_DIGITS "Z" },
        { 'Y', FOUR_DIGITS },
        { 'y', TWO_DIGITS },
        { 'm', TWO_DIGITS },
        { 'd', TWO_DIGITS },
        { 'H', TWO_DIGITS },
        { 'I', TWO_DIGITS },
        { 'M', TWO_DIGITS },
        { 'S', TWO_DIGITS },
        { 'j', DIGIT TWO_DIGITS },
        { 'F', FOUR_DIGITS "-" TWO_DIGITS "-" TWO_DIGITS },
        { 'T', TWO_DIGITS ":" TWO_DIGITS ":" TWO_DIGITS },
        { 'R', TWO_DIGITS ":" TWO_DIGITS },
        { 'G', FOUR_DIGITS },
        { 'V', TWO_DIGITS },
        { 'u', DIGIT },
        { 'w', DIGIT },
        { 'a', LETTERS },
        { 'A', LETTERS },
        { 'b', LETTERS },
        { 'B', LETTERS },
        { 'p', LETTERS },
        { 's', "?(-)+(" DIGIT ")" },
        { 'z', "[+-]" FOUR_DIGITS },
        { 'Z', "+([A-Za-z0-9+-])" },
};

static const Conversion *conversion_find(char letter) {
        for (size_t i = 0; i < ARRAY_SIZE(conversions); i++) {
                if (conversions[i].letter == letter)
                        return &conversions[i];
        }
        return NULL;
}

/* A part of a path that is `..` or empty, or no name at its end. */
static const char *check_parts(const char *text) {
        const char *name = strrchr(text, '/') + 1;

        if (*name == '\0' || strcmp(name, ".") == 0)
                return "it names a directory, not a file";
        for (const char *part = text; part; part = strchr(part, '/')) {
                part += *part == '/';
                if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
                        return "it has a '..' in it";
        }
        return NULL;
}

int output_path_check(const char *text, const char **reterr) {
        const char *reason = text[0] != '/'                     ? "it is not an absolute path"
                        : strlen(text) > OUTPUT_PATH_LENGTH_MAX ? "it is too long"
                                                                : check_parts(text);

        for (const char *c = text; !reason && *c != '\0'; c++) {
                if (*c != '%')
                        continue;
                c++;
                if (!conversion_find(*c) || *c == '\0')
                        reason = "a '%' is followed by none of n, i, t, Y, y, m, d, H, I, M, S, j, F, T, R, "
                                 "G, V, u, w, a, A, b, B, p, s, z, Z; write %% for a percent sign";
        }
        if (!reason)
                return 0;
        *reterr = reason;
        return -EINVAL;
}

static struct tm local_of(const OutputPathFacts *facts) {
        LocalTime local;
        CivilDate date;

        time_zone_to_local(facts->zone ?: time_zone_utc(), facts->due_usec, &local);
        date = local.civil.date;
        return (struct tm){
                .tm_year = date.year - 1900,
                .tm_mon = date.month - 1,
                .tm_mday = date.day,
                .tm_hour = local.civil.hour,
                .tm_min = local.civil.minute,
                .tm_sec = local.civil.second,
                .tm_wday = civil_date_weekday(date),
                .tm_yday =
                                (int) (civil_date_to_days(date) -
                                       civil_date_to_days((CivilDate){ date.year, 1, 1 })),
                .tm_isdst = local.is_dst,
                .tm_gmtoff = local.offset_seconds,
                .tm_zone = local.abbreviation,
        };
}

/* A runtime job of an ordinary user is USER/NAME. */
static void add_name(Buffer *buffer, const char *name) {
        for (; *name != '\0'; name++)
                (void) buffer_add_char(buffer, *name == '/' ? '_' : *name);
}

/* All of them at once, so that the format is one that the compiler can check. */
static void add_local(Buffer *buffer, char letter, const OutputPathFacts *facts) {
        static const char letters[] = "YmdHIMSjFTRGVuwaAbBpzZ";
        const struct tm local = local_of(facts);
        char text[256], *rest = text;

        if (strftime(text, sizeof(text), "%Y|%m|%d|%H|%I|%M|%S|%j|%F|%T|%R|%G|%V|%u|%w|%a|%A|%b|%B|%p|%z|%Z",
                     &local) == 0)
                return;
        for (const char *skipped = letters; *skipped != letter; skipped++)
                (void) strsep(&rest, "|");
        (void) buffer_add_string(buffer, strsep(&rest, "|"));
}

static void add_conversion(Buffer *buffer, char letter, const OutputPathFacts *facts) {
        char text[TIMESTAMP_MAX];

        switch (letter) {
        case '%':
                (void) buffer_add_char(buffer, '%');
                return;
        case 'n':
                add_name(buffer, facts->job);
                return;
        case 'i':
                (void) buffer_add_format(buffer, "%" PRIu64, facts->execution_id);
                return;
        case 't':
                (void) buffer_add_string(buffer, timestamp_format_compact(facts->due_usec, text));
                return;
        case 'y':
                (void) buffer_add_format(buffer, "%02d", local_of(facts).tm_year % 100);
                return;
        case 's': /* strftime() would take the local time for one of the daemon's own zone */
                (void) buffer_add_format(buffer, "%" PRId64, (int64_t) (facts->due_usec / USEC_PER_SEC));
                return;
        default:
                add_local(buffer, letter, facts);
                return;
        }
}

int output_path_expand(const char *text, const OutputPathFacts *facts, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const char *reason;
        int r;

        r = output_path_check(text, &reason);
        if (r < 0)
                return r;
        for (const char *c = text; *c != '\0'; c++) {
                if (*c == '%')
                        add_conversion(&buffer, *++c, facts);
                else
                        (void) buffer_add_char(&buffer, *c);
        }
        if (buffer.size > OUTPUT_PATH_LENGTH_MAX)
                return -ENAMETOOLONG;
        if (!buffer.failed && check_parts(buffer.data))
                return -EINVAL;
        return buffer_take(&buffer, ret);
}

/* As itself, whatever it means to fnmatch(). */
static void add_literal(Buffer *buffer, const char *text, size_t size) {
        for (size_t i = 0; i < size; i++) {
                if (strchr("*?[]\\+@!()|", text[i]))
                        (void) buffer_add_char(buffer, '\\');
                (void) buffer_add_char(buffer, text[i]);
        }
}

int output_path_pattern(const char *text, const OutputPathFacts *facts, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const char *reason;
        bool varies = false;
        int r;

        r = output_path_check(text, &reason);
        if (r < 0)
                return r;
        for (const char *c = strrchr(text, '/') + 1; *c != '\0'; c++) {
                const Conversion *conversion = *c == '%' ? conversion_find(*++c) : NULL;

                if (conversion && conversion->pattern) {
                        varies = true;
                        (void) buffer_add_string(&buffer, conversion->pattern);
                } else if (conversion && conversion->letter == 'n') {
                        CLEANUP(buffer_done) Buffer name = { 0 };

                        add_name(&name, facts->job);
                        add_literal(&buffer, name.data, name.size);
                } else {
                        add_literal(&buffer, c, 1);
                }
        }
        if (!varies)
                buffer_clear(&buffer);
        return buffer_take(&buffer, ret);
}
