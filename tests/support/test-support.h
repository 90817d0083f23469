/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Every unit test is a program of its own: it defines test_suite(), and test-main.c has the main() for all.
 */

#include <check.h>

Suite *test_suite(void);
