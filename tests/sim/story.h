/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A test program of stories: each begins with one job "a" under a daemon that has just started. */

#include "sim/simulator.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define MINUTELY "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
#define HOURLY "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
#define BY_HAND "command: [/bin/true]\n"
#define AFTER(more) "command: [/bin/true]\nafter: " more "\n"

typedef struct Story {
        const char *theme;
        const TTest *const *test;
        int n; /* how often, with _i = 0 … n - 1 */
} Story;

/* The host of the story that is told. */
extern Sim sim;

void setup(const char *now, const char *text);
/* "a" and "b" are started by hand, "d" is `text`. */
void setup_join(const char *text);
/* By hand, and what takes a second has ended when it returns. */
void start_and_end(const char *name);
Suite *story_suite(const char *name, const Story *stories, size_t n_stories);
