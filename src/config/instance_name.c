/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template is cut once into pieces: literal text, and conversions of a column.
 * GRegex does the cutting; what a piece may be is decided here, in the order in which
 * CPython's unicode_format() meets the pieces, since which of two faults comes first
 * decides between a uuid and an error.
 */
#include "config/instance_name.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

enum column {
	COLUMN_NONE, /* the piece is literal text */
	COLUMN_ID,
	COLUMN_UUID,
	COLUMN_DISPLAY_NAME,
	COLUMN_HOSTNAME,
	COLUMN_COUNT
};

static const char *const columns[COLUMN_COUNT] = {
	[COLUMN_ID] = "id",
	[COLUMN_UUID] = "uuid",
	[COLUMN_DISPLAY_NAME] = "display_name",
	[COLUMN_HOSTNAME] = "hostname",
};

/* Nova has these in its mapping too, and Muster does not read them. Any other key raises
 * KeyError in Nova, "name" itself among them. */
static const char *const columns_not_read[] = {"access_ip_v4", "access_ip_v6", "architecture",
	"auto_disk_config", "availability_zone", "cleaned", "compute_id", "config_drive",
	"created_at", "default_ephemeral_device", "default_swap_device", "deleted", "deleted_at",
	"disable_terminate", "display_description", "ephemeral_gb", "ephemeral_key_uuid", "hidden",
	"host", "image_ref", "instance_type_id", "kernel_id", "key_data", "key_name",
	"launch_index", "launched_at", "launched_on", "locked", "locked_by", "memory_mb", "node",
	"os_type", "power_state", "progress", "project_id", "ramdisk_id", "reservation_id",
	"root_device_name", "root_gb", "shutdown_terminate", "task_state", "terminated_at",
	"updated_at", "user_data", "user_id", "vcpus", "vm_mode", "vm_state", NULL};

struct piece {
	enum column column;
	char *text;  /* of COLUMN_NONE */
	char *flags; /* any of "#0- +" */
	unsigned width;
	unsigned precision;
	bool has_precision;
	char type;
};

struct instance_name {
	GPtrArray *pieces; /* struct piece *; NULL: every name is the uuid */
};

static void
piece_free(void *data)
{
	struct piece *piece = data;
	g_free(piece->text);
	g_free(piece->flags);
	g_free(piece);
}

static bool
parse_size(const char *digits, unsigned *size)
{
	guint64 number = 0;
	if (*digits != '\0' &&
		!g_ascii_string_to_unsigned(digits, 10, 0, INSTANCE_NAME_WIDTH_MAX, &number, NULL))
		return false;
	*size = (unsigned)number;
	return true;
}

/* A conversion without its key. A '*' in it takes a second value, which is never there. */
static struct piece *
piece_new_conversion(const GMatchInfo *match, enum column column)
{
	g_autofree char *width = g_match_info_fetch_named(match, "width");
	g_autofree char *precision = g_match_info_fetch_named(match, "precision");
	g_autofree char *type = g_match_info_fetch_named(match, "type");
	const char *types = column == COLUMN_ID ? "diuxXosra" : "s";
	int from = -1;
	g_match_info_fetch_named_pos(match, "precision", &from, NULL);

	struct piece piece = {.column = column, .type = type[0], .has_precision = from >= 0};
	if (type[0] == '\0' || strchr(types, type[0]) == NULL || !parse_size(width, &piece.width) ||
		!parse_size(precision, &piece.precision))
		return NULL;
	piece.flags = g_match_info_fetch_named(match, "flags");
	return g_memdup2(&piece, sizeof piece);
}

/* The column of a key; COLUMN_NONE where Nova raises KeyError or, with the error set,
 * Muster has not got it. */
static enum column
find_column(const char *key, GError **error)
{
	for (enum column column = COLUMN_ID; column < COLUMN_COUNT; column++)
		if (g_str_equal(columns[column], key))
			return column;
	if (g_strv_contains(columns_not_read, key))
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"column %s is not read: expected id, uuid, display_name or hostname", key);
	return COLUMN_NONE;
}

static bool
has_group(const GMatchInfo *match, const char *group)
{
	int from = -1;
	return g_match_info_fetch_named_pos(match, group, &from, NULL) && from >= 0;
}

static void
add_text(GPtrArray *pieces, char *text)
{
	struct piece *piece = g_new0(struct piece, 1);
	piece->text = text;
	g_ptr_array_add(pieces, piece);
}

/* Adds the conversion that was matched; false: Python raises something. */
static bool
add_conversion(GPtrArray *pieces, const GMatchInfo *match, enum column column)
{
	struct piece *piece = piece_new_conversion(match, column);
	if (piece != NULL)
		g_ptr_array_add(pieces, piece);
	return piece != NULL;
}

/* The template's pieces in a row. Whatever it holds, the matches cover it. */
static GMatchInfo *
cut(const char *template)
{
	/* A key's parentheses nest. */
	g_autoptr(GRegex) regex =
		g_regex_new("(?<text>[^%]+)|(?<percent>%%)|"
			    "%(?<group>\\((?<key>(?:[^()]++|(?&group))*+)\\))?(?<flags>[#0 +-]*)"
			    "(?<width>\\*|[0-9]*)(?:\\.(?<precision>\\*|[0-9]*))?[hlL]?(?<type>.?)",
			G_REGEX_DOTALL, 0, NULL);
	GMatchInfo *match = NULL;
	g_regex_match(regex, template, 0, &match);
	return match;
}

/* `template % id`: text around one conversion without a key. False: Python raises. */
static bool
cut_for_id(const char *template, GPtrArray *pieces)
{
	unsigned conversions = 0;
	g_autoptr(GMatchInfo) match = cut(template);
	for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
		if (has_group(match, "text"))
			add_text(pieces, g_match_info_fetch(match, 0));
		else if (has_group(match, "percent"))
			add_text(pieces, g_strdup("%"));
		else if (has_group(match, "key") || ++conversions > 1 ||
			 !add_conversion(pieces, match, COLUMN_ID))
			return false;
	}
	return conversions == 1;
}

/* `template % columns`. False without an error: Python raises KeyError. */
static bool
cut_for_columns(const char *template, GPtrArray *pieces, GError **error)
{
	g_autoptr(GMatchInfo) match = cut(template);
	for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_autofree char *whole = g_match_info_fetch(match, 0);
		if (has_group(match, "text")) {
			add_text(pieces, g_steal_pointer(&whole));
			continue;
		}
		if (has_group(match, "percent")) {
			add_text(pieces, g_strdup("%"));
			continue;
		}
		enum column column = COLUMN_NONE;
		if (has_group(match, "key")) {
			g_autofree char *key = g_match_info_fetch_named(match, "key");
			column = find_column(key, error);
			if (column == COLUMN_NONE)
				return false;
		}
		if (column == COLUMN_NONE || !add_conversion(pieces, match, column)) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
				"'%s' can't be used in it: expected one integer conversion, as in "
				"instance-%%08x, or columns by name, as in %%(uuid)s, none wider "
				"than %d",
				whole, INSTANCE_NAME_WIDTH_MAX);
			return false;
		}
	}
	return true;
}

struct instance_name *
instance_name_new(const char *template, GError **error)
{
	if (strlen(template) > INSTANCE_NAME_TEMPLATE_MAX) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected at most %d bytes, and it has %zu", INSTANCE_NAME_TEMPLATE_MAX,
			strlen(template));
		return NULL;
	}
	g_autoptr(GError) cause = NULL;
	g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func(piece_free);
	if (!cut_for_id(template, pieces)) {
		g_ptr_array_set_size(pieces, 0);
		if (!cut_for_columns(template, pieces, &cause))
			g_clear_pointer(&pieces, g_ptr_array_unref);
	}
	if (cause != NULL) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return NULL;
	}
	struct instance_name *name = g_new0(struct instance_name, 1);
	name->pieces = g_steal_pointer(&pieces);
	return name;
}

void
instance_name_free(struct instance_name *name)
{
	g_clear_pointer(&name->pieces, g_ptr_array_unref);
	g_free(name);
}

bool
instance_name_needs_texts(const struct instance_name *name)
{
	for (guint i = 0; name->pieces != NULL && i < name->pieces->len; i++) {
		enum column column = ((const struct piece *)name->pieces->pdata[i])->column;
		if (column == COLUMN_DISPLAY_NAME || column == COLUMN_HOSTNAME)
			return true;
	}
	return false;
}

static bool
has_flag(const struct piece *piece, char flag)
{
	return strchr(piece->flags, flag) != NULL;
}

static void
append_repeated(GString *out, char c, size_t times)
{
	for (size_t i = 0; i < times; i++)
		g_string_append_c(out, c);
}

/* As wide as the piece says, counted in characters. */
static void
append_padded(GString *out, const struct piece *piece, const char *text)
{
	size_t length = (size_t)g_utf8_strlen(text, -1);
	size_t padding = length < piece->width ? piece->width - length : 0;
	bool left = has_flag(piece, '-');
	append_repeated(out, ' ', left ? 0 : padding);
	g_string_append(out, text);
	append_repeated(out, ' ', left ? padding : 0);
}

static void
append_text(GString *out, const struct piece *piece, const char *text)
{
	if (!piece->has_precision || g_utf8_strlen(text, -1) <= piece->precision) {
		append_padded(out, piece, text);
		return;
	}
	g_autofree char *begin = g_utf8_substring(text, 0, piece->precision);
	append_padded(out, piece, begin);
}

#define DIGITS_MAX 32 /* of 64 bits in octal, with the NUL */

/* Gives where in the buffer the digits begin. A cloud has millions of names: printf(3) would take
 * more time than all the rest of one. */
static const char *
format_digits(char type, uint64_t number, char buffer[DIGITS_MAX])
{
	const char *figures = type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned base = type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
	char *at = buffer + DIGITS_MAX - 1;
	*at = '\0';
	do {
		*--at = figures[number % base];
		number /= base;
	} while (number > 0);
	return at;
}

/* What stands before the digits: a sign, a prefix. */
static void
format_sign(const struct piece *piece, bool negative, char sign[4])
{
	if (negative)
		*sign++ = '-';
	else if (has_flag(piece, '+'))
		*sign++ = '+';
	else if (has_flag(piece, ' '))
		*sign++ = ' ';
	if (strchr("xXo", piece->type) != NULL && has_flag(piece, '#')) {
		*sign++ = '0';
		*sign++ = piece->type;
	}
	*sign = '\0';
}

/* Python's integers: a precision is a least number of digits, zeros fill up to the width
 * even then, and '#' gives octal the prefix 0o. */
static void
append_integer(GString *out, const struct piece *piece, int64_t number)
{
	uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char buffer[DIGITS_MAX], sign[4];
	const char *digits = format_digits(piece->type, magnitude, buffer);
	format_sign(piece, number < 0, sign);

	size_t length = strlen(digits), before = strlen(sign);
	size_t least = piece->precision;
	bool left = has_flag(piece, '-');
	if (has_flag(piece, '0') && !left && piece->width > before)
		least = MAX(least, piece->width - before);
	size_t zeros = length < least ? least - length : 0;
	size_t whole = before + zeros + length;
	size_t padding = whole < piece->width ? piece->width - whole : 0;
	append_repeated(out, ' ', left ? 0 : padding);
	g_string_append(out, sign);
	append_repeated(out, '0', zeros);
	g_string_append(out, digits);
	append_repeated(out, ' ', left ? padding : 0);
}

void
instance_name_append(
	const struct instance_name *name, const struct instance_name_columns *of, GString *out)
{
	if (name->pieces == NULL) {
		g_string_append(out, of->uuid);
		return;
	}
	const char *const values[COLUMN_COUNT] = {
		[COLUMN_UUID] = of->uuid,
		[COLUMN_DISPLAY_NAME] = of->display_name,
		[COLUMN_HOSTNAME] = of->hostname,
	};
	for (unsigned i = 0; i < name->pieces->len; i++) {
		const struct piece *piece = name->pieces->pdata[i];
		const char *value = values[piece->column];
		if (piece->column == COLUMN_NONE) {
			g_string_append(out, piece->text);
		} else if (piece->column != COLUMN_ID) {
			append_text(out, piece, value != NULL ? value : "None");
		} else if (strchr("sra", piece->type) == NULL) {
			append_integer(out, piece, of->id);
		} else {
			g_autofree char *digits = g_strdup_printf("%" PRId64, of->id);
			append_text(out, piece, digits);
		}
	}
}
