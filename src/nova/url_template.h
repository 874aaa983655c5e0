/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The templates that the URLs of cell_mappings may be, filled in from a URL of
 * nova.conf: {scheme} {username} {password} {hostname} {port} {path} {query}
 * {fragment}, and where it names several servers, {username1} {password1}
 * {hostname1} {port1}, {username2}, …; {{ and }} are braces.
 * (Nova, nova/objects/cell_mapping.py, _format_url(): Python's str.format() and
 * urllib.parse.urlparse(). As there nothing is percent-decoded, a host name is in
 * small letters unless it is a numbered one, and what the URL lacks is "None".)
 */
#pragma once

#include <glib.h>

/*
 * The caller frees it. MUSTER_ERROR_INVALID where Nova logs that it can't and takes the template
 * as it stands; also for a conversion or a format, as in {port:>5}, which no URL has a use for. The
 * message repeats neither of the two: both may hold a password.
 */
char *url_template_fill(const char *template, const char *source, GError **error);
