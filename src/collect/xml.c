/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/error.h"

/* Both are libxml2's own structures under a name of ours. */
#define DOCUMENT(xml) ((xmlDoc *)(xml))
#define NODE(element) ((xmlNode *)(element))

static void
ignore(void *data, const char *format, ...)
{
}

void
xml_start(void)
{
	xmlInitParser();
	xmlThrDefSetGenericErrorFunc(NULL, ignore);
}

CLEANUP_DEFINE(xmlParserCtxt, xmlFreeParserCtxt)

struct xml *
xml_parse(const char *text, size_t length, GError **error)
{
	if (length > XML_SIZE_MAX) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"XML of %zu bytes; at most %d are read", length, XML_SIZE_MAX);
		return NULL;
	}
	CLEANUP(xmlFreeParserCtxt) xmlParserCtxt *parser = xmlNewParserCtxt();
	if (parser == NULL)
		g_error("out of memory");
	xmlDoc *document = xmlCtxtReadMemory(parser, text, (int)length, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
	if (document == NULL) {
		const xmlError *wrong = xmlCtxtGetLastError(parser);
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"not well-formed XML: line %d: %s", wrong == NULL ? 0 : wrong->line,
			wrong == NULL ? "unknown" : wrong->message);
		return NULL;
	}
	if (document->intSubset != NULL) {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"XML with a document type, which libvirt never writes");
		xmlFreeDoc(document);
		return NULL;
	}
	return (struct xml *)document;
}

void
xml_free(struct xml *xml)
{
	xmlFreeDoc(DOCUMENT(xml));
}

const struct xml_element *
xml_get_root(const struct xml *xml)
{
	return (const struct xml_element *)xmlDocGetRootElement(DOCUMENT(xml));
}

bool
xml_is(const struct xml_element *element, const char *name)
{
	return element != NULL && xmlStrEqual(NODE(element)->name, BAD_CAST name);
}

/* The first element of that name from this node on, siblings only. */
static const struct xml_element *
find(xmlNode *node, const xmlChar *name)
{
	while (node != NULL && !(node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, name)))
		node = node->next;
	return (const struct xml_element *)node;
}

const struct xml_element *
xml_get_child(const struct xml_element *element, const char *name)
{
	return element == NULL ? NULL : find(NODE(element)->children, BAD_CAST name);
}

const struct xml_element *
xml_get_next(const struct xml_element *element)
{
	return element == NULL ? NULL : find(NODE(element)->next, NODE(element)->name);
}

/* libxml2's string as one of GLib's. */
static char *
take(xmlChar *text)
{
	char *copy = text == NULL || *text == '\0' ? NULL : g_strdup((const char *)text);
	xmlFree(text);
	return copy;
}

char *
xml_dup_text(const struct xml_element *element)
{
	return element == NULL ? NULL : take(xmlNodeGetContent(NODE(element)));
}

char *
xml_dup_attribute(const struct xml_element *element, const char *name)
{
	return element == NULL ? NULL : take(xmlGetNoNsProp(NODE(element), BAD_CAST name));
}

char *
xml_format(const struct xml *xml, const struct xml_element *element)
{
	xmlBuffer *buffer = xmlBufferCreate();
	xmlNodeDump(buffer, DOCUMENT(xml), NODE(element), 0, 0);
	char *text = g_strdup((const char *)xmlBufferContent(buffer));
	xmlBufferFree(buffer);
	return text;
}
