/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any line as a request to `calendar --batch`: it has one line of answer, which is a JSON object with either
 * the times, as many as were asked for at most and in their order, or an error.
 */

#include <assert.h>
#include <string.h>

#include "schedctl/calendar-batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_times(const json_t *answer, bool reverse) {
        const json_t *times = json_object_get(answer, "next"), *time;
        json_int_t last = 0;
        size_t i;

        assert(json_is_array(times));
        json_array_foreach(times, i, time) {
                json_int_t due = json_integer_value(json_object_get(time, "epoch_usec"));

                assert(i == 0 || (reverse ? due < last : due > last));
                last = due;
        }
}

static void check_error(const json_t *error) {
        const char *code = json_string_value(json_object_get(error, "code"));

        assert(code && calendar_error_code_from_string(code) >= 0);
        assert(json_string_length(json_object_get(error, "message")) > 0);
        assert(json_is_integer(json_object_get(error, "offset")) == (strcmp(code, "syntax") == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        CLEANUP(buffer_done) Buffer answers = { 0 };
        CalendarEnvironment environment = { .now_usec = 1767225600 * USEC_PER_SEC };
        CalendarAnswer scratch = { 0 };
        json_t *request, *answer, *error;

        if (memchr(data, '\n', size) || time_zone_cache_new(&zones) < 0 ||
            time_zone_cache_get(zones, "UTC", &zone) < 0)
                return 0;
        environment.zones = zones;
        environment.zone = zone;

        /* a hundred thousand times are slow, and files are not for the fuzzer */
        request = json_loadb((const char *) data, size, JSON_REJECT_DUPLICATES, NULL);
        if (json_integer_value(json_object_get(request, "count")) > 100 || memmem(data, size, "ics", 3)) {
                json_decref(request);
                return 0;
        }

        assert(calendar_batch_answer(&environment, (const char *) data, size, &scratch, &answers) == 0);

        assert(strchr(answers.data, '\n') == answers.data + answers.size - 1);
        answer = json_loadb(answers.data, answers.size, JSON_REJECT_DUPLICATES, NULL);
        assert(json_is_object(answer));
        error = json_object_get(answer, "error");
        if (error)
                check_error(error);
        else
                check_times(answer, json_is_true(json_object_get(request, "reverse")));
        assert(!json_is_object(request) ||
               json_equal(json_object_get(request, "id"), json_object_get(answer, "id")) ||
               !json_object_get(request, "id"));
        json_decref(answer);
        json_decref(request);
        calendar_answer_done(&scratch);
        return 0;
}
