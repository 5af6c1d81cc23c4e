/* SPDX-License-Identifier: MIT */
/* list.h - doubly linked circular lists; the head is a node that belongs to no item. */
#pragma once
#include <stdbool.h>

struct list {
    struct list *next, *previous;
};

static inline void list_init(struct list *head)
{
    head->next = head;
    head->previous = head;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

static inline void list_insert_after(struct list *node, struct list *where)
{
    node->previous = where;
    node->next = where->next;
    where->next->previous = node;
    where->next = node;
}

static inline void list_add_tail(struct list *head, struct list *node)
{
    list_insert_after(node, head->previous);
}

static inline void list_add_head(struct list *head, struct list *node)
{
    list_insert_after(node, head);
}

/* Takes node out of its list, if it is in one; afterwards it is in none (list_empty(node)). */
static inline void list_remove(struct list *node)
{
    node->next->previous = node->previous;
    node->previous->next = node->next;
    list_init(node);
}

#define list_item(node, type, member) ((type *)((char *)(node) - __builtin_offsetof(type, member)))

#define list_for_each(node, head)                                                                  \
    for (struct list *node = (head)->next; node != (head); node = node->next)
/* The body may remove `node`, and nothing else. */
#define list_for_each_safe(node, head)                                                             \
    for (struct list *node = (head)->next, *node##_next = node->next; node != (head);              \
         node = node##_next, node##_next = node->next)
