/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/notify-socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/cleanup.h"

static char directory[] = "/tmp/jobsched-test-XXXXXX";
static char path[64];
static sd_event *event;
static Poller poller;
static Deadlines deadlines;
static NotifySocket notify;
static unsigned n_messages;
static int last_progress;

static void on_message(void *userdata, const NotifyMessage *message) {
        n_messages++;
        last_progress = message->progress;
}

static void set_up(void) {
        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(path, sizeof(path), "%s/1", directory);
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(poller_init(&poller, event), 0);
        ck_assert_int_ge(deadlines_init(&deadlines, event), 0);
        notify_socket_init(&notify, &poller, &deadlines, on_message, NULL);
        ck_assert_int_eq(notify_socket_open(&notify, strdup(path), getuid(), getgid()), 0);
}

static void tear_down(void) {
        notify_socket_close(&notify);
        ck_assert_int_lt(access(path, F_OK), 0);
        deadlines_done(&deadlines);
        poller_done(&poller);
        (void) sd_event_unref(event);
        ck_assert_int_eq(rmdir(directory), 0);
}

static int open_sender(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        ck_assert_int_ge(fd, 0);
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        ck_assert_int_eq(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        return fd;
}

static void turn_until_idle(void) {
        while (sd_event_run(event, 0) > 0)
                ;
}

START_TEST(the_user_is_heard_and_nobody_else_can_send) {
        CLEANUP_CLOSE int fd = open_sender();
        struct stat status;

        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_uint_eq(status.st_mode & 07777, 0600);
        ck_assert_int_gt(send(fd, "X_PROGRESS=5", 12, 0), 0);
        turn_until_idle();
        ck_assert_uint_eq(n_messages, 1);
        ck_assert_int_eq(last_progress, 5);
}
END_TEST

START_TEST(another_uid_is_not_heard) {
        CLEANUP_CLOSE int fd = open_sender();
        pid_t pid;
        int status;

        if (getuid() != 0)
                return;     /* we cannot be another */
        notify.uid = 12345; /* the job's user, who is none of the senders */
        pid = fork();
        if (pid == 0) /* an open descriptor does not help: the kernel says who sends */
                _exit(setresuid(65534, 65534, 65534) == 0 && send(fd, "X_PROGRESS=5", 12, 0) > 0 ? 0 : 1);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(status, 0);
        turn_until_idle();
        ck_assert_uint_eq(n_messages, 0);
        ck_assert_int_gt(send(fd, "X_PROGRESS=6", 12, 0), 0); /* root is */
        turn_until_idle();
        ck_assert_uint_eq(n_messages, 1);
}
END_TEST

START_TEST(a_flood_waits_in_the_socket) {
        CLEANUP_CLOSE int fd = open_sender();
        unsigned sent = 0;

        for (unsigned i = 0; i < 1000; i++) {
                sent += send(fd, "X_PROGRESS=5", 12, 0) > 0;
                turn_until_idle();
        }
        ck_assert_uint_eq(n_messages, NOTIFY_MESSAGES_PER_SECOND);
        ck_assert_uint_gt(sent, n_messages);
        ck_assert_uint_lt(sent, 1000); /* the sender is told that there is no room */
        notify_socket_drain(&notify);
        ck_assert_uint_eq(n_messages, sent);
}
END_TEST

static unsigned count_descriptors(void) {
        DIR *stream = opendir("/proc/self/fd");
        unsigned n = 0;

        ck_assert_ptr_nonnull(stream);
        while (readdir(stream))
                n++;
        (void) closedir(stream);
        return n;
}

START_TEST(descriptors_are_not_taken) {
        CLEANUP_CLOSE int fd = open_sender();
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(3 * sizeof(int))];
        } control = { .header = { .cmsg_level = SOL_SOCKET,
                                  .cmsg_type = SCM_RIGHTS,
                                  .cmsg_len = CMSG_LEN(3 * sizeof(int)) } };
        struct iovec vector = { (char *) "X_PROGRESS=5", 12 };
        struct msghdr message = { .msg_iov = &vector,
                                  .msg_iovlen = 1,
                                  .msg_control = &control,
                                  .msg_controllen = sizeof(control) };
        const int sent[] = { 0, 1, 2 };
        unsigned before = count_descriptors();

        memcpy(CMSG_DATA(&control.header), sent, sizeof(sent));
        ck_assert_int_gt(sendmsg(fd, &message, 0), 0);
        turn_until_idle();
        ck_assert_uint_eq(n_messages, 1);
        ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

START_TEST(junk_changes_nothing) {
        CLEANUP_CLOSE int fd = open_sender();
        char junk[NOTIFY_MESSAGE_MAX + 100];

        memset(junk, 'x', sizeof(junk));
        memcpy(junk, "X_PROGRESS=5\n", 13);
        ck_assert_int_gt(send(fd, junk, sizeof(junk), 0), 0); /* too long */
        ck_assert_int_eq(send(fd, "", 0, 0), 0);
        ck_assert_int_gt(send(fd, "\0\xff\n=\n", 5, 0), 0);
        turn_until_idle();
        ck_assert_uint_eq(n_messages, 0);
        ck_assert_int_gt(send(fd, "X_PROGRESS=5", 12, 0), 0);
        turn_until_idle();
        ck_assert_uint_eq(n_messages, 1);
}
END_TEST

START_TEST(a_path_that_is_too_long_gives_none) {
        NotifySocket other;
        char *long_path = calloc(1, 200);

        ck_assert_ptr_nonnull(long_path);
        memset(long_path, 'x', 199);
        notify_socket_init(&other, &poller, &deadlines, on_message, NULL);
        ck_assert_int_eq(notify_socket_open(&other, long_path, getuid(), getgid()), -ENAMETOOLONG);
        ck_assert_ptr_null(other.path);
}
END_TEST

START_TEST(a_directory_is_cleared) {
        char *names[] = { (char *) "/a", (char *) "/b" };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                char file[64];
                int fd;

                (void) snprintf(file, sizeof(file), "%s%s", directory, names[i]);
                fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
                ck_assert_int_ge(fd, 0);
                (void) close(fd);
        }
        notify_directory_clear(directory); /* tear_down() finds it empty */
        notify_directory_clear("/no/such/directory");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notify-socket");
        TCase *tcase = tcase_create("notify-socket");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, the_user_is_heard_and_nobody_else_can_send);
        tcase_add_test(tcase, another_uid_is_not_heard);
        tcase_add_test(tcase, a_flood_waits_in_the_socket);
        tcase_add_test(tcase, descriptors_are_not_taken);
        tcase_add_test(tcase, junk_changes_nothing);
        tcase_add_test(tcase, a_path_that_is_too_long_gives_none);
        tcase_add_test(tcase, a_directory_is_cleared);
        suite_add_tcase(suite, tcase);
        return suite;
}
