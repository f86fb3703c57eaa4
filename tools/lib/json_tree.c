// SPDX-License-Identifier: GPL-2.0
/* A JSON document as a tree */
#include "json_tree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json_read.h"

struct builder {
	struct json_tree *root;
	struct json_tree *open;		/* the innermost object or array */
	bool failed;			/* out of memory */
};

static struct json_tree *append(struct builder *builder, const char *key)
{
	struct json_tree *node = calloc(1, sizeof(*node)), *parent = builder->open;

	if (!node) {
		builder->failed = true;
		return NULL;
	}
	node->parent = parent;
	if (!parent)
		builder->root = node;
	else if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	if (parent)
		parent->last = node;
	if (key && !(node->key = strdup(key)))
		builder->failed = true;
	return node;
}

/* Once something has failed, nothing is built any more: depth would be lost */
static void on_open(void *data, const char *key)
{
	struct builder *builder = data;
	struct json_tree *node = builder->failed ? NULL : append(builder, key);

	if (node)
		builder->open = node;
}

static void on_close(void *data)
{
	struct builder *builder = data;

	if (!builder->failed)
		builder->open = builder->open->parent;
}

static void on_value(void *data, const char *key, const char *value)
{
	struct builder *builder = data;
	struct json_tree *node = builder->failed ? NULL : append(builder, key);

	if (node && !(node->text = strdup(value)))
		builder->failed = true;
}

struct json_tree *json_tree_read(char *text)
{
	static const struct json_reader reader = { on_open, on_close, on_value };
	struct builder builder = { 0 };

	if (json_read(text, &reader, &builder) && !builder.failed)
		return builder.root;
	json_tree_free(builder.root);
	return NULL;
}

/* As deep as json_read() goes at most */
void json_tree_free(struct json_tree *tree)
{
	struct json_tree *child, *next;

	if (!tree)
		return;
	for (child = tree->first; child; child = next) {
		next = child->next;
		json_tree_free(child);
	}
	free(tree->key);
	free(tree->text);
	free(tree);
}

const struct json_tree *json_tree_get(const struct json_tree *tree, const char *key)
{
	const struct json_tree *child;

	for (child = tree ? tree->first : NULL; child; child = child->next)
		if (child->key && !strcmp(child->key, key))
			return child;
	return NULL;
}

const char *json_tree_text(const struct json_tree *tree, const char *key, const char *otherwise)
{
	const struct json_tree *member = json_tree_get(tree, key);

	return member && member->text ? member->text : otherwise;
}

uint64_t json_tree_number(const struct json_tree *tree, const char *key)
{
	return strtoull(json_tree_text(tree, key, "0"), NULL, 10);
}
