/* SPDX-License-Identifier: Apache-2.0 */
#include "model/servers.h"

#include <string.h>

struct place {
	uint32_t uuid; /* offsets into the text */
	uint32_t name;
};

struct servers {
	gatomicrefcount refs;
	uint32_t size;
	struct place places[]; /* and after them the text: NUL-terminated strings */
};

/* A server that was added; its place moves when the list is put in order. */
struct added {
	int64_t id;
	struct place place;
};

struct servers_builder {
	GArray *added;
	GString *text;
	bool in_order;
};

static const char *
text_of(const struct servers *servers)
{
	return (const char *)&servers->places[servers->size];
}

struct servers_builder *
servers_builder_new(void)
{
	struct servers_builder *builder = g_new(struct servers_builder, 1);
	builder->added = g_array_new(FALSE, FALSE, sizeof(struct added));
	builder->text = g_string_new(NULL);
	builder->in_order = true;
	return builder;
}

static uint32_t
append(GString *text, const char *string)
{
	uint32_t at = (uint32_t)text->len;
	g_string_append_len(text, string, (gssize)strlen(string) + 1);
	return at;
}

void
servers_builder_add(struct servers_builder *builder, int64_t id, const char *uuid, const char *name)
{
	struct added added = {
		.id = id,
		.place.uuid = append(builder->text, uuid),
		.place.name = append(builder->text, name),
	};
	guint size = builder->added->len;
	if (size > 0 && g_array_index(builder->added, struct added, size - 1).id > id)
		builder->in_order = false;
	g_array_append_val(builder->added, added);
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t left = ((const struct added *)a)->id, right = ((const struct added *)b)->id;
	return (left > right) - (left < right);
}

struct servers *
servers_builder_end(struct servers_builder *builder)
{
	GArray *added = builder->added;
	if (!builder->in_order)
		g_array_sort(added, compare_ids);
	size_t head = sizeof(struct servers) + added->len * sizeof(struct place);
	struct servers *servers = g_malloc(head + builder->text->len);
	g_atomic_ref_count_init(&servers->refs);
	servers->size = added->len;
	for (guint i = 0; i < added->len; i++)
		servers->places[i] = g_array_index(added, struct added, i).place;
	memcpy((char *)servers + head, builder->text->str, builder->text->len);
	servers_builder_free(builder);
	return servers;
}

void
servers_builder_free(struct servers_builder *builder)
{
	g_array_unref(builder->added);
	g_string_free(builder->text, TRUE);
	g_free(builder);
}

struct servers *
servers_new_empty(void)
{
	return servers_builder_end(servers_builder_new());
}

struct servers *
servers_ref(struct servers *servers)
{
	g_atomic_ref_count_inc(&servers->refs);
	return servers;
}

void
servers_unref(struct servers *servers)
{
	if (g_atomic_ref_count_dec(&servers->refs))
		g_free(servers);
}

bool
servers_equal(const struct servers *a, const struct servers *b)
{
	if (a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++)
		if (!g_str_equal(servers_get_uuid(a, i), servers_get_uuid(b, i)) ||
			!g_str_equal(servers_get_name(a, i), servers_get_name(b, i)))
			return false;
	return true;
}

size_t
servers_get_size(const struct servers *servers)
{
	return servers->size;
}

const char *
servers_get_uuid(const struct servers *servers, size_t at)
{
	return text_of(servers) + servers->places[at].uuid;
}

const char *
servers_get_name(const struct servers *servers, size_t at)
{
	return text_of(servers) + servers->places[at].name;
}
