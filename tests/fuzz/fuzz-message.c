/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The runner protocol: any bytes decode or are refused, and what decodes encodes to the same bytes. */

#include <assert.h>
#include <string.h>

#include "protocol/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        while (size > 0) {
                CLEANUP(buffer_done) Buffer again = { 0 };
                CLEANUP(message_done) Message message = { 0 };
                size_t consumed;

                if (message_decode(data, size, &message, &consumed) < 0)
                        return 0;
                assert(consumed > 0 && consumed <= size);
                if (message_encode(&message, &again) < 0)
                        abort();
                if (again.size != consumed || memcmp(again.data, data, consumed) != 0)
                        abort();
                data += consumed;
                size -= consumed;
        }
        return 0;
}
