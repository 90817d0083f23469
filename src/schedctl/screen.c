/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/screen.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80U
#define COLUMNS_MAX 10000U

static const char *const escapes[COLOUR_COUNT] = {
        [COLOUR_NONE] = "",
        [COLOUR_RED] = "\x1b[0;1;31m",
        [COLOUR_GREEN] = "\x1b[0;1;32m",
        [COLOUR_YELLOW] = "\x1b[0;1;33m",
        [COLOUR_BLUE] = "\x1b[0;1;34m",
        [COLOUR_GREY] = "\x1b[0;38;5;245m",
        [COLOUR_BOLD] = "\x1b[0;1;39m",
        [COLOUR_UNDERLINE] = "\x1b[0;4m",
};

static const char *const glyphs[GLYPH_COUNT][2] = {
        [GLYPH_ACTIVE] = { "*", "●" },       [GLYPH_INACTIVE] = { "o", "○" },
        [GLYPH_FAILED] = { "x", "×" },       [GLYPH_ELLIPSIS] = { "...", "…" },
        [GLYPH_TIMES] = { "x", "×" },        [GLYPH_TREE_BRANCH] = { "|-", "├─" },
        [GLYPH_TREE_LAST] = { "`-", "└─" },  [GLYPH_TREE_VERTICAL] = { "| ", "│ " },
        [GLYPH_TREE_SPACE] = { "  ", "  " },
};

static bool environment_says(const char *text, bool otherwise) {
        static const char *const no[] = { "0", "no", "n", "false", "f", "off", "never" };

        if (!text || !*text)
                return otherwise;
        for (size_t i = 0; i < ARRAY_SIZE(no); i++)
                if (strcmp(text, no[i]) == 0)
                        return false;
        return true;
}

static bool want_colour(ColourMode mode, bool terminal) {
        const char *term = getenv("TERM");
        const char *no_colour = getenv("NO_COLOR");

        if (mode != COLOUR_AUTO)
                return mode == COLOUR_ALWAYS;
        if (getenv("SYSTEMD_COLORS"))
                return environment_says(getenv("SYSTEMD_COLORS"), terminal);
        if (no_colour && *no_colour)
                return false;
        return terminal && term && strcmp(term, "dumb") != 0;
}

static unsigned find_columns(void) {
        struct winsize size = { 0 };
        const char *text = getenv("COLUMNS");
        unsigned long columns = text ? strtoul(text, NULL, 10) : 0;

        if (columns > 0 && columns <= COLUMNS_MAX)
                return (unsigned) columns;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
                return size.ws_col;
        return COLUMNS_DEFAULT;
}

void screen_init(Screen *screen, ColourMode mode, bool full) {
        bool terminal = isatty(STDOUT_FILENO);

        *screen = (Screen){
                .terminal = terminal,
                .colour = want_colour(mode, terminal),
                .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
                .columns = terminal && !full ? find_columns() : 0,
        };
}

const char *screen_colour(const Screen *screen, Colour colour) {
        return screen->colour ? escapes[colour] : "";
}

const char *screen_reset(const Screen *screen, Colour colour) {
        return screen->colour && colour != COLOUR_NONE ? "\x1b[0m" : "";
}

const char *screen_glyph(const Screen *screen, Glyph glyph) {
        return glyphs[glyph][screen->utf8];
}
