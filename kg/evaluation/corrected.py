"""The papers that people corrected, as annotated papers: what is found in them, corrections applied.

What nobody corrected in such a paper is as the extraction found it: have a look at all of it before anything is learned
from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.extraction import Extractor
from kg.extraction.corrections import Corrections
from kg.graph.reader import GraphReader
from kg.records import Extraction, Paper
from kg.rulefiles import corrections_in
from kg.vocabulary import DCTERMS, KG, SCHEMA


def corrected_papers(
    store: ox.Store,
    folders: Sequence[Path],
    model: Path | None = None,
    titles: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[dict[str, Any]]:
    """The papers of a graph that corrections are about, as objects that :mod:`kg.evaluation.gold` reads.

    Args:
        store: the graph.
        folders: the folders of rules, with the corrections, that the papers are read with.
        model: the folder of the model; ``None`` for the shipped one.
        titles: of the entries of papers that have several, by the paper's IRI.

    Raises:
        InputError: a rule file or the model cannot be read.
    """
    corrections = Corrections()
    corrections.add_rules(corrections_in(folders))
    papers = list(_papers(store, corrections, titles or {}))
    if papers:
        yield from map(annotated, papers, Extractor(folders, model).pipe(papers))


def _papers(store: ox.Store, corrections: Corrections, titles: Mapping[str, Sequence[str]]) -> Iterator[Paper]:
    """The papers of a graph that corrections are about, each once, by its first id."""
    query = f"""SELECT ?paper ?title ?abstract ?id WHERE {{
        ?paper a <{KG}Paper> ; <{SCHEMA}name> ?title ; <{SCHEMA}abstract> ?abstract ; <{DCTERMS}identifier> ?id
    }} ORDER BY ?paper ?id"""
    for iri, rows in groupby(GraphReader(store).rows(query), key=itemgetter(0)):
        (_, title, abstract, first), *others = rows
        names = (*(row[-1] for row in others), *titles.get(iri, ()))
        if corrections.of(paper := Paper(id=first, title=title, abstract=abstract, names=names)):
            yield paper


def annotated(paper: Paper, found: Extraction) -> dict[str, Any]:
    """What was found in a paper in the form of annotations: each name once, results without offsets."""
    roles: dict[tuple[str, str], str] = {}
    for mention in found.entities:
        roles.setdefault((mention.type, mention.text), mention.role)
    fields = ("metric", "value", "dataset", "method", "task", "baseline", "relative")
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "entities": [{"type": kind, "text": text, "role": role} for (kind, text), role in roles.items()],
        "abbreviations": [list(pair) for pair in found.abbreviations],
        "links": [{"url": link.url} for link in found.links],
        "results": [{name: getattr(result, name) for name in fields} for result in found.results],
    }
