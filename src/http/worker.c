/* SPDX-License-Identifier: Apache-2.0 */
#include "http/worker.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct worker {
	struct connections *connections;
	int wake_fd; /* an eventfd */
	_Atomic bool is_ending;
	struct MHD_Daemon *daemon; /* NULL: it was not started */
	GThread *thread;
};

struct worker *
worker_new(struct connections *connections)
{
	int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		return NULL;
	struct worker *worker = g_new0(struct worker, 1);
	worker->connections = connections;
	worker->wake_fd = wake_fd;
	return worker;
}

/* ms until the daemon has something to do by itself; 0: it has; -1: it never will. */
static int
get_timeout(struct MHD_Daemon *daemon)
{
	MHD_UNSIGNED_LONG_LONG timeout;
	if (MHD_get_timeout(daemon, &timeout) != MHD_YES)
		return -1;
	return (int)MIN(timeout, G_MAXINT);
}

static void *
run(void *data)
{
	struct worker *worker = data;
	struct pollfd fds[] = {
		{.fd = MHD_get_daemon_info(worker->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
			.events = POLLIN},
		{.fd = worker->wake_fd, .events = POLLIN},
	};
	while (!atomic_load(&worker->is_ending)) {
		int timeout = get_timeout(worker->daemon);
		if (timeout != 0)
			poll(fds, G_N_ELEMENTS(fds), timeout);
		if (timeout != 0 && fds[1].revents != 0) {
			eventfd_t count;
			eventfd_read(worker->wake_fd, &count);
		}
		MHD_run(worker->daemon);
	}
	return NULL;
}

void
worker_start(struct worker *worker, struct MHD_Daemon *daemon)
{
	worker->daemon = daemon;
	worker->thread = g_thread_new("http", run, worker);
}

void
worker_free(struct worker *worker)
{
	atomic_store(&worker->is_ending, true);
	worker_wake(worker);
	if (worker->daemon != NULL) {
		g_thread_join(worker->thread);
		MHD_stop_daemon(worker->daemon);
	}
	close(worker->wake_fd);
	g_free(worker);
}

struct connections *
worker_get_connections(const struct worker *worker)
{
	return worker->connections;
}

void
worker_wake(struct worker *worker)
{
	eventfd_write(worker->wake_fd, 1);
}
