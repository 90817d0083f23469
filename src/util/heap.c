/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define ALLOCATED_MIN 16U

void heap_done(Heap *heap) {
        for (size_t i = 0; i < heap->n_nodes; i++)
                heap->nodes[i]->index = HEAP_NONE;
        free(heap->nodes);
        *heap = (Heap){ 0 };
}

int heap_reserve(Heap *heap, size_t n) {
        HeapNode **grown;

        if (n <= heap->n_allocated)
                return 0;
        grown = reallocarray(heap->nodes, n, sizeof(HeapNode *));
        if (!grown)
                return -ENOMEM;

        heap->nodes = grown;
        heap->n_allocated = n;
        return 0;
}

static bool node_before(const HeapNode *a, const HeapNode *b) {
        return a->key != b->key ? a->key < b->key : a->sequence < b->sequence;
}

static void heap_set(Heap *heap, size_t index, HeapNode *node) {
        heap->nodes[index] = node;
        node->index = index;
}

static void heap_sift_up(Heap *heap, size_t index, HeapNode *node) {
        while (index > 0) {
                size_t parent = (index - 1) / 2;

                if (!node_before(node, heap->nodes[parent]))
                        break;
                heap_set(heap, index, heap->nodes[parent]);
                index = parent;
        }
        heap_set(heap, index, node);
}

static void heap_sift_down(Heap *heap, size_t index, HeapNode *node) {
        for (;;) {
                size_t child = 2 * index + 1;

                if (child >= heap->n_nodes)
                        break;
                if (child + 1 < heap->n_nodes && node_before(heap->nodes[child + 1], heap->nodes[child]))
                        child++;
                if (!node_before(heap->nodes[child], node))
                        break;
                heap_set(heap, index, heap->nodes[child]);
                index = child;
        }
        heap_set(heap, index, node);
}

/* Puts `node` at the hole `index`, or where it belongs from there. */
static void heap_fill(Heap *heap, size_t index, HeapNode *node) {
        if (index > 0 && node_before(node, heap->nodes[(index - 1) / 2]))
                heap_sift_up(heap, index, node);
        else
                heap_sift_down(heap, index, node);
}

static bool heap_contains(const Heap *heap, const HeapNode *node) {
        if (node->index == HEAP_NONE)
                return false;
        assert(node->index < heap->n_nodes && heap->nodes[node->index] == node);
        return true;
}

int heap_put(Heap *heap, HeapNode *node, usec_t key) {
        int r;

        if (heap_contains(heap, node)) {
                if (node->key == key)
                        return 0;
                node->key = key;
                node->sequence = heap->next_sequence++;
                heap_fill(heap, node->index, node);
                return 0;
        }

        if (heap->n_nodes == heap->n_allocated) {
                r = heap_reserve(heap, MAX(heap->n_allocated * 2, (size_t) ALLOCATED_MIN));
                if (r < 0)
                        return r;
        }
        node->key = key;
        node->sequence = heap->next_sequence++;
        heap->n_nodes++;
        heap_sift_up(heap, heap->n_nodes - 1, node);
        return 0;
}

void heap_remove(Heap *heap, HeapNode *node) {
        size_t hole = node->index;
        HeapNode *last;

        if (!heap_contains(heap, node))
                return;
        node->index = HEAP_NONE;
        heap->n_nodes--;
        last = heap->nodes[heap->n_nodes];
        if (last != node)
                heap_fill(heap, hole, last);
}

static size_t count_from(const Heap *heap, size_t index, usec_t key) {
        if (index >= heap->n_nodes || heap->nodes[index]->key > key)
                return 0;
        return 1 + count_from(heap, 2 * index + 1, key) + count_from(heap, 2 * index + 2, key);
}

size_t heap_count(const Heap *heap, usec_t key) {
        return count_from(heap, 0, key);
}

HeapNode *heap_first(const Heap *heap) {
        return heap->n_nodes > 0 ? heap->nodes[0] : NULL;
}
