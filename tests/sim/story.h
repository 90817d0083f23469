/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A test program of stories: each begins with one job "a" under a daemon that has just started. */

#include "sim/simulator.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define MINUTELY "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
#define HOURLY "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"

typedef struct Story {
        const char *theme;
        const TTest *const *test;
        int n; /* how often, with _i = 0 … n - 1 */
} Story;

/* The host of the story that is told. */
extern Sim sim;

void setup(const char *now, const char *text);
Suite *story_suite(const char *name, const Story *stories, size_t n_stories);
