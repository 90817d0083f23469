/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-name.h"

#include <errno.h>
#include <string.h>

#define JOB_PART_MAX 180U
#define MARK_BEGIN " [jobsched "
#define MARK_END "]"

static bool is_plain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_.-", c);
}

/* A slash, as in USER/NAME, becomes a dash; an '@' would make the unit an instance of a template. */
static void escape_job(const char *job, char buffer[static JOB_PART_MAX]) {
        size_t n = 0;

        for (const char *c = job; *c != '\0' && n + sizeof("\\x40") <= JOB_PART_MAX; c++) {
                if (is_plain(*c))
                        buffer[n++] = *c;
                else if (*c == '/')
                        buffer[n++] = '-';
                else
                        n += (size_t) snprintf(buffer + n, JOB_PART_MAX - n, "\\x%02x", (unsigned char) *c);
        }
        buffer[n] = '\0';
}

const char *unit_name_format(const RunKey *key, const char *job, char buffer[static UNIT_NAME_SIZE]) {
        char escaped[JOB_PART_MAX], attempt[24] = "";

        escape_job(job, escaped);
        if (key->attempt > 1)
                (void) snprintf(attempt, sizeof(attempt), "-%" PRIu64, key->attempt);
        (void) snprintf(buffer, UNIT_NAME_SIZE, "jobsched-%s-%" PRIu64 "%s.service", escaped,
                        key->execution_id, attempt);
        return buffer;
}

int unit_description_format(const char *generation, const RunKey *key, const char *job, char **ret) {
        char name[RUN_NAME_MAX];

        if (asprintf(ret, "Execution %" PRIu64 " of job %s" MARK_BEGIN "%s %s" MARK_END, key->execution_id,
                     job, generation, run_key_format(key, name)) < 0)
                return -ENOMEM;
        return 0;
}

int unit_description_parse(const char *description, const char *generation, RunKey *ret) {
        const char *mark = strstr(description, MARK_BEGIN);
        size_t length = strlen(generation);
        char name[RUN_NAME_MAX];

        if (!mark)
                return -EINVAL;
        mark += strlen(MARK_BEGIN);
        if (strncmp(mark, generation, length) != 0 || mark[length] != ' ')
                return -EINVAL;
        mark += length + 1;
        length = strcspn(mark, MARK_END);
        if (length >= sizeof(name) || strcmp(mark + length, MARK_END) != 0)
                return -EINVAL;
        memcpy(name, mark, length);
        name[length] = '\0';
        return run_key_parse(name, ret);
}
