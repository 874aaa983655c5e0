/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The domains of a host as guests of a report. Only calls that never ask a
 * guest's monitor, which may hang: the list, virDomainGetInfo() and
 * virDomainGetState().
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>
#include <stdint.h>

/*
 * All domains (struct guest *), in no order. *in_transit is how many are between two states:
 * being shut down, migrated, saved, restored, dumped or started.
 */
GPtrArray *guests_list(
	virConnectPtr connection, const char *uri, int64_t *in_transit, GError **error);
