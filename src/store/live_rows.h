/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live rows of Nova's three tables (those that are not soft-deleted), in the
 * order of their ids, as the model's columns.
 *
 * A database that is not Muster's may hold anything: NULL, a word where a number
 * belongs, broken JSON, bytes that are no UTF-8. What can't be shown is passed over,
 * and no row spoils another: a service needs a host and a binary, a node a uuid, a
 * host and a name, an instance a uuid.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/instance_name.h"
#include "model/node.h"
#include "model/service.h"
#include "store/database.h"
#include "store/statement.h"

/* Which rows. */
struct live_rows {
	struct database *database;
	int64_t cell;          /* that the columns are given */
	const char *condition; /* in SQL, of a row; NULL: all */
	const struct value *values;
	size_t size;
	unsigned limit; /* the first ones alone; 0: all */
};

/* What is read of a row of instances. */
struct instance_columns {
	int64_t id;
	const char *uuid;
	const char *host; /* NULL: on none */
	const char *display_name;
	const char *hostname;
};

/* The server's name: by the template, or where names is NULL the display name, else the uuid. The
 * caller frees it. */
char *instance_columns_format_name(
	const struct instance_columns *columns, const struct instance_name *names);

/* MUSTER_ERROR_INVALID names a column that a table lacks: one of the three, or services. */
bool live_rows_check_tables(struct database *database, GError **error);
bool live_rows_check_services(struct database *database, GError **error);

/* Each row's columns are lent for the call. */
typedef void live_rows_take_service(const struct service_columns *columns, void *data);
typedef void live_rows_take_node(const struct node_columns *columns, void *data);
typedef void live_rows_take_instance(const struct instance_columns *columns, void *data);

/* In a transaction of the caller's (database_read()). */
bool live_rows_read_services(
	const struct live_rows *which, live_rows_take_service *take, void *data, GError **error);
/* The ids (int64_t) of rows that are passed over are added to passed_over; NULL: nobody wants them.
 */
bool live_rows_read_nodes(const struct live_rows *which, live_rows_take_node *take, void *data,
	GArray *passed_over, GError **error);
bool live_rows_read_instances(
	const struct live_rows *which, live_rows_take_instance *take, void *data, GError **error);
