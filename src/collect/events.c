/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/events.h"

#include <glib.h>
#include <libvirt/libvirt.h>

#include "collect/libvirt_error.h"
#include "collect/xml.h"

static void *
run(void *data)
{
	while (virEventRunDefaultImpl() == 0)
		;
	g_critical("libvirt's event loop has ended: changes of guests show at the interval only, "
		   "and a host that hangs is noticed late; restart Muster");
	return NULL;
}

void
events_start(void)
{
	static gsize started;
	if (!g_once_init_enter(&started))
		return;
	libvirt_error_silence();
	xml_start();
	if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0)
		g_error("libvirt cannot be initialised");
	g_thread_unref(g_thread_new("libvirt-events", run, NULL));
	g_once_init_leave(&started, 1);
}
