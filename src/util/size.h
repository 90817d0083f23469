/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Sizes: "64K", "2G", "1.5M"; K, M, G and T are 1024-based; a bare number is bytes. */

#include "util/types.h"

/* Returns 0, -EINVAL or -ERANGE. */
int size_parse(const char *text, uint64_t *ret_bytes);

#define SIZE_FORMAT_MAX 48U
const char *size_format(uint64_t size_bytes, char buffer[static SIZE_FORMAT_MAX]); /* "64K", "1.5M", "12B" */
