/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The microversion headers: the input's first line is OpenStack-API-Version, its
 * second the older X-OpenStack-Nova-API-Version; an empty line is no header. The
 * version is within what is offered, or the request is refused.
 */
#include "fuzz.h"

#include <string.h>

#include "../header.h"
#include "api/microversion.h"
#include "base/error.h"

static struct http_request
make_request(char **lines, struct http_header headers[2])
{
	static const char *const names[] = {
		"OpenStack-API-Version", "X-OpenStack-Nova-API-Version"};
	struct http_request request = {.headers = headers};
	for (size_t i = 0; i < G_N_ELEMENTS(names) && lines[i] != NULL; i++)
		if (lines[i][0] != '\0')
			headers[request.headers_size++] = header_of(names[i], lines[i]);
	return request;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", 3);
	struct http_header headers[2];
	const struct http_request request = make_request(lines, headers);

	struct microversion version = {0};
	g_autoptr(GError) error = NULL;
	if (microversion_parse(&request, MICROVERSION_MAX, &version, &error)) {
		g_assert_cmpuint(version.minor, >=, MICROVERSION_MIN);
		g_assert_cmpuint(version.minor, <=, MICROVERSION_MAX);
		g_autofree char *shown = g_strdup_printf("2.%u", version.minor);
		g_assert_cmpstr(version.shown, ==, shown);
	} else {
		g_assert_nonnull(error);
		g_assert_true(g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED) ==
			      (version.shown != NULL));
	}
	microversion_clear(&version);
	return 0;
}
