"""The pages of an entity, of a repository and of a venue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from kg.ask.card import EntityCard, RepositoryCard
from kg.ask.merges import merges_of
from kg.graph.index import INTRODUCES, LINKS_TO, USES
from kg.site.charts import year_bars
from kg.site.source import Source, View, page_of
from kg.text.spellings import readable, readable_parts
from kg.vocabulary import KG, SCHEMA

_RESULTS, _EVIDENCE, _BOARDS = 10, 3, 12
_LISTED = 50  # papers on a page of a list
_PANELS = ("names", "papers", "companions", "years", "results", "boards")
_WITH_RESULTS = ("dataset", "metric", "method")
_ROLES = {  # what papers do with a thing, in words and in the index
    "introduces": ("introduce", (INTRODUCES,)),
    "uses": ("use", (USES,)),
    "mentions": ("mention", (INTRODUCES, USES)),
    "links": ("link to", (LINKS_TO,)),
}


def entity_view(source: Source, card: EntityCard) -> View:
    """What the page of a method, dataset, metric or task shows."""
    iri = card.iri
    years = source.years(iri)
    measured = card.type in _WITH_RESULTS
    # The sentences of the listed papers alone: to compare the mentions in all papers would take too long.
    papers = " ".join(dict.fromkeys(paper.iri for paper in (*card.introducing, *card.using)))
    sentences = source.rows("entity-evidence", entity=iri, papers=papers) if papers else []
    by_sentence = {(row["paper"], row["sentenceStart"]): row for row in reversed(sentences)}
    evidence = [_quoted(row) for row in sentences if by_sentence[row["paper"], row["sentenceStart"]] is row]
    return View(
        "entity.html",
        readable(card.name),
        {
            "card": card,
            "others": [name for name in dict.fromkeys(map(readable, card.other_names)) if name != card.name],
            "merges": [
                (why, list(rows))
                for why, rows in groupby(
                    sorted(merges_of(source.graph.generation, iri), key=lambda row: (row["why"], -row["papers"])),
                    key=lambda row: row["why"],
                )
            ],
            "may_mean": [(sense, source.reader.name(sense)) for sense in source.reader.objects(iri, KG + "mayMean")],
            "homepages": source.reader.objects(iri, SCHEMA + "url") + source.reader.objects(iri, SCHEMA + "sameAs"),
            "better": source.reader.value(iri, KG + "better"),
            "years": year_bars(years),
            "year_counts": years,
            "boards": source.boards_of(iri, card.type, _BOARDS) if card.type in ("dataset", "metric") else [],
            "results": _each_once(source.results(iri, card.type, _RESULTS)) if measured else [],
            "evidence": evidence[:_EVIDENCE],
            "behind": {
                "evidence": source.behind("entity-evidence", entity=iri, papers=papers) if papers else None,
                **{name: source.behind(f"entity-{name}", entity=iri) for name in _PANELS},
            },
        },
    )


def _quoted(row: dict[str, str]) -> dict[str, object]:
    """A sentence in three parts, as people read it: before, within and after the mention."""
    start = int(row["start"]) - int(row["sentenceStart"])
    end = int(row["end"]) - int(row["sentenceStart"])
    return {**row, "parts": readable_parts(row["sentence"], max(start, 0), min(end, len(row["sentence"])))}


def _each_once(rows: Iterable[dict[str, str]]) -> list[dict[str, object]]:
    """Results with their claims; of those that a paper reports in the same words the first."""
    words = ("paper", "reported", "metric", "dataset", "method", "baseline", "settings", "relative")
    found: dict[tuple[str | None, ...], dict[str, object]] = {}
    for row in rows:
        found.setdefault(tuple(map(row.get, words)), {**row, "claim": _claim(row)})
    return [*found.values()]


def _claim(row: Mapping[str, str]) -> dict[str, object]:
    """What the macro "claim" reads of a result."""

    def named(property: str, name: str) -> dict[str, str] | None:
        return {"iri": row[property], "name": row[name]} if property in row else None

    return {
        "value": row["reported"],
        "relative": row["relative"] == "true",
        "metric": named("byMetric", "metric"),
        "metric_text": row.get("metric"),
        "dataset": named("onDataset", "dataset"),
        "method": named("ofMethod", "method"),
        "baseline": named("againstBaseline", "baseline"),
        "task": None,
        "settings": row.get("settings"),
    }


def repository_view(source: Source, card: RepositoryCard) -> View:
    """What the page of a repository shows."""
    behind = source.behind("repository-papers", code=card.iri)
    return View("repository.html", card.name, {"card": card, "behind": behind})


def venue_view(source: Source, iri: str, query: Mapping[str, str]) -> View | None:
    """The papers of a venue, newest first."""
    page = page_of(query)
    first = (page - 1) * _LISTED
    rows = source.rows("venue-papers", venue=iri, limit=_LISTED + 1, offset=first)
    if not rows:
        return None
    name = source.reader.name(iri)
    behind = source.behind("venue-papers", venue=iri, limit=_LISTED, offset=first)
    return View(
        "papers.html",
        readable(name),
        {
            "kicker": "Venue",
            "papers": rows[:_LISTED],
            "page": page,
            "more": len(rows) > _LISTED,
            "here": source.path(iri),
            "asked": {},
            "behind": behind,
        },
    )


def papers_view(source: Source, query: Mapping[str, str]) -> View | None:
    """The papers that introduce, use or mention an entity or link to a repository, newest first."""
    iri = source.iri(query.get("of", ""))
    role = query.get("role", "mentions")
    if iri is None or role not in _ROLES:
        return None
    named, values = "entity-papers", {"entity": iri, "role": role}
    if role == "links":
        named, values = "repository-papers", {"code": iri}
    page = page_of(query)
    first = (page - 1) * _LISTED
    does, roles = _ROLES[role]
    rows = source.papers_on(iri, roles, _LISTED + 1, first)
    if page > 1 and not rows:
        return None
    name = readable(source.reader.name(iri))
    return View(
        "papers.html",
        f"Papers that {does} {name}",
        {
            "kicker": "Papers",
            "papers": rows[:_LISTED],
            "page": page,
            "more": len(rows) > _LISTED,
            "of": (iri, name),
            "by_year": bool((node := source.index.node(iri)) and source.index.by_year(node.id)),
            "here": "/papers",
            "asked": {"of": source.path(iri) or "", "role": role},
            "behind": source.behind(named, **values, limit=_LISTED, offset=first),
        },
    )
