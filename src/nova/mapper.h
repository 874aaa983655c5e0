/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mapper: Nova's API database at work, as cell.h has it for a cell. One lane reads
 * the map of the cloud, which cells there are and which host is in which; the other
 * answers to which cell one host is mapped.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "nova/api_database.h"

struct mapper;

/* What was read, taken; or the error, lent, and rows is NULL. */
typedef void mapper_take(struct api_rows *rows, bool caseless, const GError *error, void *data);

struct mapper_options {
	const char *url; /* [api_database] connection */
	struct api_database_options templates;
	unsigned timeout;      /* s, for each call of MariaDB */
	GMainContext *context; /* in which the answers arrive */
	mapper_take *take;
	void *data;
};

/* The texts are copied. */
struct mapper *mapper_start(const struct mapper_options *options);
/* Waits for the threads for up to `patience` µs, then leaves them behind. Nothing arrives any
 * more. */
void mapper_stop(struct mapper *mapper, int64_t patience);

/* Whether one of its threads waits for the database as if it did so for good (lane.h). is_awaited:
 * whether a reading is, else the thread that reads is none of them. */
bool mapper_is_stuck(const struct mapper *mapper, bool is_awaited);

/* Has the map read. */
void mapper_read(struct mapper *mapper);

/* To which cell is the host mapped? */
struct map_query {
	char *host;

	GError *error;
	bool mapped;
	int64_t cell;

	/* As in struct cell_query. */
	void (*answer)(struct map_query *query, void *data);
	void *data;
	GDestroyNotify free_data;
};
void map_query_free(struct map_query *query);

/* Takes the query, and hands it back by its answer(). */
void mapper_ask(struct mapper *mapper, struct map_query *query);
