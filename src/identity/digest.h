/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests: what is remembered in place of tokens and passwords. HMAC-SHA-256 under a
 * key that is made at the start and never leaves the process: what a client sends can
 * neither be read back from a digest, nor be shaped so that digests resemble each
 * other, so comparing them byte by byte tells a client nothing.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32 /* bytes: of SHA-256 */

struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

struct digest_key {
	uint8_t bytes[DIGEST_SIZE];
};

/* A key at random. */
void digest_key_init(struct digest_key *key);

/* Of some bytes. */
void digest_make(
	const struct digest_key *key, const void *bytes, size_t size, struct digest *digest);
/* Of a digest and some bytes: of two things, of which one may not pass for part of the other. */
void digest_extend(
	const struct digest_key *key, const void *bytes, size_t size, struct digest *digest);

/* For a GHashTable whose keys are digests. */
guint digest_hash(const void *digest);
gboolean digest_equal(const void *a, const void *b);
