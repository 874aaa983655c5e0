/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTPS, with certificates that are made here: an authority, and what it signs for a
 * server and for clients. The peer is the HTTP client, which is of another TLS library.
 */
#include "http-fixture.h"

#include <gnutls/x509.h>

#include "base/error.h"
#include "http/client.h"

#define BITS 2048
#define YEAR (365 * 24 * 3600)

/* A certificate with its key, in PEM files of the test's directory. */
struct issued {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
	char *cert_file;
	char *key_file;
};

static char *directory;

static void
write_pem(const char *path, gnutls_datum_t *pem)
{
	g_assert_true(g_file_set_contents(path, (const char *)pem->data, (gssize)pem->size, NULL));
	gnutls_free(pem->data);
}

/* purpose: an OID; NULL: an authority. by: NULL: itself. */
static struct issued
issue(const char *name, const char *purpose, const struct issued *by)
{
	static unsigned char serial = 1;
	struct issued issued = {
		.cert_file = g_strdup_printf("%s/%s.pem", directory, name),
		.key_file = g_strdup_printf("%s/%s.key", directory, name),
	};
	gnutls_datum_t pem;
	const unsigned char loopback[] = {127, 0, 0, 1};
	gnutls_x509_privkey_init(&issued.key);
	gnutls_x509_privkey_generate(issued.key, GNUTLS_PK_RSA, BITS, 0);
	gnutls_x509_crt_init(&issued.certificate);
	gnutls_x509_crt_set_version(issued.certificate, 3);
	gnutls_x509_crt_set_serial(issued.certificate, &serial, sizeof(serial));
	serial++;
	gnutls_x509_crt_set_activation_time(issued.certificate, time(NULL) - YEAR);
	gnutls_x509_crt_set_expiration_time(issued.certificate, time(NULL) + YEAR);
	gnutls_x509_crt_set_dn_by_oid(
		issued.certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	gnutls_x509_crt_set_subject_alt_name(issued.certificate, GNUTLS_SAN_IPADDRESS, loopback,
		sizeof(loopback), GNUTLS_FSAN_SET);
	gnutls_x509_crt_set_key(issued.certificate, issued.key);
	gnutls_x509_crt_set_basic_constraints(issued.certificate, purpose == NULL, -1);
	if (purpose != NULL)
		gnutls_x509_crt_set_key_purpose_oid(issued.certificate, purpose, 0);
	const struct issued *issuer = by == NULL ? &issued : by;
	g_assert_cmpint(gnutls_x509_crt_sign2(issued.certificate, issuer->certificate, issuer->key,
				GNUTLS_DIG_SHA256, 0),
		==, 0);
	gnutls_x509_crt_export2(issued.certificate, GNUTLS_X509_FMT_PEM, &pem);
	write_pem(issued.cert_file, &pem);
	gnutls_x509_privkey_export2(issued.key, GNUTLS_X509_FMT_PEM, &pem);
	write_pem(issued.key_file, &pem);
	return issued;
}

static void
copy_file(const char *from, const char *to)
{
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(from, &text, NULL, NULL));
	g_assert_true(g_file_set_contents(to, text, -1, NULL));
}

static struct issued ca, other_ca, server_one, server_two, client, server_as_client, stranger;

static struct http_server *
start_tls(struct http_tls tls, GError **error)
{
	const struct http_options options = {
		.address = "127.0.0.1:0",
		.tls = tls,
		.threads = 2,
		.connections_max = 100,
		.request_timeout = PATIENCE,
		.shutdown_timeout = 1,
	};
	return http_server_start(&options, &handler, error);
}

/* How a call ended. */
struct ended {
	GMutex lock;
	GCond cond;
	bool is_over;
	unsigned status; /* 0: an error */
};

static void
on_done(const struct http_reply *reply, const GError *error, void *data)
{
	struct ended *ended = data;
	g_mutex_lock(&ended->lock);
	ended->status = reply == NULL ? 0 : http_reply_get_status(reply);
	ended->is_over = true;
	g_cond_signal(&ended->cond);
	g_mutex_unlock(&ended->lock);
	if (error != NULL)
		g_test_message("%s", error->message);
}

/* The status of a GET over a connection of its own; 0: no answer. */
static unsigned
get(struct http_server *server, const struct issued *trusted, const struct issued *own)
{
	struct http_client *http = http_client_start(
		&(struct http_client_options){.under_way_max = 1, .queued_max = 1});
	g_autofree char *url =
		g_strdup_printf("https://127.0.0.1:%u/a", http_server_get_port(server));
	struct ended ended = {0};
	const struct http_call call = {
		.method = "GET",
		.url = url,
		.timeout = PATIENCE * G_TIME_SPAN_SECOND,
		.tls = {.cafile = trusted->cert_file,
			.certfile = own == NULL ? NULL : own->cert_file,
			.keyfile = own == NULL ? NULL : own->key_file},
	};
	g_assert_true(http_client_send(http, &call, on_done, &ended, NULL));
	g_mutex_lock(&ended.lock);
	while (!ended.is_over)
		g_cond_wait(&ended.cond, &ended.lock);
	g_mutex_unlock(&ended.lock);
	http_client_stop(http);
	return ended.status;
}

static void
test_serves_who_trusts_it(void)
{
	struct http_server *server =
		start_tls((struct http_tls){server_one.cert_file, server_one.key_file, NULL}, NULL);
	g_assert_cmpuint(get(server, &ca, NULL), ==, 200);
	g_assert_cmpuint(get(server, &other_ca, NULL), ==, 0);
	g_autofree char *text = ask(server, BYTES("GET /a HTTP/1.1\r\n" END)); /* in the clear */
	g_assert_null(strstr(text, "200"));
	http_server_stop(server);
}

static void
test_client_needs_a_certificate(void)
{
	struct http_server *server = start_tls(
		(struct http_tls){server_one.cert_file, server_one.key_file, ca.cert_file}, NULL);
	g_assert_cmpuint(get(server, &ca, &client), ==, 200);
	g_assert_cmpuint(get(server, &ca, NULL), ==, 0);
	g_assert_cmpuint(get(server, &ca, &stranger), ==, 0);
	g_assert_cmpuint(get(server, &ca, &server_as_client), ==, 0);
	http_server_stop(server);
}

static void
test_certificate_is_read_again(void)
{
	g_autofree char *cert_file = g_build_filename(directory, "live.pem", NULL);
	g_autofree char *key_file = g_build_filename(directory, "live.key", NULL);
	copy_file(server_one.cert_file, cert_file);
	copy_file(server_one.key_file, key_file);
	struct http_server *server = start_tls((struct http_tls){cert_file, key_file, NULL}, NULL);
	g_assert_cmpuint(get(server, &ca, NULL), ==, 200);

	copy_file(server_two.cert_file, cert_file);
	g_autoptr(GError) error = NULL;
	g_assert_false(http_server_reload(server, &error)); /* the key is still the old one */
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_assert_cmpuint(get(server, &ca, NULL), ==, 200);

	copy_file(server_two.key_file, key_file);
	g_assert_true(http_server_reload(server, NULL));
	g_assert_cmpuint(get(server, &ca, NULL), ==, 0);
	g_assert_cmpuint(get(server, &other_ca, NULL), ==, 200);
	http_server_stop(server);
}

static void
test_what_is_missing_is_told(void)
{
	const struct {
		struct http_tls tls;
		int code;
		const char *part;
	} table[] = {
		{{server_one.cert_file, NULL, NULL}, MUSTER_ERROR_INVALID, "key_file is not set"},
		{{NULL, server_one.key_file, NULL}, MUSTER_ERROR_INVALID, "cert_file is not set"},
		{{NULL, NULL, ca.cert_file}, MUSTER_ERROR_INVALID, "cert_file is not set"},
		{{server_one.cert_file, client.key_file, NULL}, MUSTER_ERROR_INVALID,
			"it is another's"},
		{{server_one.key_file, server_one.key_file, NULL}, MUSTER_ERROR_INVALID,
			"expected certificates in PEM"},
		{{server_one.cert_file, server_one.cert_file, NULL}, MUSTER_ERROR_INVALID,
			"expected a key in PEM"},
		{{server_one.cert_file, server_one.key_file, client.key_file}, MUSTER_ERROR_INVALID,
			"[ssl] ca_file"},
		{{server_one.cert_file, "/nonexistent", NULL}, MUSTER_ERROR_IO, "/nonexistent"},
		{{"/nonexistent", server_one.key_file, NULL}, MUSTER_ERROR_IO, "/nonexistent"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(start_tls(table[i].tls, &error));
		g_test_message("%s", error->message);
		g_assert_error(error, MUSTER_ERROR, table[i].code);
		assert_contains(error->message, table[i].part);
	}
}

static void
clear(struct issued *issued)
{
	unlink(issued->cert_file);
	unlink(issued->key_file);
	g_free(issued->cert_file);
	g_free(issued->key_file);
	gnutls_x509_crt_deinit(issued->certificate);
	gnutls_x509_privkey_deinit(issued->key);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	directory = g_dir_make_tmp("tls-XXXXXX", NULL);
	ca = issue("ca", NULL, NULL);
	other_ca = issue("other-ca", NULL, NULL);
	server_one = issue("one", GNUTLS_KP_TLS_WWW_SERVER, &ca);
	server_two = issue("two", GNUTLS_KP_TLS_WWW_SERVER, &other_ca);
	client = issue("client", GNUTLS_KP_TLS_WWW_CLIENT, &ca);
	server_as_client = issue("server-as-client", GNUTLS_KP_TLS_WWW_SERVER, &ca);
	stranger = issue("stranger", GNUTLS_KP_TLS_WWW_CLIENT, &other_ca);
	g_test_add_func("/http/tls/serves-who-trusts-it", test_serves_who_trusts_it);
	g_test_add_func("/http/tls/client-needs-a-certificate", test_client_needs_a_certificate);
	g_test_add_func("/http/tls/certificate-is-read-again", test_certificate_is_read_again);
	g_test_add_func("/http/tls/what-is-missing-is-told", test_what_is_missing_is_told);
	int status = g_test_run();
	struct issued *all[] = {
		&ca, &other_ca, &server_one, &server_two, &client, &server_as_client, &stranger};
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		clear(all[i]);
	g_autofree char *live = g_build_filename(directory, "live.pem", NULL);
	g_autofree char *live_key = g_build_filename(directory, "live.key", NULL);
	unlink(live);
	unlink(live_key);
	rmdir(directory);
	g_free(directory);
	return status;
}
