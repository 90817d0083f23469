/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <sys/socket.h>

#include "util/types.h"

/*
 * Whether it is an address of the public Internet: not this host's own, and none of a network that is
 * private, local to a link, shared, reserved or for many receivers, also not when it is written as an IPv6
 * address that stands for such an IPv4 one.
 */
bool address_is_public(const struct sockaddr *address);
/* The same without a look at this host's interfaces. */
bool address_is_in_public_range(const struct sockaddr *address);
