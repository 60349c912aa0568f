"""The page of the SPARQL editor: a query, the shipped ones as examples, and the terms that it completes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph as ox

from kg.ask.named import named_queries
from kg.errors import QueryError
from kg.site.panels import panel_queries
from kg.site.source import Source, View
from kg.vocabulary import KG, PREFIXES, RDFS, resource_prefixes

_LONGEST = 20_000
_FIRST = """# Datasets in the most papers
SELECT ?name (COUNT(DISTINCT ?paper) AS ?papers) WHERE {
  ?paper kg:usesDataset ?dataset .
  ?dataset skos:prefLabel ?name .
}
GROUP BY ?dataset ?name
ORDER BY DESC(?papers) ?name
LIMIT 20
"""


def editor_view(source: Source, query: Mapping[str, str]) -> View:
    """The editor with the query that is asked for: its text (``query``), or the name of a shipped one (``ask``).

    A shipped query takes its parameters from those of the address.
    """
    text, problem = query.get("query", "")[:_LONGEST], ""
    asked = query.get("ask", "")
    if asked and not text:
        try:
            values = {name: value for name, value in query.items() if name not in ("ask", "query") and value}
            text = source.graph.question(asked, values).sparql
        except QueryError as error:
            problem = str(error)
    return View(
        "editor.html",
        "SPARQL",
        {
            "text": text or _FIRST,
            "problem": problem,
            "asked": asked,
            "given": query,
            "examples": [example for example in named_queries() if example.profile is None],
            "completions": {"prefixes": PREFIXES | resource_prefixes(source.base), **completions()},
        },
    )


@cache
def completions() -> dict[str, Any]:
    """What the editor completes: terms as queries write them, each with what it means, and the words of SPARQL."""
    others = json.loads((files("kg.site") / "completions.json").read_bytes())
    text = (files("kg.graph") / "ontology.ttl").read_bytes()
    own = {
        f"kg:{quad.subject.value.removeprefix(KG)}": quad.object.value
        for quad in ox.parse(text, ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(KG)
        and quad.predicate.value == RDFS + "comment"
        and isinstance(quad.object, ox.Literal)
    }
    terms = [*sorted(own.items()), *((name, "") for name in others["terms"])]
    return {"terms": terms, "words": others["words"]}


def queries_view(source: Source) -> View:
    """The queries behind the panels in general, for a site without a server."""
    return View("queries.html", "The queries behind the pages", {"queries": [*panel_queries(), *named_queries()]})
