/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: responses of status 200 with JSON. */
#pragma once

#include <glib.h>

#include "http/response.h"

/* Takes the text. */
struct http_response *answer_new(GString *json);
