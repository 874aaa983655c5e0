/* SPDX-License-Identifier: Apache-2.0 */
/* URLs of databases and brokers: a template (the first line) and the URL that fills it (the
 * second); what comes of it is read as MariaDB's and as SQLite's. None is repeated in a message. */
#include "fuzz.h"

#include <string.h>

#include "nova/url_template.h"
#include "store/mariadb_url.h"
#include "store/url.h"

static void
read_url(const char *text)
{
	g_autoptr(GError) error = NULL, sqlite_error = NULL;
	CLEANUP(mariadb_url_free) struct mariadb_url *url = mariadb_url_parse(text, &error);
	g_assert_true((url == NULL) == (error != NULL));
	if (url != NULL) {
		g_assert_true(mariadb_url_matches(text));
		g_assert_cmpuint(url->port, >, 0);
		g_assert_cmpuint(url->port, <=, UINT16_MAX);
		g_assert_cmpstr(url->database, !=, "");
	}
	g_autofree char *path = url_get_sqlite_path(text, &sqlite_error);
	g_assert_true((path == NULL) == (sqlite_error != NULL));
	g_assert_true(path == NULL || url == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	g_auto(GStrv) lines = g_strsplit(text, "\n", 2);
	const char *template = lines[0] == NULL ? "" : lines[0];
	const char *source = lines[0] == NULL || lines[1] == NULL ? "" : lines[1];
	g_autoptr(GError) error = NULL;
	g_autofree char *url = url_template_fill(template, source, &error);
	g_assert_true((url == NULL) == (error != NULL));
	if (strpbrk(template, "{}") == NULL && url != NULL)
		g_assert_cmpstr(url, ==, template);
	read_url(url == NULL ? template : url);
	return 0;
}
