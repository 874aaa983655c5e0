/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller: who asks, as an authentication strategy has found it out. Filled in by
 * the strategy, then handed out and never changed; reference-counted, so that a cache
 * and the requests of any thread share it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct caller {
	char *user_id;
	char *user_domain_id; /* NULL: not known, like all below */
	char *project_id;
	char *project_domain_id;
	char *domain_id;    /* of a token for a domain */
	char *system_scope; /* "all", of a token for the system */
	GStrv roles;        /* never NULL */
	/* Of the service that passed the request on, where one did. */
	char *service_user_id;
	char *service_user_domain_id;
	char *service_project_id;
	char *service_project_domain_id;
	GStrv service_roles;        /* never NULL */
	bool outside_admin_project; /* Keystone has an admin project, and this is another */
	bool is_admin;              /* whatever the roles say: nobody is to be asked (noauth) */
	bool any_project;           /* the path may name any project (noauth) */
};

/* The names in a list with commas, as oslo.config's ListOpt reads it: roles, users. NULL: none.
 * The caller frees it. */
GStrv caller_split_names(const char *list);

/* Empty, with no roles. */
struct caller *caller_new(void);
struct caller *caller_ref(struct caller *caller);
void caller_unref(struct caller *caller);
CLEANUP_DEFINE(struct caller, caller_unref)
