/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/instance.h"

#include <string.h>
#include <sys/stat.h>

#include "support/test-support.h"
#include "util/file.h"
#include "util/string-list.h"

static const char *const variables[] = {
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
        "JOBSCHED_CONFIG_FILE",
        "JOBSCHED_CONFIG_PATH",
        "JOBSCHED_STATE_DIR",
        "JOBSCHED_RUNTIME_DIR",
        "JOBSCHED_RUNNER_DIR",
        "JOBSCHED_RUNNER_STATE_DIR",
        "JOBSCHED_ACTION_PATH",
};

/* clang-format off */
static const struct {
        bool user;
        const char *environment; /* "NAME=value NAME=value" */
        const char *settings_file, *config_dirs, *database_file, *runner_socket, *secret_dir;
} place_cases[] = {
        { false, "", SYSTEM_CONFIG_DIR "/jobsched.yaml",
          SYSTEM_CONFIG_DIR "/jobsched.d:/run/jobsched.d:" SYSTEM_VENDOR_DIR "/jobsched.d",
          SYSTEM_STATE_DIR "/jobsched.db", "/run/jobsched-runner/socket", SYSTEM_STATE_DIR "-runner/secrets" },
        { true, "HOME=/home/u XDG_RUNTIME_DIR=/run/user/7", "/home/u/.config/jobsched.yaml",
          "/home/u/.config/jobsched.d", "/home/u/.local/state/jobsched/jobsched.db",
          "/run/user/7/jobsched-runner/socket", "/home/u/.local/state/jobsched/secrets" },
        { true, "HOME=/home/u XDG_CONFIG_HOME=/c XDG_STATE_HOME=/s XDG_RUNTIME_DIR=/r", "/c/jobsched.yaml",
          "/c/jobsched.d", "/s/jobsched/jobsched.db", "/r/jobsched-runner/socket", "/s/jobsched/secrets" },

        /* a relative XDG directory does not count */
        { true, "HOME=/home/u XDG_CONFIG_HOME=c XDG_RUNTIME_DIR=/r", "/home/u/.config/jobsched.yaml",
          "/home/u/.config/jobsched.d", "/home/u/.local/state/jobsched/jobsched.db",
          "/r/jobsched-runner/socket", "/home/u/.local/state/jobsched/secrets" },

        /* each directory can be moved */
        { false,
          "JOBSCHED_CONFIG_FILE=/x/f JOBSCHED_CONFIG_PATH=/a:/b: JOBSCHED_STATE_DIR=/st JOBSCHED_RUNNER_DIR=/ru "
          "JOBSCHED_RUNNER_STATE_DIR=/rs",
          "/x/f", "/a:/b", "/st/jobsched.db", "/ru/socket", "/rs/secrets" },
        { true, "JOBSCHED_CONFIG_FILE=/x/f JOBSCHED_CONFIG_PATH=/a JOBSCHED_STATE_DIR=/st JOBSCHED_RUNNER_DIR=/ru",
          "/x/f", "/a", "/st/jobsched.db", "/ru/socket", "/st/secrets" },
};
/* clang-format on */

static void set_environment(const char *text) {
        char copy[512], *rest = copy, *item;

        for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
                (void) unsetenv(variables[i]);
        (void) snprintf(copy, sizeof(copy), "%s", text);
        while ((item = strsep(&rest, " "))) {
                char *value = strchr(item, '=');

                if (!value)
                        continue;
                *value = '\0';
                (void) setenv(item, value + 1, 1);
        }
}

START_TEST(places_follow_the_environment) {
        CLEANUP(instance_done) Instance instance = { 0 };
        CLEANUP_FREE char *dirs = NULL;

        set_environment(place_cases[_i].environment);

        ck_assert_int_eq(instance_init(&instance, place_cases[_i].user), 0);

        ck_assert_int_eq(string_list_join(instance.config_dirs, ":", &dirs), 0);
        ck_assert_str_eq(dirs, place_cases[_i].config_dirs);
        ck_assert_str_eq(instance.settings_file, place_cases[_i].settings_file);
        ck_assert_str_eq(instance.database_file, place_cases[_i].database_file);
        ck_assert_str_eq(instance.runner_socket, place_cases[_i].runner_socket);
        ck_assert_str_eq(instance.secret_dir, place_cases[_i].secret_dir);
}
END_TEST

/* clang-format off */
static const struct {
        bool user;
        const char *environment, *action_dirs;
} action_cases[] = {
        { false, "", SYSTEM_CONFIG_DIR "/jobsched/actions:" LIBEXEC_DIR "/actions" },
        { true, "HOME=/home/u XDG_RUNTIME_DIR=/r",
          "/home/u/.local/lib/jobsched/actions:" SYSTEM_CONFIG_DIR "/jobsched/actions:" LIBEXEC_DIR "/actions" },
        { true, "XDG_CONFIG_HOME=/c XDG_STATE_HOME=/s XDG_RUNTIME_DIR=/r",
          SYSTEM_CONFIG_DIR "/jobsched/actions:" LIBEXEC_DIR "/actions" },
        { true, "HOME=/home/u JOBSCHED_ACTION_PATH=/a:/b", "/a:/b" },
        { false, "JOBSCHED_ACTION_PATH=/a", "/a" },
};
/* clang-format on */

START_TEST(action_programs_of_a_site_come_first) {
        CLEANUP(instance_done) Instance instance = { 0 };
        CLEANUP_FREE char *dirs = NULL;

        set_environment(action_cases[_i].environment);

        ck_assert_int_eq(instance_init(&instance, action_cases[_i].user), 0);

        ck_assert_int_eq(string_list_join(instance.action_dirs, ":", &dirs), 0);
        ck_assert_str_eq(dirs, action_cases[_i].action_dirs);
}
END_TEST

START_TEST(the_user_has_a_systemd_where_its_socket_is) {
        CLEANUP(instance_done) Instance without = { 0 }, with = { 0 };
        char directory[] = "/tmp/jobsched-instance-XXXXXX", text[128], path[128];

        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(text, sizeof(text), "HOME=/home/u XDG_RUNTIME_DIR=%s", directory);
        set_environment(text);

        ck_assert_int_eq(instance_init(&without, true), 0);
        ck_assert(!without.has_systemd);

        (void) snprintf(path, sizeof(path), "%s/systemd", directory);
        ck_assert_int_eq(mkdir(path, 0700), 0);
        (void) snprintf(path, sizeof(path), "%s/systemd/private", directory);
        ck_assert_int_eq(mkdir(path, 0700), 0);
        ck_assert_int_eq(instance_init(&with, true), 0);
        ck_assert(with.has_systemd);

        (void) rmdir(path);
        *strrchr(path, '/') = '\0';
        (void) rmdir(path);
        (void) rmdir(directory);
}
END_TEST

START_TEST(a_user_without_home_is_refused) {
        Instance instance = { 0 };

        set_environment("XDG_RUNTIME_DIR=/r");

        ck_assert_int_eq(instance_init(&instance, true), -ENXIO);
}
END_TEST

START_TEST(a_user_without_runtime_directory_gets_one_in_tmp) {
        CLEANUP(instance_done) Instance instance = { 0 };
        char expected[64];

        set_environment("HOME=/home/u");
        (void) snprintf(expected, sizeof(expected), "/tmp/jobsched-%u/jobsched/control", (unsigned) getuid());

        ck_assert_int_eq(instance_init(&instance, true), 0);
        ck_assert_str_eq(instance.control_socket, expected);
}
END_TEST

START_TEST(a_directory_that_others_may_write_is_refused) {
        char base[] = "/tmp/test-instance-XXXXXX";
        CLEANUP_FREE char *path = NULL, *file = NULL;
        struct stat st;

        ck_assert_ptr_nonnull(mkdtemp(base));
        ck_assert_int_eq(path_join(base, "runner", &path), 0);
        ck_assert_int_eq(path_join(base, "file", &file), 0);

        ck_assert_int_eq(instance_make_directory(path, 0711), 0);
        ck_assert_int_eq(instance_make_directory(path, 0700), 0); /* it keeps its mode */
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 0777, 0711);
        ck_assert_int_eq(chmod(path, 0777), 0);
        ck_assert_int_eq(instance_make_directory(path, 0711), -EPERM);
        ck_assert_int_eq(file_replace(file, "", 0, 0600, false), 0);
        ck_assert_int_eq(instance_make_directory(file, 0711), -ENOTDIR);

        (void) unlink(file);
        (void) rmdir(path);
        (void) rmdir(base);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("instance");
        TCase *places = tcase_create("places");

        tcase_add_loop_test(places, places_follow_the_environment, 0, ARRAY_SIZE(place_cases));
        tcase_add_loop_test(places, action_programs_of_a_site_come_first, 0, ARRAY_SIZE(action_cases));
        tcase_add_test(places, the_user_has_a_systemd_where_its_socket_is);
        tcase_add_test(places, a_user_without_home_is_refused);
        tcase_add_test(places, a_user_without_runtime_directory_gets_one_in_tmp);
        tcase_add_test(places, a_directory_that_others_may_write_is_refused);
        suite_add_tcase(suite, places);
        return suite;
}
