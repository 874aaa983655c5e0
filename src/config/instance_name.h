/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name of an instance by Nova's instance_name_template, as the property
 * Instance.name in nova/objects/instance.py makes it: Python's `template % id`; where
 * that raises TypeError, `template % columns`; where that raises KeyError, the uuid.
 * The conversions are Python's ("printf-style String Formatting" in its library
 * reference); a template never reaches C's printf. Immutable; any thread may format.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

#define INSTANCE_NAME_TEMPLATE_MAX 255 /* bytes: libvirt's longest names are about as long */
#define INSTANCE_NAME_WIDTH_MAX 255    /* of one conversion, for the same reason */

struct instance_name;

/*
 * The template is UTF-8. MUSTER_ERROR_INVALID: one for which Nova has no name either (it
 * answers 500), or is longer than the limits. MUSTER_ERROR_UNSUPPORTED: one that takes from a
 * row what Muster does not read: a column other than id, uuid, display_name and hostname.
 */
struct instance_name *instance_name_new(const char *template, GError **error);
void instance_name_free(struct instance_name *name);
CLEANUP_DEFINE(struct instance_name, instance_name_free)

/* Whether a name may hold display_name or hostname: else the id and the uuid make it. */
bool instance_name_needs_texts(const struct instance_name *name);

/* What a name may be made of. The texts are UTF-8; display_name and hostname may be NULL, which
 * Python shows as None. */
struct instance_name_columns {
	int64_t id;
	const char *uuid;
	const char *display_name;
	const char *hostname;
};

/* Appends the name of one instance. */
void instance_name_append(const struct instance_name *name,
	const struct instance_name_columns *columns, GString *out);
