/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/capabilities.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "collect/xml.h"
#include "model/nullable.h"

struct capabilities {
	char *machine_uuid;
	char *cpu; /* the element, for virConnectBaselineCPU() */
	char *arch, *model, *vendor;
	int64_t cells;
	struct nullable sockets, cores, threads;
	GPtrArray *features; /* char *, sorted, each once */
};

/* The attribute as a number; unknown where it is missing or none. */
static struct nullable
read_number(const struct xml_element *element, const char *name)
{
	g_autofree char *text = xml_dup_attribute(element, name);
	guint64 value;
	if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &value, NULL))
		return NULLABLE_UNKNOWN;
	return NULLABLE((int64_t)value);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the features that the CPU has: sorted, so that equal CPUs give equal texts. */
static GPtrArray *
read_features(const struct xml_element *cpu)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const struct xml_element *feature = xml_get_child(cpu, "feature");
	for (; feature != NULL; feature = xml_get_next(feature)) {
		g_autofree char *policy = xml_dup_attribute(feature, "policy");
		g_autofree char *name = xml_dup_attribute(feature, "name");
		if (name != NULL && g_strcmp0(policy, "disable") != 0)
			g_hash_table_add(seen, g_steal_pointer(&name));
	}
	GPtrArray *features = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	void *name;
	g_hash_table_iter_init(&iter, seen);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		g_hash_table_iter_steal(&iter);
		g_ptr_array_add(features, name);
	}
	g_ptr_array_sort(features, compare);
	return features;
}

/* The number of NUMA cells; a host that tells of none is one. */
static int64_t
count_cells(const struct xml_element *host)
{
	const struct xml_element *cells = xml_get_child(xml_get_child(host, "topology"), "cells");
	const struct xml_element *cell = xml_get_child(cells, "cell");
	int64_t count = 0;
	for (; cell != NULL; cell = xml_get_next(cell))
		count++;
	return MAX(count, 1);
}

struct capabilities *
capabilities_parse(const char *text, size_t length, GError **error)
{
	CLEANUP(xml_free) struct xml *xml = xml_parse(text, length, error);
	if (xml == NULL)
		return NULL;
	const struct xml_element *host = xml_get_child(xml_get_root(xml), "host");
	if (!xml_is(xml_get_root(xml), "capabilities") || host == NULL) {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"not a host's capabilities: expected <capabilities> with <host>");
		return NULL;
	}
	const struct xml_element *cpu = xml_get_child(host, "cpu");
	const struct xml_element *topology = xml_get_child(cpu, "topology");

	struct capabilities *capabilities = g_new0(struct capabilities, 1);
	capabilities->machine_uuid = xml_dup_text(xml_get_child(host, "uuid"));
	capabilities->arch = xml_dup_text(xml_get_child(cpu, "arch"));
	capabilities->model = xml_dup_text(xml_get_child(cpu, "model"));
	capabilities->vendor = xml_dup_text(xml_get_child(cpu, "vendor"));
	if (capabilities->model != NULL && g_strcmp0(capabilities->arch, "aarch64") != 0)
		capabilities->cpu = xml_format(xml, cpu);
	capabilities->cells = count_cells(host);
	capabilities->sockets = read_number(topology, "sockets");
	capabilities->cores = read_number(topology, "cores");
	capabilities->threads = read_number(topology, "threads");
	capabilities->features = read_features(cpu);
	return capabilities;
}

void
capabilities_free(struct capabilities *capabilities)
{
	g_free(capabilities->machine_uuid);
	g_free(capabilities->cpu);
	g_free(capabilities->arch);
	g_free(capabilities->model);
	g_free(capabilities->vendor);
	g_ptr_array_unref(capabilities->features);
	g_free(capabilities);
}

const char *
capabilities_get_machine_uuid(const struct capabilities *capabilities)
{
	return capabilities->machine_uuid;
}

const char *
capabilities_get_cpu(const struct capabilities *capabilities)
{
	return capabilities->cpu;
}

bool
capabilities_set_features(
	struct capabilities *capabilities, const char *cpu, size_t length, GError **error)
{
	CLEANUP(xml_free) struct xml *xml = xml_parse(cpu, length, error);
	if (xml == NULL)
		return false;
	if (!xml_is(xml_get_root(xml), "cpu")) {
		g_set_error_literal(
			error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "not a CPU: expected <cpu>");
		return false;
	}
	g_ptr_array_unref(capabilities->features);
	capabilities->features = read_features(xml_get_root(xml));
	return true;
}

static json_t *
json_of_text(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

static json_t *
json_of_number(struct nullable number)
{
	return number.known ? json_integer(number.value) : json_null();
}

char *
capabilities_format_cpu_info(const struct capabilities *capabilities)
{
	json_t *features = json_array();
	for (guint i = 0; i < capabilities->features->len; i++)
		json_array_append_new(features, json_string(capabilities->features->pdata[i]));
	json_t *topology = json_pack("{s:I, s:o, s:o, s:o}", "cells",
		(json_int_t)capabilities->cells, "sockets", json_of_number(capabilities->sockets),
		"cores", json_of_number(capabilities->cores), "threads",
		json_of_number(capabilities->threads));
	json_t *info = json_pack("{s:o, s:o, s:o, s:o, s:o}", "arch",
		json_of_text(capabilities->arch), "model", json_of_text(capabilities->model),
		"vendor", json_of_text(capabilities->vendor), "topology", topology, "features",
		features);
	char *dumped = json_dumps(info, 0);
	char *text = g_strdup(dumped);
	free(dumped);
	json_decref(info);
	return text;
}
