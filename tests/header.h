/* SPDX-License-Identifier: Apache-2.0 */
/* A header of a request that is made by hand. */
#pragma once

#include <string.h>

#include "http/request.h"

/* Its texts are lent. */
static inline struct http_header
header_of(const char *name, const char *value)
{
	return (struct http_header){
		name, name == NULL ? 0 : strlen(name), value, value == NULL ? 0 : strlen(value)};
}
