"""The query behind each panel of a page, ready to run: a shipped one, or one of the files in ``kg/site/queries``.

>>> print(behind("paper-results", {"paper": "paper:frognet"}).splitlines()[0])
# description: What a paper reports: each result with all that is known of it, and its sentence
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import cast

import pyoxigraph as ox

from kg.ask.named import NamedQuery, bind, named_query, parse
from kg.vocabulary import DEFAULT_BASE, PREFIXES, resource_prefixes


@cache
def panel_query(name: str) -> NamedQuery:
    """The query of this name: one of the pages' own, else a shipped one."""
    own = files("kg.site") / "queries" / f"{name}.rq"
    return parse(name, own.read_text("utf-8")) if own.is_file() else named_query(name)


def panel_queries() -> list[NamedQuery]:
    """The pages' own queries, by name."""
    names = sorted(entry.name for entry in (files("kg.site") / "queries").iterdir() if entry.name.endswith(".rq"))
    return [panel_query(name.removesuffix(".rq")) for name in names]


def behind(name: str, values: Mapping[str, str], base: str = DEFAULT_BASE) -> str:
    """The SPARQL of a panel with the IRIs and words of this page in it, and its description as a comment.

    Raises:
        QueryError: a value is missing, or not of its type.
    """
    text = bind(panel_query(name), values, base)
    return "\n".join(line for line in text.splitlines() if not line.startswith("# param ")).strip()


def rows(store: ox.Store, name: str, values: Mapping[str, str], base: str = DEFAULT_BASE) -> Iterator[dict[str, str]]:
    """What a panel's query finds: for each row the text of what is bound.

    The query runs in this process, where nothing ends it: only for quick ones, with a LIMIT. They do not sort many rows
    by IRIs or names, which Oxigraph reads anew for each comparison: twenty thousand take seconds. By a day, sixty
    thousand take a fifth of one.
    """
    solutions = cast(
        ox.QuerySolutions,
        store.query(
            behind(name, values, base), use_default_graph_as_union=True, prefixes=PREFIXES | resource_prefixes(base)
        ),
    )
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        terms = zip(names, solution, strict=True)
        yield {key: term.value for key, term in terms if term is not None}
