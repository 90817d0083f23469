/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/credential-find.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/file.h"

#define ID "00112233445566778899aabbccddeeff"

static char base[] = "/tmp/test-credential-find-XXXXXX";
static CredentialPlaces places;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk) {
        return remove(path);
}

static char *path_of(const char *directory, const char *name) {
        char *path;

        ck_assert_int_ge(asprintf(&path, "%s/%s/%s", base, directory, name), 0);
        return path;
}

static void put(const char *directory, const char *name, mode_t mode) {
        CLEANUP_FREE char *path = path_of(directory, name);

        ck_assert_int_ge(file_replace(path, name, strlen(name), mode, false), 0);
        ck_assert_int_eq(chmod(path, mode), 0);
}

static void set_up(void) {
        CLEANUP_FREE char *link_path = NULL, *huge = NULL;

        ck_assert_ptr_nonnull(mkdtemp(base));
        ck_assert_int_ge(asprintf(&places.own, "%s/own", base), 0);
        ck_assert_int_ge(asprintf(&places.service, "%s/service", base), 0);
        ck_assert_int_ge(asprintf(&places.secrets, "%s/secrets", base), 0);
        places.user_mode = true;
        ck_assert_int_eq(mkdir(places.secrets, 0700), 0);
        put("secrets", "store." ID, 0600);
        ck_assert_int_eq(mkdir(places.own, 0700), 0);
        ck_assert_int_eq(mkdir(places.service, 0700), 0);
        put("own", "both", 0600);
        put("service", "both", 0400);
        put("service", "given", 0440);
        put("service", "writable", 0620);
        put("own", "readable", 0640);
        put("own", "huge", 0600);
        huge = path_of("own", "huge");
        ck_assert_int_eq(truncate(huge, CREDENTIAL_SIZE_MAX + 1), 0);
        link_path = path_of("own", "link");
        ck_assert_int_eq(symlink("both", link_path), 0);
}

static void tear_down(void) {
        credential_places_done(&places);
        (void) nftw(base, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* clang-format off */
static const struct {
        const char *wanted;
        int result;
        const char *text; /* part of the path, or of the message */
        const char *name; /* NULL: as it was wanted */
} cases[] = {
        { "both",       0,       "/own/both" }, /* ours comes first */
        { "given",      0,       "/service/given" },
        { "nosuch",     -ENOENT, "there is no credential 'nosuch'; it was looked for in " },
        { "readable",   -EPERM,  "others may read it" },
        { "writable",   -EPERM,  "others may write it" },
        { "link",       -EPERM,  "symbolic link" },
        { "huge",       -EPERM,  "1 MiB" },
        { "..",         -EINVAL, "not the name of a credential" },
        { "../own/both", -EINVAL, "not the name of a credential" },
        { ".hidden",    -EINVAL, "not the name of a credential" },
        { "",           -EINVAL, "not the name of a credential" },
        { "a:b",        -EINVAL, "not the name of a credential" },
        { "parameter.pin=" ID, 0, "/secrets/store." ID, "parameter.pin" },
        { "parameter.pin=credential:both", 0, "/own/both", "parameter.pin" },
        { "parameter.pin=credential:nosuch", -ENOENT, "there is no credential 'nosuch'" },
        { "parameter.pin=ff112233445566778899aabbccddeeff", -ENOENT,
          "the value of the secret parameter 'pin' is not kept here any more" },
        { "parameter.pin=../own/both", -EINVAL, "the secret parameter 'pin'" },
        { "parameter.pin=",            -EINVAL, "the secret parameter 'pin'" },
        { "other=" ID,  -EINVAL, "not the name of a credential" },
};
/* clang-format on */

START_TEST(a_credential_is_found_or_it_is_said_why_not) {
        CLEANUP(credential_source_done) CredentialSource source = { .fd = -EBADF };
        CLEANUP_FREE char *message = NULL;
        int r = credential_find(&places, "store", cases[_i].wanted, &source, &message);

        ck_assert_int_eq(r, cases[_i].result);
        ck_assert_ptr_nonnull(strstr(r < 0 ? message : source.path, cases[_i].text));
        if (r >= 0)
                ck_assert(source.fd >= 0 && !source.encrypted);
        if (r >= 0)
                ck_assert_str_eq(source.name, cases[_i].name ?: cases[_i].wanted);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("credential-find");
        TCase *finding = tcase_create("finding");

        tcase_add_unchecked_fixture(finding, set_up, tear_down);
        tcase_add_loop_test(finding, a_credential_is_found_or_it_is_said_why_not, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, finding);
        return suite;
}
