/* SPDX-License-Identifier: Apache-2.0 */
#include "model/freshness.h"

void
freshness_outcome_free(struct freshness_outcome *outcome)
{
	g_clear_error(&outcome->error);
	g_clear_pointer(&outcome->away, g_array_unref);
	g_clear_pointer(&outcome->hypervisor, hypervisor_unref);
	g_free(outcome);
}
