/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-request.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "support/test-support.h"
#include "util/cleanup.h"

static int other_end = -EBADF;

/* Its messages are only looked at; nobody answers. */
static sd_bus *make_bus(void) {
        sd_bus *bus = NULL;
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        other_end = fd_close(other_end);
        other_end = fds[1];
        ck_assert_int_ge(sd_bus_new(&bus), 0);
        ck_assert_int_ge(sd_bus_set_fd(bus, fds[0], fds[0]), 0);
        ck_assert_int_ge(sd_bus_negotiate_fds(bus, 1), 0);
        ck_assert_int_ge(sd_bus_start(bus), 0);
        return bus;
}

/* "NAME=VALUE\n" for each property; strings, numbers and lists of strings only, the rest as its type. */
static void describe_value(sd_bus_message *message, FILE *file) {
        const char *contents, *text;
        uint64_t number = 0;
        char type;

        ck_assert_int_gt(sd_bus_message_peek_type(message, &type, &contents), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(message, 'v', contents), 0);
        if (strcmp(contents, "as") == 0) {
                ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "s"), 0);
                while (sd_bus_message_read_basic(message, 's', &text) > 0)
                        (void) fprintf(file, "<%s>", text);
                ck_assert_int_ge(sd_bus_message_exit_container(message), 0);
        } else if (strcmp(contents, "s") == 0) {
                ck_assert_int_gt(sd_bus_message_read_basic(message, 's', &text), 0);
                (void) fprintf(file, "%s", text);
        } else if (strchr("tuib", contents[0]) && contents[1] == '\0') {
                ck_assert_int_gt(sd_bus_message_read_basic(message, contents[0], &number), 0);
                (void) fprintf(file, "%" PRIu64, number);
        } else {
                (void) fprintf(file, "(%s)", contents);
                ck_assert_int_ge(sd_bus_message_skip(message, contents), 0);
        }
        ck_assert_int_ge(sd_bus_message_exit_container(message), 0);
}

static char *describe(sd_bus_message *message) {
        const char *name, *mode;
        char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
        ck_assert_int_gt(sd_bus_message_read(message, "ss", &name, &mode), 0);
        (void) fprintf(file, "%s %s\n", name, mode);
        ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "(sv)"), 0);
        while (sd_bus_message_enter_container(message, 'r', "sv") > 0) {
                ck_assert_int_gt(sd_bus_message_read_basic(message, 's', &name), 0);
                (void) fprintf(file, "%s=", name);
                describe_value(message, file);
                (void) fprintf(file, "\n");
                ck_assert_int_ge(sd_bus_message_exit_container(message), 0);
        }
        (void) fclose(file);
        return text;
}

static const Account account = { .uid = 3001, .gid = 3002, .name = "alice", .home = "/home/alice" };
static const char *const command[] = { "tool", "100%", "$HOME", NULL };
static const char *const environment[] = { "PATH=/opt/bin:relative:/bin", "A=%n $B", NULL };
static const char *const limits[] = { "7:512:1024", NULL };
static const char *const properties[] = { "12:ProtectSystem=strict", NULL };

static MessageStart sane_start(void) {
        return (MessageStart){
                .execution_id = 7,
                .attempt = 1,
                .job = (char *) "backup",
                .cause = (char *) "manual",
                .directory = (char *) "",
                .umask = 027,
                .arguments = (char **) command,
                .script = (char *) "",
                .shell = (char *) "",
                .environment = (char **) environment,
                .kill_timeout_usec = 10 * USEC_PER_SEC,
                .kill_signal = 15,
                .memory_max_bytes = UINT64_MAX,
                .cpu_percent = UINT64_MAX,
                .tasks_max = UINT64_MAX,
                .io_weight = UINT64_MAX,
        };
}

static int build(const MessageStart *start, bool user_mode, char **ret_text, char **reterr_message) {
        CLEANUP(sd_bus_close_unrefp) sd_bus *bus = make_bus();
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        CLEANUP_CLOSE int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        const LaunchDefaults defaults = { .user_mode = user_mode };
        RunKey key;
        int r;

        ck_assert_int_eq(run_key_init(&key, "store", 7, 1), 0);
        r = unit_request_build(
                        bus,
                        &(UnitRequest){
                                        .name = "jobsched-backup-7.service",
                                        .generation = "generation",
                                        .key = &key,
                                        .start = start,
                                        .account = &account,
                                        .defaults = &defaults,
                                        .stdin_fd = -EBADF,
                                        .stdout_fd = fd,
                                        .stderr_fd = fd,
                        },
                        &message, reterr_message);
        if (r >= 0)
                *ret_text = describe(message);
        return r;
}

static void assert_has(const char *text, const char *part) {
        if (!strstr(text, part))
                ck_abort_msg("'%s' is not in:\n%s", part, text);
}

START_TEST(a_start_becomes_properties) {
        CLEANUP_FREE char *text = NULL, *message = NULL;
        MessageStart start = sane_start();

        start.has_nice = 1;
        start.nice = 5;
        start.has_affinity = 1;
        start.affinity = (char *) "0-3,8";
        start.memory_max_bytes = 1 << 20;
        start.cpu_percent = 50;
        start.resource_limits = (char **) limits;
        start.unit_properties = (char **) properties;
        ck_assert_int_eq(build(&start, false, &text, &message), 0);

        assert_has(text, "jobsched-backup-7.service fail\n");
        assert_has(text, "\nType=exec\n");
        assert_has(text, "\nRemainAfterExit=1\n");
        assert_has(text, "\nUser=alice\nGroup=3002\n");
        assert_has(text, "\nWorkingDirectory=-/home/alice\nUMask=23\n");
        assert_has(text, "\nExecSearchPath=</opt/bin></bin>\n");
        assert_has(text, "<A=%n $B>");
        assert_has(text, "\nNice=5\n");
        assert_has(text, "\nCPUAffinity=(ay)\n");
        assert_has(text, "\nMemoryMax=1048576\nCPUQuotaPerSecUSec=500000\n");
        assert_has(text, "\nLimitNOFILE=1024\nLimitNOFILESoft=512\n");
        assert_has(text, "\nProtectSystem=strict\n");
}
END_TEST

START_TEST(a_private_runner_changes_no_user) {
        CLEANUP_FREE char *text = NULL, *message = NULL;
        MessageStart start = sane_start();

        start.directory = (char *) "/srv";
        start.left_behind = LEFT_BEHIND_IS_LEFT;
        ck_assert_int_eq(build(&start, true, &text, &message), 0);
        ck_assert_ptr_null(strstr(text, "\nUser="));
        assert_has(text, "\nWorkingDirectory=/srv\n");
        assert_has(text, "\nKillMode=process\n");
}
END_TEST

START_TEST(what_cannot_be_asked_for_is_said) {
        const char *const bad[] = { "tool", "\xff", NULL }, *const none[] = { NULL };
        CLEANUP_FREE char *text = NULL, *message = NULL, *other = NULL;
        MessageStart start = sane_start();

        start.arguments = (char **) bad;
        ck_assert_int_lt(build(&start, false, &text, &message), 0);
        assert_has(message, "UTF-8");
        start.arguments = (char **) none;
        ck_assert_int_lt(build(&start, false, &text, &other), 0);
        assert_has(other, "no command");
}
END_TEST

START_TEST(a_refusal_names_line_and_key) {
        const char *const several[] = { "12:ProtectSystem=nonsense", "14:CPUQuota=50%", "15:Slice=x", NULL };
        MessageStart start = sane_start();
        CLEANUP_FREE char *first = NULL, *second = NULL;
        sd_bus_error error = SD_BUS_ERROR_MAKE_CONST(
                        SD_BUS_ERROR_INVALID_ARGS, "Invalid ProtectSystem setting: nonsense");
        sd_bus_error other = SD_BUS_ERROR_MAKE_CONST(
                        "org.freedesktop.systemd1.UnitExists", "Unit x already exists.");

        start.unit_properties = (char **) several;
        first = unit_request_explain(&start, &error);
        ck_assert_str_eq(first, "line 12: ProtectSystem: Invalid ProtectSystem setting: nonsense");
        second = unit_request_explain(&start, &other);
        ck_assert_str_eq(second, "systemd refuses its unit: Unit x already exists.");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-request");
        TCase *requests = tcase_create("requests");

        tcase_add_test(requests, a_start_becomes_properties);
        tcase_add_test(requests, a_private_runner_changes_no_user);
        tcase_add_test(requests, what_cannot_be_asked_for_is_said);
        tcase_add_test(requests, a_refusal_names_line_and_key);
        suite_add_tcase(suite, requests);
        return suite;
}
