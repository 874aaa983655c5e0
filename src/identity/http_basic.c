/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/http_basic.h"

#include <glib/gstdio.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "identity/digest.h"
#include "identity/htpasswd.h"
#include "identity/verdicts.h"

#define CHALLENGE "Basic realm=\"Muster\""
#define SCHEME "Basic "
#define CALLERS_MAX 10000 /* passwords remembered */
#define REFUSALS_MAX 10000
#define CALLER_TIME (60 * CLOCK_SECOND)
#define REFUSAL_TIME (10 * CLOCK_SECOND)
#define LOOK_INTERVAL CLOCK_SECOND /* how often the file's state is looked at */
#define THREADS 2
#define QUEUE_MAX 64 /* checks that wait for a thread: 8 s of them at cost 12 */

struct http_basic {
	int64_t (*now)(void);
	char *path;
	GStrv readers;
	struct digest_key key;
	struct verdicts *verdicts;
	struct verdict *unauthorized;
	struct verdict *crowded;
	GThreadPool *checkers;
	_Atomic bool is_ending;
	GMutex lock; /* of all below */
	struct htpasswd *file;
	unsigned generation; /* counts the files that were read */
	GStatBuf state;      /* of the file that was read last, good or bad */
	int64_t next_look;
};

/* A password that is to be checked. */
struct check {
	struct digest key;
	char *credentials; /* as sent, in base64 */
	struct htpasswd *file;
};

static void run_check(void *data, void *user_data);

struct http_basic *
http_basic_new(const struct config *config, int64_t (*now)(void), GError **error)
{
	const char *path = config_get_string(config, OPTION_HTTP_BASIC_AUTH_USER_FILE);
	if (path == NULL) {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"auth_strategy = http_basic: expected [DEFAULT] http_basic_auth_user_file "
			"to name a password file, as htpasswd -B writes it");
		return NULL;
	}
	GStatBuf state = {0};
	g_stat(path, &state);
	struct htpasswd *file = htpasswd_open(path, error);
	if (file == NULL) {
		g_prefix_error(error, "http_basic_auth_user_file: ");
		return NULL;
	}
	struct http_basic *basic = g_new0(struct http_basic, 1);
	basic->now = now;
	basic->path = g_strdup(path);
	basic->readers = caller_split_names(config_get_string(config, OPTION_BASIC_READERS));
	digest_key_init(&basic->key);
	basic->verdicts = verdicts_new(CALLERS_MAX, REFUSALS_MAX);
	basic->unauthorized = verdict_new_challenge(CHALLENGE);
	basic->crowded = verdict_new_refusal(503, "Too many passwords wait to be checked.");
	basic->checkers = g_thread_pool_new(run_check, basic, THREADS, FALSE, NULL);
	g_mutex_init(&basic->lock);
	basic->file = file;
	basic->state = state;
	basic->next_look = now() + LOOK_INTERVAL;
	return basic;
}

void
http_basic_free(struct http_basic *basic)
{
	atomic_store(&basic->is_ending, true);
	g_thread_pool_free(basic->checkers, FALSE, TRUE);
	verdicts_free(basic->verdicts);
	verdict_unref(basic->unauthorized);
	verdict_unref(basic->crowded);
	htpasswd_unref(basic->file);
	g_mutex_clear(&basic->lock);
	g_strfreev(basic->readers);
	g_free(basic->path);
	g_free(basic);
}

static bool
is_same(const GStatBuf *a, const GStatBuf *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Under the lock: takes up the file where it has changed. A few lines on a local disk: nothing
 * to wait for. A file that is broken or gone leaves the last good one in force. */
static void
look_at_file(struct http_basic *basic, int64_t now)
{
	GStatBuf state = {0};
	g_autoptr(GError) error = NULL;
	if (now < basic->next_look)
		return;
	basic->next_look = now + LOOK_INTERVAL;
	g_stat(basic->path, &state);
	if (is_same(&state, &basic->state))
		return;
	basic->state = state;
	struct htpasswd *file = htpasswd_open(basic->path, &error);
	if (file == NULL) {
		g_warning("%s; the passwords that were read before stay in force", error->message);
		return;
	}
	g_message("%s: read again", basic->path);
	htpasswd_unref(basic->file);
	basic->file = file;
	basic->generation++;
}

static struct caller *
make_caller(const struct http_basic *basic, const char *user)
{
	bool is_reader = g_strv_contains((const char *const *)basic->readers, user);
	struct caller *caller = caller_new();
	caller->user_id = g_strdup(user);
	g_strfreev(caller->roles);
	caller->roles = g_strsplit(is_reader ? "reader" : "admin member reader", " ", -1);
	caller->is_admin = !is_reader;
	caller->any_project = true;
	return caller;
}

/* The verdict on "user:password" in base64, a new reference. */
static struct verdict *
judge(struct http_basic *basic, const struct check *check)
{
	gsize size;
	g_autofree char *text = (char *)g_base64_decode(check->credentials, &size);
	char *colon = strchr(text, ':');
	struct verdict *verdict = NULL;
	if (colon != NULL && strlen(text) == size) {
		*colon = '\0';
		if (htpasswd_check(check->file, text, colon + 1))
			verdict = verdict_new(make_caller(basic, text));
	}
	explicit_bzero(text, size);
	return verdict != NULL ? verdict : verdict_ref(basic->unauthorized);
}

/* Takes the check. */
static void
settle(struct http_basic *basic, struct check *check, struct verdict *verdict, int64_t span)
{
	int64_t now = basic->now();
	verdicts_settle(basic->verdicts, &check->key, verdict, now + span, now);
	explicit_bzero(check->credentials, strlen(check->credentials));
	g_free(check->credentials);
	htpasswd_unref(check->file);
	g_free(check);
}

static void
run_check(void *data, void *user_data)
{
	struct http_basic *basic = user_data;
	struct check *check = data;
	if (atomic_load(&basic->is_ending)) {
		settle(basic, check, basic->crowded, 0);
		return;
	}
	CLEANUP(verdict_unref) struct verdict *verdict = judge(basic, check);
	settle(basic, check, verdict, verdict->caller != NULL ? CALLER_TIME : REFUSAL_TIME);
}

/* The credentials of an Authorization header, in base64, lent; NULL: none of this scheme. */
static const char *
find_credentials(const struct http_request *request)
{
	const struct http_header *header = http_request_get_header(request, "Authorization");
	if (header == NULL || g_ascii_strncasecmp(header->value, SCHEME, strlen(SCHEME)) != 0)
		return NULL;
	return header->value + strlen(SCHEME);
}

struct verdict *
http_basic_find(struct http_basic *basic, const struct http_request *request)
{
	const char *credentials = find_credentials(request);
	if (credentials == NULL)
		return verdict_ref(basic->unauthorized);

	int64_t now = basic->now();
	g_mutex_lock(&basic->lock);
	look_at_file(basic, now);
	unsigned generation = basic->generation;
	CLEANUP(htpasswd_unref) struct htpasswd *file = htpasswd_ref(basic->file);
	g_mutex_unlock(&basic->lock);

	struct digest key;
	digest_make(&basic->key, credentials, strlen(credentials), &key);
	digest_extend(&basic->key, &generation, sizeof(generation), &key);
	bool is_first;
	struct verdict *verdict = verdicts_find(basic->verdicts, &key, request, now, &is_first);
	if (!is_first)
		return verdict;

	struct check *check = g_new(struct check, 1);
	*check = (struct check){key, g_strdup(credentials), g_steal_pointer(&file)};
	if (g_thread_pool_unprocessed(basic->checkers) >= QUEUE_MAX)
		settle(basic, check, basic->crowded, 0);
	else
		g_thread_pool_push(basic->checkers, check, NULL);
	return NULL;
}
