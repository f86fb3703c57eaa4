/* SPDX-License-Identifier: GPL-2.0 */
/* A JSON document as a tree, for who has to look back and forth in it */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include <stdint.h>

/* One value. A string, number or word has @text, an object or array may have @first. */
struct json_tree {
	char			*key;	/* NULL: an element of an array, or the document */
	char			*text;	/* NULL: an object or an array */
	struct json_tree	*first;
	struct json_tree	*last;
	struct json_tree	*next;
	struct json_tree	*parent;
};

/**
 * json_tree_read() - Read a document
 * @text: the document; it is read in place, and of no use afterwards
 *
 * Return: the tree, to be freed with json_tree_free(); NULL if it is no JSON or
 * there is no memory.
 */
struct json_tree *json_tree_read(char *text);
void json_tree_free(struct json_tree *tree);

/* A member by its key. NULL if @tree is NULL or has none. */
const struct json_tree *json_tree_get(const struct json_tree *tree, const char *key);

/* The text of a member, @otherwise if there is none */
const char *json_tree_text(const struct json_tree *tree, const char *key, const char *otherwise);

/* A member that is a number without a sign, 0 if it is none */
uint64_t json_tree_number(const struct json_tree *tree, const char *key);

#endif /* JSON_TREE_H */
