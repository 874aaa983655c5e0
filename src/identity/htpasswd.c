/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/htpasswd.h"

#include <crypt.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/error.h"

#define COST_MIN 4
#define HASH_LENGTH 60 /* "$2y$12$", 22 characters of salt, 31 of the hash */
#define SALT_AT 7

struct htpasswd {
	GHashTable *hashes; /* user -> hash */
	char *nobodys;      /* what an unknown user is held against; no password has it */
	unsigned cost;      /* of the costliest */
};

static void
clear(void *data)
{
	struct htpasswd *htpasswd = data;
	g_hash_table_unref(htpasswd->hashes);
	g_free(htpasswd->nobodys);
}

struct htpasswd *
htpasswd_ref(struct htpasswd *htpasswd)
{
	return g_atomic_rc_box_acquire(htpasswd);
}

void
htpasswd_unref(struct htpasswd *htpasswd)
{
	g_atomic_rc_box_release_full(htpasswd, clear);
}

/* The cost of a hash by bcrypt, or 0 for what is none. */
static unsigned
get_cost(const char *hash)
{
	static const char base64[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "./";
	bool is_bcrypt = strlen(hash) == HASH_LENGTH && hash[0] == '$' && hash[1] == '2' &&
			 strchr("aby", hash[2]) != NULL && hash[3] == '$' &&
			 g_ascii_isdigit(hash[4]) && g_ascii_isdigit(hash[5]) && hash[6] == '$' &&
			 hash[SALT_AT + strspn(hash + SALT_AT, base64)] == '\0';
	unsigned cost = is_bcrypt ? (unsigned)(hash[4] - '0') * 10 + (unsigned)(hash[5] - '0') : 0;
	return cost >= COST_MIN && cost <= HTPASSWD_COST_MAX ? cost : 0;
}

/* As httpd does, the first line of a user counts. */
static bool
add_line(struct htpasswd *htpasswd, char *line)
{
	char *colon = strchr(line, ':');
	if (colon == NULL || colon == line)
		return false;
	unsigned cost = get_cost(colon + 1);
	if (cost == 0)
		return false;
	htpasswd->cost = MAX(htpasswd->cost, cost);
	g_autofree char *user = g_strndup(line, (size_t)(colon - line));
	if (!g_hash_table_contains(htpasswd->hashes, user))
		g_hash_table_insert(htpasswd->hashes, g_steal_pointer(&user), g_strdup(colon + 1));
	return true;
}

struct htpasswd *
htpasswd_parse(const char *path, const char *bytes, size_t size, GError **error)
{
	if (size > HTPASSWD_FILE_MAX) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"%s: expected at most %d bytes", path, HTPASSWD_FILE_MAX);
		return NULL;
	}
	CLEANUP(htpasswd_unref)
	struct htpasswd *htpasswd = g_atomic_rc_box_new0(struct htpasswd);
	htpasswd->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	htpasswd->cost = COST_MIN;
	g_autofree char *text = g_strndup(bytes, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (unsigned i = 0; lines[i] != NULL; i++) {
		char *line = g_strchomp(lines[i]);
		if (*line == '\0' || *line == '#' || add_line(htpasswd, line))
			continue;
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s:%u: expected user:hash, the hash by bcrypt ($2y$) with a cost from %d "
			"to %d, as htpasswd -B writes it",
			path, i + 1, COST_MIN, HTPASSWD_COST_MAX);
		return NULL;
	}
	htpasswd->nobodys =
		g_strdup_printf("$2y$%02u$......................" /* no hash */, htpasswd->cost);
	return g_steal_pointer(&htpasswd);
}

struct htpasswd *
htpasswd_open(const char *path, GError **error)
{
	g_autofree char *bytes = NULL;
	gsize size;
	g_autoptr(GError) cause = NULL;
	if (!g_file_get_contents(path, &bytes, &size, &cause)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "%s", cause->message);
		return NULL;
	}
	return htpasswd_parse(path, bytes, size, error);
}

bool
htpasswd_check(const struct htpasswd *htpasswd, const char *user, const char *password)
{
	const char *hash = g_hash_table_lookup(htpasswd->hashes, user);
	const char *setting = hash != NULL ? hash : htpasswd->nobodys;
	struct crypt_data *work = g_new0(struct crypt_data, 1); /* 32 KiB */
	const char *made = crypt_rn(password, setting, work, sizeof(*work));
	bool is_right = hash != NULL && made != NULL && strlen(made) == HASH_LENGTH &&
			gnutls_memcmp(made, hash, HASH_LENGTH) == 0;
	explicit_bzero(work, sizeof(*work));
	g_free(work);
	return is_right;
}
