/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit of the library: libmicrohttpd that hands out one buffer and does nothing else. The
 * response is made anew for each request, as an answer with a request id of its own demands, with
 * the same headers as Muster's.
 *
 *   bare PORT HEAD BODY [PORT HEAD BODY]...
 *
 * HEAD is a file of lines "Name: value", BODY the file of the buffer. Each port is a daemon with
 * one thread of its own, as Muster with http_threads = 1 is; those that nobody asks cost nothing.
 * It serves until SIGTERM.
 */
#include <arpa/inet.h>
#include <err.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEADERS_MAX 16        /* Muster sends half as many */
#define CONNECTIONS_MAX 12000 /* as Muster's max_connections */
#define TIMEOUT 30            /* s, as Muster's request_timeout: a timer costs something too */

struct endpoint {
	char *body;
	size_t size;
	char *names[HEADERS_MAX];
	char *values[HEADERS_MAX];
	size_t headers;
};

/* All of a file, with a zero behind it. */
static char *
read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	if (file == NULL || fstat(fileno(file), &status) != 0)
		err(1, "%s", path);
	*size = (size_t)status.st_size;
	char *text = calloc(1, *size + 1);
	if (text == NULL || fread(text, 1, *size, file) != *size)
		err(1, "%s", path);
	fclose(file);
	return text;
}

static void
read_head(struct endpoint *endpoint, const char *path)
{
	size_t size;
	char *rest = read_file(path, &size); /* stays: the headers are parts of it */
	char *line;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		char *colon = strstr(line, ": ");
		if (colon == NULL || endpoint->headers == HEADERS_MAX)
			errx(1, "%s: %s: expected at most %d lines 'Name: value'", path, line,
				HEADERS_MAX);
		*colon = '\0';
		endpoint->names[endpoint->headers] = line;
		endpoint->values[endpoint->headers++] = colon + 2;
	}
}

/* Called twice for a request: a response that is queued at the first call, before the library has
 * looked for a body, ends the connection. */
static enum MHD_Result
answer(void *data, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **state)
{
	(void)url, (void)method, (void)version, (void)upload, (void)upload_size;
	const struct endpoint *endpoint = data;
	if (*state == NULL) {
		*state = data;
		return MHD_YES;
	}
	struct MHD_Response *response = MHD_create_response_from_buffer(
		endpoint->size, endpoint->body, MHD_RESPMEM_PERSISTENT);
	for (size_t i = 0; i < endpoint->headers; i++)
		MHD_add_response_header(response, endpoint->names[i], endpoint->values[i]);
	enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return queued;
}

static void
serve(struct endpoint *endpoint, const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, endpoint,
		    MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT,
		    (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT,
		    MHD_OPTION_END) == NULL)
		err(1, "port %s", port);
}

int
main(int argc, char **argv)
{
	if (argc < 4 || (argc - 1) % 3 != 0)
		errx(2, "expected PORT HEAD BODY, once or more");
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL); /* before the threads, which inherit it */
	for (char **triple = argv + 1; *triple != NULL; triple += 3) {
		struct endpoint *endpoint = calloc(1, sizeof *endpoint);
		if (endpoint == NULL)
			err(1, "memory");
		read_head(endpoint, triple[1]);
		endpoint->body = read_file(triple[2], &endpoint->size);
		serve(endpoint, triple[0]);
	}
	int number;
	sigwait(&ends, &number);
	return 0; /* the kernel takes the threads and sockets down */
}
