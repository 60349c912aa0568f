"""Where a catalogue and the texts agree, as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from kg.ask.agreement import FINDINGS, Agreement, Fact
from kg.terminal.output import Style, printable
from kg.text.spellings import readable


def render_agreement(found: Agreement, *, width: int = 80, style: Style | None = None) -> str:
    """A table of counts, then examples with the words of the texts.

    Args:
        width: columns to wrap at.
        style: how to emphasise; without it the text is plain.
    """
    return "\n".join(_lines(found, max(width, 20), style)) + "\n"


def _lines(found: Agreement, width: int, style: Style | None) -> Iterator[str]:
    def bold(text: str) -> str:
        return style(text, "bold") if style else text

    yield bold(f"Catalogue and texts, {found.papers:,} papers in both")
    yield f"{'':<9}" + "".join(f"{finding:>16}" for finding in FINDINGS)
    for kind, counts in found.counts.items():
        yield f"{kind:<9}" + "".join(f"{counts[finding]:>16,}" for finding in FINDINGS)
    before = None
    for fact in found.facts:
        if (fact.kind, fact.finding) != before:
            before = fact.kind, fact.finding
            yield ""
            yield bold(f"{fact.kind}, {fact.finding}")
        yield from textwrap.wrap(
            printable(f"{readable(fact.said)} — {readable(fact.title)}"),
            width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
        if proof := _proof(fact):
            yield from textwrap.wrap(printable(proof), width, initial_indent="    ", subsequent_indent="    ")


def _proof(fact: Fact) -> str:
    if fact.words is None:
        return ""
    return f'text: "{readable(fact.words)}", characters {fact.start}-{fact.end}: {readable(fact.sentence or "")}'
