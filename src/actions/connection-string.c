/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/connection-string.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "util/string-list.h"

#define BLANK " \t"

static bool is_password(const char *key, size_t length) {
        static const char *const keys[] = { "PWD",    "Password", "Passwd",     "Passphrase",
                                            "Secret", "Token",    "AccessToken" };

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                if (strlen(keys[i]) == length && strncasecmp(keys[i], key, length) == 0)
                        return true;
        }
        return false;
}

/* The end of a value: its semicolon, or what is behind the brace that closes it. */
static const char *value_end(const char *value) {
        const char *c = value + 1;

        if (*value != '{')
                return value + strcspn(value, ";");
        while (*c != '\0' && (*c != '}' || c[1] == '}'))
                c += *c == '}' ? 2 : 1; /* "}}" is a brace in it */
        return *c == '}' ? c + 1 : c;
}

static int add_value(const char *value, size_t length, char ***list) {
        CLEANUP_FREE char *text = strndup(value, length);
        int r;

        if (!text)
                return -ENOMEM;
        r = string_list_push(list, text);
        if (r < 0 || *text != '{' || length < 3)
                return r;
        text[length - 1] = '\0'; /* some drivers show it without its braces */
        return string_list_push(list, text + 1);
}

/* Takes "key = value" at `part`. Returns its end, NULL when memory runs out. */
static const char *take_part(const char *part, char ***list) {
        size_t length = strcspn(part, "=;" BLANK);
        const char *value = part + length + strspn(part + length, BLANK), *end;

        if (*value != '=')
                return part + strcspn(part, ";");
        value += 1 + strspn(value + 1, BLANK);
        end = value_end(value);
        if (is_password(part, length) && end > value && add_value(value, (size_t) (end - value), list) < 0)
                return NULL;
        return end;
}

int connection_string_secrets(const char *text, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        const char *part = text;

        while (*(part += strspn(part, ";" BLANK)) != '\0') {
                part = take_part(part, &list);
                if (!part)
                        return -ENOMEM;
        }
        if (list && string_list_push(&list, text) < 0)
                return -ENOMEM;
        *ret = TAKE_PTR(list);
        return 0;
}
