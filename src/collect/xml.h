/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libvirt's XML, read with libxml2, which no other file knows: no network, no
 * document type and so no entities, and a limit of size. Elements are lent and live as
 * long as the document; NULL, for one that is missing, may be asked for anything
 * and has nothing.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* libvirt's own limit of a string on its wire (REMOTE_STRING_MAX). */
#define XML_SIZE_MAX (4 * 1024 * 1024)

/* Readies libxml2 for threads, and keeps it from writing to stderr in those begun after this
 * (libvirt uses it too). */
void xml_start(void);

struct xml;         /* a document */
struct xml_element; /* an element in it */

/* MUSTER_ERROR_INVALID: not well-formed, or with a document type; MUSTER_ERROR_LIMIT. */
struct xml *xml_parse(const char *text, size_t length, GError **error);
void xml_free(struct xml *xml);
CLEANUP_DEFINE(struct xml, xml_free)

const struct xml_element *xml_get_root(const struct xml *xml);
bool xml_is(const struct xml_element *element, const char *name);
/* The first child of that name, and the next one after it. */
const struct xml_element *xml_get_child(const struct xml_element *element, const char *name);
const struct xml_element *xml_get_next(const struct xml_element *element);

/* Copies; NULL where there is nothing. */
char *xml_dup_text(const struct xml_element *element);
char *xml_dup_attribute(const struct xml_element *element, const char *name);
/* The element as XML. */
char *xml_format(const struct xml *xml, const struct xml_element *element);
