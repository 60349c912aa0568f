"""Terms of the vocabulary's namespace that a query uses and the vocabulary does not have: mostly typing errors.

>>> unknown_terms("SELECT * { ?paper kg:usesDatasets ?dataset }")
['the vocabulary has no kg:usesDatasets; did you mean kg:usesDataset?']
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from kg.graph.query_text import named_iris
from kg.vocabulary import DEFAULT_BASE, KG, PREFIXES, resource_prefixes

_SIMILAR = 60  # of 100; a less similar term is not suggested
_MOST = 5  # unknown terms that have a line of their own
_LONGEST = 100  # characters of an unknown term that are compared and shown


def unknown_terms(sparql: str, base: str = DEFAULT_BASE) -> list[str]:
    """A line for each unknown term of a query, in its order, with the most similar known one."""
    used = dict.fromkeys(
        iri.removeprefix(KG) for iri in named_iris(sparql, PREFIXES | resource_prefixes(base)) if iri.startswith(KG)
    )
    if not used:
        return []
    known = _known()
    unknown = [term for term in used if term and term not in known]
    more = [f"the vocabulary has none of {len(unknown) - _MOST} further terms either"] if len(unknown) > _MOST else []
    return [_line(term, known) for term in unknown[:_MOST]] + more


def _line(term: str, known: Sequence[str]) -> str:
    from rapidfuzz import fuzz, process

    shown = term[:_LONGEST]
    near = process.extractOne(shown, known, scorer=fuzz.ratio, processor=str.lower, score_cutoff=_SIMILAR)
    return f"the vocabulary has no kg:{shown}" + (f"; did you mean kg:{near[0]}?" if near else "")


@cache
def _known() -> tuple[str, ...]:
    """The local names of the vocabulary's classes and properties, read once: that takes longer than a quick query."""
    text = (files("kg.graph") / "ontology.ttl").read_bytes()
    subjects = {quad.subject for quad in ox.parse(text, ox.RdfFormat.TURTLE)}
    named = (subject.value for subject in subjects if isinstance(subject, ox.NamedNode))
    return tuple(sorted(iri.removeprefix(KG) for iri in named if iri.startswith(KG)))
