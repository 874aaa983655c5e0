/* SPDX-License-Identifier: Apache-2.0 */
#include "http/tls.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/error.h"

#define CHAIN_MAX 16   /* certificates: from the server's to the root's, there are four at most */
#define KEY_ID_SIZE 64 /* bytes: of the longest hash */

/* A certificate with those that it comes from, and its key. */
struct pair {
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned chain_size;
	gnutls_privkey_t key;
};

struct tls {
	struct http_tls files;
	char *trust;
	GPtrArray *pairs; /* struct pair *; the last is in force. A handshake may be using an
			     older one, and nobody tells when it ends: they are kept. */
};

static struct {
	GMutex lock;
	struct pair *pair;
	bool demands_certificate;
} in_force;

static void
pair_free(void *data)
{
	struct pair *pair = data;
	for (unsigned i = 0; i < pair->chain_size; i++)
		gnutls_pcert_deinit(&pair->chain[i]);
	if (pair->key != NULL)
		gnutls_privkey_deinit(pair->key);
	g_free(pair);
}

static char *
read_file(const char *option, const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	char *text = NULL;
	if (g_file_get_contents(path, &text, NULL, &cause))
		return text;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "[ssl] %s: %s", option, cause->message);
	return NULL;
}

static bool
check(int result, const char *option, const char *path, const char *expected, GError **error)
{
	if (result >= 0)
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "[ssl] %s = %s: expected %s: %s",
		option, path, expected, gnutls_strerror(result));
	return false;
}

static bool
read_chain(struct pair *pair, const char *path, GError **error)
{
	g_autofree char *text = read_file("cert_file", path, error);
	if (text == NULL)
		return false;
	const gnutls_datum_t pem = {(unsigned char *)text, (unsigned)strlen(text)};
	unsigned size = CHAIN_MAX;
	int result =
		gnutls_pcert_list_import_x509_raw(pair->chain, &size, &pem, GNUTLS_X509_FMT_PEM, 0);
	pair->chain_size = result >= 0 ? size : 0;
	return check(result, "cert_file", path, "certificates in PEM", error);
}

static bool
read_key(struct pair *pair, const char *path, GError **error)
{
	g_autofree char *text = read_file("key_file", path, error);
	if (text == NULL)
		return false;
	const gnutls_datum_t pem = {(unsigned char *)text, (unsigned)strlen(text)};
	gnutls_privkey_init(&pair->key);
	int result = gnutls_privkey_import_x509_raw(pair->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	explicit_bzero(text, strlen(text));
	return check(result, "key_file", path, "a key in PEM, without a password", error);
}

/* Whether the key is that of the certificate. */
static bool
check_pair(const struct pair *pair, const struct http_tls *files, GError **error)
{
	unsigned char of_chain[KEY_ID_SIZE] = {0}, of_key[KEY_ID_SIZE] = {0};
	size_t chain_size = sizeof(of_chain), key_size = sizeof(of_key);
	gnutls_pubkey_t public;
	gnutls_pubkey_init(&public);
	gnutls_pubkey_import_privkey(public, pair->key, 0, 0);
	gnutls_pubkey_get_key_id(public, 0, of_key, &key_size);
	gnutls_pubkey_get_key_id(pair->chain[0].pubkey, 0, of_chain, &chain_size);
	gnutls_pubkey_deinit(public);
	if (key_size == chain_size && memcmp(of_chain, of_key, key_size) == 0)
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"[ssl] key_file = %s: expected the key of the first certificate of cert_file = %s; "
		"it is another's",
		files->key_file, files->cert_file);
	return false;
}

bool
tls_reload(struct tls *tls, GError **error)
{
	struct pair *pair = g_new0(struct pair, 1);
	if (!read_chain(pair, tls->files.cert_file, error) ||
		!read_key(pair, tls->files.key_file, error) ||
		!check_pair(pair, &tls->files, error)) {
		pair_free(pair);
		return false;
	}
	g_ptr_array_add(tls->pairs, pair);
	g_mutex_lock(&in_force.lock);
	in_force.pair = pair;
	g_mutex_unlock(&in_force.lock);
	return true;
}

static bool
read_trust(struct tls *tls, GError **error)
{
	const char *path = tls->files.ca_file;
	if (path == NULL)
		return true;
	tls->trust = read_file("ca_file", path, error);
	if (tls->trust == NULL)
		return false;
	const gnutls_datum_t pem = {(unsigned char *)tls->trust, (unsigned)strlen(tls->trust)};
	gnutls_x509_trust_list_t list;
	gnutls_x509_trust_list_init(&list, 0);
	int result =
		gnutls_x509_trust_list_add_trust_mem(list, &pem, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
	gnutls_x509_trust_list_deinit(list, 1);
	return check(result > 0 ? 0 : GNUTLS_E_NO_CERTIFICATE_FOUND, "ca_file", path,
		"certificates in PEM", error);
}

bool
tls_is_wanted(const struct http_tls *files)
{
	return files->cert_file != NULL || files->key_file != NULL || files->ca_file != NULL;
}

struct tls *
tls_open(const struct http_tls *files, GError **error)
{
	if (files->cert_file == NULL || files->key_file == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"[ssl] expected cert_file and key_file together; %s is not set",
			files->cert_file == NULL ? "cert_file" : "key_file");
		return NULL;
	}
	CLEANUP(tls_close) struct tls *tls = g_new0(struct tls, 1);
	tls->files = *files;
	tls->pairs = g_ptr_array_new_with_free_func(pair_free);
	if (!read_trust(tls, error) || !tls_reload(tls, error))
		return NULL;
	in_force.demands_certificate = tls->trust != NULL;
	return g_steal_pointer(&tls);
}

void
tls_close(struct tls *tls)
{
	g_mutex_lock(&in_force.lock);
	in_force.pair = NULL;
	g_mutex_unlock(&in_force.lock);
	g_ptr_array_unref(tls->pairs);
	g_free(tls->trust);
	g_free(tls);
}

/* libmicrohttpd asks a client for a certificate and takes it as well if there is none, or a bad
 * one; here, in the middle of the handshake, GnuTLS is told to end it then. */
static int
retrieve(gnutls_session_t session, const gnutls_datum_t *names, int names_size,
	const gnutls_pk_algorithm_t *algorithms, int algorithms_size, gnutls_pcert_st **chain,
	unsigned *chain_size, gnutls_privkey_t *key)
{
	static gnutls_typed_vdata_st client = {
		GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0};
	if (in_force.demands_certificate) {
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert2(session, &client, 1, 0);
	}
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&in_force.lock);
	*chain = in_force.pair->chain;
	*chain_size = in_force.pair->chain_size;
	*key = in_force.pair->key;
	return 0;
}

void *
tls_get_callback(void)
{
	return retrieve;
}

const char *
tls_get_trust(const struct tls *tls)
{
	return tls->trust;
}
