/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/source.h"

#include "base/error.h"

/* libvirt 9's hypervisor drivers and the transports to a daemon on another host. */
static const char *const drivers[] = {"bhyve", "ch", "esx", "gsx", "hyperv", "lxc", "openvz",
	"parallels", "qemu", "test", "vbox", "vmwarefusion", "vmwareplayer", "vmwarews", "vpx",
	"vz", "xen", NULL};
static const char *const transports[] = {
	"ext", "libssh", "libssh2", "ssh", "tcp", "tls", "unix", NULL};

static bool
scheme_is_possible(const char *scheme)
{
	g_auto(GStrv) parts = g_strsplit(scheme, "+", 2);
	return g_strv_contains(drivers, parts[0]) &&
	       (parts[1] == NULL || g_strv_contains(transports, parts[1]));
}

/* test:// makes up a host, and the command of +ext may lead anywhere. */
static bool
scheme_is_of_this_machine(const char *scheme)
{
	return !g_str_has_prefix(scheme, "test") && !g_str_has_suffix(scheme, "+ext");
}

struct source *
source_new(const char *text, const struct collector_options *options, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_ENCODED, &wrong);
	if (uri == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"connection '%s': not a libvirt URI, such as qemu:///system: %s", text,
			wrong->message);
		return NULL;
	}
	const char *scheme = g_uri_get_scheme(uri);
	if (!scheme_is_possible(scheme)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"connection '%s': libvirt has no driver or transport '%s'; expected one "
			"such as qemu:///system or qemu+tls://host/system",
			text, scheme);
		return NULL;
	}
	const char *host = g_uri_get_host(uri);
	bool remote = host != NULL && *host != '\0';

	struct source *source = g_atomic_rc_box_new0(struct source);
	source->uri = g_strdup(text);
	source->peer = remote ? g_strdup(host) : NULL;
	source->is_this_machine = !remote && scheme_is_of_this_machine(scheme);
	source->interval = options->interval;
	source->open_timeout = options->open_timeout;
	source->reserved_memory_mb = options->reserved_memory_mb;
	source->my_ip = g_strdup(options->my_ip);
	source->storage_pool = g_strdup(options->storage_pool);
	return source;
}

struct source *
source_ref(struct source *source)
{
	return g_atomic_rc_box_acquire(source);
}

static void
source_clear(void *data)
{
	struct source *source = data;
	g_free(source->uri);
	g_free(source->peer);
	g_free(source->my_ip);
	g_free(source->storage_pool);
}

void
source_unref(struct source *source)
{
	g_atomic_rc_box_release_full(source, source_clear);
}
