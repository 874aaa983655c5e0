/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's certificates, and whose it demands of clients: what libmicrohttpd asks
 * GnuTLS for at each handshake. It hands its callback no pointer of ours, so the
 * certificate in force is one for the process: a process serves HTTPS once.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "http/server.h"

/* TLS 1.2 and 1.3, and GnuTLS's choice of all else (gnutls_priority_init(3)). */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls;

/* Whether any file is named: else plain HTTP is spoken. */
bool tls_is_wanted(const struct http_tls *files);

/* Reads the files, which are lent. MUSTER_ERROR_INVALID where one is missing or is none, or the key
 * is another certificate's; MUSTER_ERROR_IO where one can't be read. */
struct tls *tls_open(const struct http_tls *files, GError **error);
/* After the daemon has been stopped. */
void tls_close(struct tls *tls);
CLEANUP_DEFINE(struct tls, tls_close)

/* Reads certificate and key again, for the handshakes to come. The errors of tls_open(); the
 * old ones then stay in force. */
bool tls_reload(struct tls *tls, GError **error);

/* For MHD_OPTION_HTTPS_CERT_CALLBACK. */
void *tls_get_callback(void);
/* For MHD_OPTION_HTTPS_MEM_TRUST: the authorities, in PEM; NULL: no client needs a certificate. */
const char *tls_get_trust(const struct tls *tls);
