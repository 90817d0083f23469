/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Who may hear what is confidential, as redirects go. For programs that link libcurl, whose reading of URLs
 * it is. */

#include <stdbool.h>

/*
 * Whether what was meant for the one URL may go to the other: to the same host, and there by the same scheme
 * and port or by https. False for what is no URL.
 */
bool url_is_same_party(const char *meant, const char *other);
