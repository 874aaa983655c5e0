/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/teller.h"

struct node *
teller_find(const GPtrArray *nodes)
{
	for (guint i = 0; i < nodes->len; i++)
		if (node_get_columns(nodes->pdata[i])->uptime_known)
			return nodes->pdata[i];
	return NULL;
}

struct node *
teller_complete(struct node *node, const struct node *teller)
{
	return node_get_columns(node)->uptime_known || teller == NULL
		       ? node_ref(node)
		       : node_new_with_uptime(node, teller);
}
