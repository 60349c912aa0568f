"""The changes between two graphs as text."""

from __future__ import annotations

from kg.ask.diff import Diff, EdgeItem, EntityItem, PaperItem, ResultItem
from kg.jsonrecord import members
from kg.terminal.output import printable
from kg.terminal.tables import plain_table
from kg.text.spellings import readable


def render_changes(found: Diff, limit: int | None) -> str:
    """The changes as text: a table of counts, then a line for each thing that came (+) or went (-).

    Args:
        found: the changes.
        limit: the maximum number of lines for what came, and for what went, of each sort; ``None`` for all.
    """
    sorts = members(found)
    counts = [[name, *(f"{n:,}" for n in (c.old, c.new, len(c.came), len(c.went)))] for name, c in sorts.items()]
    text = plain_table(("", "old", "new", "came", "went"), counts, (False, True, True, True, True))
    for name, changes in sorts.items():
        for sign, items in (("+", changes.came), ("-", changes.went)):
            lines = [f"{sign} {_words(item)}\n" for item in items[:limit]]
            if limit is not None and len(items) > limit:
                lines.append(f"{sign} and {len(items) - limit:,} more\n")
            text += "".join([f"\n{name} that {'came' if sign == '+' else 'went'}\n", *lines]) if lines else ""
    return text


def _words(item: PaperItem | EntityItem | EdgeItem | ResultItem) -> str:
    if isinstance(item, PaperItem):
        words = readable(item.title)
    elif isinstance(item, EntityItem):
        words = f"{item.name} [{item.type}]"
    elif isinstance(item, EdgeItem):
        words = f"{readable(item.title)} · {item.property} · {item.name}"
    else:
        about = (f"{word} {name}" for word, name in (("on", item.dataset), ("by", item.method)) if name)
        words = f"{readable(item.title)} · {' '.join(filter(None, (readable(item.value), item.metric, *about)))}"
    return printable(words)
