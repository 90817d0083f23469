/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What standard output can show: width, colour, UTF-8. Found out once, before a pager takes its place. */

#include "util/types.h"

typedef enum ColourMode {
        COLOUR_AUTO, /* on a terminal, unless the environment says otherwise */
        COLOUR_ALWAYS,
        COLOUR_NEVER,
        COLOUR_MODE_COUNT,
} ColourMode;

typedef enum Colour {
        COLOUR_NONE,
        COLOUR_RED,
        COLOUR_GREEN,
        COLOUR_YELLOW,
        COLOUR_BLUE,
        COLOUR_GREY,
        COLOUR_BOLD,
        COLOUR_UNDERLINE,
        COLOUR_COUNT,
} Colour;

typedef enum Glyph {
        GLYPH_ACTIVE,        /* ● */
        GLYPH_INACTIVE,      /* ○ */
        GLYPH_FAILED,        /* × */
        GLYPH_ELLIPSIS,      /* … */
        GLYPH_TIMES,         /* × between a number and a thing */
        GLYPH_TREE_BRANCH,   /* ├─ */
        GLYPH_TREE_LAST,     /* └─ */
        GLYPH_TREE_VERTICAL, /* │ */
        GLYPH_TREE_SPACE,
        GLYPH_COUNT,
} Glyph;

typedef struct Screen {
        bool terminal;
        bool colour;
        bool utf8;
        unsigned columns; /* 0: no limit */
} Screen;

/* `full`: nothing is cut to the width. */
void screen_init(Screen *screen, ColourMode mode, bool full);

/* "" where there is no colour. */
const char *screen_colour(const Screen *screen, Colour colour);
const char *screen_reset(const Screen *screen, Colour colour); /* undoes that colour */
const char *screen_glyph(const Screen *screen, Glyph glyph);
