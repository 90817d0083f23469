/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Long output goes through a pager, as with systemctl: only on a terminal, and not with --no-pager. */

#include "schedctl/context.h"

/* Puts a pager behind standard output if there should be one. Without a pager all goes on as before. */
void pager_open(Context *context);

/* Flushes, and waits until the reader has read enough. */
void pager_close(Context *context);
