# SPDX-License-Identifier: Apache-2.0
"""Tables in Markdown, and what a section of the results is made of."""
import collections
import math

# A section of results.md: its title, its text, and what it tells of the goals.
Part = collections.namedtuple("Part", "title text goals")
# what: is measured; got: as told; met: whether the wish is fulfilled.
Goal = collections.namedtuple("Goal", "what wanted got met")


def table(head, rows, texts=1):
    """head: the columns' names; the first `texts` columns are text, the others are figures."""
    rule = ["---" if number < texts else "---:" for number in range(len(head))]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, rule, *rows))


def figure(value):
    """Three digits, or all that are before the point."""
    if value <= 0:
        return "0"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(value)))}f}"


def micros(milliseconds):
    return figure(1000 * milliseconds)


def at_least(what, wanted, got, form="{:.2f}"):
    return Goal(what, f"at least {form.format(wanted)}", form.format(got), got >= wanted)


def at_most(what, wanted, got, form="{:.2f}"):
    return Goal(what, f"at most {form.format(wanted)}", form.format(got), got <= wanted)


def table_of_goals(goals):
    return table(("goal", "wanted", "measured", "met"),
                 [(goal.what, goal.wanted, goal.got, "yes" if goal.met else "**no**") for goal in goals])
