/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-property-value.h"

#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

#include "util/buffer.h"
#include "util/duration.h"
#include "util/string-list.h"

#define BLANKS " \t\n\r"

int unit_value_boolean(const char *text, bool *ret) {
        static const char *const words[2][6] = {
                { "false", "no", "off", "0", "n", "f" },
                { "true", "yes", "on", "1", "y", "t" },
        };

        for (size_t value = 0; value < 2; value++) {
                for (size_t i = 0; i < ARRAY_SIZE(words[value]); i++) {
                        if (strcasecmp(text, words[value][i]) == 0) {
                                *ret = value == 1;
                                return 0;
                        }
                }
        }
        return -EINVAL;
}

/* The whole text is the number. */
static int parse_unsigned(const char *text, int base, uint64_t *ret) {
        char *end;

        if (!isdigit((unsigned char) text[0]))
                return -EINVAL;
        errno = 0;
        *ret = strtoull(text, &end, base);
        return errno != 0 || *end != '\0' ? -EINVAL : 0;
}

int unit_value_integer(const char *text, int32_t *ret) {
        bool negative = text[0] == '-';
        uint64_t number;
        int r = parse_unsigned(text + (negative || text[0] == '+'), 10, &number);

        if (r < 0 || number > INT32_MAX)
                return -EINVAL;
        *ret = negative ? -(int32_t) number : (int32_t) number;
        return 0;
}

static int real_time_signal(const char *name, int32_t *ret) {
        const char *rest = name + strlen("RTMIN");
        int32_t offset = 0;

        if (strncmp(name, "RTMIN", strlen("RTMIN")) != 0 && strncmp(name, "RTMAX", strlen("RTMAX")) != 0)
                return -EINVAL;
        if (*rest != '\0' && (unit_value_integer(rest, &offset) < 0 || (*rest != '+' && *rest != '-')))
                return -EINVAL;
        *ret = (name[3] == 'I' ? SIGRTMIN : SIGRTMAX) + offset;
        return *ret >= SIGRTMIN && *ret <= SIGRTMAX ? 0 : -EINVAL;
}

int unit_value_signal(const char *text, int32_t *ret) {
        const char *name = strncmp(text, "SIG", 3) == 0 ? text + 3 : text;

        if (unit_value_integer(text, ret) >= 0)
                return *ret > 0 && *ret <= SIGRTMAX ? 0 : -EINVAL;
        for (int number = 1; number < SIGRTMIN; number++) {
                const char *known = sigabbrev_np(number);

                if (known && strcmp(known, name) == 0) {
                        *ret = number;
                        return 0;
                }
        }
        return real_time_signal(name, ret);
}

int unit_value_mode(const char *text, uint32_t *ret) {
        uint64_t mode;

        if (parse_unsigned(text, 8, &mode) < 0 || mode > 07777)
                return -EINVAL;
        *ret = (uint32_t) mode;
        return 0;
}

int unit_value_index(const char *text, const char *const *choices, int32_t *ret) {
        for (int32_t i = 0; choices[i]; i++) {
                if (choices[i][0] != '\0' && strcmp(choices[i], text) == 0) {
                        *ret = i;
                        return 0;
                }
        }
        return -EINVAL;
}

/* In 1/10000: two decimals, as systemd takes them. */
static int parse_percentage(const char *text, uint64_t *ret) {
        uint64_t whole, part = 0;
        char decimals[3] = "", mark[2];
        int n = 0;

        if (sscanf(text, "%" SCNu64 ".%2[0-9]%1[%]%n", &whole, decimals, mark, &n) == 3 && text[n] == '\0')
                part = (uint64_t) (decimals[0] - '0') * 10 +
                                (decimals[1] ? (uint64_t) (decimals[1] - '0') : 0);
        else if (sscanf(text, "%" SCNu64 "%1[%]%n", &whole, mark, &n) != 2 || text[n] != '\0')
                return -EINVAL;
        if (!isdigit((unsigned char) text[0]) || whole > UINT32_MAX)
                return -EINVAL;
        *ret = whole * 100 + part;
        return 0;
}

int unit_value_scale(const char *text, uint32_t *ret) {
        uint64_t parts;

        if (parse_percentage(text, &parts) < 0 || parts > 10000)
                return -EINVAL;
        *ret = (uint32_t) (parts * UINT32_MAX / 10000);
        return 0;
}

/* Powers of 1024, with or without a 'B' or "iB"; a fraction is allowed. */
static int parse_bytes(const char *text, uint64_t *ret) {
        static const char prefixes[] = "KMGTPE";
        const char *prefix;
        double number;
        char *end;

        if (!isdigit((unsigned char) text[0]) || parse_unsigned(text, 10, ret) >= 0)
                return isdigit((unsigned char) text[0]) ? 0 : -EINVAL;
        number = strtod(text, &end);
        end += strspn(end, BLANKS);
        prefix = *end != '\0' ? strchr(prefixes, *end) : NULL;
        if (prefix) {
                for (const char *p = prefixes; p <= prefix; p++)
                        number *= 1024;
                end++;
                end += *end == 'i';
        }
        end += *end == 'B';
        if (*end != '\0' || number >= 1.8e19)
                return -EINVAL;
        *ret = (uint64_t) number;
        return 0;
}

static int parse_duration(const char *text, uint64_t unit_usec, uint64_t *ret) {
        usec_t span;

        if (duration_parse(text, &span) < 0)
                return -EINVAL;
        *ret = span == USEC_INFINITY ? UINT64_MAX : ((uint64_t) span + unit_usec - 1) / unit_usec;
        return 0;
}

static int parse_quota(const char *text, uint64_t *ret) {
        uint64_t parts;

        if (text[0] == '\0') {
                *ret = UINT64_MAX;
                return 0;
        }
        if (parse_percentage(text, &parts) < 0 || parts == 0)
                return -EINVAL;
        *ret = parts * (USEC_PER_SEC / 10000);
        return 0;
}

int unit_value_number(UnitPropertyKind kind, const char *text, uint64_t *ret) {
        if (strcmp(text, "infinity") == 0 && kind != UNIT_QUOTA && kind != UNIT_WEIGHT) {
                *ret = UINT64_MAX;
                return 0;
        }
        switch (kind) {
        case UNIT_WEIGHT:
                if (strcmp(text, "idle") == 0) {
                        *ret = 0;
                        return 0;
                }
                return parse_unsigned(text, 10, ret);
        case UNIT_TASKS:
        case UNIT_LIMIT_NUMBER:
                return parse_unsigned(text, 10, ret);
        case UNIT_BYTES:
        case UNIT_LIMIT_BYTES:
        case UNIT_DEVICE_BYTES:
                return parse_bytes(text, ret);
        case UNIT_LIMIT_SECONDS:
                return parse_duration(text, USEC_PER_SEC, ret);
        case UNIT_DURATION:
                return parse_duration(text, 1, ret);
        case UNIT_LIMIT_USEC: /* a bare number is of that unit */
                return parse_unsigned(text, 10, ret) >= 0 ? 0 : parse_duration(text, 1, ret);
        case UNIT_QUOTA:
                return parse_quota(text, ret);
        default:
                return -EINVAL;
        }
}

/* In the order of the kernel's numbers. */
static const char *const capability_names[] = {
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_DAC_READ_SEARCH",
        "CAP_FOWNER",
        "CAP_FSETID",
        "CAP_KILL",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE",
        "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN",
        "CAP_NET_RAW",
        "CAP_IPC_LOCK",
        "CAP_IPC_OWNER",
        "CAP_SYS_MODULE",
        "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT",
        "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT",
        "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME",
        "CAP_SYS_TTY_CONFIG",
        "CAP_MKNOD",
        "CAP_LEASE",
        "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL",
        "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE",
        "CAP_MAC_ADMIN",
        "CAP_SYSLOG",
        "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ",
        "CAP_PERFMON",
        "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
        NULL,
};

static const char *const namespace_names[] = {
        "cgroup", "ipc", "net", "mnt", "pid", "user", "uts", NULL,
};
static const uint64_t namespace_flags[] = {
        CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS,
};

/* The bits of the words; a '~' in front of the first means all others of `all`. */
static int parse_mask(
                const char *text,
                const char *const *names,
                const uint64_t *flags, /* NULL: the index is the number of the bit */
                uint64_t all,
                uint64_t *ret) {

        CLEANUP(string_list_freep) char **words = NULL;
        bool inverted = text[0] == '~';
        uint64_t mask = 0;
        int32_t i;
        int r;

        r = unit_value_words(text + inverted, &words);
        if (r < 0)
                return r;
        STRING_LIST_FOREACH(word, words) {
                r = unit_value_index(*word, names, &i);
                if (r < 0)
                        return r;
                mask |= flags ? flags[i] : UINT64_C(1) << i;
        }
        *ret = inverted ? all & ~mask : mask;
        return 0;
}

int unit_value_capabilities(const char *text, uint64_t *ret) {
        return parse_mask(
                        text, capability_names, NULL, (UINT64_C(1) << (ARRAY_SIZE(capability_names) - 1)) - 1,
                        ret);
}

/* The mask is of those that stay allowed. */
int unit_value_namespaces(const char *text, uint64_t *ret) {
        uint64_t all = 0;
        bool restricted;

        for (size_t i = 0; i < ARRAY_SIZE(namespace_flags); i++)
                all |= namespace_flags[i];
        if (unit_value_boolean(text, &restricted) >= 0) {
                *ret = restricted ? 0 : all;
                return 0;
        }
        return parse_mask(text, namespace_names, namespace_flags, all, ret);
}

int unit_value_cpus(const char *text, uint8_t mask[static UNIT_CPUS_MAX / 8], size_t *ret_size) {
        size_t size = 0;

        memset(mask, 0, UNIT_CPUS_MAX / 8);
        text += strspn(text, BLANKS ",");
        while (*text != '\0') {
                unsigned first, last;
                int n = 0;

                if (!isdigit((unsigned char) *text) || sscanf(text, "%u%n", &first, &n) != 1)
                        return -EINVAL;
                text += n;
                last = first;
                if (*text == '-') {
                        if (sscanf(text + 1, "%u%n", &last, &n) != 1 || last < first)
                                return -EINVAL;
                        text += 1 + n;
                }
                if (last >= UNIT_CPUS_MAX || (*text != '\0' && !strchr(BLANKS ",", *text)))
                        return -EINVAL;
                for (unsigned cpu = first; cpu <= last; cpu++)
                        mask[cpu / 8] |= (uint8_t) (1U << cpu % 8);
                size = MAX(size, (size_t) last / 8 + 1);
                text += strspn(text, BLANKS ",");
        }
        *ret_size = size;
        return 0;
}

/* Appends one character of a word; moves on. Returns -EINVAL behind a last backslash. */
static int add_character(const char **text, char quote, Buffer *word) {
        if (**text == '\\' && quote != '\'' && *++*text == '\0')
                return -EINVAL;
        return buffer_add_char(word, *(*text)++);
}

static int read_word(const char **text, Buffer *word) {
        char quote = '\0';
        int r = buffer_add_string(word, ""); /* an empty pair of quotes is a word */

        while (r >= 0 && **text != '\0' && (quote != '\0' || !strchr(BLANKS, **text))) {
                if (quote == '\0' && (**text == '"' || **text == '\''))
                        quote = *(*text)++;
                else if (quote != '\0' && **text == quote) {
                        quote = '\0';
                        ++*text;
                } else {
                        r = add_character(text, quote, word);
                }
        }
        return quote != '\0' ? -EINVAL : r;
}

int unit_value_words(const char *text, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;

        text += strspn(text, BLANKS);
        while (*text != '\0') {
                CLEANUP(buffer_done) Buffer word = { 0 };
                char *taken;
                int r;

                r = read_word(&text, &word);
                if (r >= 0)
                        r = buffer_take(&word, &taken);
                if (r >= 0)
                        r = string_list_take_push(&list, taken);
                if (r < 0)
                        return r;
                text += strspn(text, BLANKS);
        }
        *ret = TAKE_PTR(list);
        return 0;
}
