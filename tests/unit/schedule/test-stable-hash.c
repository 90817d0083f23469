/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/stable-hash.h"

#include <check.h>
#include <inttypes.h>
#include <string.h>

#include "support/test-support.h"

/* From a reference in another language, which gives the vector of SipHash's authors for theirs. */
/* clang-format off */
static const struct {
        const char *data;
        uint64_t hash;
} cases[] = {
        { "",          0x1e924b9d737700d7U },
        { "a",         0x96c20860cd93a249U },
        { "1234567",   0xf783d5ed1dbeda71U },
        { "12345678",  0x5de7ecc4ba81e998U },
        { "123456789", 0x089ccd4f7d5a19ffU },
        { "The quick brown fox jumps over the lazy dog", 0x590052062570e40dU },
};
/* clang-format on */

START_TEST(it_is_siphash_with_a_key_of_zeros) {
        StableHash hash;

        stable_hash_init(&hash);
        stable_hash_add(&hash, cases[_i].data, strlen(cases[_i].data));
        ck_assert_uint_eq(stable_hash_finish(&hash), cases[_i].hash);
}
END_TEST

START_TEST(it_does_not_matter_how_the_bytes_come) {
        const char *data = cases[_i].data;

        for (size_t first = 0; first <= strlen(data); first++) {
                StableHash hash;

                stable_hash_init(&hash);
                stable_hash_add(&hash, data, first);
                for (size_t i = first; i < strlen(data); i++)
                        stable_hash_add_byte(&hash, (uint8_t) data[i]);
                ck_assert_uint_eq(stable_hash_finish(&hash), cases[_i].hash);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("stable-hash");
        TCase *hash = tcase_create("hash");

        tcase_add_loop_test(hash, it_is_siphash_with_a_key_of_zeros, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(hash, it_does_not_matter_how_the_bytes_come, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, hash);
        return suite;
}
