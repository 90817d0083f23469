/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/machine-id.h"

#include <systemd/sd-id128.h>

const char *machine_id_derive(char buffer[static MACHINE_ID_TEXT_MAX]) {
        static const sd_id128_t application =
                        SD_ID128_MAKE(8d, 4c, 3b, 1f, 52, 0e, 4a, 7b, 9c, 66, d1, 5a, 70, 2f, e8, 93);
        sd_id128_t machine_id;

        buffer[0] = '\0';
        if (sd_id128_get_machine_app_specific(application, &machine_id) >= 0)
                (void) sd_id128_to_string(machine_id, buffer);
        return buffer;
}
