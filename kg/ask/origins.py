"""Whose statements a query is about: those read from texts, those that people curated, or both.

A query is written for texts. Asked of the catalogues that were imported, ``kg:mentions`` stands for what they list a
paper under, ``kg:reports`` for the rows of their tables, and so on; ``origins.toml`` has all of these.

>>> of_origin("SELECT * { ?paper kg:reports ?result }", "curated")
'SELECT * { ?paper (kg:curatedResult) ?result }'
>>> of_origin("SELECT * { ?paper kg:reports ?result }", "both")
'SELECT * { ?paper (kg:reports|kg:curatedResult) ?result }'
"""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias

from kg.errors import QueryError
from kg.graph.query_text import tokens
from kg.text.names import quoted
from kg.vocabulary import PREFIXES

Origin: TypeAlias = Literal["extracted", "curated", "both"]
ORIGINS: tuple[Origin, ...] = ("extracted", "curated", "both")
ORIGIN = "origin"
"""The name of the parameter that chooses, which every question has."""


def known_origin(name: str) -> Origin:
    """One of :data:`ORIGINS`.

    Raises:
        QueryError: it is none of them.
    """
    for origin in ORIGINS:
        if name == origin:
            return origin
    raise QueryError(f"{ORIGIN}: expected {', '.join(ORIGINS)}, found {quoted(name)}")


def of_origin(sparql: str, origin: Origin, name: str = "query") -> str:
    """The query, asked of texts, of catalogues, or of both.

    Args:
        sparql: a query that is written for texts. Terms within VALUES, in expressions and in the template of a
            CONSTRUCT stay as they are.
        origin: whom to ask.
        name: what errors call the query.

    Raises:
        QueryError: it asks for nothing that a catalogue says.
    """
    if origin == "extracted":
        return sparql
    terms = _terms(origin)
    pieces: list[str] = []
    end, literal_block = 0, ""
    for token in tokens(sparql):
        if token.is_word("VALUES", "CONSTRUCT"):
            literal_block = token.text
        elif token.text == "}" and literal_block:
            literal_block = ""
        if token.text in terms and token.inside in ("pattern", "list") and not literal_block:
            pieces += [sparql[end : token.start], terms[token.text]]
            end = token.end
    if not pieces:
        raise QueryError(f"{name}: asks for nothing that a catalogue says; leave out {ORIGIN}")
    return "".join([*pieces, sparql[end:]])


def takes_origin(sparql: str) -> bool:
    """Whether a query asks for something that catalogues may say, too."""
    try:
        return bool(of_origin(sparql, "both"))
    except QueryError:
        return False


@cache
def _terms(origin: Origin) -> dict[str, str]:
    """What stands for each term of a query, both as a prefixed name and in full."""
    import tomllib  # these take a twentieth of the time of a look-up, which does not need them
    from importlib.resources import files

    table = tomllib.loads((files("kg.ask") / "origins.toml").read_text("utf-8"))
    terms = {
        term: f"({path})" if origin == "curated" else f"({term}|{path})" for term, path in table["properties"].items()
    }
    terms |= table["classes"]
    prefixed = [(term.split(":"), path) for term, path in terms.items()]
    return terms | {f"<{PREFIXES[prefix]}{name}>": path for (prefix, name), path in prefixed}
