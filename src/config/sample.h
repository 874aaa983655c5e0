/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of options prints: the sample configuration and the manual page. */
#pragma once

/* A configuration file with every option, its help and its default, commented out. The
 * caller frees it. */
char *config_format_sample(void);

/* The manual page muster.conf(5), in mdoc(7). The caller frees it. */
char *config_format_man(void);
