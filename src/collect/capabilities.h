/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host's capabilities (https://libvirt.org/formatcaps.html), reduced to what
 * tells the machine and to cpu_info, which has the form that nova-compute's
 * libvirt driver gives it (nova/virt/libvirt/driver.py, _get_cpu_info).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct capabilities;

/* Reads virConnectGetCapabilities()' document. MUSTER_ERROR_INVALID, MUSTER_ERROR_LIMIT. */
struct capabilities *capabilities_parse(const char *xml, size_t length, GError **error);
void capabilities_free(struct capabilities *capabilities);
CLEANUP_DEFINE(struct capabilities, capabilities_free)

/* Lent; NULL where the driver gives none (test://). */
const char *capabilities_get_machine_uuid(const struct capabilities *capabilities);

/*
 * The <cpu> element, lent, to be given to virConnectBaselineCPU(), which adds the features that
 * the model implies; NULL where Nova does not ask: there is no model, or the CPU is an ARM one,
 * whose features that call would lose.
 */
const char *capabilities_get_cpu(const struct capabilities *capabilities);
/* Takes the features of such an answer in place of those read. */
bool capabilities_set_features(
	struct capabilities *capabilities, const char *cpu, size_t length, GError **error);

/* cpu_info as JSON text, its features sorted; null for what is missing, as in Nova. */
char *capabilities_format_cpu_info(const struct capabilities *capabilities);
