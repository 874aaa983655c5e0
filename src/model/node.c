/* SPDX-License-Identifier: Apache-2.0 */
#include "model/node.h"

struct node {
	gatomicrefcount refs;
	struct node_columns columns; /* its strings are owned */
};

/* Equal texts are kept once: a cloud has thousands of hosts of a few kinds. */
static const char *
intern(const char *text)
{
	return text == NULL ? NULL : g_ref_string_new_intern(text);
}

static void
intern_free(const char *text)
{
	if (text != NULL)
		g_ref_string_release((char *)text);
}

struct node *
node_new(const struct node_columns *columns)
{
	struct node *node = g_new(struct node, 1);
	g_atomic_ref_count_init(&node->refs);
	struct node_columns *own = &node->columns;
	*own = *columns;
	own->uuid = g_strdup(columns->uuid);
	own->host = g_strdup(columns->host);
	own->hypervisor_hostname = g_strdup(columns->hypervisor_hostname);
	own->hypervisor_type = intern(columns->hypervisor_type);
	own->host_ip = g_strdup(columns->host_ip);
	own->cpu_info = intern(columns->cpu_info);
	own->uptime = g_strdup(columns->uptime);
	return node;
}

struct node *
node_new_with_uptime(const struct node *node, const struct node *teller)
{
	struct node_columns columns = node->columns;
	columns.uptime_known = teller->columns.uptime_known;
	columns.uptime = teller->columns.uptime;
	return node_new(&columns);
}

struct node *
node_ref(struct node *node)
{
	g_atomic_ref_count_inc(&node->refs);
	return node;
}

void
node_unref(struct node *node)
{
	if (!g_atomic_ref_count_dec(&node->refs))
		return;
	struct node_columns *own = &node->columns;
	g_free((char *)own->uuid);
	g_free((char *)own->host);
	g_free((char *)own->hypervisor_hostname);
	intern_free(own->hypervisor_type);
	g_free((char *)own->host_ip);
	intern_free(own->cpu_info);
	g_free((char *)own->uptime);
	g_free(node);
}

const struct node_columns *
node_get_columns(const struct node *node)
{
	return &node->columns;
}

static bool
nullable_equal(struct nullable a, struct nullable b)
{
	return a.known == b.known && (!a.known || a.value == b.value);
}

bool
node_equal(const struct node *left, const struct node *right)
{
	const struct node_columns *a = &left->columns, *b = &right->columns;
	return a->cell == b->cell && a->id == b->id && g_str_equal(a->uuid, b->uuid) &&
	       g_str_equal(a->host, b->host) &&
	       g_str_equal(a->hypervisor_hostname, b->hypervisor_hostname) &&
	       g_str_equal(a->hypervisor_type, b->hypervisor_type) &&
	       a->hypervisor_version == b->hypervisor_version &&
	       g_strcmp0(a->host_ip, b->host_ip) == 0 && g_str_equal(a->cpu_info, b->cpu_info) &&
	       a->vcpus == b->vcpus && a->vcpus_used == b->vcpus_used &&
	       a->memory_mb == b->memory_mb && a->memory_mb_used == b->memory_mb_used &&
	       a->local_gb == b->local_gb && a->local_gb_used == b->local_gb_used &&
	       nullable_equal(a->free_ram_mb, b->free_ram_mb) &&
	       nullable_equal(a->free_disk_gb, b->free_disk_gb) &&
	       nullable_equal(a->disk_available_least, b->disk_available_least) &&
	       nullable_equal(a->current_workload, b->current_workload) &&
	       nullable_equal(a->running_vms, b->running_vms) &&
	       a->uptime_known == b->uptime_known && g_strcmp0(a->uptime, b->uptime) == 0;
}
