/* SPDX-License-Identifier: Apache-2.0 */
#include "http/etag.h"

#include <gnutls/crypto.h>
#include <stdbool.h>
#include <string.h>

#define WEAK "W/"
#define SHOWN 16 /* bytes of the digest: enough that no two contents meet by chance */

void
http_etag_format(const void *bytes, size_t size, uint64_t number, char etag[HTTP_ETAG_SIZE])
{
	unsigned char digest[32];
	gnutls_hash_hd_t hash;
	int failed = gnutls_hash_init(&hash, GNUTLS_DIG_SHA256);
	g_assert(failed == 0); /* a machine without SHA-256 (FIPS mode has it, too) */
	uint64_t ordered = GUINT64_TO_LE(number); /* on every machine */
	gnutls_hash(hash, &ordered, sizeof(ordered));
	gnutls_hash(hash, bytes, size);
	gnutls_hash_deinit(hash, digest);
	char *at = stpcpy(etag, WEAK "\"");
	for (size_t i = 0; i < SHOWN; i++) {
		*at++ = "0123456789abcdef"[digest[i] >> 4];
		*at++ = "0123456789abcdef"[digest[i] & 15];
	}
	memcpy(at, "\"", sizeof("\""));
}

/* No tag has a quote within: what stands between two is one. The comparison is the weak one,
 * whichever kind the client names. The header may come several times (RFC 9110, 5.3). */
static bool
is_known(const struct http_request *request, const char *etag)
{
	for (size_t i = 0; i < request->headers_size; i++) {
		const struct http_header *header = &request->headers[i];
		if (http_header_is_named(header, "If-None-Match") &&
			(g_str_equal(header->value, "*") ||
				strstr(header->value, etag + strlen(WEAK)) != NULL))
			return true;
	}
	return false;
}

void
http_etag_add(struct http_response *response, const struct http_request *request, const char *etag)
{
	http_response_add_header(response, "ETag", etag);
	if (is_known(request, etag))
		response->status = 304;
}
