/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live rows of Nova's three tables (those that are not soft-deleted), in the
 * order of their ids, as the model's columns.
 *
 * A database that is not Muster's may hold anything: NULL, a word where a number
 * belongs, broken JSON, bytes that are no UTF-8. What can't be shown is passed over,
 * and no row spoils another: a service needs a host and a binary, a node a uuid, a
 * host and a name, an instance a uuid that is not too long to be one.
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

#define LIVE_ROWS_UUID_MAX 36 /* bytes: Nova's instances.uuid is a VARCHAR(36) */

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
	struct instance_name_columns named;
	const char *host; /* NULL: on none */
};

/* MUSTER_ERROR_INVALID names a column that a table lacks: one of the three, or services. */
bool live_rows_check_tables(struct database *database, GError **error);
bool live_rows_check_services(struct database *database, GError **error);

/* Each row's columns are lent for the call. */
typedef void live_rows_take_service(const struct service_columns *columns, void *data);
typedef void live_rows_take_node(const struct node_columns *columns, void *data);
typedef void live_rows_take_instance(const struct instance_columns *columns, void *data);

/* Whether an instance with this uuid can be shown; NULL: none. */
bool live_rows_is_uuid(const char *text);

/* In a transaction of the caller's (database_read()). */
bool live_rows_read_services(
	const struct live_rows *which, live_rows_take_service *take, void *data, GError **error);
/* The ids (int64_t) of rows that are passed over are added to passed_over; NULL: nobody wants them.
 */
bool live_rows_read_nodes(const struct live_rows *which, live_rows_take_node *take, void *data,
	GArray *passed_over, GError **error);
bool live_rows_read_instances(
	const struct live_rows *which, live_rows_take_instance *take, void *data, GError **error);
