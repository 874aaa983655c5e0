/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent to the thread of a context: in order, never at once, and not after the end. */
#include "nova/post.h"

struct log {
	GMainContext *context;
	GString *text; /* a letter for each work, a capital for what was freed */
};

struct letter {
	struct log *log;
	char letter;
};

static void
set_up(struct log *log, const void *data)
{
	log->context = g_main_context_new();
	log->text = g_string_new(NULL);
}

static void
tear_down(struct log *log, const void *data)
{
	g_clear_pointer(&log->context, g_main_context_unref);
	g_string_free(log->text, TRUE);
}

static struct letter *
make(struct log *log, char letter)
{
	struct letter *made = g_new(struct letter, 1);
	*made = (struct letter){log, letter};
	return made;
}

static void
read_letter(void *data)
{
	const struct letter *letter = data;
	g_string_append_c(letter->log->text, letter->letter);
}

static void
free_letter(void *data)
{
	struct letter *letter = data;
	g_string_append_c(letter->log->text, g_ascii_toupper(letter->letter));
	g_free(letter);
}

static void
run(struct log *log)
{
	while (g_main_context_iteration(log->context, FALSE))
		continue;
}

static void
test_it_arrives_in_order(struct log *log, const void *data)
{
	struct post_box *box = post_box_new(log->context);
	post(log->context, read_letter, make(log, 'a'), free_letter);
	post_box_send(box, read_letter, make(log, 'b'), free_letter);
	post(log->context, read_letter, make(log, 'c'), free_letter);
	g_assert_cmpstr(log->text->str, ==, ""); /* not at once */
	run(log);
	g_assert_cmpstr(log->text->str, ==, "aAbBcC");
	post_box_unref(box);
}

static void
test_a_closed_box_gets_nothing(struct log *log, const void *data)
{
	struct post_box *box = post_box_new(log->context);
	post_box_send(box, read_letter, make(log, 'a'), free_letter);
	post_box_close(box);
	post_box_send(box, read_letter, make(log, 'b'), free_letter);
	g_assert_cmpstr(log->text->str, ==, "B");
	run(log);
	g_assert_cmpstr(log->text->str, ==, "BA");
	post_box_unref(box);
}

/* Who was left behind holds the box, and the box no context: what was on its way is freed. */
static void
test_a_closed_box_holds_no_context(struct log *log, const void *data)
{
	struct post_box *box = post_box_new(log->context);
	struct post_box *left_behind = post_box_ref(box);
	post_box_send(box, read_letter, make(log, 'a'), free_letter);
	post_box_close(box);
	post_box_unref(box);
	g_clear_pointer(&log->context, g_main_context_unref);
	g_assert_cmpstr(log->text->str, ==, "A");
	post_box_send(left_behind, read_letter, make(log, 'b'), free_letter);
	g_assert_cmpstr(log->text->str, ==, "AB");
	post_box_unref(left_behind);
}

#define ADD(name, test) g_test_add("/post/" name, struct log, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("order", test_it_arrives_in_order);
	ADD("closed", test_a_closed_box_gets_nothing);
	ADD("left-behind", test_a_closed_box_holds_no_context);
	return g_test_run();
}
