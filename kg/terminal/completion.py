"""What a shell completes after Tab: names of the graph and of shipped queries.

A shell replaces the word that was typed only by one that begins with it, so that a name takes on its beginning as typed
("cifAR-10"): names are understood in any spelling. Nothing is ever reported; without a graph there are no names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import typer

from kg.vocabulary import Kind

_OFFERED = 30
_READ = 200
_SPECIAL = re.compile(r"([^\w@%+=:,./-])", re.ASCII)

Completer = Callable[[typer.Context, str], list[str]]


def names_of(*kinds: Kind) -> Completer:
    """Completes names of entities, papers and repositories, or of some kinds of these alone."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        return list(islice(_names(ctx, incomplete, kinds), _OFFERED))

    return complete


def queries_and_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Completes the name of a shipped query; after that, as the value of a parameter, names of entities."""
    from kg.ask.named import named_queries

    if not ctx.params.get("words"):
        return sorted(query.name for query in named_queries() if query.name.startswith(incomplete))
    return list(islice(_names(ctx, incomplete, ()), _OFFERED))


def _names(ctx: typer.Context, incomplete: str, kinds: tuple[Kind, ...]) -> Iterator[str]:
    from kg.ask.lookup import suggest
    from kg.errors import KGError
    from kg.graph.store import opened

    typed = incomplete.strip("\"'").replace("\\", "")
    if not typed.strip():
        return
    folder = ctx.params.get("graph") or os.environ.get("KG_GRAPH") or "output"
    try:
        _, _, reader = opened(Path(folder))
        found = suggest(reader, typed, _READ if kinds else _OFFERED)
    except (KGError, OSError):
        return
    for match in found:
        fits = not kinds or match.type in kinds
        if fits and match.name.isprintable() and match.name.casefold().startswith(typed.casefold()):
            yield incomplete + _escaped(match.name[len(typed) :])


def _escaped(text: str) -> str:
    """Text for the shell: bash takes words as they are typed, the others put what is needed around them."""
    return _SPECIAL.sub(r"\\\1", text) if os.environ.get("_KG_COMPLETE") == "complete_bash" else text
