/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query string: its parameters, and the schemas that Nova holds them
 * against at each microversion (nova/api/openstack/compute/schemas/).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct query;

/* What a value may be. */
enum query_kind {
	QUERY_STRING,
	QUERY_COUNT,    /* digits */
	QUERY_HOSTNAME, /* letters, digits, '-', '.', '_' */
	QUERY_BOOLEAN,  /* true, 1, on, yes; false, 0, off, no: in three spellings */
};

struct query_parameter {
	const char *name;
	enum query_kind kind;
};

struct query_schema {
	bool repeats;       /* a parameter may stand several times: the last counts */
	bool passes_others; /* unknown parameters are dropped; else they are refused */
	unsigned size;
	struct query_parameter parameters[4];
};

/*
 * Reads the raw query (NULL: none) against a schema (NULL: no parameter is known, all are
 * dropped). MUSTER_ERROR_INVALID, in Nova's words, for what breaks it, and for a percent sign cut
 * short or text that is not UTF-8.
 */
struct query *query_parse(const char *raw, const struct query_schema *schema, GError **error);
void query_free(struct query *query);
CLEANUP_DEFINE(struct query, query_free)

/* The value of a parameter that the schema knows, lent; NULL: not given. */
const char *query_get(const struct query *query, const char *name);
bool query_get_boolean(const struct query *query, const char *name);

/* The known parameters, encoded anew, in the order of their names: "limit=2&marker=7". The marker
 * stands among them where the request had one (asked_by_marker), else last. The caller frees it. */
char *query_format_next(const struct query *query, const char *marker, bool asked_by_marker);
