/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libini_config does not do as oslo.config does is done here: it knows only '=',
 * loses options before the first section, and takes [default] and [DEFAULT], connect and
 * Connect for the same. So separators are made alike before it reads the text, and names
 * are taken from its list of attributes, which keeps every one as it was written.
 */
#include "config/ini_file.h"

#include <gio/gio.h>
#include <ini_configobj.h>
#include <string.h>

#include "base/error.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct ini_file {
	char *path;
	GStrv sections;
	GPtrArray *entries; /* struct ini_entry * */
};

CLEANUP_DEFINE(struct ini_cfgobj, ini_config_destroy)
CLEANUP_DEFINE(struct ini_cfgfile, ini_config_file_destroy)
CLEANUP_DEFINE(char *, ini_free_attribute_list)
CLEANUP_DEFINE(char *, ini_free_section_list)

static void
entry_free(void *data)
{
	struct ini_entry *entry = data;
	g_free(entry->section);
	g_free(entry->name);
	g_free(entry->value);
	g_free(entry);
}

void
ini_file_close(struct ini_file *file)
{
	g_free(file->path);
	g_strfreev(file->sections);
	g_ptr_array_unref(file->entries);
	g_free(file);
}

static unsigned
count_lines(const char *from, const char *to)
{
	unsigned lines = 1;
	while ((from = memchr(from, '\n', (size_t)(to - from))) != NULL) {
		from++;
		lines++;
	}
	return lines;
}

static char *
next_line(char *line)
{
	char *end = strchr(line, '\n');
	return end != NULL ? end + 1 : NULL;
}

/* Makes the separator of every `name: value` an '='. */
static bool
prepare(const char *path, char *text, GError **error)
{
	unsigned number = 0, sections = 0, options = 0;
	for (char *line = text; line != NULL; line = next_line(line)) {
		number++;
		if (*line == '[') {
			sections++;
		} else if (*line != '\0' && strchr("#; \t\r\n", *line) == NULL) {
			options++;
			char *separator = line + strcspn(line, ":=\n");
			if (*separator == ':')
				*separator = '=';
		}
		if (options > 0 && sections == 0) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
				"%s:%u: expected a [section] before the first option", path,
				number);
			return false;
		}
		if (sections > INI_FILE_SECTIONS_MAX || options > INI_FILE_OPTIONS_MAX) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
				"%s:%u: expected at most %d sections and %d options in a file",
				path, number, INI_FILE_SECTIONS_MAX, INI_FILE_OPTIONS_MAX);
			return false;
		}
	}
	return true;
}

static void
set_parse_error(GError **error, const char *path, struct ini_cfgobj *ini)
{
	char **messages = NULL;
	ini_config_get_errors(ini, &messages);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"%s: %s Expected [section], name = value, an indented line that continues a value, "
		"or a comment",
		path, messages != NULL && messages[0] != NULL ? messages[0] : "It can't be read.");
	if (messages != NULL)
		ini_config_free_errors(messages);
}

static struct ini_cfgobj *
parse_text(const char *path, char *text, GError **error)
{
	CLEANUP(ini_config_destroy) struct ini_cfgobj *ini = NULL;
	CLEANUP(ini_config_file_destroy) struct ini_cfgfile *memory = NULL;
	int failed = ini_config_create(&ini);
	if (failed == 0)
		failed = ini_config_file_from_mem(text, (uint32_t)strlen(text), &memory);
	if (failed != 0) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "%s: it can't be parsed: %s",
			path, g_strerror(failed));
		return NULL;
	}
	if (ini_config_parse(memory, INI_STOP_ON_ANY,
		    INI_MV1S_ALLOW | INI_MV2S_ALLOW | INI_MS_MERGE, INI_PARSE_NO_C_COMMENTS,
		    ini) != 0) {
		set_parse_error(error, path, ini);
		return NULL;
	}
	return g_steal_pointer(&ini);
}

/* oslo.config takes off one pair of quotes around the whole value. */
static char *
unquote(const char *value)
{
	size_t length = strlen(value);
	bool quoted = length > 1 && (value[0] == '"' || value[0] == '\'') &&
		      value[0] == value[length - 1];
	return quoted ? g_strndup(value + 1, length - 2) : g_strdup(value);
}

static struct ini_entry *
entry_new(const char *section, const char *name, struct value_obj *object)
{
	uint32_t line = 0;
	const char *value = NULL;
	value_get_line(object, &line);
	value_get_concatenated(object, &value);

	struct ini_entry *entry = g_new0(struct ini_entry, 1);
	entry->section = g_strdup(section);
	entry->name = g_strdup(name);
	entry->value = unquote(value != NULL ? value : "");
	entry->line = line;
	return entry;
}

/* Adds the values of names[0], each under the name that it was given with. The library finds
 * them without regard to case, so they are those of every name that differs in case alone. */
static void
add_entries(struct ini_file *file, struct ini_cfgobj *ini, const char *section, char **names)
{
	int mode = INI_GET_FIRST_VALUE;
	for (char **name = names; *name != NULL; name++) {
		if (g_ascii_strcasecmp(*name, *names) != 0)
			continue;
		struct value_obj *object = NULL;
		if (ini_get_config_valueobj(section, *names, ini, mode, &object) != 0 ||
			object == NULL)
			return;
		g_ptr_array_add(file->entries, entry_new(section, *name, object));
		mode = INI_GET_NEXT_VALUE;
	}
}

static void
add_section(struct ini_file *file, struct ini_cfgobj *ini, const char *section)
{
	CLEANUP(ini_free_attribute_list)
	char **names = ini_get_attribute_list(ini, section, NULL, NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (char **name = names; name != NULL && *name != NULL; name++)
		if (g_hash_table_add(seen, g_ascii_strdown(*name, -1)))
			add_entries(file, ini, section, name);
}

struct ini_file *
ini_file_parse(const char *path, const void *bytes, size_t size, GError **error)
{
	if (size > INI_FILE_MAX) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"%s: expected at most %d bytes, and it has more", path, INI_FILE_MAX);
		return NULL;
	}
	const char *invalid = bytes;
	if (!g_utf8_validate_len(bytes, size, &invalid)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s:%u: expected UTF-8 without NUL", path, count_lines(bytes, invalid));
		return NULL;
	}
	g_autofree char *text = g_strndup(bytes, size);
	char *begin =
		text + (g_str_has_prefix(text, BYTE_ORDER_MARK) ? strlen(BYTE_ORDER_MARK) : 0);
	if (!prepare(path, begin, error))
		return NULL;
	CLEANUP(ini_config_destroy) struct ini_cfgobj *ini = parse_text(path, begin, error);
	if (ini == NULL)
		return NULL;

	struct ini_file *file = g_new0(struct ini_file, 1);
	file->path = g_strdup(path);
	file->entries = g_ptr_array_new_with_free_func(entry_free);
	CLEANUP(ini_free_section_list)
	char **sections = ini_get_section_list(ini, NULL, NULL);
	file->sections = g_strdupv(sections);
	for (char **section = sections; section != NULL && *section != NULL; section++)
		add_section(file, ini, *section);
	return file;
}

struct ini_file *
ini_file_open(const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autoptr(GFile) place = g_file_new_for_path(path);
	g_autoptr(GFileInputStream) stream = g_file_read(place, NULL, &cause);
	/* One byte more than the most tells a file that is too large. */
	g_autofree char *bytes = g_malloc(INI_FILE_MAX + 1);
	size_t size = 0;
	if (stream == NULL || !g_input_stream_read_all(G_INPUT_STREAM(stream), bytes,
				      INI_FILE_MAX + 1, &size, NULL, &cause)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "%s: it can't be read: %s", path,
			cause->message);
		return NULL;
	}
	return ini_file_parse(path, bytes, size, error);
}

const char *
ini_file_get_path(const struct ini_file *file)
{
	return file->path;
}

bool
ini_file_has_section(const struct ini_file *file, const char *section)
{
	for (char **each = file->sections; each != NULL && *each != NULL; each++)
		if (g_ascii_strcasecmp(*each, section) == 0)
			return true;
	return false;
}

size_t
ini_file_get_size(const struct ini_file *file)
{
	return file->entries->len;
}

const struct ini_entry *
ini_file_get_entry(const struct ini_file *file, size_t at)
{
	return file->entries->pdata[at];
}

bool
ini_entry_is(const struct ini_entry *entry, const char *section, const char *name)
{
	return g_ascii_strcasecmp(entry->section, section) == 0 && g_str_equal(entry->name, name);
}
