/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* "TERM" or "SIGTERM", in any case. Returns the number, or -EINVAL. */
int signal_from_name(const char *name);
