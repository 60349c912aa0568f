"""The tables of Papers with Code (https://github.com/paperswithcode/paperswithcode-data), as facts.

The last dump has five files: papers with abstracts, links between papers and code, evaluation tables, methods and
datasets, as JSON, compressed or not. Which table an object belongs to is told by its members, so that the names of the
files do not matter. The files are read one object at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from kg.errors import InputError
from kg.sources.folder import files_of
from kg.sources.jsondoc import objects, recognises
from kg.sources.layouts import is_advertisement
from kg.sources.reader import Source, Warn
from kg.text.encodings import in_utf8
from kg.text.files import path_text
from kg.text.identifiers import bare_arxiv
from kg.text.lines import reading
from kg.text.packed import HEAD
from kg.vocabulary import NO_FRAMEWORK

Table: TypeAlias = Literal["methods", "datasets", "evaluation tables", "papers", "code"]
TABLES: tuple[Table, ...] = get_args(Table)
"""The tables in the order in which they are read: what names are comes before what is said of them."""

Fact: TypeAlias = dict[str, Any]
"""A fact about a method, dataset, task, paper, repository or result; its member "kind" says of which.

Members of a kind that are empty are left out.
"""

_TABLE_LIMIT = 500_000_000  # characters of one task with all its evaluation tables
_LONGEST = 20_000  # characters of a text
_DEEPEST = 20  # subtasks within one another
_MEMBERS: dict[Table, tuple[frozenset[str], ...]] = {
    "evaluation tables": (frozenset(("task", "datasets")),),
    "code": (frozenset(("paper_url", "repo_url")),),
    "papers": (frozenset(("paper_url", "title", "abstract")),),
    "datasets": (frozenset(("name", "introduced_date")), frozenset(("name", "variants"))),
    "methods": (frozenset(("name", "introduced_year")), frozenset(("name", "collections"))),
}


class Counts(NamedTuple):
    """How many objects of each table were read, and how many advertisements were left out."""

    read: dict[Table, int]
    advertisements: int


def read_dump(folder: Path, warn: Warn, done: Callable[[Counts], None] = lambda counts: None) -> Iterator[Fact]:
    """The facts of a dump, those on methods, datasets and tasks before those that name them.

    Args:
        folder: holds the files of the dump; or one of them.
        warn: called with one line for each file or object that is skipped.
        done: called with the counts at the end.

    Raises:
        InputError: nothing in the folder is of such a dump, or the folder cannot be read.
    """
    files = files_of(folder, warn) if folder.is_dir() else [folder]
    tables = [(table, path) for path in files if (table := _table_of_file(path, warn if folder.is_dir() else None))]
    if not tables:
        expected = (
            "expected papers-with-abstracts, links-between-papers-and-code, evaluation-tables, methods or datasets"
        )
        raise InputError(path_text(folder), f"holds no table of Papers with Code; {expected} as .json or .json.gz")
    read: Counter[Table] = Counter()
    advertisements = 0
    for _, path in sorted(tables, key=lambda each: (TABLES.index(each[0]), each[1])):
        for record in _records(path, warn):
            if (found := table_of(record)) is None:
                warn(f"{path_text(path)}: an object is of no table of Papers with Code; skipped")
            elif is_advertisement(
                " ".join(_text(record, name) for name in ("title", "name", "abstract", "description"))
            ):
                advertisements += 1
            else:
                read[found] += 1
                yield from _FACTS[found](record)
    done(Counts(read, advertisements))


def table_of(record: Mapping[str, Any]) -> Table | None:
    """The table that an object is of; ``None`` if it is of no table."""
    names = record.keys()
    return next((table for table, signs in _MEMBERS.items() if any(sign <= names for sign in signs)), None)


def _table_of_file(path: Path, warn: Warn | None) -> Table | None:
    """The table of the first object in a file; without ``warn``, what cannot be read is an error."""
    try:
        return next((table for record in _records(path, lambda line: None) if (table := table_of(record))), None)
    except InputError as error:
        if warn is None:
            raise
        warn(f"{error}; skipped")
        return None


def _records(path: Path, warn: Warn) -> Iterator[Mapping[str, Any]]:
    with reading(path) as stream:
        place = path_text(path)
        text = in_utf8(stream, place, warn)
        if recognises(text.peek()[:HEAD], path.name):
            yield from objects(Source(text, place, path.name), warn, _TABLE_LIMIT)


# --- facts of each table ----------------------------------------------------------------------------------------------


def _method(record: Mapping[str, Any]) -> Iterator[Fact]:
    collections = [
        [name, _text(each, "area")]
        for each in _maps(record.get("collections"))
        if (name := _text(each, "collection") or _text(each, "name"))
    ]
    yield from _named("method", record, year=_year(record.get("introduced_year")), collections=collections)


def _dataset(record: Mapping[str, Any]) -> Iterator[Fact]:
    yield from _named(
        "dataset",
        record,
        year=_year(record.get("introduced_date")),
        homepage=_text(record, "homepage"),
        licence=_text(record, "license_name"),
        variants=_texts(record.get("variants")),
        tasks=[_text(each, "task") for each in _maps(record.get("tasks"))],
        modalities=_texts(record.get("modalities")),
    )


def _named(kind: str, record: Mapping[str, Any], **more: object) -> Iterator[Fact]:
    """The fact about a method or a dataset."""
    paper = record.get("paper")
    title = _text(paper, "title") if isinstance(paper, Mapping) else ""
    source = _text(record, "source_url")
    if name := _text(record, "name"):
        yield _fact(
            kind,
            name=name,
            full_name=_text(record, "full_name"),
            description=_text(record, "description").replace("\r\n", "\n"),
            page=_text(record, "url"),
            title=title,
            arxiv=bare_arxiv(source, named=True) if title and title == _text(record, "source_title") else None,
            **more,
        )


def _tables(record: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[Fact]:
    """The facts of a task: itself, its results, then those of its subtasks."""
    if not (task := _text(record, "task")) or len(above) > _DEEPEST:
        return
    yield _fact(
        "task",
        name=task,
        broader=above[-1] if above and above[-1] != task else None,
        description=_text(record, "description"),
        areas=_texts(record.get("categories")),
        synonyms=_texts(record.get("synonyms")),
    )
    for board in _maps(record.get("datasets")):
        yield from _board(board, task)
    for inner in _maps(record.get("subtasks")):
        yield from _tables(inner, (*above, task))


def _board(board: Mapping[str, Any], task: str, dataset: str = "", depth: int = 0) -> Iterator[Fact]:
    """The results of an evaluation table, and of the tables within it."""
    own = _text(board, "dataset") or _text(board, "subdataset")
    whole = dataset or own
    page = next((url for link in _maps(board.get("dataset_links")) if (url := _text(link, "url"))), None)
    sota = board.get("sota")
    for row in _maps(sota.get("rows")) if isinstance(sota, Mapping) else ():
        metrics = row.get("metrics")
        for metric, value in metrics.items() if isinstance(metrics, Mapping) else ():
            written = value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
            if whole and written and metric.strip():
                yield _fact(
                    "result",
                    task=task,
                    dataset=whole,
                    subdataset=own if own != whole else None,
                    model=_text(row, "model_name"),
                    metric=metric.strip()[:_LONGEST],
                    value=written[:_LONGEST],
                    title=_text(row, "paper_title"),
                    arxiv=bare_arxiv(_text(row, "paper_url"), named=True),
                    url=_text(row, "paper_url"),
                    date=_text(row, "paper_date")[:10],
                    code=[url for link in _maps(row.get("code_links")) if (url := _text(link, "url"))],
                    page=page,
                )
    if depth < _DEEPEST:
        for inner in _maps(board.get("subdatasets")):
            yield from _board(inner, task, whole, depth + 1)


def _paper(record: Mapping[str, Any]) -> Iterator[Fact]:
    tasks = [_text(each, "task") if isinstance(each, Mapping) else each for each in _list(record.get("tasks"))]
    methods = _maps(record.get("methods"))
    fact = _fact(
        "paper",
        title=_text(record, "title"),
        arxiv=bare_arxiv(_text(record, "arxiv_id")) or bare_arxiv(_text(record, "url_abs"), named=True),
        openreview=_text(record, "openreview_id"),
        url=_text(record, "url_abs") or _text(record, "paper_url"),
        page=_text(record, "paper_url"),
        year=_year(record.get("date")),
        tasks=_texts(tasks),
        methods=[[name, _text(each, "full_name")] for each in methods if (name := _text(each, "name"))],
    )
    if "title" in fact and ("tasks" in fact or "methods" in fact):
        yield fact


def _code(record: Mapping[str, Any]) -> Iterator[Fact]:
    framework = _text(record, "framework")
    fact = _fact(
        "code",
        title=_text(record, "paper_title"),
        arxiv=bare_arxiv(_text(record, "paper_arxiv_id") or _text(record, "paper_url_abs")),
        page=_text(record, "paper_url"),
        repository=_text(record, "repo_url"),
        official=record.get("is_official") is True,
        framework=None if framework == NO_FRAMEWORK else framework,
    )
    if "repository" in fact and "title" in fact:
        yield fact


_FACTS: dict[Table, Callable[[Mapping[str, Any]], Iterator[Fact]]] = {
    "methods": _method,
    "datasets": _dataset,
    "evaluation tables": _tables,
    "papers": _paper,
    "code": _code,
}


def _fact(kind: str, **members: object) -> Fact:
    return {"kind": kind} | {name: value for name, value in members.items() if value or value is False}


def _text(record: Mapping[str, Any], name: str) -> str:
    """A member that is text, without space around it; empty if it is something else."""
    value = record.get(name)
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _texts(value: object) -> list[str]:
    texts = (each.strip()[:_LONGEST] for each in _list(value) if isinstance(each, str))
    return list(dict.fromkeys(text for text in texts if text))


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]


def _year(value: object) -> int | None:
    """A year, of a number or of a date."""
    found = re.match(r"[12]\d{3}(?!\d)", str(value))
    return int(found[0]) if found else None
