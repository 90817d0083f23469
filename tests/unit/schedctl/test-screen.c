/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/screen.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define TERMINAL_COLUMNS 97

/* Each test is a process of its own, so that its environment and standard output are, too. */
static void set_environment(
                const char *term,
                const char *no_colour,
                const char *systemd,
                const char *columns) {
        const struct {
                const char *name, *value;
        } variables[] = {
                { "TERM", term },
                { "NO_COLOR", no_colour },
                { "SYSTEMD_COLORS", systemd },
                { "COLUMNS", columns },
        };

        for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
                if (variables[i].value)
                        ck_assert_int_eq(setenv(variables[i].name, variables[i].value, 1), 0);
                else
                        ck_assert_int_eq(unsetenv(variables[i].name), 0);
}

/* Makes standard output the slave of a new terminal; returns the master. */
static int open_terminal(void) {
        const struct winsize size = { .ws_col = TERMINAL_COLUMNS, .ws_row = 24 };
        CLEANUP_CLOSE int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -EBADF;

        ck_assert_int_ge(master, 0);
        ck_assert_int_eq(grantpt(master), 0);
        ck_assert_int_eq(unlockpt(master), 0);
        slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
        ck_assert_int_ge(slave, 0);
        ck_assert_int_eq(ioctl(slave, TIOCSWINSZ, &size), 0);
        ck_assert_int_ge(dup2(slave, STDOUT_FILENO), 0);
        return TAKE_FD(master);
}

/* clang-format off */
static const struct {
        bool terminal;
        const char *term, *no_colour, *systemd;
        ColourMode mode;
        bool colour;
} colour_cases[] = {
        { true,  "xterm", NULL, NULL,    COLOUR_AUTO,   true },
        { true,  "dumb",  NULL, NULL,    COLOUR_AUTO,   false },
        { true,  NULL,    NULL, NULL,    COLOUR_AUTO,   false },
        { true,  "xterm", "1",  NULL,    COLOUR_AUTO,   false },
        { true,  "xterm", "",   NULL,    COLOUR_AUTO,   true }, /* no-color.org: empty is not set */
        { true,  "xterm", NULL, "0",     COLOUR_AUTO,   false },
        { true,  "xterm", NULL, "false", COLOUR_AUTO,   false },
        { true,  "xterm", NULL, "",      COLOUR_AUTO,   true },
        { false, "xterm", NULL, "1",     COLOUR_AUTO,   true },
        { false, "xterm", NULL, "",      COLOUR_AUTO,   false },
        { false, "xterm", NULL, NULL,    COLOUR_AUTO,   false },
        { false, "dumb",  "1",  "0",     COLOUR_ALWAYS, true },
        { true,  "xterm", NULL, "1",     COLOUR_NEVER,  false },
};
/* clang-format on */

START_TEST(colour_is_for_terminals_and_who_asks) {
        CLEANUP_CLOSE int master = -EBADF, null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        Screen screen;

        set_environment(colour_cases[_i].term, colour_cases[_i].no_colour, colour_cases[_i].systemd, NULL);
        if (colour_cases[_i].terminal)
                master = open_terminal();
        else
                ck_assert_int_ge(dup2(null, STDOUT_FILENO), 0);

        screen_init(&screen, colour_cases[_i].mode, false);

        ck_assert(screen.terminal == colour_cases[_i].terminal);
        ck_assert(screen.colour == colour_cases[_i].colour);
        ck_assert(!*screen_colour(&screen, COLOUR_RED) == !screen.colour);
        ck_assert(!*screen_reset(&screen, COLOUR_RED) == !screen.colour);
        ck_assert_str_eq(screen_colour(&screen, COLOUR_NONE), "");
        ck_assert_str_eq(screen_reset(&screen, COLOUR_NONE), "");
}
END_TEST

/* clang-format off */
static const struct {
        bool terminal, full;
        const char *columns;
        unsigned expected;
} width_cases[] = {
        { true,  false, NULL,     TERMINAL_COLUMNS },
        { true,  false, "40",     40 },
        { true,  false, "0",      TERMINAL_COLUMNS },
        { true,  false, "x",      TERMINAL_COLUMNS },
        { true,  false, "999999", TERMINAL_COLUMNS },
        { true,  true,  "40",     0 },
        { false, false, "40",     0 },
};
/* clang-format on */

START_TEST(only_a_terminal_has_a_width) {
        CLEANUP_CLOSE int master = -EBADF, null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        Screen screen;

        set_environment("xterm", NULL, NULL, width_cases[_i].columns);
        if (width_cases[_i].terminal)
                master = open_terminal();
        else
                ck_assert_int_ge(dup2(null, STDOUT_FILENO), 0);

        screen_init(&screen, COLOUR_AUTO, width_cases[_i].full);
        ck_assert_uint_eq(screen.columns, width_cases[_i].expected);
}
END_TEST

START_TEST(glyphs_are_ascii_unless_the_locale_is_utf8) {
        Screen screen;

        ck_assert_ptr_nonnull(setlocale(LC_ALL, "C"));
        screen_init(&screen, COLOUR_NEVER, false);
        for (Glyph glyph = 0; glyph < GLYPH_COUNT; glyph++)
                for (const char *c = screen_glyph(&screen, glyph); *c; c++)
                        ck_assert_int_ge(*c, ' ');

        ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
        screen_init(&screen, COLOUR_NEVER, false);
        ck_assert_str_eq(screen_glyph(&screen, GLYPH_ACTIVE), "●");
        ck_assert_str_eq(screen_glyph(&screen, GLYPH_ELLIPSIS), "…");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("screen");
        TCase *screen = tcase_create("screen");

        tcase_add_loop_test(screen, colour_is_for_terminals_and_who_asks, 0, ARRAY_SIZE(colour_cases));
        tcase_add_loop_test(screen, only_a_terminal_has_a_width, 0, ARRAY_SIZE(width_cases));
        tcase_add_test(screen, glyphs_are_ascii_unless_the_locale_is_utf8);
        suite_add_tcase(suite, screen);
        return suite;
}
