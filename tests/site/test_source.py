from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.api import KnowledgeGraph
from kg.graph.store import Settings, next_generation
from kg.site import Site
from kg.site.entity import papers_view
from kg.site.source import Source, page_of
from kg.vocabulary import DEFAULT_BASE, ENTITY_KINDS, KG, RDF, SCHEMA, XSD


def test_paths_lead_to_resources_and_back(site: Site) -> None:
    iri = "https://w3id.org/papers-kg/code/github.com/pond-lab/frognet"
    assert site.source.path(iri) == "/code/github.com/pond-lab/frognet"
    assert site.source.iri("/code/github.com/pond-lab/frognet") == iri
    assert site.source.path("https://example.org/x") is None and site.source.path(site.source.base + "entities") is None


def test_a_mention_leads_to_its_paper(site: Site) -> None:
    assert site.source.path("https://w3id.org/papers-kg/paper/x#char=1,2-ab") == "/paper/x"


@pytest.mark.slow
def test_escapes_in_an_iri_may_come_resolved_or_not(tmp_path: Path) -> None:
    iris = [DEFAULT_BASE + name for name in ("method/a%23b", "code/web/x%20y", "method/é")]
    with next_generation(tmp_path) as generation:
        types = (f"<{KG}{'Repository' if '/code/' in iri else 'Method'}>" for iri in iris)
        lines = (f"<{iri}> <{RDF}type> {of} <x:g> .\n" for iri, of in zip(iris, types, strict=True))
        generation.statements.write_text("".join(lines))
        generation.load(Settings())
    source = Source(KnowledgeGraph(tmp_path))
    assert [source.iri(path) for path in ("/method/a#b", "/code/web/x y", "/method/é")] == iris
    assert [source.iri(path) for path in ("/method/a%23b", "/code/web/x%20y")] == iris[:2]


def test_pages_are_counted_from_one() -> None:
    assert [page_of({"page": text}) for text in ("2", "0", "-1", "x", "9" * 9)] == [2, 1, 1, 1, 1]


def test_the_most_used_come_first(site: Site) -> None:
    counts = [entity.papers for entity in site.source.most_used["dataset"]]
    assert counts == sorted(counts, reverse=True) and site.source.most_used["dataset"][0].name == "CIFAR-10"


def test_papers_that_were_listed_last_are_those_of_the_query_behind_it(
    tmp_path: Path, replace_graph: Callable[..., None]
) -> None:
    seen = {"a": "2025-03-11", "b": "2025-03-11", "c": "2025-03-12", "d": "2024-01-05", "e": "", "f": "2025-01-01"}
    listed = {"a": ["--03-11"], "b": ["--12-24"], "c": ["--03-11", "--03-10"], "d": ["2025-02-01"], "e": ["--05-05"]}
    lines = []
    for name, day in seen.items():
        paper = f"<{DEFAULT_BASE}paper/{name}>"
        lines.append(f'{paper} <{SCHEMA}name> "{name}" {paper} .\n')
        lines += [f'{paper} <{KG}firstSeen> "{day}"^^<{XSD}date> {paper} .\n'] if day else []
        for date in listed.get(name, ()):
            of = "gMonthDay" if date.startswith("--") else "date"
            lines.append(f'{paper} <{KG}listedDate> "{date}"^^<{XSD}{of}> {paper} .\n')
    replace_graph(tmp_path, "".join(lines))
    source = Source(KnowledgeGraph(tmp_path))
    found = [(row["title"], row["day"]) for row in source.listed_last]
    assert found == [(row["title"], row["day"]) for row in source.rows("listed-last", limit=8)]
    assert found == [("a", "2025-03-11"), ("c", "2025-03-10"), ("d", "2025-02-01"), ("b", "2024-12-24"), ("e", "")]
    assert [row["listed"] for row in source.listed_last][:3] == ["--03-11", "--03-10", "2025-02-01"]


def test_papers_on_a_thing_come_from_the_index_as_the_queries_behind_them_find_them(site: Site) -> None:
    found = 0
    for kind in (*ENTITY_KINDS, "code"):
        for (iri,) in site.source.index.rows("SELECT iri FROM node WHERE kind = ?", kind):
            for role in ("links",) if kind == "code" else ("introduces", "uses", "mentions"):
                view = papers_view(site.source, {"of": site.source.path(iri) or "", "role": role})
                named, of = ("repository-papers", "code") if kind == "code" else ("entity-papers", "entity")
                given = {of: iri} if kind == "code" else {of: iri, "role": role}
                assert view and view.values["papers"] == site.source.rows(named, **given), (iri, role)
                found += len(view.values["papers"])
    assert found > 10


def test_no_page_of_papers_on_a_thing_reads_all_of_them(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    read, paper = [], site.source._paper

    def reading(iri: str) -> dict[str, str]:
        read.append(iri)
        return paper(iri)

    monkeypatch.setattr(site.source, "_paper", reading)
    monkeypatch.setattr("kg.site.entity._LISTED", 1)
    view = papers_view(site.source, {"of": "/dataset/cifar-10"})
    assert view and len(view.values["papers"]) == 1 and view.values["more"] and len(read) == 2


def test_leaderboards_come_from_the_index_as_the_queries_behind_them_find_them(site: Site) -> None:
    source, names = site.source, ("onDataset", "dataset", "byMetric", "metric", "papers", "results")
    found = {tuple(row[name] for name in names) for row in source.rows("boards")}
    assert found and {tuple(map(str, board)) for board in source.boards} == found
    first = source.boards[0]
    for kind, iri in (("dataset", first.dataset_iri), ("metric", first.metric_iri)):
        of_one = {
            (row["onDataset"], row["byMetric"], int(row["results"])) for row in source.rows("entity-boards", entity=iri)
        }
        boards = source.boards_of(iri, kind, 50)  # type: ignore[arg-type]
        assert {(board.dataset_iri, board.metric_iri, board.results) for board in boards} == of_one
    rows = source.board(first.dataset_iri, first.metric_iri, "higher", 50)
    queried = source.rows("board", dataset=first.dataset_iri, metric=first.metric_iri)
    assert [float(row["value"]) for row in rows] == sorted((float(row["value"]) for row in rows), reverse=True)
    assert sorted(map(_plain, rows)) == sorted(map(_plain, queried))


def _plain(row: dict[str, str]) -> list[tuple[str, object]]:
    """A row with its numbers as numbers, and of the paper's own method only that it is one."""
    numbers = ("value", "confidence")
    known = {
        name: float(text) if name in numbers else "own" in row if name == "own" else text for name, text in row.items()
    }
    return sorted(known.items())
