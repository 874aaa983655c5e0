/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error domain. A module that talks to a library turns that library's
 * codes into these at its edge and puts into the message what was tried on
 * what; whoever stops an error logs it, once.
 */
#pragma once

#include <glib.h>

#define MUSTER_ERROR (muster_error_quark())

enum muster_error {
	MUSTER_ERROR_INVALID,     /* input that breaks a rule: the message says which and where */
	MUSTER_ERROR_NOT_FOUND,   /* what was named does not exist */
	MUSTER_ERROR_FORBIDDEN,   /* the caller may not */
	MUSTER_ERROR_UNSUPPORTED, /* a well-formed wish that this version or party lacks */
	MUSTER_ERROR_LIMIT,       /* a named limit was reached */
	MUSTER_ERROR_BUSY,        /* another process or party holds it */
	MUSTER_ERROR_UNAVAILABLE, /* an outside party is away or refuses */
	MUSTER_ERROR_TIMEOUT,     /* an outside party did not answer in time */
	MUSTER_ERROR_IO,          /* a file, a disk or the store failed */
};

GQuark muster_error_quark(void);
