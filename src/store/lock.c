/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

struct lock {
	int file;
};

/* The pid in the file; 0 where its owner has not written it yet. */
static uint64_t
read_pid(int file)
{
	char text[24] = "";
	if (pread(file, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return g_ascii_strtoull(text, NULL, 10);
}

static struct lock *
fail(const char *path, GError **error)
{
	int number = errno;
	bool denied = number == EACCES || number == EPERM || number == EROFS;
	g_set_error(error, MUSTER_ERROR, denied ? MUSTER_ERROR_FORBIDDEN : MUSTER_ERROR_IO,
		"cannot take the store's lock %s: %s", path, g_strerror(number));
	return NULL;
}

struct lock *
lock_take(const char *path, GError **error)
{
	g_autofree char *name = g_strconcat(path, ".lock", NULL);
	int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return fail(name, error);
	if (flock(file, LOCK_EX | LOCK_NB) == 0 && ftruncate(file, 0) == 0 &&
		dprintf(file, "%d\n", (int)getpid()) > 0) {
		struct lock *lock = g_new(struct lock, 1);
		lock->file = file;
		return lock;
	}
	if (errno == EWOULDBLOCK) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY,
			"the store %s is held by another process, pid %" G_GUINT64_FORMAT, path,
			read_pid(file));
	} else {
		fail(name, error);
	}
	close(file);
	return NULL;
}

void
lock_free(struct lock *lock)
{
	close(lock->file);
	g_free(lock);
}
