/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The loops of uthash, for cppcheck, which does not read headers of others, … */

#define HASH_ITER(hh, head, element, next_) for ((element) = (head); (element); (element) = (element)->hh.next)
#define DL_FOREACH(head, element) for ((element) = (head); (element); (element) = (element)->next)
#define DL_FOREACH_SAFE(head, element, next_) for ((element) = (head); (element); (element) = (element)->next)
#define LL_FOREACH(head, element) for ((element) = (head); (element); (element) = (element)->next)
#define LL_FOREACH_SAFE(head, element, next_) for ((element) = (head); (element); (element) = (element)->next)

/* … and of jansson. */

#define json_array_foreach(array, index, value) \
        for ((index) = 0; (index) < json_array_size(array) && ((value) = json_array_get(array, index)); (index)++)
#define json_object_foreach(object, key, value) \
        for ((key) = json_object_iter_key(object); (key) && ((value) = json_object_get(object, key)); (key)++)
