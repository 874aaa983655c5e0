/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes the tables of schema.h, for each kind of database: statements, each of
 * which makes a table or an index that is not there yet.
 */
#pragma once

/* NULL-terminated. */
extern const char *const tables_sqlite[];
extern const char *const tables_mariadb[];
