"""Charts of a graph as files: papers a year, the best value over time, what occurs together.

The shapes are those of the pages (:mod:`kg.site.charts`), as SVG that stands alone; PNG is drawn from it by resvg.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from itertools import combinations
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg.api import KnowledgeGraph
from kg.ask.notebook import COLOURS
from kg.errors import KGError, QueryError
from kg.site.boards import ranked, unit_of
from kg.site.charts import Bars, Steps, Together, best_over_time, occurring_together, year_bars
from kg.site.pages import templates
from kg.site.source import Source
from kg.text.names import UNWRITABLE, one_line, quoted
from kg.text.spellings import readable
from kg.vocabulary import CLASS_NAMES, ENTITY_KINDS, KG, Kind

_ACCENT = "#24479b"
_RESULTS = 2000


class Plot(NamedTuple):
    """A chart and how it is drawn: its title, the macro of ``templates/parts.html`` that draws it, and its colour."""

    title: str
    macro: str
    chart: Bars | Steps | Together
    ink: str = _ACCENT

    @property
    def svg(self) -> str:
        """The chart as an SVG document, the same text for the same graph."""
        template = templates().get_template("plot.svg")
        values: dict[str, Any] = {"title": self.title, "drawn": self.macro, "chart": self.chart, "ink": self.ink}
        return UNWRITABLE.sub("\ufffd", template.render(values))

    def _repr_svg_(self) -> str:
        """The chart as a notebook shows it."""
        return self.svg

    @property
    def png(self) -> bytes:
        """The chart as PNG.

        Raises:
            KGError: what draws it is not installed.
        """
        try:
            resvg = import_module("resvg_py")
        except ImportError:
            raise KGError(
                "resvg-py, which draws PNG, is not installed; get it with: pip install 'papers-kg[plot]'"
            ) from None
        return bytes(resvg.svg_to_bytes(svg_string=self.svg, zoom=2, sans_serif_family="Liberation Sans"))


def years_plot(graph: KnowledgeGraph, name: str | None = None) -> Plot:
    """Papers a year: all of them, or those that mention an entity.

    Raises:
        QueryError: no entity has the name, or there are papers of fewer than two years.
    """
    source = Source(graph)
    if name is None:
        rows = [(row["year"], row["papers"]) for row in graph.ask("counts-by-year").records()]
        title, ink = "Papers a year", _ACCENT
    else:
        iri, kind = _entity(source, name)
        rows = [(row.get("year"), row["papers"]) for row in source.rows("entity-years", entity=iri)]
        title, ink = f"Papers a year that mention {_name(source, iri)}", COLOURS[CLASS_NAMES[kind]][0]
    counts = [(int(str(year)), int(str(papers))) for year, papers in rows if year is not None]
    chart = year_bars(counts)
    if chart is None:
        problem = "expected papers of two years or more" if counts else "no paper has a year"
        raise QueryError(f"{title}: {problem}; nothing to draw")
    return Plot(title, "bars", chart, ink)


def best_plot(graph: KnowledgeGraph, dataset: str, metric: str) -> Plot:
    """The comparable results on a dataset by a metric, and the best of them over time.

    Raises:
        QueryError: a name is unknown, or there are comparable results of fewer than two years.
    """
    source = Source(graph)
    on, by = _entity(source, dataset, "dataset")[0], _entity(source, metric, "metric")[0]
    better = source.reader.value(by, KG + "better")
    found = source.rows("board", dataset=on, metric=by, limit=_RESULTS)
    values = [
        (row.year, float(row.value), f"{row.reported}, {readable(row.method or row.title)}, {row.year}")
        for row in ranked(found, better)
        if row.year
    ]
    title = f"{_name(source, by)} on {_name(source, on)}"
    chart = best_over_time(values, better or "higher", unit_of(found))
    if chart is None:
        problem = "expected comparable results of two years or more"
        if found and not values:
            problem = "no paper with such a result has a year"
        raise QueryError(f"{title}: {problem}; nothing to draw")
    return Plot(title, "steps", chart)


def together_plot(graph: KnowledgeGraph, type: Kind = "dataset", limit: int = 15) -> Plot:
    """How many papers name two of the most used entities of a type.

    Raises:
        QueryError: the graph has fewer than two entities of the type.
        KGError: it is not a type of entities.
    """
    if type not in ENTITY_KINDS:
        raise KGError(f"type: expected one of {', '.join(ENTITY_KINDS)}; found {quoted(type, 50)}")
    source = Source(graph)
    most_used = source.most_used[type][:limit]
    title = f"{CLASS_NAMES[type]}s in the same papers"
    if len(most_used) < 2:
        raise QueryError(f"{title}: expected two or more; nothing to draw")
    mentions = ox.NamedNode(KG + "mentions")
    papers = [
        {quad.subject for quad in graph.store.quads_for_pattern(None, mentions, ox.NamedNode(one.iri))}
        for one in most_used
    ]
    shared = {(a, b): len(papers[a] & papers[b]) for a, b in combinations(range(len(papers)), 2)}
    names = [one_line(readable(one.name)) for one in most_used]
    chart = occurring_together(names, [len(each) for each in papers], shared)
    return Plot(title, "together", chart, COLOURS[CLASS_NAMES[type]][0])


def _entity(source: Source, name: str, *kinds: Kind) -> tuple[str, Kind]:
    """The entity that a name means.

    Raises:
        QueryError: there is none of these kinds, or several have the name.
    """
    wanted: Sequence[Kind] = kinds or ENTITY_KINDS
    found = source.graph.lookup(name, type=wanted[0] if len(wanted) == 1 else None)
    if found.winner and found.winner.type in wanted:
        return found.winner.iri, found.winner.type
    near = ", ".join(dict.fromkeys([match.name for match in found.matches if match.type in wanted] or found.nearest))
    what = wanted[0] if len(wanted) == 1 else "method, dataset, metric or task"
    raise QueryError(f"expected the name of a {what}, found {quoted(name)}{f'; nearest: {near}' if near else ''}")


def _name(source: Source, iri: str) -> str:
    return one_line(readable(source.reader.name(iri)))
