/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a cell about single nodes and hosts, alone and many at once. */
#include "nova/cell_query.h"

#include "nova-fixture.h"

struct query_fixture {
	struct nova nova;
	struct cell_place place;
	GPtrArray *queries; /* struct cell_query * */
};

/* Hosts 1 to 3; instances 1 and 2 are on the first. */
static void
set_up(struct query_fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	nova_set_up(&fixture->nova, NULL);
	nova_add_cell(&fixture->nova, 1);
	for (unsigned n = 1; n <= 3; n++)
		nova_add_host(&fixture->nova, 1, n);
	nova_add_instance(&fixture->nova, 1, 1, "cmp-01");
	nova_add_instance(&fixture->nova, 1, 2, "cmp-01");
	g_autofree char *url = nova_format_url(&fixture->nova, "cell1");
	fixture->place.cell = 1;
	fixture->place.database = database_open(url, DATABASE_READ, 2, &error);
	g_assert_no_error(error);
	fixture->queries = g_ptr_array_new_with_free_func((GDestroyNotify)cell_query_free);
}

static void
tear_down(struct query_fixture *fixture, const void *data)
{
	g_ptr_array_unref(fixture->queries);
	database_close(fixture->place.database);
	nova_tear_down(&fixture->nova, NULL);
}

static struct cell_query *
add(struct query_fixture *fixture, const char *uuid, const char *host, int64_t id)
{
	struct cell_query *query = g_new0(struct cell_query, 1);
	query->uuid = g_strdup(uuid);
	query->host = g_strdup(host);
	query->id = id;
	query->servers = true;
	query->uptime = true;
	g_ptr_array_add(fixture->queries, query);
	return query;
}

static void
run(struct query_fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_assert_true(cell_query_run(&fixture->place, fixture->queries, &error));
	g_assert_no_error(error);
}

/* "NODE SERVICE TELLER SERVERS", a dash for what is not there. */
static char *
describe(const struct cell_query *query)
{
	GString *text = g_string_new(NULL);
	const struct node *nodes[] = {query->node, query->teller};
	if (nodes[0] == NULL)
		g_string_append(text, "- ");
	else
		g_string_append_printf(text, "%d ", (int)node_get_columns(nodes[0])->id);
	if (query->compute == NULL)
		g_string_append(text, "- ");
	else
		g_string_append_printf(text, "%d ", (int)service_get_id(query->compute));
	if (nodes[1] == NULL)
		g_string_append(text, "-");
	else
		g_string_append_printf(text, "%d", (int)node_get_columns(nodes[1])->id);
	for (size_t i = 0; query->list != NULL && i < servers_get_size(query->list); i++)
		g_string_append_printf(text, " %s", servers_get_name(query->list, i));
	return g_string_free(text, FALSE);
}

static void
assert_answer(const struct cell_query *query, const char *expected)
{
	g_autofree char *text = describe(query);
	g_assert_cmpstr(text, ==, expected);
}

#define UUID_1 "c1000000-0000-4000-8000-000000000001"
#define UUID_2 "c1000000-0000-4000-8000-000000000002"

static void
test_by_uuid_id_and_host(struct query_fixture *fixture, const void *data)
{
	const struct cell_query *by_uuid = add(fixture, UUID_1, NULL, 0);
	const struct cell_query *by_id = add(fixture, NULL, NULL, 2);
	const struct cell_query *by_host = add(fixture, NULL, "cmp-01", 0);
	const struct cell_query *unknown[] = {
		add(fixture, "c9000000-0000-4000-8000-000000000001", NULL, 1),
		add(fixture, NULL, NULL, 99),
		add(fixture, NULL, "nowhere", 1),
	};
	struct cell_query *alone = add(fixture, UUID_1, NULL, 0);
	alone->servers = false;
	run(fixture);
	assert_answer(by_uuid, "1 1 - i1 i2");
	assert_answer(by_id, "2 2 -");
	assert_answer(by_host, "- 1 - i1 i2");
	for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
		assert_answer(unknown[i], "- - -");
	assert_answer(alone, "1 1 -");
}

static void
test_nothing_is_asked(struct query_fixture *fixture, const void *data)
{
	run(fixture);
}

static void
test_of_a_host_only_the_compute_counts(struct query_fixture *fixture, const void *data)
{
	nova_execute(&fixture->nova, "cell1",
		"UPDATE services SET `binary` = 'nova-conductor' WHERE id = 1;"
		"UPDATE services SET deleted = id WHERE id = 2;"
		"UPDATE compute_nodes SET deleted = id WHERE id = 3;"
		"UPDATE instances SET deleted = id WHERE id = 1");
	const struct cell_query *conductor = add(fixture, UUID_1, NULL, 0);
	const struct cell_query *gone = add(fixture, UUID_2, NULL, 0);
	const struct cell_query *deleted = add(fixture, NULL, NULL, 3);
	run(fixture);
	assert_answer(conductor, "1 - - i2");
	assert_answer(gone, "2 - -");
	assert_answer(deleted, "- - -");
}

static void
test_the_first_node_that_knows_tells_the_uptime(struct query_fixture *fixture, const void *data)
{
	nova_execute(&fixture->nova, "cell1",
		"UPDATE compute_nodes SET host = 'cmp-01';"
		"UPDATE compute_nodes SET stats = '{\"uptime\": \"up\"}' WHERE id > 1");
	struct cell_query *unwanted = add(fixture, UUID_1, NULL, 0);
	unwanted->uptime = false;
	run(fixture);
	assert_answer(unwanted, "1 1 - i1 i2");
	g_ptr_array_set_size(fixture->queries, 0);
	const struct cell_query *told = add(fixture, UUID_1, NULL, 0);
	run(fixture);
	assert_answer(told, "1 1 2 i1 i2");
}

/* More keys than a statement takes, most of them the same. */
static void
test_many_ask_for_the_same(struct query_fixture *fixture, const void *data)
{
	for (unsigned i = 0; i < 700; i++) {
		add(fixture, UUID_1, NULL, 0);
		add(fixture, NULL, NULL, 1);
		add(fixture, NULL, "cmp-01", 0);
	}
	run(fixture);
	for (guint i = 0; i < fixture->queries->len; i++)
		assert_answer(
			fixture->queries->pdata[i], i % 3 == 2 ? "- 1 - i1 i2" : "1 1 - i1 i2");
}

static void
test_many_ask_for_others(struct query_fixture *fixture, const void *data)
{
	for (unsigned n = 4; n <= 300; n++)
		nova_execute(&fixture->nova, "cell1",
			"INSERT INTO services (id, host, `binary`, report_count, deleted) VALUES "
			"(%u, 'cmp-%02u', 'nova-compute', 0, 0);"
			"INSERT INTO instances (id, host, uuid, display_name, deleted) VALUES "
			"(%u, 'cmp-%02u', 'u%u', 'i%u', 0)",
			n, n, n, n, n, n);
	for (unsigned n = 4; n <= 300; n++) {
		g_autofree char *host = g_strdup_printf("cmp-%02u", n);
		add(fixture, NULL, host, 0);
	}
	run(fixture);
	for (unsigned n = 4; n <= 300; n++) {
		g_autofree char *expected = g_strdup_printf("- %u - i%u", n, n);
		assert_answer(fixture->queries->pdata[n - 4], expected);
	}
}

static void
make_caseless(struct query_fixture *fixture)
{
	static const char *const tables[][2] = {
		{"services", "host"}, {"compute_nodes", "uuid"}, {"instances", "host"}};
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		const char *table = tables[i][0], *column = tables[i][1];
		nova_execute(&fixture->nova, "cell1",
			"CREATE TABLE loose AS SELECT * FROM %s; DROP TABLE %s;"
			"ALTER TABLE loose RENAME COLUMN %s TO kept;"
			"ALTER TABLE loose ADD COLUMN %s TEXT COLLATE NOCASE;"
			"UPDATE loose SET %s = kept; ALTER TABLE loose RENAME TO %s",
			table, table, column, column, column, table);
	}
	fixture->place.caseless = true;
}

static void
test_case_counts_where_the_database_says(struct query_fixture *fixture, const void *data)
{
	const struct cell_query *strict =
		add(fixture, "C1000000-0000-4000-8000-000000000001", NULL, 0);
	run(fixture);
	assert_answer(strict, "- - -");
	g_ptr_array_set_size(fixture->queries, 0);

	make_caseless(fixture);
	nova_execute(&fixture->nova, "cell1",
		"UPDATE instances SET host = 'Cmp-01' WHERE id = 2;"
		"UPDATE services SET host = 'CMP-01' WHERE id = 1");
	const struct cell_query *loose =
		add(fixture, "C1000000-0000-4000-8000-000000000001", NULL, 0);
	const struct cell_query *host = add(fixture, NULL, "cmP-01", 0);
	run(fixture);
	assert_answer(loose, "1 1 - i1 i2");
	assert_answer(host, "- 1 - i1 i2");
}

static void
test_an_error_leaves_the_answers_empty(struct query_fixture *fixture, const void *data)
{
	const struct cell_query *query = add(fixture, UUID_1, NULL, 0);
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE instances RENAME TO away");
	g_autoptr(GError) error = NULL;
	g_assert_false(cell_query_run(&fixture->place, fixture->queries, &error));
	g_assert_nonnull(error);
	assert_answer(query, "- - -");
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE away RENAME TO instances");
	run(fixture);
	assert_answer(query, "1 1 - i1 i2");
}

#define ADD(name, test)                                                                            \
	g_test_add("/cell-query/" name, struct query_fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("keys", test_by_uuid_id_and_host);
	ADD("none", test_nothing_is_asked);
	ADD("compute", test_of_a_host_only_the_compute_counts);
	ADD("teller", test_the_first_node_that_knows_tells_the_uptime);
	ADD("many/same", test_many_ask_for_the_same);
	ADD("many/others", test_many_ask_for_others);
	ADD("caseless", test_case_counts_where_the_database_says);
	ADD("error", test_an_error_leaves_the_answers_empty);
	return g_test_run();
}
