/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings: the configuration with the defaults filled in that depend on the
 * rest of it or on the machine: where the state is kept, which database, which
 * connections. Plain values; the same for every subcommand.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "config/config.h"
#include "http/server.h"

struct settings {
	char **files; /* that the configuration was read from */
	struct config *config;
	char *state_directory;
	char *socket;       /* of `muster status` and `muster host` */
	char *api_database; /* a URL; NULL: Muster is not beside a running Nova */
	char *database;     /* a URL; beside Nova that of its configuration, or NULL */
	char **connect;     /* libvirt URIs; empty: nothing is collected */
	bool server_name_is_domain;
};

/* What the command line says; NULL where it says nothing. */
struct settings_arguments {
	char **config; /* files; NULL: /etc/muster/muster.conf, where there is one */
	char *listen;
	char *database;
	char **connect;
};

/* MUSTER_ERROR_INVALID, _IO and _UNSUPPORTED, with what is wrong where. */
struct settings *settings_load(const struct settings_arguments *arguments, GError **error);
void settings_free(struct settings *settings);
CLEANUP_DEFINE(struct settings, settings_free)

/* Whether the records are Muster's own to change; MUSTER_ERROR_FORBIDDEN beside a running Nova. */
bool settings_check_own(const struct settings *settings, GError **error);

/* [ssl], lent. */
struct http_tls settings_get_tls(const struct settings *settings);

/* Makes the state directory (0700) where it is missing. */
bool settings_make_state_directory(const struct settings *settings, GError **error);
