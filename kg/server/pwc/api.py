"""The routes of the API of Papers with Code, version 1.

Lists are pages as Django REST framework makes them: ``count``, ``next``, ``previous`` and ``results``; a page that is
none is answered with 404, and so is an unknown id. Nothing of a request becomes a part of a query's text: ids and names
are compared, or are terms in a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple, TypeVar

import pyoxigraph as ox
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from kg.api import KnowledgeGraph
from kg.server.pwc.catalogue import Catalogue, Entry, searched
from kg.server.pwc.items import Items, Json, last, proceeding_id
from kg.server.pwc.tables import Row, Table
from kg.vocabulary import LINKS, SCHEMA, Kind

_PAGE_SIZE, _LARGEST_PAGE = 50, 500
_LONGEST = 1_000  # characters of a parameter
_TOP_TASKS, _TOP_AREAS = 20, 100  # of lists by area, which clients read whole and only up to 2 MiB
_AT_ONCE = 4  # requests that are answered at the same time
_WRITES = ("POST", "PUT", "PATCH", "DELETE")

_Item = TypeVar("_Item")


class _RefusedError(Exception):
    """A request that has no answer: the status, and the reason in words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    @property
    def response(self) -> JSONResponse:
        """The answer: "detail" as Django REST framework says, and what paperswithcode-client reads for this status."""
        also = {400: "error", 405: "message"}.get(self.status, "detail")
        headers = {"allow": "GET, HEAD"} if self.status == 405 else None
        return JSONResponse({"detail": self.reason, also: self.reason}, self.status, headers)


class _Asked(NamedTuple):
    """A request, and what answers it."""

    request: Request
    catalogue: Catalogue
    items: Items

    def text(self, *names: str) -> str | None:
        """The first of some parameters that is given and not empty."""
        return next((value for _, value in self._given(names)), None)

    def _given(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The parameters that are given and not empty."""
        for name in names:
            value = self.request.query_params.get(name)
            if value and len(value) > _LONGEST:
                raise _RefusedError(400, f"{name}: expected up to {_LONGEST} characters")
            if value and value.strip():
                yield name, value

    def number(self, *names: str) -> int | None:
        """The first of some parameters that is given, as a whole number."""
        for name, value in self._given(names):
            if not re.fullmatch(r"[0-9]{1,9}", value):
                raise _RefusedError(400, f"{name}: expected a whole number, found {value[:50]!r}")
            return int(value)
        return None

    def part(self, name: str) -> str:
        """A part of the path; the last one may have the slash of the other form of its address."""
        return str(self.request.path_params[name]).removesuffix("/")

    def page(self, found: Sequence[_Item], show: Callable[[_Item], Json], **more: Any) -> Json:
        """One page of a list, with the addresses of the next and the previous one."""
        size = min(self.number("items_per_page", "page_size", "limit") or _PAGE_SIZE, _LARGEST_PAGE)
        given = self.request.query_params.get("page", "1")
        pages = max(1, -(-len(found) // size))
        number = pages if given == "last" else int(given) if re.fullmatch(r"[0-9]{1,9}", given, re.ASCII) else 0
        if not 1 <= number <= pages:
            raise _RefusedError(404, "Invalid page.")
        address = self.request.url.include_query_params
        return {
            "count": len(found),
            "next": str(address(page=number + 1)) if number < pages else None,
            "previous": str(address(page=number - 1)) if number > 1 else None,
            "results": [show(one) for one in found[size * (number - 1) : size * number]],
            **more,
        }

    def listed(self, kind: Kind, *parts: str) -> list[Entry]:
        """The entities of a kind that fit ``q`` (all of its words) and the other parameters (a part of the name)."""
        found: list[Entry] = self.catalogue.entries(kind)
        return self.filtered(found, *parts)

    def filtered(self, found: list[Entry], *parts: str) -> list[Entry]:
        for name in parts:
            if part := self.text(name):
                found = [entry for entry in found if part.casefold() in entry.names]
        words = self.text("q", "search")
        return found if words is None else searched(found, words)

    def known(self, kind: Kind, id: str, *, by_name: bool = False) -> str:
        """The IRI of what has this id, or also this name."""
        iri = (self.catalogue.named if by_name else self.catalogue.found)(kind, id)
        if iri is None:
            raise _unknown(kind, id)
        return iri

    def paper(self) -> str:
        """The paper that the path names."""
        iri = self.catalogue.paper(self.part("paper"))
        if iri is None:
            raise _unknown("paper", self.part("paper"))
        return iri


def _unknown(what: str, id: str) -> _RefusedError:
    return _RefusedError(404, f"Not found: the graph has no {what} {id[:100]!r}")


# Papers ---------------------------------------------------------------------------------------------------------------


def _search(asked: _Asked) -> Json:
    catalogue, words = asked.catalogue, asked.text("q")
    papers = catalogue.papers if words is None else catalogue.papers_with(words)
    none: list[str | None] = [None]
    pairs = [(entry.iri, repository) for entry in papers for repository in catalogue.code.get(entry.iri, none)]
    return asked.page(pairs, lambda pair: asked.items.paper_with_repository(*pair))


def _papers(asked: _Asked) -> Json:
    catalogue = asked.catalogue
    words, title, abstract = asked.text("q", "search"), asked.text("title"), asked.text("abstract")
    papers = catalogue.papers if words is None else catalogue.papers_with(words)
    if arxiv := asked.text("arxiv_id"):
        bearing = set(catalogue.with_arxiv_id(arxiv))
        papers = [entry for entry in papers if entry.iri in bearing]
    if title:
        papers = [entry for entry in papers if title.casefold() in entry.names]
    if abstract:
        saying = {entry.iri for entry in catalogue.papers_saying(abstract)}
        papers = [entry for entry in papers if entry.iri in saying]
    papers, applied = _associated(asked, papers)
    papers, dates = _published(asked, papers)
    if asked.text("order_dir") == "asc":
        papers = papers[::-1]
    resources = asked.text("include_resources") == "true"
    show = partial(asked.items.paper, resources=resources)
    return asked.page([entry.iri for entry in papers], show, applied_filters=applied | dates)


def _associated(asked: _Asked, papers: list[Entry]) -> tuple[list[Entry], Json]:
    """The papers on a task, with a method and of a venue, where these parameters are given; and those that are."""
    reader = asked.catalogue.reader
    applied: Json = {}
    kinds: tuple[Kind, ...] = ("task", "method")
    for kind in kinds:
        if name := asked.text(kind):
            iri = asked.catalogue.named(kind, name)
            mentioning = set(asked.catalogue.papers_naming(iri)) if iri else set()
            papers, applied[kind] = [entry for entry in papers if entry.iri in mentioning], name
    if name := asked.text("conference"):
        venues = [venue.iri for venue in asked.catalogue.venues if name.casefold() in (venue.names, last(venue.iri))]
        within = {paper for venue in venues for paper in reader.subjects(SCHEMA + "isPartOf", ox.NamedNode(venue))}
        papers, applied["conference"] = [entry for entry in papers if entry.iri in within], name
    return papers, applied


def _published(asked: _Asked, papers: list[Entry]) -> tuple[list[Entry], Json]:
    """The papers of the years of ``start_date`` and ``end_date``; the graph knows the year of a paper, not the day."""
    applied, years = {}, asked.catalogue.years
    bounds = {"start_date": date.min, "end_date": date.max}
    for name in bounds:
        if given := asked.text(name):
            try:
                bounds[name] = date.fromisoformat(given)
            except ValueError:
                raise _RefusedError(400, f"{name}: expected a date such as 2024-03-01, found {given[:50]!r}") from None
            applied[name] = given
    if not applied:
        return papers, {}
    first, final = bounds["start_date"].year, bounds["end_date"].year
    return [entry for entry in papers if entry.iri in years and first <= years[entry.iri] <= final], applied


def _paper_search(asked: _Asked) -> Json:
    words = asked.text("q")
    papers = asked.catalogue.papers if words is None else asked.catalogue.papers_with(words)
    papers, _ = _published(asked, papers)
    return asked.page([entry.iri for entry in papers], asked.items.paper)


def _recent_papers(asked: _Asked) -> Json:
    return asked.page(asked.catalogue.recent, asked.items.paper)


def _paper(asked: _Asked) -> Json:
    return asked.items.paper(asked.paper(), resources=asked.text("include_resources") == "true")


def _paper_entities(kind: Kind, asked: _Asked) -> Json:
    show: dict[Kind, Callable[[str], Json]] = {
        "dataset": asked.items.dataset,
        "task": asked.items.task,
        "method": asked.items.method,
    }
    return asked.page(asked.items.entities_of(asked.paper())[kind], show[kind])


def _paper_repositories(asked: _Asked) -> Json:
    repositories = asked.catalogue.reader.objects(asked.paper(), LINKS["code"])
    return asked.page(repositories, partial(asked.items.repository, official=True))


def _paper_results(asked: _Asked) -> Json:
    return asked.page(asked.catalogue.tables.by(asked.paper()), asked.items.result)


def _show_papers(asked: _Asked, papers: Iterable[str]) -> Json:
    show = partial(asked.items.paper, resources=asked.text("include_resources") == "true")
    return asked.page(asked.catalogue.newest(papers), show)


# Repositories, authors, conferences -----------------------------------------------------------------------------------


def _repositories(asked: _Asked) -> Json:
    found = asked.filtered(asked.catalogue.entries("code"))
    owner, name, stars = asked.text("owner"), asked.text("name"), asked.number("stars")
    if framework := asked.text("framework"):
        found = found if framework == "none" else []
    if stars:  # the graph does not know how many a repository has
        found = []
    wanted = {
        iri
        for (its_owner, its_name), iri in asked.catalogue.repositories.items()
        if (owner is None or owner.casefold() == its_owner) and (name is None or name.casefold() == its_name)
    }
    return asked.page([entry.iri for entry in found if entry.iri in wanted], asked.items.repository)


def _owner(asked: _Asked) -> Json:
    owner = asked.part("owner").casefold()
    return asked.page(
        [iri for (its_owner, _), iri in asked.catalogue.repositories.items() if its_owner == owner],
        asked.items.repository,
    )


def _known_repository(asked: _Asked) -> str:
    owner, name = asked.part("owner"), asked.part("name")
    iri = asked.catalogue.repositories.get((owner.casefold(), name.casefold()))
    if iri is None:
        raise _unknown("repository", f"{owner}/{name}")
    return iri


def _repository(asked: _Asked) -> Json:
    return asked.items.repository(_known_repository(asked))


def _repository_papers(asked: _Asked) -> Json:
    repository = ox.NamedNode(_known_repository(asked))
    return _show_papers(asked, asked.catalogue.reader.subjects(LINKS["code"], repository))


def _authors(asked: _Asked) -> Json:
    return asked.page(asked.filtered(asked.catalogue.authors, "full_name"), asked.items.author)


def _known_author(asked: _Asked) -> Entry:
    entry = asked.catalogue.author(asked.part("author"))
    if entry is None:
        raise _unknown("author", asked.part("author"))
    return entry


def _author(asked: _Asked) -> Json:
    return asked.items.author(_known_author(asked))


def _author_papers(asked: _Asked) -> Json:
    return _show_papers(asked, asked.catalogue.papers_by(_known_author(asked)))


def _conferences(asked: _Asked) -> Json:
    return asked.page(asked.filtered(asked.catalogue.venues, "name"), asked.items.conference)


def _known_conference(asked: _Asked) -> Entry:
    iri = asked.catalogue.venue(asked.part("conference"))
    found = next((entry for entry in asked.catalogue.venues if entry.iri == iri), None)
    if found is None:
        raise _unknown("conference", asked.part("conference"))
    return found


def _conference(asked: _Asked) -> Json:
    return asked.items.conference(_known_conference(asked))


def _years_of(asked: _Asked) -> tuple[str, dict[int, list[str]]]:
    """The venue that the path names, and its papers by year, the newest year first."""
    venue, years = _known_conference(asked).iri, asked.catalogue.years
    by_year: dict[int, list[str]] = {}
    for paper in asked.catalogue.newest(asked.catalogue.reader.subjects(SCHEMA + "isPartOf", ox.NamedNode(venue))):
        if year := years.get(paper):
            by_year.setdefault(year, []).append(paper)
    return venue, by_year


def _proceedings(asked: _Asked) -> Json:
    venue, by_year = _years_of(asked)
    return asked.page([*by_year], partial(asked.items.proceeding, venue))


def _known_proceeding(asked: _Asked) -> tuple[str, int, list[str]]:
    venue, by_year = _years_of(asked)
    for year, papers in by_year.items():
        if proceeding_id(venue, year) == asked.part("proceeding"):
            return venue, year, papers
    raise _unknown("proceeding", asked.part("proceeding"))


def _proceeding(asked: _Asked) -> Json:
    return asked.items.proceeding(*_known_proceeding(asked)[:2])


def _proceeding_papers(asked: _Asked) -> Json:
    return _show_papers(asked, _known_proceeding(asked)[2])


# Areas, tasks, datasets, methods --------------------------------------------------------------------------------------


def _areas(asked: _Asked) -> Json:
    return asked.page(asked.filtered(asked.catalogue.areas, "name"), lambda entry: asked.items.area(entry.iri))


def _known_area(asked: _Asked, id: str) -> str:
    iri = asked.known("task", id)
    if iri not in asked.catalogue.children or iri in asked.catalogue.parents:
        raise _unknown("area", id)
    return iri


def _area(asked: _Asked) -> Json:
    return asked.items.area(_known_area(asked, asked.part("area")))


def _area_tasks(asked: _Asked) -> Json:
    tasks = asked.catalogue.within(_known_area(asked, asked.part("area")))
    return asked.page(tasks, lambda entry: asked.items.task(entry.iri))


def _top_areas(asked: _Asked) -> list[tuple[Entry, list[Entry]]]:
    """The areas of most papers with the tasks of most papers in each; clients read all of them at once."""
    areas = sorted(asked.catalogue.areas, key=lambda entry: -entry.papers)[:_TOP_AREAS]
    by_papers = partial(sorted, key=lambda entry: -entry.papers)
    return [(area, by_papers(asked.catalogue.within(area.iri))[:_TOP_TASKS]) for area in areas]


def _areas_with_tasks(asked: _Asked) -> Json:
    items = asked.items
    found = [
        items.area(area.iri) | {"tasks": [items.task(task.iri) for task in tasks]} for area, tasks in _top_areas(asked)
    ]
    return {"count": len(found), "results": found}


def _areas_with_benchmarks(asked: _Asked) -> Json:
    most, fewest = asked.number("benchmarks_per_task") or 3, asked.number("min_eval_count") or 0
    found = []
    for area, tasks in _top_areas(asked):
        shown = []
        for task in tasks:
            tables = [table for table in asked.catalogue.tables.of(task.iri) if len(table.rows) >= fewest]
            if tables:
                benchmarks = [asked.items.dataset(table.dataset) for table in tables[:most]]
                shown.append(asked.items.task(task.iri) | {"benchmarks": benchmarks})
        if shown:
            found.append(asked.items.area(area.iri) | {"tasks": shown})
    return {"count": len(found), "results": found}


def _in_order(asked: _Asked, found: list[Entry], keys: Mapping[str, Callable[[Entry], Any]]) -> list[Entry]:
    """Entries in the order that ``ordering`` names, "-" before it for the reverse; otherwise as they are."""
    ordering = asked.text("ordering") or ""
    key = keys.get(ordering.removeprefix("-"))
    if key is None or (asked.text("q") and not ordering):
        return found
    without = [entry for entry in found if key(entry) is None]  # these come last in both orders
    ordered = sorted((entry for entry in found if key(entry) is not None), key=key, reverse=ordering.startswith("-"))
    return ordered + without


def _tasks(asked: _Asked) -> Json:
    found = asked.listed("task", "name")
    if area := asked.text("area_id"):
        within = {entry.iri for entry in asked.catalogue.within(_known_area(asked, area))}
        found = [entry for entry in found if entry.iri in within]
    if (level := asked.number("level")) is not None:
        found = [entry for entry in found if len(asked.catalogue.line(entry.iri)) == level]
    depth = lambda entry: len(asked.catalogue.line(entry.iri))  # noqa: E731
    found = _in_order(asked, found, {"name": _by_name, "paper_count": _by_papers, "level": depth})
    return asked.page(found, lambda entry: asked.items.task(entry.iri))


def _by_name(entry: Entry) -> str:
    return entry.name.casefold()


def _by_papers(entry: Entry) -> int:
    return entry.papers


def _known_task(asked: _Asked) -> str:
    return asked.known("task", asked.part("task"), by_name=True)


def _task(asked: _Asked) -> Json:
    return asked.items.task(_known_task(asked))


def _parents(asked: _Asked) -> Json:
    return asked.page(asked.catalogue.parents.get(_known_task(asked), []), asked.items.task)


def _children(asked: _Asked) -> Json:
    return asked.page(asked.catalogue.children.get(_known_task(asked), []), asked.items.task)


def _task_papers(asked: _Asked) -> Json:
    return _show_papers(asked, asked.catalogue.papers_naming(_known_task(asked)))


def _task_tables(asked: _Asked) -> Json:
    return asked.page(asked.catalogue.tables.of(_known_task(asked)), asked.items.table)


def _task_page(asked: _Asked) -> Json:
    task, items = _known_task(asked), asked.items
    parents, below = asked.catalogue.line(task), asked.catalogue.children
    children = below.get(task, [])[:_LARGEST_PAGE]
    sisters = [one for one in below[parents[0]] if one != task][:_LARGEST_PAGE] if parents else []
    return {
        "task": items.task(task) | {"research_trends": []},
        "parents": [items.task(one) for one in parents],
        "sisters": [items.task(one) for one in sisters],
        "children": [items.task(one) for one in children],
        "recommended_frameworks": [],
        "benchmarks": _benchmarks(asked, [task]),
        "subtask_benchmarks": [
            {"subtask_id": last(one), "benchmarks": found} for one in children if (found := _benchmarks(asked, [one]))
        ],
    }


def _benchmarks(asked: _Asked, tasks: Iterable[str]) -> list[Json]:
    """The datasets that have evaluation tables for tasks, those that most papers report on first."""
    by_dataset: dict[str, list[Table]] = {}
    for task in tasks:
        for table in asked.catalogue.tables.of(task):
            by_dataset.setdefault(table.dataset, []).append(table)
    found = [asked.items.benchmark(tables) for tables in by_dataset.values()]
    return sorted(found, key=lambda one: (-one["all_time_paper_count"], one["id"]))


def _task_benchmarks(asked: _Asked) -> Json:
    task = _known_task(asked)
    tasks = _with_descendants(asked, task)
    most = asked.number("limit") or _LARGEST_PAGE
    return {"task_id": last(task), "task_slug": last(task), "results": _benchmarks(asked, tasks)[:most]}


def _with_descendants(asked: _Asked, task: str) -> list[str]:
    """A task, and if the request says so, all narrower ones."""
    return (
        [entry.iri for entry in asked.catalogue.within(task)] if asked.text("include_descendants") == "true" else [task]
    )


def _datasets(asked: _Asked) -> Json:
    found = asked.listed("dataset", "name", "full_name")
    tables = asked.catalogue.tables
    if fewest := asked.number("min_eval_count"):
        found = [one for one in found if sum(len(table.rows) for table in tables.of(one.iri)) >= fewest]
    if task := asked.text("task"):
        iri = asked.known("task", task, by_name=True)
        evaluated = {table.dataset for one in _with_descendants(asked, iri) for table in tables.of(one)}
        found = [one for one in found if one.iri in evaluated]
    found = _in_order(asked, found, {"name": _by_name, "full_name": _by_name, "paper_count": _by_papers})
    return asked.page(found, lambda entry: asked.items.dataset(entry.iri))


def _dataset(asked: _Asked) -> Json:
    return asked.items.dataset(asked.known("dataset", asked.part("dataset")))


def _dataset_evaluations(asked: _Asked) -> Json:
    """The tables of a dataset; for ``pwc``, which says ``page_size``, their rows."""
    tables = asked.catalogue.tables.of(asked.known("dataset", asked.part("dataset")))
    if asked.text("page_size") is None:
        return asked.page(tables, asked.items.table)
    return _rows(asked, [row for table in tables for row in table.rows])


def _rows(asked: _Asked, rows: list[Row]) -> Json:
    if (is_open := asked.text("is_open")) is not None:
        rows = [row for row in rows if (row.paper in asked.catalogue.code) == (is_open == "true")]
    if asked.text("ordering") == "best_rank":
        rows = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0))
    return asked.page(rows, asked.items.result)


def _methods(asked: _Asked) -> Json:
    found = asked.listed("method", "name", "full_name")
    introduced = asked.catalogue.introduced
    if asked.text("area_id"):  # methods have no areas
        found = []
    if year := asked.number("introduced_year"):
        found = [entry for entry in found if introduced.get(entry.iri) == year]
    keys: dict[str, Callable[[Entry], Any]] = {
        "name": _by_name,
        "full_name": _by_name,
        "paper_count": _by_papers,
        "introduced_year": lambda entry: introduced.get(entry.iri),
    }
    return asked.page(_in_order(asked, found, keys), lambda entry: asked.items.method(entry.iri))


def _method(asked: _Asked) -> Json:
    return asked.items.method(asked.known("method", asked.part("method")))


# Evaluations ----------------------------------------------------------------------------------------------------------


def _evaluations(asked: _Asked) -> Json:
    """All tables; for ``pwc``, which says ``paper_id``, the rows of a paper."""
    tables = asked.catalogue.tables
    if named := asked.text("paper_id"):
        paper = asked.catalogue.paper(named)
        if paper is None:
            raise _unknown("paper", named)
        return _rows(asked, tables.by(paper))
    return asked.page([*tables.tables.values()], asked.items.table)


def _known_table(asked: _Asked) -> Table:
    table = asked.catalogue.tables.tables.get(asked.part("table"))
    if table is None:
        raise _unknown("evaluation table", asked.part("table"))
    return table


def _table(asked: _Asked) -> Json:
    return asked.items.table(_known_table(asked))


def _table_metrics(asked: _Asked) -> Json:
    return asked.page(_known_table(asked).metrics, asked.items.metric)


def _table_metric(asked: _Asked) -> Json:
    for metric in _known_table(asked).metrics:
        if last(metric) == asked.part("metric"):
            return asked.items.metric(metric)
    raise _unknown("metric in this table", asked.part("metric"))


def _table_results(asked: _Asked) -> Json:
    return asked.page(_known_table(asked).rows, asked.items.result)


def _table_result(asked: _Asked) -> Json:
    for row in _known_table(asked).rows:
        if row.id == asked.part("result"):
            return asked.items.result(row)
    raise _unknown("result in this table", asked.part("result"))


# Routes ---------------------------------------------------------------------------------------------------------------


def _not_offered(reason: str, asked: _Asked) -> Json:
    raise _RefusedError(404, f"not offered here: {reason}")


_NO_TRENDS = "abstracts do not say what is read or starred"
_NO_NETWORK = "the graph has abstracts, no texts and no citations"

_ANSWERS: dict[str, Callable[[_Asked], Json]] = {
    "/search": _search,
    "/papers": _papers,
    "/papers/search": _paper_search,
    "/papers/recent": _recent_papers,
    "/papers/trending": partial(_not_offered, _NO_TRENDS),
    "/papers/{paper}/datasets": partial(_paper_entities, "dataset"),
    "/papers/{paper}/repositories": _paper_repositories,
    "/papers/{paper}/tasks": partial(_paper_entities, "task"),
    "/papers/{paper}/methods": partial(_paper_entities, "method"),
    "/papers/{paper}/results": _paper_results,
    "/papers/{paper}/related": partial(_not_offered, _NO_NETWORK),
    "/papers/{paper:path}": _paper,
    "/research/{path:path}": partial(_not_offered, _NO_NETWORK),
    "/repositories": _repositories,
    "/repositories/{owner}": _owner,
    "/repositories/{owner}/{name:path}/papers": _repository_papers,
    "/repositories/{owner}/{name:path}": _repository,
    "/authors": _authors,
    "/authors/{author}": _author,
    "/authors/{author}/papers": _author_papers,
    "/conferences": _conferences,
    "/conferences/{conference}": _conference,
    "/conferences/{conference}/proceedings": _proceedings,
    "/conferences/{conference}/proceedings/{proceeding}": _proceeding,
    "/conferences/{conference}/proceedings/{proceeding}/papers": _proceeding_papers,
    "/areas": _areas,
    "/areas/with-tasks": _areas_with_tasks,
    "/areas/with-task-benchmarks": _areas_with_benchmarks,
    "/areas/{area}": _area,
    "/areas/{area}/tasks": _area_tasks,
    "/tasks": _tasks,
    "/tasks/{task}": _task,
    "/tasks/{task}/parents": _parents,
    "/tasks/{task}/children": _children,
    "/tasks/{task}/papers": _task_papers,
    "/tasks/{task}/evaluations": _task_tables,
    "/tasks/{task}/page": _task_page,
    "/tasks/{task}/trending-benchmarks": _task_benchmarks,
    "/datasets": _datasets,
    "/datasets/{dataset}": _dataset,
    "/datasets/{dataset}/evaluations": _dataset_evaluations,
    "/methods": _methods,
    "/methods/{method}": _method,
    "/evaluations": _evaluations,
    "/evaluations/{table}": _table,
    "/evaluations/{table}/metrics": _table_metrics,
    "/evaluations/{table}/metrics/{metric}": _table_metric,
    "/evaluations/{table}/results": _table_results,
    "/evaluations/{table}/results/{result}": _table_result,
    "/organizations": partial(_not_offered, "abstracts do not say where their authors work"),
    "/frameworks": partial(_not_offered, "the graph does not tell frameworks from other methods"),
    "/{path:path}": partial(_not_offered, "/api/v1 has no such address"),
}


class _Kept:
    """The lists of the graph that is served; those of a graph that was replaced are forgotten."""

    def __init__(self, graph: Callable[[], KnowledgeGraph]) -> None:
        self._graph = graph
        self._kept: tuple[KnowledgeGraph, Catalogue] | None = None

    def __call__(self) -> Catalogue:
        graph, kept = self._graph(), self._kept
        if kept is None or kept[0] is not graph:
            self._kept = kept = graph, Catalogue(graph.reader, graph.base)
        return kept[1]


def routes(graph: Callable[[], KnowledgeGraph]) -> list[BaseRoute]:
    """The routes of the API, under ``/api/v1``, each with and without a slash at its end.

    Args:
        graph: gives the graph that is served; asked anew for each request.
    """
    kept, limiter = _Kept(graph), CapacityLimiter(_AT_ONCE)
    found = []
    for path, answer in _ANSWERS.items():
        endpoint = partial(_responded, limiter, kept, answer)
        for form in (path, f"{path}/"):
            found += [Route(form, endpoint, methods=["GET"]), Route(form, _read_only, methods=[*_WRITES])]
    return [Mount("/api/v1", routes=found)]


def _read_only(request: Request) -> JSONResponse:
    return _RefusedError(405, f'Method "{request.method}" not allowed: the graph is only read.').response


async def _responded(
    limiter: CapacityLimiter, kept: _Kept, answer: Callable[[_Asked], Json], request: Request
) -> JSONResponse:
    """The answer to a request, in a thread, of which pages have others: lists of a large graph take long to read."""
    return await to_thread.run_sync(_respond, kept, answer, request, limiter=limiter)


def _respond(kept: _Kept, answer: Callable[[_Asked], Json], request: Request) -> JSONResponse:
    catalogue = kept()

    def page(iri: str) -> str:
        path = iri.removeprefix(catalogue.base)
        return iri if path == iri else f"{request.base_url}{path}"

    try:
        return JSONResponse(answer(_Asked(request, catalogue, Items(catalogue, page))))
    except _RefusedError as refused:
        return refused.response
