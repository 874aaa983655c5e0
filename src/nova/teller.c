/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/teller.h"

struct node *
teller_find(const GPtrArray *nodes)
{
	struct node *first = NULL;
	for (guint i = 0; i < nodes->len; i++) {
		const struct node_columns *node = node_get_columns(nodes->pdata[i]);
		if (node->uptime_known && (first == NULL || node->id < node_get_columns(first)->id))
			first = nodes->pdata[i];
	}
	return first;
}

struct node *
teller_complete(struct node *node, const struct node *teller)
{
	return node_get_columns(node)->uptime_known || teller == NULL
		       ? node_ref(node)
		       : node_new_with_uptime(node, teller);
}
