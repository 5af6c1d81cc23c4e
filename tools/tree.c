/* SPDX-License-Identifier: MIT */
/*
 * tree.c - a file tree in memory.
 *
 * Invariants:
 *   1. Children are sorted by strcmp of their names, which are unique in a directory.
 *   2. Only directories have children.
 *   3. The root is its own parent.
 */
#include "tools/tree.h"
#include "tools/text.h"
#include <stdlib.h>
#include <string.h>

#define TREE_LINKS_MAX 40 /* as Linux: more links than this on one path count as a circle */

struct node *tree_new(void)
{
    struct node *root = allocate(sizeof *root);

    root->name = text_copy("");
    root->parent = root;
    root->mode = S_IFDIR | 0755;
    return root;
}

/* Where `name` is or would be among the children; *found says which. */
static size_t tree_slot(const struct node *directory, const char *name, size_t length, int *found)
{
    size_t low = 0, high = directory->child_count;

    *found = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *other = directory->child[middle]->name;
        int order = strncmp(other, name, length);

        if (!order)
            order = other[length] != 0;
        if (!order) {
            *found = 1;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct node *tree_child(const struct node *directory, const char *name, size_t length)
{
    int found;
    size_t slot = tree_slot(directory, name, length, &found);

    return found ? directory->child[slot] : NULL;
}

static struct node *tree_add(struct node *directory, const char *name, size_t length, uint32_t mode)
{
    int found;
    size_t slot = tree_slot(directory, name, length, &found);
    struct node *node = allocate(sizeof *node);

    node->name = text_format("%.*s", (int)length, name);
    node->parent = directory;
    node->mode = mode;
    directory->child =
        reallocate(directory->child, (directory->child_count + 1) * sizeof *directory->child);
    memmove(&directory->child[slot + 1], &directory->child[slot],
            (directory->child_count - slot) * sizeof *directory->child);
    directory->child[slot] = node;
    directory->child_count++;
    return node;
}

static struct node *tree_walk(struct node *root, struct node *from, const char *path, int follow,
                              int *links)
{
    struct node *node = *path == '/' ? root : from;

    while (node && *path) {
        size_t length;

        path += strspn(path, "/");
        length = strcspn(path, "/");
        if (!length)
            break;
        if (!S_ISDIR(node->mode))
            return NULL;
        if (length == 2 && path[0] == '.' && path[1] == '.') {
            node = node->parent;
        } else if (length != 1 || path[0] != '.') {
            struct node *directory = node;

            node = tree_child(directory, path, length);
            if (node && S_ISLNK(node->mode) && (follow || path[length])) {
                char *target = text_format("%.*s", (int)node->size, (const char *)node->bytes);

                node =
                    ++*links > TREE_LINKS_MAX ? NULL : tree_walk(root, directory, target, 1, links);
                free(target);
            }
        }
        path += length;
    }
    return node;
}

struct node *tree_find(struct node *root, struct node *from, const char *path, int follow)
{
    int links = 0;

    return tree_walk(root, from, path, follow, &links);
}

static void tree_empty(struct node *node)
{
    for (size_t i = 0; i < node->child_count; i++) {
        tree_empty(node->child[i]);
        free(node->child[i]);
    }
    free(node->child);
    node->child = NULL;
    node->child_count = 0;
    node->bytes = NULL;
    node->host_path = NULL;
    node->size = 0;
}

/* One step of tree_place towards the last name: the directory `name` in `node`, made if absent. */
static struct node *tree_descend(struct node *root, struct node *node, const char *name,
                                 size_t length)
{
    struct node *next = tree_child(node, name, length);

    if (!next)
        return tree_add(node, name, length, S_IFDIR | 0755);
    if (S_ISLNK(next->mode)) {
        char *text = text_format("%.*s", (int)length, name);

        next = tree_find(root, node, text, 1);
        free(text);
    }
    return next && S_ISDIR(next->mode) ? next : NULL;
}

struct node *tree_place(struct node *root, const char *path, uint32_t mode)
{
    struct node *node = root, *last;

    for (;;) {
        size_t length, rest;

        path += strspn(path, "/");
        length = strcspn(path, "/");
        rest = strspn(path + length, "/");
        if (length == 2 && path[0] == '.' && path[1] == '.')
            return NULL;
        if (length == 0 || (length == 1 && path[0] == '.')) {
            if (path[length] == 0) /* "", "." and "./": the root itself */
                return node == root && S_ISDIR(mode) ? root : NULL;
            path += length;
            continue;
        }
        if (path[length + rest] == 0) {
            last = tree_child(node, path, length);
            if (last && S_ISDIR(mode)) {
                struct node *directory = tree_descend(root, node, path, length);

                if (directory)
                    return directory;
            }
            if (!last)
                return tree_add(node, path, length, mode);
            tree_empty(last);
            last->mode = mode;
            return last;
        }
        node = tree_descend(root, node, path, length);
        if (!node)
            return NULL;
        path += length;
    }
}

void tree_file(struct node *root, const char *path, uint32_t permissions, const char *text)
{
    struct node *node = tree_place(root, path, S_IFREG | permissions);

    if (node) {
        node->bytes = text;
        node->size = strlen(text);
    }
}

void tree_link(struct node *root, const char *path, const char *target)
{
    struct node *node = tree_place(root, path, S_IFLNK | 0777);

    if (node) {
        node->bytes = target;
        node->size = strlen(target);
    }
}

void tree_directory(struct node *root, const char *path, uint32_t permissions)
{
    struct node *node = tree_place(root, path, S_IFDIR | permissions);

    if (node)
        node->mode = S_IFDIR | permissions;
}

void tree_remove(struct node *node)
{
    struct node *parent = node->parent;
    int found;
    size_t slot;

    if (parent == node)
        return;
    slot = tree_slot(parent, node->name, strlen(node->name), &found);
    memmove(&parent->child[slot], &parent->child[slot + 1],
            (parent->child_count - slot - 1) * sizeof *parent->child);
    parent->child_count--;
    tree_empty(node);
    free(node->name);
    free(node);
}

char *tree_path(const struct node *node)
{
    char *above, *path;

    if (node->parent == node)
        return text_copy("");
    above = tree_path(node->parent);
    path = text_format("%s%s%s", above, *above ? "/" : "", node->name);
    free(above);
    return path;
}
