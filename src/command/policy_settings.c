/* SPDX-License-Identifier: Apache-2.0 */
#include "command/policy_settings.h"

#define DIRECTORY "/etc/muster"
#define NOVA_DIRECTORY "/etc/nova"
#define NOVA_FILE "nova.conf"

static GStrv
find_directories(char **files)
{
	g_autoptr(GStrvBuilder) directories = g_strv_builder_new();
	bool beside_nova = false;
	for (guint i = g_strv_length(files); i > 0; i--) {
		g_autofree char *path = g_canonicalize_filename(files[i - 1], NULL);
		g_autofree char *directory = g_path_get_dirname(path);
		g_strv_builder_add(directories, directory);
		beside_nova = beside_nova || g_str_has_suffix(path, "/" NOVA_FILE);
	}
	if (beside_nova)
		g_strv_builder_add(directories, NOVA_DIRECTORY);
	g_strv_builder_add(directories, DIRECTORY);
	return g_strv_builder_end(directories);
}

struct policy *
policy_settings_open(const struct settings *settings, GError **error)
{
	static const char *const default_dirs[] = {"policy.d", NULL};
	const struct config *config = settings->config;
	g_auto(GStrv) directories = find_directories(settings->files);
	const char *const *dirs = config_get_list(config, OPTION_POLICY_DIRS);
	const struct policy_options options = {
		.policy_file = config_get_string(config, OPTION_POLICY_FILE),
		.policy_file_is_default = !config_is_set(config, OPTION_POLICY_FILE),
		.policy_dirs = dirs[0] == NULL ? default_dirs : dirs,
		.directories = (const char *const *)directories,
		.policy_default_rule = config_get_string(config, OPTION_POLICY_DEFAULT_RULE),
		.enforce_scope = config_get_boolean(config, OPTION_ENFORCE_SCOPE),
		.enforce_new_defaults = config_get_boolean(config, OPTION_ENFORCE_NEW_DEFAULTS),
	};
	return policy_open(&options, error);
}
