/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/file-watch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/test-support.h"

typedef struct Fixture {
        sd_event *event;
        FileWatch *watch;
        char directory[64];
        char drop_ins[96], file[96], tree[96];
        unsigned n_changed;
} Fixture;

static void on_changed(void *userdata) {
        ((Fixture *) userdata)->n_changed++;
}

static const char *path_in(const Fixture *fixture, const char *name) {
        static char path[256];

        (void) snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
        return path;
}

static void shell(const Fixture *fixture, const char *command) {
        CLEANUP_FREE char *line = NULL;

        ck_assert_int_ge(asprintf(&line, "cd %s && %s", fixture->directory, command), 0);
        ck_assert_int_eq(system(line), 0);
}

static void fixture_init(Fixture *fixture, const char *setup) {
        WatchTarget targets[3];

        *fixture = (Fixture){ 0 };
        strcpy(fixture->directory, "/tmp/test-file-watch.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(fixture->directory));
        shell(fixture, setup);
        strcpy(fixture->drop_ins, path_in(fixture, "a/drop-ins"));
        strcpy(fixture->file, path_in(fixture, "settings.yaml"));
        targets[0] = (WatchTarget){ WATCH_DROP_INS, fixture->drop_ins };
        targets[1] = (WatchTarget){ WATCH_FILE, fixture->file };
        strcpy(fixture->tree, path_in(fixture, "zones"));
        targets[2] = (WatchTarget){ WATCH_TREE, fixture->tree };

        ck_assert_int_ge(sd_event_new(&fixture->event), 0);
        ck_assert_int_eq(
                        file_watch_new(fixture->event,
                                       &(FileWatchOptions){ .targets = targets,
                                                            .n_targets = 3,
                                                            .settle_usec = USEC_PER_MSEC,
                                                            .changed = on_changed,
                                                            .userdata = fixture },
                                       &fixture->watch),
                        0);
        ck_assert_int_eq(file_watch_refresh(fixture->watch), 0);
}

static void fixture_done(Fixture *fixture) {
        (void) file_watch_free(fixture->watch);
        (void) sd_event_unref(fixture->event);
        shell(fixture, "rm -rf \"$PWD\"");
}

/* Runs what is pending; inotify events are queued by the time the system call that made them returns. */
static void run_pending(Fixture *fixture) {
        while (sd_event_run(fixture->event, 20 * USEC_PER_MSEC) > 0)
                ;
}

/* clang-format off */
static const struct {
        const char *setup, *action;
        bool noticed;
} change_cases[] = {
        { "mkdir -p a/drop-ins",                            "echo 1 > a/drop-ins/x.yaml",                        true },
        { "mkdir -p a/drop-ins; touch a/drop-ins/x.yaml",   "echo 2 >> a/drop-ins/x.yaml",                       true },
        { "mkdir -p a/drop-ins; touch a/drop-ins/x.yaml",   "rm a/drop-ins/x.yaml",                              true },
        { "mkdir -p a/drop-ins; touch t",                   "mv t a/drop-ins/x.yaml",                            true },
        { "mkdir -p a/drop-ins; touch a/drop-ins/x.yaml",   "mv a/drop-ins/x.yaml t",                            true },
        { "mkdir -p a/drop-ins; touch a/drop-ins/x.yaml",   "chmod 600 a/drop-ins/x.yaml",                       true },
        { "mkdir -p a/drop-ins",                            "ln -s /dev/null a/drop-ins/x.yaml",                 true },
        { "mkdir -p a/drop-ins; touch t",                   "ln t a/drop-ins/x.yaml",                            true },
        { "mkdir -p a/drop-ins/x.yaml.d",                   "echo 1 > a/drop-ins/x.yaml.d/y.yaml",               true },
        { "mkdir -p a/drop-ins",                            "mkdir a/drop-ins/x.yaml.d",                         true },
        { "mkdir -p a/drop-ins",                            "echo 1 > a/drop-ins/x.yaml.swp",                    false },
        { "mkdir -p a/drop-ins/x.yaml.d",                   "echo 1 > a/drop-ins/x.yaml.d/README",               false },
        { "mkdir -p a/drop-ins",                            "echo 1 > other",                                    false },
        /* the settings file, which need not exist */
        { "true",                                           "echo 1 > settings.yaml",                            true },
        { "touch settings.yaml t",                          "mv t settings.yaml",                                true },
        /* links, and what they lead to */
        { "mkdir -p a/drop-ins; touch t; ln -s ../../t a/drop-ins/x.yaml",   "echo 1 > t",               true },
        { "mkdir -p a/drop-ins; touch t n; ln -s ../../t a/drop-ins/x.yaml", "mv n t",                   true },
        { "mkdir -p a/drop-ins; touch t; ln -s \"$PWD/t\" a/drop-ins/x.yaml", "rm t",                    true },
        { "mkdir -p a/drop-ins; ln -s ../../t a/drop-ins/x.yaml",            "echo 1 > t",               true },
        { "mkdir -p a/drop-ins; touch t; ln -s ../../t a/drop-ins/x.yaml",   "echo 1 > other",           false },
        { "mkdir -p a/drop-ins v1 v2; touch v1/x.yaml v2/x.yaml; ln -s v1 now; ln -s ../../now/x.yaml a/drop-ins",
                                                                             "ln -s v2 n; mv -T n now",  true },
        { "mkdir -p v1/drop-ins v2/drop-ins; ln -s v1 a",                    "ln -s v2 n; mv -T n a",    true },
        { "mkdir -p a t; touch t/x.yaml; ln -s ../t a/drop-ins",             "echo 1 > t/x.yaml",        true },
        { "touch t; ln -s t settings.yaml",                                  "echo 1 > t",               true },
        { "mkdir -p a/drop-ins; ln -s /dev/null a/drop-ins/x.yaml",          "echo > /dev/null",         false },
        { "ln -s v/t settings.yaml",                                         "mkdir v",                  true },
        { "ln -s settings.yaml t; ln -s t settings.yaml",                    "echo 1 > other",           false },
        /* all of a tree, replaced as a package manager does it; links below it are not followed */
        { "mkdir zones; touch zones/x",                     "touch zones/n; mv zones/n zones/x",                 true },
        { "mkdir -p zones/a/b; touch zones/a/b/x t",        "mv t zones/a/b/x",                                  true },
        { "mkdir -p zones/a/b; touch zones/a/b/x",          "rm zones/a/b/x",                                    true },
        { "mkdir -p zones/a",                               "mkdir zones/a/b",                                   true },
        { "mkdir -p zones/a; mkdir other; touch t; ln -s ../other zones/b", "mv t other/x",                      false },
        { "mkdir -p v1/a v2/a; touch v1/a/x v2/a/x; ln -s v1 zones", "ln -s v2 n; mv -T n zones",                true },
        { "mkdir -p v1/a; touch v1/a/x t; ln -s v1 zones",  "mv t v1/a/x",                                       true },
        { "true",                                           "mkdir zones",                                       true },
        /* directories that come later, and go */
        { "true",                                           "mkdir a",                                           true },
        { "mkdir a",                                        "mkdir a/drop-ins",                                  true },
        { "mkdir -p a/drop-ins",                            "rmdir a/drop-ins",                                  true },
};
/* clang-format on */

START_TEST(what_matters_is_noticed_and_nothing_else) {
        Fixture fixture;

        fixture_init(&fixture, change_cases[_i].setup);
        shell(&fixture, change_cases[_i].action);
        run_pending(&fixture);
        ck_assert_int_eq(fixture.n_changed > 0, change_cases[_i].noticed);
        fixture_done(&fixture);
}
END_TEST

START_TEST(a_file_counts_when_it_is_closed) {
        Fixture fixture;
        CLEANUP_CLOSE int fd = -EBADF;

        fixture_init(&fixture, "mkdir -p a/drop-ins");
        fd = open(path_in(&fixture, "a/drop-ins/x.yaml"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, "jobs:", 5), 5);
        run_pending(&fixture);
        ck_assert_uint_eq(fixture.n_changed, 0);

        fd = fd_close(fd);
        run_pending(&fixture);
        ck_assert_uint_eq(fixture.n_changed, 1);
        fixture_done(&fixture);
}
END_TEST

START_TEST(a_burst_is_one_change) {
        Fixture fixture;

        fixture_init(&fixture, "mkdir -p a/drop-ins");
        shell(&fixture, "for i in 1 2 3 4 5 6 7 8 9; do echo $i > a/drop-ins/$i.yaml; done");
        run_pending(&fixture);
        ck_assert_uint_eq(fixture.n_changed, 1);
        fixture_done(&fixture);
}
END_TEST

START_TEST(a_directory_that_came_is_watched_after_a_refresh) {
        Fixture fixture;

        fixture_init(&fixture, "true");
        shell(&fixture, "mkdir -p a/drop-ins");
        run_pending(&fixture);
        ck_assert_uint_gt(fixture.n_changed, 0);

        fixture.n_changed = 0;
        ck_assert_int_eq(file_watch_refresh(fixture.watch), 0);
        shell(&fixture, "echo 1 > a/drop-ins/x.yaml");
        run_pending(&fixture);
        ck_assert_uint_eq(fixture.n_changed, 1);
        fixture_done(&fixture);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("daemon-file-watch");
        TCase *tcase = tcase_create("file-watch");

        tcase_set_timeout(tcase, 60);
        tcase_add_loop_test(tcase, what_matters_is_noticed_and_nothing_else, 0, ARRAY_SIZE(change_cases));
        tcase_add_test(tcase, a_file_counts_when_it_is_closed);
        tcase_add_test(tcase, a_burst_is_one_change);
        tcase_add_test(tcase, a_directory_that_came_is_watched_after_a_refresh);
        suite_add_tcase(suite, tcase);
        return suite;
}
