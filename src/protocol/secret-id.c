/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/secret-id.h"

#include <string.h>

bool secret_id_begins(const char *text) {
        return strspn(text, "0123456789abcdef") == SECRET_ID_LENGTH;
}

bool secret_id_valid(const char *text) {
        return secret_id_begins(text) && text[SECRET_ID_LENGTH] == '\0';
}
