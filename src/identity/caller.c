/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/caller.h"

GStrv
caller_split_names(const char *list)
{
	GStrv names = g_strsplit(list == NULL ? "" : list, ",", -1);
	for (char **name = names; *name != NULL; name++)
		g_strstrip(*name);
	return names;
}

struct caller *
caller_new(void)
{
	struct caller *caller = g_atomic_rc_box_new0(struct caller);
	caller->roles = g_new0(char *, 1);
	caller->service_roles = g_new0(char *, 1);
	return caller;
}

struct caller *
caller_ref(struct caller *caller)
{
	return g_atomic_rc_box_acquire(caller);
}

static void
clear(void *data)
{
	struct caller *caller = data;
	g_free(caller->user_id);
	g_free(caller->user_domain_id);
	g_free(caller->project_id);
	g_free(caller->project_domain_id);
	g_free(caller->domain_id);
	g_free(caller->system_scope);
	g_strfreev(caller->roles);
	g_free(caller->service_user_id);
	g_free(caller->service_user_domain_id);
	g_free(caller->service_project_id);
	g_free(caller->service_project_domain_id);
	g_strfreev(caller->service_roles);
}

void
caller_unref(struct caller *caller)
{
	g_atomic_rc_box_release_full(caller, clear);
}
