/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tables of texts that compare without case, as MariaDB's usual collations have
 * host names and uuids: GLib's hash and equality of the letters of ASCII alone.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

guint caseless_hash(gconstpointer text);
gboolean caseless_equal(gconstpointer a, gconstpointer b);

/* These, or where case matters g_str_hash() and g_str_equal(). */
GHashFunc caseless_get_hash(bool caseless);
GEqualFunc caseless_get_equal(bool caseless);
