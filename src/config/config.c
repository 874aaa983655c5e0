/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files are read into entries, entries expanded, checked and kept as text; what a text
 * means is asked of option_value.h when it is got. The files stay: they know sections and
 * the options of Nova's that others refer to.
 */
#include "config/config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "config/ini_file.h"
#include "config/option_value.h"

#define SECTION_DEFAULT "DEFAULT"
#define SECTION_OWN "muster"  /* where every option is known, so that a misspelt one is told */
#define SUBSTITUTIONS_MAX 100 /* in one value, with those within them: more is a loop */

struct setting {
	char *value;     /* NULL: the default */
	GPtrArray *list; /* char *, of a multi-valued option */
};

struct config {
	GPtrArray *files; /* struct ini_file * */
	struct setting settings[OPTION_COUNT];
};

static struct config *
config_new(void)
{
	struct config *config = g_new0(struct config, 1);
	config->files = g_ptr_array_new_with_free_func((GDestroyNotify)ini_file_close);
	for (enum option option = 0; option < OPTION_COUNT; option++)
		config->settings[option].list = g_ptr_array_new_null_terminated(1, g_free, TRUE);
	return config;
}

void
config_free(struct config *config)
{
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		g_free(config->settings[option].value);
		g_ptr_array_unref(config->settings[option].list);
	}
	g_ptr_array_unref(config->files);
	g_free(config);
}

/* A value as the files or the table have it, or NULL where neither knows the option. */
static const char *
find_raw(const struct config *config, const char *section, const char *name)
{
	for (unsigned i = config->files->len; i > 0; i--) {
		const struct ini_file *file = config->files->pdata[i - 1];
		for (size_t at = ini_file_get_size(file); at > 0; at--) {
			const struct ini_entry *entry = ini_file_get_entry(file, at - 1);
			if (ini_entry_is(entry, section, name))
				return entry->value;
		}
	}
	enum option option = option_find(section, name);
	if (option == OPTION_COUNT)
		return NULL;
	const char *fallback = option_get_info(option)->fallback;
	return fallback != NULL ? fallback : "";
}

/* $$ and \$ stand for a dollar sign; group 1 is the name in $name and ${name}. */
#define NAME "([_a-zA-Z][._a-zA-Z0-9]*)"
#define REFERENCE "\\\\\\$|\\$\\$|\\$(?|" NAME "|\\{" NAME "\\})"

struct substitution {
	const struct config *config;
	GRegex *reference;
	const char *section; /* of the option whose value is worked on */
	unsigned count;      /* so far in the outermost value */
};

static gboolean substitute_one(const GMatchInfo *match, GString *out, void *data);

static char *
substitute(struct substitution *work, const char *text)
{
	return g_regex_replace_eval(work->reference, text, -1, 0, 0, substitute_one, work, NULL);
}

/* Gives TRUE, which ends the replacing, where there have been too many. */
static gboolean
substitute_one(const GMatchInfo *match, GString *out, void *data)
{
	struct substitution *work = data;
	g_autofree char *whole = g_match_info_fetch(match, 0);
	g_autofree char *reference = g_match_info_fetch(match, 1);
	if (++work->count > SUBSTITUTIONS_MAX)
		return TRUE;
	if (reference == NULL || *reference == '\0') {
		g_string_append_c(out, '$');
		return FALSE;
	}

	const char *dot = strchr(reference, '.');
	g_autofree char *named =
		dot != NULL ? g_strndup(reference, (size_t)(dot - reference)) : NULL;
	const char *section = dot != NULL ? named : work->section;
	const char *name = dot != NULL ? dot + 1 : reference;
	const char *raw = find_raw(work->config, section, name);
	if (raw == NULL && dot == NULL) {
		section = SECTION_DEFAULT;
		raw = find_raw(work->config, section, name);
	}
	if (raw == NULL) {
		g_string_append(out, whole);
		return FALSE;
	}
	struct substitution inner = *work;
	inner.section = section;
	g_autofree char *value = substitute(&inner, raw);
	g_string_append(out, value);
	work->count = inner.count;
	return work->count > SUBSTITUTIONS_MAX;
}

/* The entry's value with all substituted, or NULL with what was expected. */
static char *
expand(const struct config *config, const struct ini_entry *entry, GError **error)
{
	if (strchr(entry->value, '$') == NULL)
		return g_strdup(entry->value);
	g_autoptr(GRegex) reference = g_regex_new(REFERENCE, 0, 0, NULL);
	struct substitution work = {config, reference, entry->section, 0};
	g_autofree char *value = substitute(&work, entry->value);
	if (work.count <= SUBSTITUTIONS_MAX)
		return g_steal_pointer(&value);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"expected at most %d substitutions, as no option that refers to itself has",
		SUBSTITUTIONS_MAX);
	return NULL;
}

/* Checks a value and makes it the option's, or one of its values; an empty one: the default. */
static bool
set(struct config *config, enum option option, const char *value, GError **error)
{
	const struct option_info *info = option_get_info(option);
	struct setting *setting = &config->settings[option];
	if (*value != '\0' && !option_check(info, value, error))
		return false;
	if (info->type == OPTION_TYPE_LIST && *value != '\0') {
		g_ptr_array_add(setting->list, g_strdup(value));
		return true;
	}
	g_ptr_array_set_size(setting->list, 0);
	g_free(setting->value);
	setting->value = *value != '\0' ? g_strdup(value) : NULL;
	return true;
}

/* Puts before the message where the value stands and, unless it is secret, what it is. */
static void
prefix_error(GError **error, const char *where, enum option option, const char *value)
{
	const struct option_info *info = option_get_info(option);
	if (info->secret)
		g_prefix_error(error, "%s: [%s] %s: ", where, info->section, info->name);
	else
		g_prefix_error(
			error, "%s: [%s] %s = %s: ", where, info->section, info->name, value);
}

static bool
set_from_entry(struct config *config, enum option option, const char *path,
	const struct ini_entry *entry, GError **error)
{
	g_autofree char *value = expand(config, entry, error);
	if (value == NULL || !set(config, option, value, error)) {
		g_autofree char *where = g_strdup_printf("%s:%u", path, entry->line);
		prefix_error(error, where, option, entry->value);
		return false;
	}
	return true;
}

static void
set_unknown_error(GError **error, const char *path, const struct ini_entry *entry)
{
	g_autofree char *hint = NULL;
	enum option nearest = option_find_nearest(entry->name);
	if (nearest != OPTION_COUNT) {
		const struct option_info *info = option_get_info(nearest);
		hint = g_strdup_printf("; is [%s] %s meant?", info->section, info->name);
	}
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"%s:%u: [%s] %s: expected an option of muster.conf(5), and there is none of this "
		"name%s",
		path, entry->line, entry->section, entry->name, hint != NULL ? hint : "");
}

static bool
set_from_file(struct config *config, const struct ini_file *file, GError **error)
{
	const char *path = ini_file_get_path(file);
	for (size_t at = 0; at < ini_file_get_size(file); at++) {
		const struct ini_entry *entry = ini_file_get_entry(file, at);
		enum option option = option_find(entry->section, entry->name);
		if (option == OPTION_COUNT) {
			if (g_ascii_strcasecmp(entry->section, SECTION_OWN) != 0)
				continue;
			set_unknown_error(error, path, entry);
			return false;
		}
		if (!set_from_entry(config, option, path, entry, error))
			return false;
	}
	return true;
}

/* All files are read before any is applied: a value may refer to what a later one sets. */
static bool
set_from_files(struct config *config, GError **error)
{
	for (unsigned i = 0; i < config->files->len; i++)
		if (!set_from_file(config, config->files->pdata[i], error))
			return false;
	return true;
}

/* One that was meant to be secret, and may be read by whoever has an account here. */
static void
warn_of_readers(const struct ini_file *file)
{
	const char *path = ini_file_get_path(file);
	GStatBuf state;
	if (g_stat(path, &state) != 0 || (state.st_mode & S_IROTH) == 0)
		return;
	for (size_t at = 0; at < ini_file_get_size(file); at++) {
		const struct ini_entry *entry = ini_file_get_entry(file, at);
		enum option option = option_find(entry->section, entry->name);
		if (option == OPTION_COUNT ||
			!option_holds_secret(option_get_info(option), entry->value))
			continue;
		g_warning("%s:%u: [%s] %s is a secret, and everybody may read this file: take "
			  "that away with chmod o-r",
			path, entry->line, entry->section, entry->name);
		return;
	}
}

static bool
set_from_override(struct config *config, const struct config_override *override, GError **error)
{
	if (!g_utf8_validate(override->value, -1, NULL)) {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "expected UTF-8");
		prefix_error(error, "command line", override->option, "(not UTF-8)");
		return false;
	}
	if (!set(config, override->option, override->value, error)) {
		prefix_error(error, "command line", override->option, override->value);
		return false;
	}
	return true;
}

struct config *
config_load(const char *const *paths, const struct config_override *overrides,
	size_t overrides_size, GError **error)
{
	CLEANUP(config_free) struct config *config = config_new();
	for (; paths != NULL && *paths != NULL; paths++) {
		struct ini_file *file = ini_file_open(*paths, error);
		if (file == NULL)
			return NULL;
		g_ptr_array_add(config->files, file);
	}
	if (!set_from_files(config, error))
		return NULL;
	for (unsigned i = 0; i < config->files->len; i++)
		warn_of_readers(config->files->pdata[i]);
	for (size_t i = 0; i < overrides_size; i++)
		g_ptr_array_set_size(config->settings[overrides[i].option].list, 0);
	for (size_t i = 0; i < overrides_size; i++)
		if (!set_from_override(config, &overrides[i], error))
			return NULL;
	return g_steal_pointer(&config);
}

struct config *
config_load_bytes(const char *path, const void *bytes, size_t size, GError **error)
{
	CLEANUP(config_free) struct config *config = config_new();
	struct ini_file *file = ini_file_parse(path, bytes, size, error);
	if (file == NULL)
		return NULL;
	g_ptr_array_add(config->files, file);
	return set_from_files(config, error) ? g_steal_pointer(&config) : NULL;
}

const char *
config_get_string(const struct config *config, enum option option)
{
	const char *value = config->settings[option].value;
	if (value != NULL)
		return value;
	const struct option_info *info = option_get_info(option);
	bool beside_nova =
		info->beside_nova != NULL && config_is_set(config, OPTION_API_DATABASE_CONNECTION);
	return beside_nova ? info->beside_nova : info->fallback;
}

int64_t
config_get_integer(const struct config *config, enum option option)
{
	g_assert(option_get_info(option)->type == OPTION_TYPE_INTEGER);
	return option_parse_integer(config_get_string(config, option));
}

bool
config_get_boolean(const struct config *config, enum option option)
{
	g_assert(option_get_info(option)->type == OPTION_TYPE_BOOLEAN);
	return option_parse_boolean(config_get_string(config, option));
}

const char *const *
config_get_list(const struct config *config, enum option option)
{
	g_assert(option_get_info(option)->type == OPTION_TYPE_LIST);
	return (const char *const *)config->settings[option].list->pdata;
}

bool
config_is_set(const struct config *config, enum option option)
{
	const struct setting *setting = &config->settings[option];
	return setting->value != NULL || setting->list->len > 0;
}

bool
config_has_section(const struct config *config, const char *section)
{
	for (unsigned i = 0; i < config->files->len; i++)
		if (ini_file_has_section(config->files->pdata[i], section))
			return true;
	return false;
}
