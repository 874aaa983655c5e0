/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities, captured and made up, against the cpu_info that Nova's driver makes of them. */
#include "collect/capabilities.h"

#include <string.h>

#include "base/error.h"
#include "collect/xml.h"

static char *
read_data(const char *name)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "data", name, NULL);
	g_autoptr(GError) error = NULL;
	char *text;
	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

static struct capabilities *
parse(const char *name)
{
	g_autofree char *xml = read_data(name);
	g_autoptr(GError) error = NULL;
	struct capabilities *capabilities = capabilities_parse(xml, strlen(xml), &error);
	g_assert_no_error(error);
	return capabilities;
}

static void
assert_cpu_info(const struct capabilities *capabilities, const char *name)
{
	g_autofree char *expected = read_data(name);
	g_autofree char *info = capabilities_format_cpu_info(capabilities);
	g_assert_cmpstr(info, ==, g_strchomp(expected));
}

static const struct {
	const char *xml, *json, *machine_uuid;
	bool is_expandable;
} hosts[] = {
	{"capabilities-qemu.xml", "capabilities-qemu.json", "0cd4be0b-a313-49d3-ad57-d5f0912d277c",
		true},
	{"capabilities-test.xml", "capabilities-test.json", NULL, false},
	{"capabilities-arm.xml", "capabilities-arm.json", "8d6a1f3e-2b70-4d52-9a44-51c2a7d3f0b1",
		false},
	{"capabilities-numa.xml", "capabilities-numa.json", "4c4c4544-0051-3010-8052-b4c04f4e3732",
		true},
};

static void
test_cpu_info_is_as_nova_writes_it(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_test_message("%s", hosts[i].xml);
		CLEANUP(capabilities_free) struct capabilities *capabilities = parse(hosts[i].xml);
		assert_cpu_info(capabilities, hosts[i].json);
		g_assert_cmpstr(
			capabilities_get_machine_uuid(capabilities), ==, hosts[i].machine_uuid);
		g_assert_cmpint(
			capabilities_get_cpu(capabilities) != NULL, ==, hosts[i].is_expandable);
	}
}

static void
test_features_of_the_model_are_added(void)
{
	CLEANUP(capabilities_free)
	struct capabilities *capabilities = parse("capabilities-qemu.xml");
	g_autofree char *cpu = read_data("cpu-qemu-expanded.xml");
	g_autoptr(GError) error = NULL;
	g_assert_true(capabilities_set_features(capabilities, cpu, strlen(cpu), &error));
	g_assert_no_error(error);
	assert_cpu_info(capabilities, "cpu-qemu-expanded.json");
}

static void
test_features_stay_where_the_answer_is_no_cpu(void)
{
	CLEANUP(capabilities_free)
	struct capabilities *capabilities = parse("capabilities-numa.xml");
	g_autoptr(GError) error = NULL;
	g_assert_false(capabilities_set_features(capabilities, "<a/>", 4, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	assert_cpu_info(capabilities, "capabilities-numa.json");
}

static const char *const bad[] = {
	"",
	"capabilities",
	"<capabilities>",
	"<capabilities/>",
	"<host/>",
	"<domain><host/></domain>",
	"<capabilities><host></capabilities></host>",
	"<!DOCTYPE capabilities><capabilities><host/></capabilities>",
	"<!DOCTYPE c [<!ENTITY e 'x'>]><capabilities><host><uuid>&e;</uuid></host></capabilities>",
};

static void
test_what_is_no_capabilities_is_refused(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_test_message("'%s'", bad[i]);
		g_autoptr(GError) error = NULL;
		g_assert_null(capabilities_parse(bad[i], strlen(bad[i]), &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	}
}

static void
test_size_is_limited(void)
{
	g_autofree char *spaces = g_strnfill(XML_SIZE_MAX + 1, ' ');
	g_autoptr(GError) error = NULL;
	g_assert_null(capabilities_parse(spaces, XML_SIZE_MAX + 1, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/capabilities/cpu-info-is-as-nova-writes-it", test_cpu_info_is_as_nova_writes_it);
	g_test_add_func("/capabilities/features-of-the-model-are-added",
		test_features_of_the_model_are_added);
	g_test_add_func("/capabilities/features-stay-where-the-answer-is-no-cpu",
		test_features_stay_where_the_answer_is_no_cpu);
	g_test_add_func("/capabilities/what-is-no-capabilities-is-refused",
		test_what_is_no_capabilities_is_refused);
	g_test_add_func("/capabilities/size-is-limited", test_size_is_limited);
	return g_test_run();
}
