/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microversions: which version of the compute API a request asks for, by the
 * header OpenStack-API-Version or the older X-OpenStack-Nova-API-Version
 * (Nova's api-guide, microversions.rst). The major number is 2 throughout, so a
 * version is its minor number.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "http/request.h"

#define MICROVERSION_MIN 1   /* 2.1 */
#define MICROVERSION_MAX 104 /* 2.104: 2.89 to it bring no new shape here */

struct microversion {
	unsigned minor; /* MICROVERSION_MIN .. max */
	/* As the answer's headers show it; NULL: they show none. */
	const char *shown;         /* "2.53" */
	const char *shown_service; /* "compute 2.53" */
	char *asked;               /* what was asked for and is not offered: the text of both */
};

void microversion_clear(struct microversion *version);

/*
 * The version that the request asks for; 2.1 where it asks for none. False and
 * MUSTER_ERROR_INVALID for a malformed one; false and MUSTER_ERROR_UNSUPPORTED for one that is
 * not offered, with `shown` set: Nova's 406 bears the version that was asked for.
 */
bool microversion_parse(const struct http_request *request, unsigned max,
	struct microversion *version, GError **error);
