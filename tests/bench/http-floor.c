/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What libcurl itself can do, for comparison: a bare curl_multi loop, nothing recorded.
 *
 *   http-floor SECOND OVER N URL     sends N GET requests, spread evenly over OVER seconds (0: all at
 *                                    once) from that instant of the real-time clock; ends when all are
 *                                    answered
 */

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* As many as the worker of jobsched opens. */
#define CONNECTIONS_MAX 256L

static double now(void) {
        struct timespec time;

        (void) clock_gettime(CLOCK_REALTIME, &time);
        return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static int add(CURLM *multi, const char *url) {
        CURL *easy = curl_easy_init();

        if (!easy || curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK)
                return -1;
        return curl_multi_add_handle(multi, easy) == CURLM_OK ? 0 : -1;
}

static unsigned long take_ended(CURLM *multi, unsigned long *n_failed) {
        unsigned long n = 0;
        CURLMsg *message;
        int left;

        while ((message = curl_multi_info_read(multi, &left))) {
                CURL *easy = message->easy_handle;

                *n_failed += message->data.result != CURLE_OK;
                (void) curl_multi_remove_handle(multi, easy);
                curl_easy_cleanup(easy);
                n++;
        }
        return n;
}

static void wait_until(double instant) {
        double left = instant - now();
        struct timespec pause;

        if (left <= 0)
                return;
        pause.tv_sec = (time_t) left;
        pause.tv_nsec = (long) ((left - (double) pause.tv_sec) * 1e9);
        (void) nanosleep(&pause, NULL);
}

static int run(CURLM *multi, double begin, double over, unsigned long n, const char *url) {
        unsigned long n_added = 0, n_ended = 0, n_failed = 0;

        for (; over <= 0 && n_added < n; n_added++)
                if (add(multi, url) < 0)
                        return -1;
        wait_until(begin);
        while (n_ended < n) {
                double next = begin + (n_added < n ? over * (double) n_added / (double) n : 0);
                int running, pause_msec = 1000;

                while (n_added < n && begin + over * (double) n_added / (double) n <= now()) {
                        if (add(multi, url) < 0)
                                return -1;
                        n_added++;
                }
                if (n_added < n)
                        pause_msec = next > now() ? 1 : 0;
                if (curl_multi_perform(multi, &running) != CURLM_OK)
                        return -1;
                n_ended += take_ended(multi, &n_failed);
                if (n_ended < n && curl_multi_poll(multi, NULL, 0, pause_msec, NULL) != CURLM_OK)
                        return -1;
        }
        if (n_failed > 0)
                fprintf(stderr, "http-floor: %lu of %lu requests failed\n", n_failed, n);
        return n_failed == 0 ? 0 : -1;
}

int main(int argc, char *argv[]) {
        CURLM *multi;
        int r;

        if (argc != 5) {
                fprintf(stderr, "usage: http-floor SECOND OVER N URL\n");
                return EXIT_FAILURE;
        }
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(multi = curl_multi_init()) ||
            curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX) != CURLM_OK)
                return EXIT_FAILURE;
        r = run(multi, strtod(argv[1], NULL), strtod(argv[2], NULL), strtoul(argv[3], NULL, 10), argv[4]);
        (void) curl_multi_cleanup(multi);
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
