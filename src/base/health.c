/* SPDX-License-Identifier: Apache-2.0 */
#include "base/health.h"

struct health {
	GMutex lock;
	GTree *wrong; /* part -> what is wrong */
};

static int
compare(const void *a, const void *b, void *data)
{
	return g_strcmp0(a, b);
}

struct health *
health_new(void)
{
	struct health *health = g_new(struct health, 1);
	g_mutex_init(&health->lock);
	health->wrong = g_tree_new_full(compare, NULL, g_free, g_free);
	return health;
}

void
health_free(struct health *health)
{
	g_tree_unref(health->wrong);
	g_mutex_clear(&health->lock);
	g_free(health);
}

gboolean
health_set(struct health *health, const char *part, const char *wrong)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&health->lock);
	if (g_strcmp0(g_tree_lookup(health->wrong, part), wrong) == 0)
		return FALSE;
	if (wrong == NULL)
		g_tree_remove(health->wrong, part);
	else
		g_tree_insert(health->wrong, g_strdup(part), g_strdup(wrong));
	return TRUE;
}

static gboolean
append(void *part, void *wrong, void *list)
{
	g_autofree char *line = g_strdup_printf("%s: %s", (char *)part, (char *)wrong);
	g_strv_builder_add(list, line);
	return FALSE;
}

GStrv
health_list(struct health *health)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&health->lock);
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	g_tree_foreach(health->wrong, append, list);
	return g_strv_builder_end(list);
}
