/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/search.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"

#define POLICY_FILE_BEFORE "policy.json" /* what the default was, before it was policy.yaml */

/* The first of that name that exists; NULL: none does. The caller frees it. */
static char *
find(const struct policy_options *options, const char *name)
{
	if (g_path_is_absolute(name))
		return g_file_test(name, G_FILE_TEST_EXISTS) ? g_strdup(name) : NULL;
	const char *const *directory = options->directories;
	for (; directory != NULL && *directory != NULL; directory++) {
		g_autofree char *path = g_build_filename(*directory, name, NULL);
		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
	}
	return NULL;
}

/* The file itself, after policy.py's pick_default_policy_file(). */
static char *
find_file(const struct policy_options *options)
{
	char *path = find(options, options->policy_file);
	if (path == NULL && options->policy_file_is_default)
		path = find(options, POLICY_FILE_BEFORE);
	return path;
}

static int
compare(const void *a, const void *b)
{
	return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

/* Adds a directory's files by name, without hidden ones and directories. */
static bool
add_directory(GPtrArray *paths, const char *directory, GError **error)
{
	g_autoptr(GError) unread = NULL;
	g_autoptr(GDir) files = g_dir_open(directory, 0, &unread);
	if (files == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO,
			"policy directory %s: it can't be read: %s", directory, unread->message);
		return false;
	}
	guint first = paths->len;
	const char *name;
	while ((name = g_dir_read_name(files)) != NULL) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		if (*name != '.' && !g_file_test(path, G_FILE_TEST_IS_DIR))
			g_ptr_array_add(paths, g_steal_pointer(&path));
	}
	if (paths->len > first)
		qsort(paths->pdata + first, paths->len - first, sizeof(*paths->pdata), compare);
	return true;
}

/* What a change to a file changes of it. */
static void
add_fingerprint(GString *fingerprint, const char *path)
{
	GStatBuf status = {0};
	if (g_stat(path, &status) != 0)
		status = (GStatBuf){0};
	g_string_append_printf(fingerprint, "%s %ju.%09ld %jd %ju:%ju\n", path,
		(uintmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec, (intmax_t)status.st_size,
		(uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
}

struct search *
search_run(const struct policy_options *options, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	char *file = find_file(options);
	if (file != NULL)
		g_ptr_array_add(paths, file);
	const char *const *name = options->policy_dirs;
	for (; name != NULL && *name != NULL; name++) {
		g_autofree char *directory = find(options, *name);
		if (directory != NULL && !add_directory(paths, directory, error))
			return NULL;
	}

	GString *fingerprint = g_string_new(NULL);
	for (guint i = 0; i < paths->len; i++)
		add_fingerprint(fingerprint, g_ptr_array_index(paths, i));
	g_ptr_array_add(paths, NULL);
	struct search *search = g_new0(struct search, 1);
	search->paths = (GStrv)g_ptr_array_free(g_steal_pointer(&paths), FALSE);
	search->fingerprint = g_string_free(fingerprint, FALSE);
	return search;
}

void
search_free(struct search *search)
{
	g_strfreev(search->paths);
	g_free(search->fingerprint);
	g_free(search);
}
