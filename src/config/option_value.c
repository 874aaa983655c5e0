/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One switch says in words what a type allows, the next one checks it; neither has a
 * default, so that a new type is missed by neither.
 */
#include "config/option_value.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"
#include "config/instance_name.h"

#define MICROVERSION_MAX 104 /* of 2.x: the last that Muster knows */

/* As oslo.config reads them, in any case. */
static const char *const true_words[] = {"true", "1", "on", "yes", NULL};
static const char *const false_words[] = {"false", "0", "off", "no", NULL};

char *
option_format_expected(const struct option_info *info)
{
	switch (info->type) {
	case OPTION_TYPE_INTEGER:
		return g_strdup_printf("an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
				       "%s%s",
			info->min, info->max, info->unit != NULL ? ", in " : "",
			info->unit != NULL ? info->unit : "");
	case OPTION_TYPE_BOOLEAN:
		return g_strdup("true or false");
	case OPTION_TYPE_CHOICE:
		return g_strjoinv(" or ", (char **)info->choices);
	case OPTION_TYPE_MICROVERSION:
		return g_strdup_printf("a microversion from 2.1 to 2.%d", MICROVERSION_MAX);
	case OPTION_TYPE_ADDRESS:
		return g_strdup("ADDR:PORT or [ADDR]:PORT, a numeric address or localhost");
	case OPTION_TYPE_IP:
		return g_strdup("an IPv4 or IPv6 address");
	case OPTION_TYPE_NAME_TEMPLATE:
		return g_strdup("a template, such as instance-%08x");
	case OPTION_TYPE_LIST:
		return g_strdup("text; may be given several times");
	case OPTION_TYPE_STRING:
		return g_strdup("text");
	}
	g_assert_not_reached();
}

static bool
is_integer(const char *value, int64_t min, int64_t max)
{
	return g_ascii_string_to_signed(value, 10, min, max, NULL, NULL);
}

static bool
is_one_of(const char *const *words, const char *value)
{
	for (; *words != NULL; words++)
		if (g_ascii_strcasecmp(*words, value) == 0)
			return true;
	return false;
}

/* No leading zeros: 2.010 would be another way to write 2.10. */
static bool
is_microversion(const char *value)
{
	return g_str_has_prefix(value, "2.") && value[2] != '0' &&
	       g_ascii_string_to_unsigned(value + 2, 10, 1, MICROVERSION_MAX, NULL, NULL);
}

static bool
is_ip(const char *value)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(value);
	return address != NULL;
}

/* IPv6 in brackets, and nothing else in them. */
static bool
is_address(const char *value)
{
	const char *colon = strrchr(value, ':');
	if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, UINT16_MAX, NULL, NULL))
		return false;
	g_autofree char *host = g_strndup(value, (size_t)(colon - value));
	size_t length = strlen(host);
	if (length < 2 || host[0] != '[' || host[length - 1] != ']')
		return strchr(host, ':') == NULL &&
		       (is_ip(host) || g_ascii_strcasecmp(host, "localhost") == 0);
	host[length - 1] = '\0';
	return strchr(host, ':') != NULL && is_ip(host + 1);
}

static bool
is_valid(const struct option_info *info, const char *value)
{
	switch (info->type) {
	case OPTION_TYPE_INTEGER:
		return is_integer(value, info->min, info->max);
	case OPTION_TYPE_BOOLEAN:
		return is_one_of(true_words, value) || is_one_of(false_words, value);
	case OPTION_TYPE_CHOICE:
		return g_strv_contains(info->choices, value);
	case OPTION_TYPE_MICROVERSION:
		return is_microversion(value);
	case OPTION_TYPE_ADDRESS:
		return is_address(value);
	case OPTION_TYPE_IP:
		return is_ip(value);
	case OPTION_TYPE_NAME_TEMPLATE: /* says for itself what is wrong */
	case OPTION_TYPE_LIST:
	case OPTION_TYPE_STRING:
		return true;
	}
	g_assert_not_reached();
}

bool
option_check(const struct option_info *info, const char *value, GError **error)
{
	if (info->type == OPTION_TYPE_NAME_TEMPLATE) {
		CLEANUP(instance_name_free)
		struct instance_name *name = instance_name_new(value, error);
		return name != NULL;
	}
	if (is_valid(info, value))
		return true;
	g_autofree char *expected = option_format_expected(info);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "expected %s", expected);
	return false;
}

bool
option_holds_secret(const struct option_info *info, const char *value)
{
	const char *authority = strstr(value, "://");
	if (!info->secret || *value == '\0')
		return false;
	if (authority == NULL)
		return true;
	authority += strlen("://");
	const char *at = memrchr(authority, '@', strcspn(authority, "/?#"));
	return at != NULL && memchr(authority, ':', (size_t)(at - authority)) != NULL;
}

int64_t
option_parse_integer(const char *value)
{
	return g_ascii_strtoll(value, NULL, 10);
}

bool
option_parse_boolean(const char *value)
{
	return is_one_of(true_words, value);
}
