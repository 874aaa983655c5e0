/* SPDX-License-Identifier: Apache-2.0 */
#include "model/hostnames.h"

#include <string.h>

#include "model/hypervisor.h"

#define GRAM 3 /* bytes */

struct hostnames {
	GHashTable *slots; /* gram -> GArray of guint32 */
	GArray *none;
};

/* The three bytes as a key, which is not 0. */
static gpointer
gram_at(const char *text)
{
	guint key = 0;
	for (int i = 0; i < GRAM; i++)
		key = key << 8 | (guchar)g_ascii_tolower(text[i]);
	return GUINT_TO_POINTER(key);
}

static void
add_slot(struct hostnames *hostnames, gpointer gram, guint32 slot)
{
	GArray *slots = g_hash_table_lookup(hostnames->slots, gram);
	if (slots == NULL) {
		slots = g_array_new(FALSE, FALSE, sizeof(guint32));
		g_hash_table_insert(hostnames->slots, gram, slots);
	}
	/* A name may hold the same three bytes twice. */
	if (slots->len == 0 || g_array_index(slots, guint32, slots->len - 1) != slot)
		g_array_append_val(slots, slot);
}

struct hostnames *
hostnames_new(const struct chunks *hypervisors)
{
	struct hostnames *hostnames = g_new(struct hostnames, 1);
	hostnames->slots = g_hash_table_new_full(
		g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)g_array_unref);
	hostnames->none = g_array_new(FALSE, FALSE, sizeof(guint32));
	for (size_t slot = 0; slot < chunks_get_size(hypervisors); slot++) {
		const struct hypervisor *hypervisor = chunks_get(hypervisors, slot);
		const char *name = hypervisor_get_columns(hypervisor)->hypervisor_hostname;
		size_t length = strlen(name);
		for (size_t end = GRAM; end <= length; end++)
			add_slot(hostnames, gram_at(name + end - GRAM), (guint32)slot);
	}
	return hostnames;
}

void
hostnames_free(struct hostnames *hostnames)
{
	g_hash_table_unref(hostnames->slots);
	g_array_unref(hostnames->none);
	g_free(hostnames);
}

/* Whether the three bytes stand for themselves. */
static bool
is_literal(const char *pattern)
{
	for (int i = 0; i < GRAM; i++)
		if (pattern[i] == '%' || pattern[i] == '_')
			return false;
	return true;
}

const GArray *
hostnames_find(const struct hostnames *hostnames, const char *pattern)
{
	const GArray *fewest = NULL;
	size_t length = strlen(pattern);
	for (size_t end = GRAM; end <= length; end++) {
		const char *at = pattern + end - GRAM;
		if (!is_literal(at))
			continue;
		const GArray *slots = g_hash_table_lookup(hostnames->slots, gram_at(at));
		if (slots == NULL)
			return hostnames->none;
		if (fewest == NULL || slots->len < fewest->len)
			fewest = slots;
	}
	return fewest;
}
