/* SPDX-License-Identifier: Apache-2.0 */
/* URLs of brokers, as oslo.messaging and kombu read them. */
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "nova/transport_url.h"

static struct transport_url *
parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct transport_url *url = transport_url_parse(text, &error);
	g_test_message("%s", text);
	g_assert_no_error(error);
	return url;
}

static void
test_finds_the_parts(void)
{
	static const struct {
		const char *text;
		const char *user, *password, *host;
		unsigned port;
		const char *virtual_host;
	} cases[] = {
		{"rabbit://nova:secret@mq1:5673/cell", "nova", "secret", "mq1", 5673, "cell"},
		{"rabbit://nova:secret@mq1", "nova", "secret", "mq1", 5672, "/"},
		{"rabbit://nova:secret@mq1/", "nova", "secret", "mq1", 5672, "/"},
		{"rabbit://nova:secret@mq1:/", "nova", "secret", "mq1", 5672, "/"},
		{"rabbit://nova:secret@mq1//", "nova", "secret", "mq1", 5672, "/"},
		{"rabbit://nova:secret@mq1/%2F", "nova", "secret", "mq1", 5672, "/"},
		{"rabbit://nova:secret@mq1/a%2Fb", "nova", "secret", "mq1", 5672, "a/b"},
		{"rabbit://nova:secret@mq1/a/b?c=d", "nova", "secret", "mq1", 5672, "a/b"},
		{"rabbit://nova:secret@mq1?c=d", "nova", "secret", "mq1", 5672, "/"},
		{"rabbit://mq1/", "guest", "guest", "mq1", 5672, "/"},
		{"rabbit://nova@mq1/", "nova", "guest", "mq1", 5672, "/"},
		{"rabbit://nova:@mq1/", "nova", "guest", "mq1", 5672, "/"},
		{"rabbit://", "guest", "guest", "localhost", 5672, "/"},
		{"rabbit:///", "guest", "guest", "localhost", 5672, "/"},
		{"rabbit:///cell", "guest", "guest", "localhost", 5672, "cell"},
		{"rabbit://u:p@[2001:db8::1]:5673/v", "u", "p", "2001:db8::1", 5673, "v"},
		{"rabbit://u:p@[::1]/v", "u", "p", "::1", 5672, "v"},
		{"rabbit://a%40b:p%2F%3A%2C%23%25@h/", "a@b", "p/:,#%", "h", 5672, "/"},
		{"rabbit://a@b:p@h/", "a@b", "p", "h", 5672, "/"},
		{"rabbit://u:a:b@h/", "u", "a:b", "h", 5672, "/"},
		{"rabbit://u:50%@h/", "u", "50%", "h", 5672, "/"},
		{"rabbit://u:%zz@h/", "u", "%zz", "h", 5672, "/"},
		{"rabbit://u:a+b=c&d$e!f*g(h)@h/", "u", "a+b=c&d$e!f*g(h)", "h", 5672, "/"},
		{"RABBIT://u:p@h/", "u", "p", "h", 5672, "/"},
		{"kombu+rabbit://u:p@h/", "u", "p", "h", 5672, "/"},
		{"kombu+amqp://u:p@h/", "u", "p", "h", 5672, "/"},
		{"kombu+pyamqp://u:p@h/", "u", "p", "h", 5672, "/"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		CLEANUP(transport_url_free) struct transport_url *url = parse(cases[i].text);
		g_assert_cmpuint(url->brokers->len, ==, 1);
		const struct transport_broker *broker = g_ptr_array_index(url->brokers, 0);
		g_assert_cmpstr(broker->user, ==, cases[i].user);
		g_assert_cmpstr(broker->password, ==, cases[i].password);
		g_assert_cmpstr(broker->host, ==, cases[i].host);
		g_assert_cmpuint(broker->port, ==, cases[i].port);
		g_assert_cmpstr(url->virtual_host, ==, cases[i].virtual_host);
	}
}

static void
test_keeps_several_brokers_in_order(void)
{
	CLEANUP(transport_url_free)
	struct transport_url *url = parse("rabbit://a:1@one:5671,b:2@[::2],,three/cell");
	static const struct transport_broker expected[] = {{"one", 5671, "a", "1"},
		{"::2", 5672, "b", "2"}, {"three", 5672, "guest", "guest"}};
	g_assert_cmpuint(url->brokers->len, ==, G_N_ELEMENTS(expected));
	for (unsigned i = 0; i < url->brokers->len; i++) {
		const struct transport_broker *broker = g_ptr_array_index(url->brokers, i);
		g_assert_cmpstr(broker->host, ==, expected[i].host);
		g_assert_cmpuint(broker->port, ==, expected[i].port);
		g_assert_cmpstr(broker->user, ==, expected[i].user);
		g_assert_cmpstr(broker->password, ==, expected[i].password);
	}
	g_assert_cmpstr(url->virtual_host, ==, "cell");
}

static void
test_is_shown_without_its_secrets(void)
{
	static const char *const cases[][2] = {
		{"rabbit://u:secret@h:1/v?ssl=1", "rabbit://u@h:1/v"},
		{"rabbit://u:secret@h", "rabbit://u@h:5672/"},
		{"rabbit://u:secret@[::1]:1,x:secret@h:2/v", "rabbit://u@[::1]:1,x@h:2/v"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		CLEANUP(transport_url_free) struct transport_url *url = parse(cases[i][0]);
		g_autofree char *shown = transport_url_format(url);
		g_assert_cmpstr(shown, ==, cases[i][1]);
	}
}

static void
test_keeps_the_query(void)
{
	CLEANUP(transport_url_free)
	struct transport_url *url =
		parse("rabbit://h/v?ssl=1&ssl_ca_file=%2Fa%20b.pem&x=y+z#ssl=0");
	g_assert_cmpuint(g_hash_table_size(url->query), ==, 3);
	g_assert_cmpstr(g_hash_table_lookup(url->query, "ssl"), ==, "1");
	g_assert_cmpstr(g_hash_table_lookup(url->query, "ssl_ca_file"), ==, "/a b.pem");
	g_assert_cmpstr(g_hash_table_lookup(url->query, "x"), ==, "y z");
}

static void
test_other_transports_are_none(void)
{
	static const char *const cases[] = {NULL, "", "none:///", "fake:/", "fake://", "amqp1://h/",
		"amqp://u:secret@h/", "kafka://h", "kombu+memory:///", "rabbitmq://h/",
		"kombu://h/"};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i]);
		g_assert_null(transport_url_parse(cases[i], &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED);
		g_assert_null(strstr(error->message, "secret"));
	}
}

static void
test_refuses_without_a_word_of_the_password(void)
{
	static const char *const cases[] = {
		"secret",
		"://u:secret@h/",
		"//u:secret@h/",
		"rabbit:u:secret@h/",
		"rabbit:/u:secret@h/",
		"rabbit://u:secret@/",
		"rabbit://u:secret@:5672/",
		"rabbit://u:secret@h:port/",
		"rabbit://u:secret@h:0/",
		"rabbit://u:secret@h:-1/",
		"rabbit://u:secret@h:65536/",
		"rabbit://u:secret@h:5672:5672/",
		"rabbit://u:secret@[::1/",
		"rabbit://u:sec/secret@h/",
		"rabbit://u:secret%ff@h/",
		"rabbit://u:secret@h/%00",
		"rabbit://u:secret@h,u:secret@h:port/",
		"rabbit://u:secret@h/?ssl_ca_file=%ff",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i]);
		g_assert_null(transport_url_parse(cases[i], &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_null(strstr(error->message, "secret"));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/transport-url/finds-the-parts", test_finds_the_parts);
	g_test_add_func("/transport-url/keeps-several-brokers-in-order",
		test_keeps_several_brokers_in_order);
	g_test_add_func(
		"/transport-url/is-shown-without-its-secrets", test_is_shown_without_its_secrets);
	g_test_add_func("/transport-url/keeps-the-query", test_keeps_the_query);
	g_test_add_func("/transport-url/other-transports-are-none", test_other_transports_are_none);
	g_test_add_func("/transport-url/refuses-without-a-word-of-the-password",
		test_refuses_without_a_word_of_the_password);
	return g_test_run();
}
