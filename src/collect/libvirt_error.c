/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/libvirt_error.h"

#include <libvirt/virterror.h>

#include "base/error.h"

static void
ignore(void *data, virErrorPtr error)
{
}

void
libvirt_error_silence(void)
{
	virSetErrorFunc(NULL, ignore);
}

static enum muster_error
code_of(const virError *error)
{
	switch (error->code) {
	case VIR_ERR_NO_SUPPORT:
	case VIR_ERR_NO_CONNECT:
	case VIR_ERR_CONFIG_UNSUPPORTED:
		return MUSTER_ERROR_UNSUPPORTED;
	case VIR_ERR_AUTH_FAILED:
	case VIR_ERR_AUTH_CANCELLED:
	case VIR_ERR_AUTH_UNAVAILABLE:
	case VIR_ERR_ACCESS_DENIED:
	case VIR_ERR_OPERATION_DENIED:
		return MUSTER_ERROR_FORBIDDEN;
	case VIR_ERR_NO_DOMAIN:
	case VIR_ERR_NO_STORAGE_POOL:
	case VIR_ERR_NO_STORAGE_VOL:
		return MUSTER_ERROR_NOT_FOUND;
	case VIR_ERR_OPERATION_TIMEOUT:
	case VIR_ERR_AGENT_UNRESPONSIVE:
		return MUSTER_ERROR_TIMEOUT;
	default:
		return MUSTER_ERROR_UNAVAILABLE;
	}
}

void
libvirt_error_take(GError **error, const char *uri, const char *what)
{
	const virError *last = virGetLastError();
	if (last == NULL || last->message == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE,
			"%s: cannot %s: libvirt gave no reason", uri, what);
		return;
	}
	g_autofree char *words = g_utf8_make_valid(last->message, -1); /* the far side's */
	g_set_error(error, MUSTER_ERROR, code_of(last), "%s: cannot %s: %s", uri, what, words);
}

bool
libvirt_error_is_unsupported(void)
{
	return virGetLastErrorCode() == VIR_ERR_NO_SUPPORT;
}
