"""Papers side by side: a row for each paper, method and dataset, a column for each metric."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import NamedTuple

from kg.ask.compare import COMPARE, Comparison, compared
from kg.ask.lookup import WHOLE_NAMES
from kg.ask.sparql import run
from kg.site.source import Source, View
from kg.text.names import one_line
from kg.text.spellings import readable

_PAPERS, _COLUMNS, _VALUES = 20, 12, 300
_NEAR = 5
_LONGEST = 300  # characters of the name of a dataset
_COPIES = {"Markdown": "markdown", "LaTeX": "latex", "CSV": "csv"}


def compare_view(source: Source, query: Mapping[str, str]) -> View:
    """What some papers report, side by side: those given (``papers``), or those with results on a ``dataset``."""
    typed = one_line(query.get("dataset", ""))[:_LONGEST]
    dataset = source.one(typed, ("dataset",)) if typed else None
    papers: list[str] = []
    unknown: list[str] = []
    comparison, behind = Comparison((), ()), None
    if dataset:
        comparison = source.graph.compare(dataset, metrics=_COLUMNS, all=True, limit=_VALUES)
        behind = source.behind(COMPARE, dataset=dataset, metrics=_COLUMNS, shown="all", limit=_VALUES)
    else:
        given = dict.fromkeys(filter(None, re.split(r"[\s,]+", query.get("papers", "")[:10_000])))
        found = {slug: source.iri(f"/paper/{slug.removeprefix('/paper/')}") for slug in given}
        unknown = [slug for slug, iri in found.items() if not iri]
        papers = [*dict.fromkeys(filter(None, found.values()))]
        if papers:
            shown = " ".join(papers[:_PAPERS])
            behind = source.behind("compare-papers", papers=shown, metrics=_COLUMNS, limit=_VALUES)
            comparison = compared(run(source.store, behind.sparql, source.base))
    name = readable(source.reader.name(dataset)) if dataset else ""
    return View(
        "compare.html",
        f"Compared on {name}" if name else "Compare papers",
        {
            "dataset": (dataset, name) if dataset else None,
            "typed": typed,
            "near": _near(source, typed) if typed and not dataset else None,
            "chosen": len(papers),
            "most_papers": _PAPERS,
            "unknown": unknown[:_PAPERS],
            "comparison": comparison,
            "several_datasets": len({row.dataset for row in comparison.rows}) > 1,
            "sentences": _sentences(comparison),
            "titles": {row.paper: row.title for row in comparison.rows},
            "with_settings": any(row.settings for row in comparison.rows),
            "uncertain": any(
                not value.comparable for row in comparison.rows for values in row.values.values() for value in values
            ),
            "most": _COLUMNS,
            "copies": {name: _copy(comparison, written) for name, written in _COPIES.items()},
            "behind": behind,
        },
    )


class _Near(NamedTuple):
    """What words may mean that are not clearly the name of a dataset.

    ``several`` is whether several have this very name; ``datasets`` are names, each with what to ask for instead.
    """

    several: bool
    datasets: list[tuple[str, str]]


def _near(source: Source, words: str) -> _Near:
    found = source.graph.lookup(words, type="dataset", limit=_NEAR)
    datasets = [(match.name, match.iri.removeprefix(f"{source.base}dataset/")) for match in found.matches]
    several = any(match.rank in WHOLE_NAMES for match in found.matches)
    return _Near(several, datasets or [(name, name) for name in found.nearest])


def _sentences(comparison: Comparison) -> dict[tuple[str, str], int]:
    """The number of each sentence that values were read from, by the paper that has it, in the order of the table."""
    found = (
        (row.paper, value.sentence)
        for row in comparison.rows
        for metric in comparison.metrics
        for value in row.values.get(metric, ())
        if value.sentence
    )
    return {sentence: number for number, sentence in enumerate(dict.fromkeys(found), start=1)}


def _copy(comparison: Comparison, format: str) -> str:
    output = io.BytesIO()
    comparison.write(output, format)
    return output.getvalue().decode()
