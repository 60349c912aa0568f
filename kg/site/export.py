"""The pages as files: a site that needs no server, opens from a disk, and loads nothing from elsewhere.

What needs a server is left out: the SPARQL editor, corrections, and pages that depend on what someone types, except the
search, which has an index. An entity that one paper alone names has no page of its own: the page of that paper has its
place, and links lead there. Five sixths of the entities are such, and the site would be three times as large.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from kg.api import KnowledgeGraph
from kg.ask.card import NARROWER
from kg.errors import KGError
from kg.site.boards import board_path
from kg.site.files import all_names, index_scripts, neighbours_part, neighbours_script, number_of_parts, write
from kg.site.links import FileLinks, file_of
from kg.site.listings import browse_paths
from kg.site.pages import Site
from kg.site.source import Source
from kg.text.files import SITE_MARK
from kg.text.folders import filling
from kg.vocabulary import KG, LINKS, SCHEMA, SKOS

_STATIC = ("site.css", "site.js", "theme.js", "graph.js", "icon.svg")
_CHUNK = 100  # pages that a process makes at a time
_FEW = 1500  # pages that are made faster than further processes start
_SPACE = re.compile(r"\n\s*\n+")
_QUOTED = re.compile(r"""(?<= )([a-z-]+=)"([^\s"'=<>`]+)"(?! */>)""")  # what HTML takes without the quotes


class Exported(NamedTuple):
    """What was written: the number of pages, and the bytes of all files."""

    pages: int
    bytes: int


class _Plan(NamedTuple):
    """What a site of files has: the paths of its pages, and where links to others lead."""

    pages: frozenset[str]
    elsewhere: dict[str, str]
    entities: list[str]
    papers_of: dict[str, int]


def export_site(
    graph: KnowledgeGraph,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Exported:
    """Write the pages of a graph into a folder, which appears when it is complete.

    Args:
        graph: opened for reading.
        folder: is made, or replaced if an earlier export made it.
        workers: worker processes; ``None`` takes one for each CPU where there are enough pages.
        progress: is called with the number of pages that are done and that of all.

    Raises:
        KGError: the folder holds something else, or cannot be written.
    """
    with filling(folder, "site", SITE_MARK) as partial:
        return _written(graph, partial, workers, progress)


def _written(
    graph: KnowledgeGraph, folder: Path, workers: int | None, progress: Callable[[int, int], None]
) -> Exported:
    source = Source(graph)
    plan = _planned(source)
    size = 0
    for name in _STATIC:
        size += write(folder / "static" / name, (files("kg.site") / "static" / name).read_text("utf-8"))
    links = FileLinks(plan.pages, plan.elsewhere)
    for name, script in index_scripts(all_names(source, plan.papers_of, links)):
        size += write(folder / "static" / "search" / f"{name}.js", script)
    number = number_of_parts(len(plan.entities))
    size += write(folder / "static" / "neighbours" / "about.js", f'kgNeighbours("about",{{}},{number})\n')
    by_part: dict[int, list[str]] = {}
    for iri in plan.entities:
        by_part.setdefault(neighbours_part(iri.removeprefix(source.base), number), []).append(iri)
    paths = sorted(plan.pages)
    tasks: list[_Task] = [_Task(paths[start : start + _CHUNK]) for start in range(0, len(paths), _CHUNK)]
    tasks += [_Task(iris, part) for part, iris in sorted(by_part.items())]
    done = 0
    for task, written in zip(tasks, _results(graph, folder, plan, tasks, workers), strict=True):
        size += written
        done += len(task.items) if task.part is None else 0
        progress(done, len(paths))
    write(folder / ".nojekyll", "")  # GitHub Pages then sends the files as they are
    size += write(folder / SITE_MARK, "Made by kg export -f html, which may replace this folder.\n")
    return Exported(len(paths), size)


class _Task(NamedTuple):
    """Paths of pages to make, or the entities of a script of surroundings with its number."""

    items: list[str]
    part: int | None = None


def _results(
    graph: KnowledgeGraph, folder: Path, plan: _Plan, tasks: Sequence[_Task], workers: int | None
) -> Iterator[int]:
    """The bytes that each task wrote, in order."""
    number = (os.cpu_count() or 1) if workers is None else workers
    if number == 1 or len(plan.pages) <= _FEW:
        maker = _Maker(graph, folder, plan)
        yield from map(maker, tasks)
        return
    context = get_context("spawn")  # the store is open, and its threads do not survive a fork
    with ProcessPoolExecutor(number, context, _start, (graph.folder, folder, plan)) as pool:
        yield from pool.map(_make, tasks)


class _Maker:
    """Makes pages and scripts of one site."""

    def __init__(self, graph: KnowledgeGraph, folder: Path, plan: _Plan) -> None:
        self.links = FileLinks(plan.pages, plan.elsewhere)
        self.site = Site(graph, links=self.links)
        self.folder = folder

    def __call__(self, task: _Task) -> int:
        if task.part is not None:
            script = neighbours_script(self.site.source, task.part, task.items, self.links)
            return write(self.folder / "static" / "neighbours" / f"{task.part}.js", script)
        size = 0
        for path in task.items:
            page = self.site.page(path)
            if page is None:
                raise KGError(f"{path}: the graph was built anew during the export; start it again")
            size += write(self.folder / file_of(path), "".join(_QUOTED.split(_SPACE.sub("\n", page.html))))
        return size


_MAKER: list[_Maker] = []  # of a worker process


def _start(graph: Path, folder: Path, plan: _Plan) -> None:
    _MAKER.append(_Maker(KnowledgeGraph(graph), folder, plan))


def _make(task: _Task) -> int:
    return _MAKER[0](task)


def _planned(source: Source) -> _Plan:
    reader = source.reader
    pages = {
        "/",
        "/search",
        "/new",
        "/leaderboards",
        "/queries",
        "/graph",
        *browse_paths(source),
    }
    elsewhere: dict[str, str] = {}
    measured: set[str] = set()
    for board in source.boards:
        pages.add(board_path(source, board.dataset_iri, board.metric_iri))
        measured |= {board.dataset_iri, board.metric_iri}
        pages.add(f"/compare/{board.dataset_iri.removeprefix(f'{source.base}dataset/')}")
    above = {row[0] for row in reader.rows(f"SELECT DISTINCT ?above {{ ?below <{SKOS}broader> ?above }}")}
    counted = reader.rows(
        "SELECT ?entity (COUNT(DISTINCT ?paper) AS ?papers) (MIN(STR(?paper)) AS ?one) "
        f"{{ ?paper <{KG}mentions> ?entity }} GROUP BY ?entity"
    )
    papers_of: dict[str, int] = {}
    only_in: dict[str, str] = {}
    for entity, number, paper in counted:
        papers_of[entity] = int(number)
        if int(number) == 1 and entity not in measured and entity not in above:
            only_in[entity] = paper
    entities = []
    for iri in sorted(papers_of.keys() | measured | above):
        path = source.path(iri)
        if path is None:
            continue
        if place := source.path(only_in.get(iri, "")):
            elsewhere[path] = f"{place}#{path[1:].replace('/', '-', 1)}"
        else:
            pages.add(path)
            entities.append(iri)
            if iri in above and (node := source.index.node(iri)) and len(source.index.narrower(node.id)) > NARROWER:
                pages.add(f"/narrower{path}")
            elsewhere[f"/graph{path}"] = f"/graph#{path[1:]}"
    papers = reader.rows(f"SELECT ?paper {{ ?paper a <{KG}Paper> }}")
    pages |= {path for row in papers if (path := source.path(row[0]))}
    repositories = reader.rows(
        f"SELECT ?code (COUNT(DISTINCT ?paper) AS ?papers) (MIN(STR(?url)) AS ?address) "
        f"{{ ?paper <{LINKS['code']}> ?code . ?code <{SCHEMA}codeRepository> ?url }} GROUP BY ?code"
    )
    for code, number, address in repositories:
        if path := source.path(code):
            if int(number) > 1:
                pages.add(path)
            else:
                elsewhere[path] = address
    return _Plan(frozenset(pages), elsewhere, entities, papers_of)
