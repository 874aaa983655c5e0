/* SPDX-License-Identifier: Apache-2.0 */
#include "store/row.h"

static GArray *
collect_values(const struct row *row)
{
	GArray *values = g_array_sized_new(FALSE, FALSE, sizeof(struct value), row->size + 2);
	for (size_t i = 0; i < row->size; i++)
		g_array_append_val(values, row->columns[i].value);
	return values;
}

static bool
run(struct database *database, const GString *sql, const GArray *values, GError **error)
{
	return statement_run(
		database, sql->str, (const struct value *)values->data, values->len, error);
}

bool
row_insert(struct database *database, struct row *row, GError **error)
{
	g_autoptr(GString) sql = g_string_new(NULL);
	g_string_append_printf(sql, "INSERT INTO %s (", row->table);
	for (size_t i = 0; i < row->size; i++)
		g_string_append_printf(sql, "%s`%s`", i == 0 ? "" : ", ", row->columns[i].name);
	g_string_append(sql, ") VALUES (");
	for (size_t i = 0; i < row->size; i++)
		g_string_append_printf(sql, "%s?%zu", i == 0 ? "" : ", ", i + 1);
	g_string_append_c(sql, ')');

	g_autoptr(GArray) values = collect_values(row);
	if (!run(database, sql, values, error))
		return false;
	row->id = statement_get_new_id(database);
	return true;
}

bool
row_update(struct database *database, const struct row *row, const char *now, bool *changed,
	GError **error)
{
	g_autoptr(GString) sql = g_string_new(NULL);
	g_string_append_printf(sql, "UPDATE %s SET ", row->table);
	for (size_t i = 0; i < row->size; i++)
		g_string_append_printf(sql, "`%s` = ?%zu, ", row->columns[i].name, i + 1);
	g_string_append_printf(
		sql, "updated_at = ?%zu WHERE id = ?%zu AND (", row->size + 1, row->size + 2);
	for (size_t i = 0; i < row->size; i++)
		g_string_append_printf(sql, "%s`%s` <> ?%zu OR (`%s` IS NULL) <> (?%zu IS NULL)",
			i == 0 ? "" : " OR ", row->columns[i].name, i + 1, row->columns[i].name,
			i + 1);
	g_string_append_c(sql, ')');

	g_autoptr(GArray) values = collect_values(row);
	struct value rest[] = {value_text(now), value_integer(row->id)};
	g_array_append_vals(values, rest, G_N_ELEMENTS(rest));
	if (!run(database, sql, values, error))
		return false;
	*changed = statement_count_changes(database) > 0;
	return true;
}

bool
row_delete(
	struct database *database, const char *table, int64_t id, const char *now, GError **error)
{
	g_autofree char *sql = g_strdup_printf(
		"UPDATE %s SET deleted = id, deleted_at = ?1 WHERE id = ?2 AND deleted = 0", table);
	return statement_run(database, sql, VALUES(value_text(now), value_integer(id)), error);
}
