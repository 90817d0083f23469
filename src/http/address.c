/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/address.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

/* The first `bits` bits are these. */
typedef struct Range {
        uint8_t prefix[16];
        unsigned bits;
} Range;

/* clang-format off */
static const Range denied_v4[] = {
        { { 0 }, 8 },              /* this network */
        { { 10 }, 8 },             /* private */
        { { 100, 64 }, 10 },       /* shared, behind a carrier's NAT */
        { { 127 }, 8 },            /* loopback */
        { { 169, 254 }, 16 },      /* link-local, and the metadata of clouds */
        { { 172, 16 }, 12 },       /* private */
        { { 192, 0, 0 }, 24 },     /* protocols */
        { { 192, 0, 2 }, 24 },     /* documentation */
        { { 192, 88, 99 }, 24 },   /* 6to4 relays */
        { { 192, 168 }, 16 },      /* private */
        { { 198, 18 }, 15 },       /* benchmarks */
        { { 198, 51, 100 }, 24 },  /* documentation */
        { { 203, 0, 113 }, 24 },   /* documentation */
        { { 224 }, 4 },            /* multicast */
        { { 240 }, 4 },            /* reserved, broadcast */
};

static const Range denied_v6[] = {
        { { 0 }, 8 },                                  /* unspecified, loopback, IPv4-compatible */
        { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48 }, /* NAT64 of a local network */
        { { 0x01, 0x00 }, 64 },                        /* discard */
        { { 0x20, 0x01, 0x00, 0x02 }, 48 },            /* benchmarks */
        { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },            /* documentation */
        { { 0x20, 0x01, 0x00, 0x10 }, 28 },            /* ORCHID */
        { { 0x3f, 0xff }, 20 },                        /* documentation */
        { { 0x5f, 0x00 }, 16 },                        /* segment routing */
        { { 0xfc }, 7 },                               /* unique local */
        { { 0xfe, 0x80 }, 10 },                        /* link-local */
        { { 0xfe, 0xc0 }, 10 },                        /* site-local */
        { { 0xff }, 8 },                               /* multicast */
};

/* IPv6 addresses that stand for the IPv4 address at `offset`. */
static const struct {
        Range range;
        unsigned offset;
        uint8_t mask; /* its bytes are turned over */
} embedded[] = {
        { { { [10] = 0xff, [11] = 0xff }, 96 }, 12, 0 },                 /* mapped */
        { { { [8] = 0xff, [9] = 0xff }, 96 }, 12, 0 },                   /* translated */
        { { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12, 0 },                   /* NAT64 */
        { { { 0x20, 0x02 }, 16 }, 2, 0 },                                /* 6to4 */
        { { { 0x20, 0x01, 0x00, 0x00 }, 32 }, 12, 0xff },                /* Teredo: the client */
        { { { 0x20, 0x01, 0x00, 0x00 }, 32 }, 4, 0 },                    /* Teredo: the server */
};
/* clang-format on */

static bool is_in(const uint8_t *address, const Range *range) {
        unsigned bytes = range->bits / 8, rest = range->bits % 8;
        uint8_t mask = (uint8_t) (0xffU << (8 - rest));

        if (memcmp(address, range->prefix, bytes) != 0)
                return false;
        return rest == 0 || (address[bytes] & mask) == range->prefix[bytes];
}

static bool is_denied(const uint8_t *address, const Range *ranges, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (is_in(address, &ranges[i]))
                        return true;
        }
        return false;
}

static bool is_public_v4(const uint8_t *address) {
        return !is_denied(address, denied_v4, ARRAY_SIZE(denied_v4));
}

static bool is_public_v6(const uint8_t *address) {
        bool stands_for_v4 = false;

        for (size_t i = 0; i < ARRAY_SIZE(embedded); i++) {
                uint8_t inner[4];

                if (!is_in(address, &embedded[i].range))
                        continue;
                stands_for_v4 = true;
                for (size_t k = 0; k < sizeof(inner); k++)
                        inner[k] = address[embedded[i].offset + k] ^ embedded[i].mask;
                if (!is_public_v4(inner))
                        return false;
        }
        return stands_for_v4 || !is_denied(address, denied_v6, ARRAY_SIZE(denied_v6));
}

bool address_is_in_public_range(const struct sockaddr *address) {
        if (address->sa_family == AF_INET)
                return is_public_v4((const uint8_t *) &((const struct sockaddr_in *) (const void *) address)
                                                    ->sin_addr);
        if (address->sa_family == AF_INET6)
                return is_public_v6(
                                ((const struct sockaddr_in6 *) (const void *) address)->sin6_addr.s6_addr);
        return false;
}

static bool is_same_host(const struct sockaddr *a, const struct sockaddr *b) {
        if (!b || a->sa_family != b->sa_family)
                return false;
        if (a->sa_family == AF_INET)
                return ((const struct sockaddr_in *) (const void *) a)->sin_addr.s_addr ==
                                ((const struct sockaddr_in *) (const void *) b)->sin_addr.s_addr;
        return memcmp(&((const struct sockaddr_in6 *) (const void *) a)->sin6_addr,
                      &((const struct sockaddr_in6 *) (const void *) b)->sin6_addr,
                      sizeof(struct in6_addr)) == 0;
}

/* What cannot be found out counts as our own. */
static bool is_own(const struct sockaddr *address) {
        struct ifaddrs *interfaces;
        bool found = false;

        if (getifaddrs(&interfaces) < 0)
                return true;
        for (const struct ifaddrs *i = interfaces; i && !found; i = i->ifa_next)
                found = is_same_host(address, i->ifa_addr);
        freeifaddrs(interfaces);
        return found;
}

/* In the form in which interfaces have it. */
static struct sockaddr_storage unmapped(const struct sockaddr *address) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) (const void *) address;
        struct sockaddr_storage storage = { 0 };
        struct sockaddr_in *v4 = (struct sockaddr_in *) (void *) &storage;

        if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
                v4->sin_family = AF_INET;
                memcpy(&v4->sin_addr, v6->sin6_addr.s6_addr + 12, sizeof(v4->sin_addr));
        } else {
                memcpy(&storage, address,
                       address->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                                     : sizeof(struct sockaddr_in6));
        }
        return storage;
}

bool address_is_public(const struct sockaddr *address) {
        struct sockaddr_storage plain;

        if (!address_is_in_public_range(address))
                return false;
        plain = unmapped(address);
        return !is_own((const struct sockaddr *) (const void *) &plain);
}
