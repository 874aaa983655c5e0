/* SPDX-License-Identifier: Apache-2.0 */
/* What a libvirt URI says of its host, by a table. */
#include "collect/source.h"

#include "base/error.h"

static const struct {
	const char *uri, *peer;
	bool is_this_machine;
} possible[] = {
	{"qemu:///system", NULL, true},
	{"qemu:///session", NULL, true},
	{"qemu+unix:///system?socket=/run/x", NULL, true},
	{"xen:///system", NULL, true},
	{"lxc:///", NULL, true},
	{"qemu+tcp://192.0.2.7/system", "192.0.2.7", false},
	{"qemu+tcp://192.0.2.7:16509/system", "192.0.2.7", false},
	{"qemu+tls://[2001:db8::7]:16514/system", "2001:db8::7", false},
	{"qemu+ssh://root@compute1.example.org/system?no_tty=1", "compute1.example.org", false},
	{"qemu://compute1/system", "compute1", false},
	{"qemu+ext:///system?command=/usr/bin/to-another-host", NULL, false},
	{"test:///default", NULL, false},
	{"test:////srv/host.xml", NULL, false},
	{"test+tcp://127.0.0.21/default", "127.0.0.21", false},
};

static const char *const impossible[] = {
	"",
	"qemu",
	"/system",
	"://",
	"nonsense:///system",
	"qemu+:///system",
	"qemu+carrier-pigeon://host/system",
	"qemu+tcp+tls://host/system",
	"http://host/",
	"qemu+tcp://host:port/system",
	"qemu:///sys tem%",
};

static const struct collector_options options = {.storage_pool = "default"};

static void
test_uris_tell_where_the_host_is(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(possible); i++) {
		g_test_message("%s", possible[i].uri);
		g_autoptr(GError) error = NULL;
		CLEANUP(source_unref)
		struct source *source = source_new(possible[i].uri, &options, &error);
		g_assert_no_error(error);
		g_assert_cmpstr(source->uri, ==, possible[i].uri);
		g_assert_cmpstr(source->peer, ==, possible[i].peer);
		g_assert_cmpint(source->is_this_machine, ==, possible[i].is_this_machine);
	}
}

static void
test_impossible_uris_are_refused(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(impossible); i++) {
		g_test_message("'%s'", impossible[i]);
		g_autoptr(GError) error = NULL;
		g_assert_null(source_new(impossible[i], &options, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_autofree char *quoted = g_strdup_printf("'%s'", impossible[i]);
		g_assert_nonnull(strstr(error->message, quoted));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/source/uris-tell-where-the-host-is", test_uris_tell_where_the_host_is);
	g_test_add_func("/source/impossible-uris-are-refused", test_impossible_uris_are_refused);
	return g_test_run();
}
