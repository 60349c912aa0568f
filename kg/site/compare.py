"""Papers side by side: a row for each paper, method and dataset, a column for each metric."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from kg.ask.compare import COMPARE, Comparison, compared
from kg.ask.sparql import run
from kg.site.source import Source, View
from kg.text.spellings import readable

_PAPERS, _COLUMNS, _VALUES = 20, 12, 300
_COPIES = {"Markdown": "markdown", "LaTeX": "latex", "CSV": "csv"}


def compare_view(source: Source, query: Mapping[str, str]) -> View:
    """What some papers report, side by side: those given (``papers``), or those with results on a ``dataset``."""
    dataset = source.one(query["dataset"][:300], ("dataset",)) if query.get("dataset") else None
    papers: list[str] = []
    comparison, behind = Comparison((), ()), None
    if dataset:
        comparison = source.graph.compare(dataset, metrics=_COLUMNS, all=True, limit=_VALUES)
        behind = source.behind(COMPARE, dataset=dataset, metrics=_COLUMNS, shown="all", limit=_VALUES)
    else:
        given = re.split(r"[\s,]+", query.get("papers", "")[:10_000])
        found = (source.iri(f"/paper/{slug.removeprefix('/paper/')}") for slug in given if slug)
        papers = [iri for iri in dict.fromkeys(found) if iri][:_PAPERS]
        if papers:
            behind = source.behind("compare-papers", papers=" ".join(papers), metrics=_COLUMNS, limit=_VALUES)
            comparison = compared(run(source.store, behind.sparql, source.base))
    name = readable(source.reader.name(dataset)) if dataset else ""
    return View(
        "compare.html",
        f"Compared on {name}" if name else "Compare papers",
        {
            "dataset": (dataset, name) if dataset else None,
            "chosen": bool(papers),
            "comparison": comparison,
            "several_datasets": len({row.dataset for row in comparison.rows}) > 1,
            "with_settings": any(row.settings for row in comparison.rows),
            "uncertain": any(
                not value.comparable for row in comparison.rows for values in row.values.values() for value in values
            ),
            "most": _COLUMNS,
            "copies": {name: _copy(comparison, written) for name, written in _COPIES.items()},
            "behind": behind,
        },
    )


def _copy(comparison: Comparison, format: str) -> str:
    output = io.BytesIO()
    comparison.write(output, format)
    return output.getvalue().decode()
