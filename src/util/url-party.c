/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/url-party.h"

#include <assert.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "util/cleanup.h"

typedef struct Party {
        char *scheme, *host, *port;
} Party;

static void party_done(Party *party) {
        curl_free(party->scheme);
        curl_free(party->host);
        curl_free(party->port);
}

static bool party_read(const char *url, Party *ret) {
        CURLU *parts = curl_url();
        bool good;

        if (!parts)
                return false;
        good = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                        curl_url_get(parts, CURLUPART_SCHEME, &ret->scheme, 0) == CURLUE_OK &&
                        curl_url_get(parts, CURLUPART_HOST, &ret->host, 0) == CURLUE_OK &&
                        curl_url_get(parts, CURLUPART_PORT, &ret->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
        curl_url_cleanup(parts);
        return good;
}

bool url_is_same_party(const char *meant, const char *other) {
        CLEANUP(party_done) Party a = { 0 };
        CLEANUP(party_done) Party b = { 0 };

        assert(meant);
        assert(other);

        if (!party_read(meant, &a) || !party_read(other, &b) || strcasecmp(a.host, b.host) != 0)
                return false;
        return strcmp(b.scheme, "https") == 0 ||
                        (strcmp(a.scheme, b.scheme) == 0 && strcmp(a.port, b.port) == 0);
}
