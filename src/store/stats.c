/* SPDX-License-Identifier: Apache-2.0 */
#include "store/stats.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define KEY "uptime"

/* What yajl's callbacks give: to go on. */
#define GO_ON 1

struct reading {
	unsigned depth;
	bool is_object; /* the whole is */
	bool is_wanted; /* what comes next is the value of the key */
	bool is_known;
	GString *uptime; /* NULL: none, or no text */
};

static void
take_value(struct reading *reading, const unsigned char *text, size_t size)
{
	if (!reading->is_wanted)
		return;
	reading->is_wanted = false;
	reading->is_known = true;
	if (reading->uptime != NULL)
		g_string_free(g_steal_pointer(&reading->uptime), TRUE);
	if (text != NULL && memchr(text, '\0', size) == NULL)
		reading->uptime = g_string_new_len((const char *)text, (gssize)size);
}

static int
on_null(void *data)
{
	take_value(data, NULL, 0);
	return GO_ON;
}

static int
on_boolean(void *data, int value)
{
	take_value(data, NULL, 0);
	return GO_ON;
}

static int
on_number(void *data, const char *text, size_t size)
{
	take_value(data, NULL, 0);
	return GO_ON;
}

static int
on_string(void *data, const unsigned char *text, size_t size)
{
	take_value(data, text, size);
	return GO_ON;
}

static int
on_start(void *data)
{
	struct reading *reading = data;
	take_value(reading, NULL, 0);
	reading->depth++;
	return GO_ON;
}

static int
on_start_object(void *data)
{
	struct reading *reading = data;
	reading->is_object |= reading->depth == 0;
	return on_start(data);
}

static int
on_key(void *data, const unsigned char *key, size_t size)
{
	struct reading *reading = data;
	reading->is_wanted = reading->depth == 1 && reading->is_object && size == strlen(KEY) &&
			     memcmp(key, KEY, size) == 0;
	return GO_ON;
}

static int
on_end(void *data)
{
	struct reading *reading = data;
	reading->depth--;
	return GO_ON;
}

static bool
parse(struct reading *reading, const char *text)
{
	static const yajl_callbacks callbacks = {
		.yajl_null = on_null,
		.yajl_boolean = on_boolean,
		.yajl_number = on_number,
		.yajl_string = on_string,
		.yajl_start_map = on_start_object,
		.yajl_map_key = on_key,
		.yajl_end_map = on_end,
		.yajl_start_array = on_start,
		.yajl_end_array = on_end,
	};
	yajl_handle parser = yajl_alloc(&callbacks, NULL, reading);
	bool is_whole =
		yajl_parse(parser, (const unsigned char *)text, strlen(text)) == yajl_status_ok &&
		yajl_complete_parse(parser) == yajl_status_ok;
	yajl_free(parser);
	return is_whole;
}

/* Most of Nova's computes tell no uptime there. A key may be written with escapes. */
static bool
may_hold_uptime(const char *text)
{
	return strstr(text, KEY) != NULL || strchr(text, '\\') != NULL;
}

bool
stats_read_uptime(const char *stats, char **uptime)
{
	struct reading reading = {0};
	bool is_known = stats != NULL && may_hold_uptime(stats) && parse(&reading, stats) &&
			reading.is_known;
	*uptime = NULL;
	if (reading.uptime != NULL)
		*uptime = g_string_free(reading.uptime, !is_known);
	return is_known;
}
