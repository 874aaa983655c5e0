/* SPDX-License-Identifier: Apache-2.0 */
#include <errmsg.h>
#include <mysqld_error.h>

#include "base/error.h"
#include "store/mariadb_private.h"

/* The codes of the library itself begin here, those of the server end before
 * (https://mariadb.com/kb/en/mariadb-error-code-reference/). */
#define IS_CLIENT_CODE(code) ((code) >= CR_MIN_ERROR && (code) <= CR_MAX_ERROR)

/* MySQL's, from 8.0.24 on: the server closed a connection that was idle for its wait_timeout. */
#define MYSQL_CLIENT_INTERACTION_TIMEOUT 4031

static enum muster_error
code_of(unsigned code)
{
	switch (code) {
	case ER_LOCK_DEADLOCK:
	case ER_LOCK_WAIT_TIMEOUT:
		return MUSTER_ERROR_BUSY;
	case ER_DBACCESS_DENIED_ERROR:
	case ER_ACCESS_DENIED_ERROR:
	case ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
	case ER_TABLEACCESS_DENIED_ERROR:
	case ER_COLUMNACCESS_DENIED_ERROR:
	case ER_SPECIFIC_ACCESS_DENIED_ERROR:
	case ER_OPTION_PREVENTS_STATEMENT: /* the server is read-only */
	case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
		return MUSTER_ERROR_FORBIDDEN;
	case ER_BAD_DB_ERROR:
	case ER_NO_SUCH_TABLE:
	case ER_BAD_FIELD_ERROR:
	case ER_BAD_NULL_ERROR:
	case ER_NO_DEFAULT_FOR_FIELD:
	case ER_DUP_ENTRY:
	case ER_DATA_TOO_LONG:
	case ER_WARN_DATA_OUT_OF_RANGE:
	case ER_TRUNCATED_WRONG_VALUE:
	case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
	case ER_ROW_IS_REFERENCED_2:
	case ER_NO_REFERENCED_ROW_2:
		return MUSTER_ERROR_INVALID;
	case ER_CON_COUNT_ERROR:
	case ER_USER_LIMIT_REACHED:
	case ER_TOO_MANY_USER_CONNECTIONS:
	case ER_SERVER_SHUTDOWN:
	case ER_CONNECTION_KILLED:
	case ER_QUERY_INTERRUPTED:
	case MYSQL_CLIENT_INTERACTION_TIMEOUT:
	case ER_UNKNOWN_COM_ERROR: /* Galera: this node is not ready */
		return MUSTER_ERROR_UNAVAILABLE;
	default:
		return IS_CLIENT_CODE(code) ? MUSTER_ERROR_UNAVAILABLE : MUSTER_ERROR_IO;
	}
}

bool
mariadb_fail(
	struct mariadb *mariadb, unsigned code, const char *text, const char *what, GError **error)
{
	enum muster_error mine = code_of(code);
	if (mine == MUSTER_ERROR_UNAVAILABLE)
		mariadb->lost = true;
	g_set_error(error, MUSTER_ERROR, mine, "cannot %s %s: %s", what, mariadb->base.name, text);
	return false;
}
