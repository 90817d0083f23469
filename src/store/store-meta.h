/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Single values of the whole database, by name. Reading one that is not there gives -ENODATA. */

#include "store/store-connection.h"
#include "util/types.h"

int store_read_meta_text(StoreConnection *connection, const char *key, char **ret);
int store_read_meta_integer(StoreConnection *connection, const char *key, int64_t *ret);
int store_write_meta_integer(StoreConnection *connection, const char *key, int64_t value);
