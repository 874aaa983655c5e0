/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of URLs, filled in as Nova fills them: what is expected is what its
 * _format_url() gives.
 */
#include "nova/url_template.h"

#include <string.h>

#include "base/error.h"

#define SOURCE "mysql+pymysql://nova:s3cret@db.example:3306/nova_cell0?charset=utf8#f"
#define ALL "{scheme}|{username}|{password}|{hostname}|{port}|{path}|{query}|{fragment}"
#define TWO                                                                                        \
	"{username1},{password1},{hostname1},{port1}|{username2},{password2},{hostname2},{port2}"

static void
test_fills_as_nova_does(void)
{
	static const struct {
		const char *template;
		const char *source;
		const char *expected; /* NULL: Nova takes the template as it stands */
	} cases[] = {
		{"{scheme}://{username}:{password}@{hostname}:{port}/nova_cell1?{query}", SOURCE,
			"mysql+pymysql://nova:s3cret@db.example:3306/nova_cell1?charset=utf8"},
		{ALL, SOURCE,
			"mysql+pymysql|nova|s3cret|db.example|3306|nova_cell0|charset=utf8|f"},
		{"mysql+pymysql://u:p@h/nova_cell1", SOURCE, "mysql+pymysql://u:p@h/nova_cell1"},
		{"", SOURCE, ""},
		{ALL, "mysql://db/nova", "mysql|None|None|db|None|nova||"},
		{ALL, "mysql://nova@db/nova", "mysql|nova|None|db|None|nova||"},
		{ALL, "mysql://@db/nova", "mysql||None|db|None|nova||"},
		{ALL, "mysql://:@db:/nova", "mysql|||db|None|nova||"},
		{ALL, "mysql://no:va:x@db/nova", "mysql|no|va:x|db|None|nova||"},
		{ALL, "mysql://nova:p@ss@db/nova", "mysql|nova|p@ss|db|None|nova||"},
		{ALL, "mysql://no@va:p@db/nova", "mysql|no@va|p|db|None|nova||"},
		{ALL, "mysql://nova:p%40ss%2F@db/nova%31",
			"mysql|nova|p%40ss%2F|db|None|nova%31||"},
		{ALL, "mysql://nova:p@DB.Example:03306//a//b",
			"mysql|nova|p|db.example|3306|a//b||"},
		{ALL, "MySQL://nova:p@DÄ:3306/A", "mysql|nova|p|dä|3306|A||"},
		{ALL, "mysql://nova:p@[FE80::1%25Eth0]:3306/nova",
			"mysql|nova|p|fe80::1%25Eth0|3306|nova||"},
		{ALL, "mysql://nova:p@[::1]/nova", "mysql|nova|p|::1|None|nova||"},
		{ALL, "mysql://nova:p@[::1/nova", NULL},
		{ALL, "mysql://nova:p@::1]/nova", NULL},
		{ALL, "mysql://nova:p@db:65536/nova", NULL},
		{ALL, "mysql://nova:p@db:33o6/nova", NULL},
		{ALL, "mysql://nova:p@db:3306:1/nova", NULL},
		{ALL, "mysql://nova:p@db:99999999999999999999/nova", NULL},
		{ALL, "sqlite:////var/lib/nova/nova.sqlite",
			"sqlite|None|None|None|None|var/lib/nova/nova.sqlite||"},
		{ALL, "sqlite:///nova.sqlite", "sqlite|None|None|None|None|nova.sqlite||"},
		{ALL, "sqlite://", "sqlite|None|None|None|None|||"},
		{ALL, "none:///", "none|None|None|None|None|||"},
		{ALL, "fake:/", "fake|None|None|None|None|||"},
		{ALL, "/var/lib/nova.db", "|None|None|None|None|var/lib/nova.db||"},
		{ALL, "my_sql://db/nova", "|None|None|None|None|my_sql://db/nova||"},
		{ALL, "1mysql://db/nova", "|None|None|None|None|1mysql://db/nova||"},
		{ALL, "", "|None|None|None|None|||"},
		{ALL, "mysql://db?a=b", "mysql|None|None|db|None||a=b|"},
		{ALL, "mysql://db#f?x", "mysql|None|None|db|None|||f?x"},
		{ALL, "mysql://db/n?a#f#g?h", "mysql|None|None|db|None|n|a|f#g?h"},
		{ALL, "mysql://u:p/w@db/nova", NULL},
		{ALL, "rabbit://u:p@h1:5672,u2:p2@h2:5673/vh",
			"rabbit|u|p@h1:5672,u2:p2|h2|5673|vh||"},
		{TWO, "rabbit://u:p@h1:5672,u2:p2@h2:5673/vh", "u,p,h1,5672|u2,p2,h2,5673"},
		{TWO, "rabbit://u:p@h1:5672/vh", NULL},
		{TWO, "rabbit://h1:5672,h2:5673/vh", NULL},
		{TWO, "rabbit://h1,h2/vh", ",None,h1,None|,None,h2,None"},
		{TWO, "rabbit://u@h1,:@h2/vh", "u,None,h1,None|,,h2,None"},
		{TWO, "rabbit://u:p@H1:05672,@/vh", "u,p,H1,5672|,None,None,None"},
		{TWO, "rabbit://u:a:b@h1,u:p@q@h2:1/vh", "u,a:b,h1,None|u,p,q@h2,1"},
		{TWO, "rabbit://u:p@[::1]:5672,u:p@[::2]/vh", "u,p,::1,5672|u,p,::2,None"},
		{TWO, "rabbit://u:p@h1:,u:p@h2:5672/vh", NULL},
		{TWO, "rabbit://u:p@h1:x,u:p@h2:5672/vh", NULL},
		{TWO, "rabbit://u:p@::1,u:p@h2:5672/vh", "u,p,::1,None|u,p,h2,5672"},
		{"{hostname3}", "rabbit://u:p@h1,h2,u:p@h3/", "h3"},
		{"{hostname1}{hostname}", "rabbit://u:p@h1,u:p@h2,/", "h1h2,"},
		{"{{{hostname}}}", SOURCE, "{db.example}"},
		{"{{hostname}}", SOURCE, "{hostname}"},
		{"{{}}", SOURCE, "{}"},
		{"{hostname", SOURCE, NULL},
		{"hostname}", SOURCE, NULL},
		{"{hostname}}", SOURCE, NULL},
		{"{}", SOURCE, NULL},
		{"{0}", SOURCE, NULL},
		{"{ hostname}", SOURCE, NULL},
		{"{host}", SOURCE, NULL},
		{"{host{name}}", SOURCE, NULL},
		{"{hostname}{", SOURCE, NULL},
		{"{HOSTNAME}", SOURCE, NULL},
		{"{username1}", SOURCE, NULL},
		{"{hostname.x}", SOURCE, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *url =
			url_template_fill(cases[i].template, cases[i].source, &error);
		g_test_message("%s from %s", cases[i].template, cases[i].source);
		g_assert_cmpstr(url, ==, cases[i].expected);
		if (url != NULL)
			continue;
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_null(strstr(error->message, "nova"));
	}
}

static void
test_refuses_conversions_and_formats(void)
{
	static const char *const templates[] = {"{hostname!r}", "{port:>6}", "{hostname[0]}"};
	for (size_t i = 0; i < G_N_ELEMENTS(templates); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(url_template_fill(templates[i], SOURCE, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	}
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/url-template/fills-as-nova-does", test_fills_as_nova_does);
	g_test_add_func("/url-template/refuses-conversions-and-formats",
		test_refuses_conversions_and_formats);
	return g_test_run();
}
