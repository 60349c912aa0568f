"""The pages that list: the overview, the search, what is new, and the most used entities of a kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from kg.ask.lookup import Found, Match, similar
from kg.ask.papers import start_of
from kg.errors import QueryError
from kg.graph.provenance import Run
from kg.site.source import Source, View, class_of, page_of
from kg.text.names import one_line
from kg.text.spellings import readable
from kg.vocabulary import ENTITY_KINDS, KINDS, Kind

_FOUND, _TOP, _NEW = 40, 8, 100
_LISTED, _NARROWER = 100, 1000
_LONGEST = 300  # characters of a search that are looked for


def overview_view(source: Source) -> View:
    """What the graph holds: counts, the most used, the newest."""
    stats = source.stats
    counts = [
        ("papers", stats.papers, "/browse/paper"),
        *((f"{kind}s", stats.entities[class_of(kind)], f"/browse/{kind}") for kind in ENTITY_KINDS),
        ("results", stats.results, "/leaderboards"),
        ("repositories", stats.repositories, None),
        ("mentions", stats.mentions, None),
        ("triples", stats.triples, None),
    ]
    runs = source.runs
    since = _last_start(runs)
    return View(
        "overview.html",
        "Overview",
        {
            "counts": counts,
            "most_used": {kind: source.most_used[kind][:_TOP] for kind in ENTITY_KINDS},
            "boards": source.boards[:_TOP],
            "newest": source.newest,
            "listed": [] if source.newest else source.listed_last,
            "runs": runs[-3:][::-1],
            "since": since,
            "seen": source.seen_since(since, _TOP) if since else [],
            "behind": {
                "counts": source.behind("counts"),
                "newest": source.behind("newest-papers", limit=_TOP),
                "listed": source.behind("listed-last", limit=_TOP),
                "boards": source.behind("boards", limit=_TOP),
                "seen": source.behind("first-seen", since=since, limit=_TOP) if since else None,
                **{kind: source.behind("entities", type=kind, limit=_TOP) for kind in ENTITY_KINDS},
            },
        },
    )


def _last_start(runs: list[Run]) -> str:
    """The day of the last run, as xsd:date."""
    return runs[-1].started[:10] if runs else ""


def search_view(source: Source, query: Mapping[str, str]) -> View:
    """What has the words of a search in its name."""
    words = one_line(query.get("q", ""))[:_LONGEST]
    kind = query.get("kind", "")
    wanted = kind if kind in KINDS else None
    found: Found | None = source.graph.lookup(words, type=wanted, limit=_FOUND) if words else None
    known = {match.iri for match in found.matches} if found else set()
    similar = [match for match in _completed(source, words, 20) if match.iri not in known]
    return View(
        "search.html",
        f"Search: {words}" if words else "Search",
        {
            "words": words,
            "kind": wanted or "",
            "found": found,
            "similar": [match for match in similar if wanted in (None, match.type)],
            "behind": source.behind("search", words=words) if words else None,
        },
    )


def suggested(source: Source, words: str, limit: int = 8) -> list[dict[str, Any]]:
    """Names for what someone has typed so far: each with its kind, its papers and the path of its page."""
    words = one_line(words)[:_LONGEST]
    matches = _completed(source, words, limit) or similar(source.reader, words, base=source.base, limit=limit)
    return [
        {"name": match.name, "kind": match.type, "papers": match.papers, "path": source.path(match.iri)}
        for match in matches
    ]


def _completed(source: Source, words: str, limit: int) -> list[Match]:
    """What has names that begin with the words."""
    return source.graph.suggest(words, limit) if words else []


def new_view(source: Source, query: Mapping[str, str]) -> View:
    """The papers that a build read for the first time on a day or later; without a day, on that of the last build."""
    runs = source.runs
    problem = ""
    since = _last_start(runs)
    if given := query.get("since", "").strip()[:20]:
        try:
            since = start_of(given)
        except QueryError as error:
            problem = str(error)
    built = _last_start(runs)
    earlier = [f"{date.fromisoformat(built) - timedelta(days=days)}" for days in (7, 30, 365)] if built else []
    return View(
        "new.html",
        "What is new",
        {
            "since": since,
            "problem": problem,
            "earlier": earlier,
            "papers": source.seen_since(since, _NEW) if since else [],
            "runs": runs[::-1][:20],
            "behind": source.behind("first-seen", since=since or "2025-01-01", limit=_NEW),
        },
    )


def browse_view(source: Source, kind: Kind, query: Mapping[str, str]) -> View | None:
    """The most used entities of a kind, or all papers."""
    if kind == "paper":
        return _papers_view(source, query)
    page = page_of(query)
    first = (page - 1) * _LISTED
    entities = source.most_used[kind]
    if page > 1 and first >= len(entities):
        return None
    return View(
        "browse.html",
        f"{class_of(kind)}s",
        {
            "kind": kind,
            "entities": entities[first : first + _LISTED],
            "first": first + 1,
            "here": f"/browse/{kind}",
            "page": page,
            "more": len(entities) > first + _LISTED,
            "in_all": source.stats.entities[class_of(kind)],
            "behind": source.behind("entities", type=kind, limit=_LISTED, offset=first),
        },
    )


def _papers_view(source: Source, query: Mapping[str, str]) -> View | None:
    """All papers."""
    page = page_of(query)
    first = (page - 1) * _LISTED
    papers = source.papers(_LISTED + 1, first)
    if page > 1 and not papers:
        return None
    return View(
        "papers.html",
        "All papers",
        {
            "kicker": "Papers",
            "papers": papers[:_LISTED],
            "in_all": source.stats.papers,
            "dated": bool(source.newest),
            "page": page,
            "more": len(papers) > _LISTED,
            "here": "/browse/paper",
            "asked": {},
            "behind": source.behind("newest-papers", limit=_LISTED, offset=first),
        },
    )


def browse_paths(source: Source) -> Iterator[str]:
    """The paths of all pages that list all papers and the most used entities."""
    listed = {"paper": source.stats.papers, **{kind: len(source.most_used[kind]) for kind in ENTITY_KINDS}}
    for kind, number in listed.items():
        yield f"/browse/{kind}"
        yield from (f"/browse/{kind}/{page}" for page in range(2, (number - 1) // _LISTED + 2))


def narrower_view(source: Source, iri: str, kind: Kind) -> View | None:
    """All that is narrower than an entity, in the most papers first."""
    node = source.index.node(iri)
    entities = source.index.narrower(node.id) if node else []
    if not entities:
        return None
    name = readable(source.reader.name(iri))
    return View(
        "browse.html",
        f"Narrower than {name}",
        {
            "kind": kind,
            "of": (iri, name),
            "entities": entities[:_NARROWER],
            "first": 1,
            "here": f"/narrower{source.path(iri)}",
            "page": 1,
            "more": False,
            "in_all": len(entities),
            "behind": source.behind("narrower", entity=iri, limit=_NARROWER),
        },
    )
