"""The graph as five tables for DuckDB, pandas, Polars and spreadsheets: a folder of Parquet or CSV files.

The tables and their columns are in ``columns.toml``. They are written paper by paper, in the order of the IRIs, so that
memory holds a few megabytes of each, and the same graph gives the same rows in the same order.
"""

from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, cast, get_args

import pyoxigraph as ox

from kg.errors import KGError
from kg.export.tables import csv_rows
from kg.graph.authors import in_order
from kg.graph.index import IndexedReader
from kg.graph.store import Generation
from kg.text.files import TABLES_MARK
from kg.text.folders import filling
from kg.vocabulary import CLASS_NAMES, DCTERMS, ENTITY_KINDS, KG, LINKS, PREFIXES, SCHEMA, SKOS, Kind

TableFormat = Literal["parquet", "csv"]
TABLE_FORMATS: tuple[TableFormat, ...] = get_args(TableFormat)
Cell: TypeAlias = str | list[str] | int | float | date | None
Row: TypeAlias = dict[str, Cell]
Write: TypeAlias = Callable[[Row], None]
Facts: TypeAlias = Mapping[str, Sequence[str]]
"""What is said of a node: the values of each property as text, sorted."""

EXTRACTED, CURATED = "extracted", "curated"

_NOTE = "Made by kg export -f {}, which may replace this folder. docs/tables.md says what the columns hold.\n"
_ROW_GROUP = 2_000_000  # bytes of JSON, which are the rows of a table that are in memory
_EPOCH = date(1970, 1, 1).toordinal()
_PAGE = 2_000  # papers or entities that are asked for at a time
_STEP = 100  # papers from one call of progress to the next
_REMEMBERED = 10_000  # names and addresses
_DAY = len("2021-03-11")

_AUTHOR, _NAME, _REPORTS = SCHEMA + "author", SCHEMA + "name", KG + "reports"
_IDENTIFIER, _ISSUED = DCTERMS + "identifier", DCTERMS + "issued"
_PAPERS = "SELECT iri, papers FROM node WHERE kind = 'paper' AND iri > ? ORDER BY iri LIMIT ?"
_ENTITIES = f"""
SELECT iri, kind, label.text, papers, introducing, mentions,
    (SELECT json_group_array(text) FROM (SELECT text FROM name WHERE node = found.id AND id != label ORDER BY id)),
    (SELECT direction FROM better WHERE metric = found.id)
FROM node AS found LEFT JOIN name AS label ON label.id = found.label
WHERE kind IN {ENTITY_KINDS} AND iri > ? ORDER BY iri LIMIT ?
"""
_CONVERTED: Mapping[str, Callable[[str], Cell]] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": lambda value: value == "true",
}


class Column(NamedTuple):
    """A column of a table.

    Args:
        name: its name.
        type: "text", "texts", "integer", "number", "boolean" or "date".
        of: the properties whose value it holds.
        named: whether it holds the name of that value.
    """

    name: str
    type: str
    of: tuple[str, ...] = ()
    named: bool = False


def table_columns() -> dict[str, list[Column]]:
    """The columns of each table.

    >>> [column.name for column in table_columns()["links"]][:3]
    ['paper', 'kind', 'address']
    """
    tables = tomllib.loads((files("kg.export") / "columns.toml").read_text("utf-8"))
    return {
        table: [
            Column(name, about["type"], tuple(map(_expanded, about.get("of", ()))), about.get("named", False))
            for name, about in columns.items()
        ]
        for table, columns in tables.items()
    }


def _expanded(curie: str) -> str:
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


def write_tables(
    reader: IndexedReader,
    generation: Generation,
    base: str,
    folder: Path,
    format: TableFormat = "parquet",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, int]:
    """Write the tables into a folder, which appears when it is complete.

    Args:
        reader: of the graph.
        generation: has the records of the graph, for the order of authors.
        base: the base IRI of the graph.
        folder: is made, or replaced if an earlier export in the same format made it and nothing else is in it.
        format: of the files.
        progress: is called with the number of papers that are done and that of all.

    Returns:
        The number of rows of each table.

    Raises:
        KGError: pyarrow is not installed, or the folder holds something else or cannot be written.
    """
    writing = _csv if format == "csv" else _parquet
    tables = table_columns()
    names = {table: f"{table}.{format}" for table in tables}
    counts = dict.fromkeys(tables, 0)
    with filling(folder, f"tables as {format}", TABLES_MARK, names.values()) as partial, ExitStack() as stack:
        (partial / TABLES_MARK).write_text(_NOTE.format(format), "utf-8")
        write = {table: stack.enter_context(writing(partial / name, tables[table])) for table, name in names.items()}
        for table, row in _Rows(reader, generation, base, tables).all(progress):
            write[table](row)
            counts[table] += 1
    return counts


@contextmanager
def _csv(path: Path, columns: Sequence[Column]) -> Iterator[Write]:
    """What writes a row as CSV (RFC 4180) with line feeds: lists are joined by "; ", what is missing is empty."""
    names = [column.name for column in columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        write_row = csv_rows(file.write)
        write_row(names)
        yield lambda row: write_row([_shown(row.get(name)) for name in names])


def _shown(cell: Cell) -> str | int | float | date | None:
    if isinstance(cell, bool):
        return str(cell).lower()
    return "; ".join(cell) if isinstance(cell, list) else cell


@contextmanager
def _parquet(path: Path, columns: Sequence[Column]) -> Iterator[Write]:
    """What writes a row as Parquet; integers and numbers have 64 bits.

    Rows wait as JSON, which pyarrow reads by itself. Of Python objects it makes tables by way of pandas, where that is
    installed, which takes 60 MB.
    """
    try:
        import pyarrow as pa
        from pyarrow.json import ParseOptions, ReadOptions, read_json
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        problem = "needs pyarrow; pip install 'papers-kg[parquet]' installs it"
        raise KGError(f"format 'parquet' {problem}, and -f csv writes the same tables without it") from None
    types = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    schema = pa.schema([(column.name, types[column.type]) for column in columns])
    known = ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    waiting = bytearray()

    def write(row: Row) -> None:
        waiting.extend(json.dumps(row, ensure_ascii=False, default=_day_number).encode() + b"\n")
        if len(waiting) >= _ROW_GROUP:
            flush()

    def flush() -> None:
        as_one = ReadOptions(use_threads=False, block_size=len(waiting))
        writer.write_table(read_json(io.BytesIO(waiting), as_one, known))
        waiting.clear()

    with path.open("wb") as file, ParquetWriter(file, schema, compression="zstd") as writer:
        yield write
        if waiting:
            flush()


def _day_number(day: date) -> int:
    """A date as Arrow counts it, from 1970."""
    return day.toordinal() - _EPOCH


class _Rows:
    """The rows of the tables.

    Args:
        reader: of the graph.
        generation: has the records of the graph.
        base: the base IRI of the graph.
        tables: the columns of each table.
    """

    def __init__(
        self, reader: IndexedReader, generation: Generation, base: str, tables: Mapping[str, list[Column]]
    ) -> None:
        self.reader, self.generation, self.base, self.tables = reader, generation, base, tables
        self.catalogues = reader.catalogues()
        self._name = lru_cache(_REMEMBERED)(reader.name)
        self._repository = lru_cache(_REMEMBERED)(self._about_repository)
        self._mention = [column for column in tables["mentions"] if column.of]
        facts = " ; ".join(f"<{column.of[0]}> ?{column.name}" for column in self._mention)
        variables = " ".join(f"?{column.name}" for column in self._mention)
        self._mentions_in = f"SELECT {variables} {{{{ GRAPH <{{}}> {{{{ ?mention {facts} }}}} }}}}"

    def all(self, progress: Callable[[int, int], None]) -> Iterator[tuple[str, Row]]:
        """All rows, each with its table; those of a table are in order."""
        yield from (("entities", row) for row in self._entities())
        for catalogue in self.catalogues:  # results whose paper it does not give
            yield from self._curated(catalogue.value, None)
        total = self.reader.index.total("paper")
        for done, (iri, has_text) in enumerate(self._pages(_PAPERS)):
            if done % _STEP == 0:
                progress(min(done, total), total)
            yield from self._paper(iri, has_text=bool(has_text))
            yield from self._curated(iri, iri)
        progress(total, total)

    def _pages(self, query: str) -> Iterator[tuple[Any, ...]]:
        last = ""
        while page := self.reader.index.rows(query, last, _PAGE):
            yield from page
            last = page[-1][0]

    def _entities(self) -> Iterator[Row]:
        quads = self.reader.store.quads_for_pattern(None, ox.NamedNode(KG + "fromCatalogue"), None)
        curated = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
        for iri, kind, name, papers, introducing, mentions, others, better in self._pages(_ENTITIES):
            yield {
                "iri": iri,
                "type": CLASS_NAMES[cast(Kind, kind)],
                "name": name,
                "other_names": json.loads(others),
                "papers": papers,
                "introducing": introducing,
                "mentions": mentions,
                "broader": self.reader.objects(iri, SKOS + "broader"),
                "better": better,
                "origin": CURATED if iri in curated else EXTRACTED,
            }

    def _paper(self, iri: str, *, has_text: bool) -> Iterator[tuple[str, Row]]:
        """The rows of a paper by its text; of one that only a catalogue has, what that says about it."""
        graphs = [ox.NamedNode(iri)] if has_text else self.catalogues
        about = self._about(iri, graphs)
        links = [*self._links(about)] if has_text else []
        issued = _first(about, _ISSUED)
        identifiers = about.get(_IDENTIFIER, ())
        yield (
            "papers",
            self._row("papers", about)
            | {
                "iri": iri,
                "authors": [*in_order(self.generation, _first(about, _NAME), about.get(_AUTHOR, ()))],
                "month": int(issued[5:7]) if issued else None,
                "date": date.fromisoformat(issued) if len(issued) == _DAY else None,
                "doi": _of_scheme("doi", identifiers),
                "arxiv": _of_scheme("arxiv", identifiers),
                "code": [str(link["address"]) for link in links if link["kind"] == "code"],
                "origin": EXTRACTED if has_text else CURATED,
            },
        )
        for link in links:
            yield "links", {**link, "paper": iri, "origin": EXTRACTED}
        for row in self._mentions(iri) if has_text else ():
            yield "mentions", row
        results = [{**self._row("results", self._about(each, graphs)), "iri": each} for each in about.get(_REPORTS, ())]
        for row in sorted(results, key=lambda row: (row["start"], row["end"], row["iri"])):
            yield "results", {**row, "paper": iri, "origin": EXTRACTED}

    def _mentions(self, paper: str) -> list[Row]:
        rows: list[Row] = [
            {column.name: _CONVERTED[column.type](value) for column, value in zip(self._mention, values, strict=True)}
            for values in self.reader.rows(self._mentions_in.format(paper))
        ]
        for row in rows:
            row |= {"paper": paper, "type": self._type(row["entity"]), "origin": EXTRACTED}
        return sorted(rows, key=lambda row: (row["start"], row["end"], row["entity"]))

    def _links(self, about: Facts) -> Iterator[Row]:
        for kind, predicate in LINKS.items():
            for target in about.get(predicate, ()):
                yield {"kind": kind, **(self._repository(target) if kind == "code" else {"address": target})}

    def _curated(self, iri: str, paper: str | None) -> Iterator[tuple[str, Row]]:
        """The rows of what catalogues say about a paper."""
        about = self._about(iri, self.catalogues)
        for entity in about.get(KG + "catalogued", ()):
            yield "mentions", {"paper": paper, "entity": entity, "type": self._type(entity), "origin": CURATED}
        for official, predicate in ((True, KG + "officialCode"), (False, KG + "otherCode")):
            for target in about.get(predicate, ()):
                link = {**self._repository(target), "kind": "code", "official": official}
                yield "links", {**link, "paper": paper, "origin": CURATED}
        for result in about.get(KG + "curatedResult", ()):
            row = self._row("results", self._about(result, self.catalogues))
            yield "results", {**row, "iri": result, "paper": paper, "origin": CURATED}

    def _about(self, iri: str, graphs: Sequence[ox.NamedNode]) -> Facts:
        found: dict[str, set[str]] = {}
        for graph in graphs:
            for quad in self.reader.store.quads_for_pattern(ox.NamedNode(iri), None, None, graph):
                if isinstance(quad.object, ox.NamedNode | ox.Literal):
                    found.setdefault(quad.predicate.value, set()).add(quad.object.value)
        return {predicate: sorted(values) for predicate, values in found.items()}

    def _row(self, table: str, about: Facts) -> Row:
        """The cells of a row that a node says itself."""
        row: Row = {}
        for column in self.tables[table]:
            values = [value for predicate in column.of for value in about.get(predicate, ())]
            if column.type == "texts":
                row[column.name] = values
            elif values:
                row[column.name] = _CONVERTED[column.type](self._name(values[0]) if column.named else values[0])
        return row

    def _type(self, entity: Cell) -> str | None:
        kind = str(entity).removeprefix(self.base).partition("/")[0]
        return CLASS_NAMES.get(cast(Kind, kind))

    def _about_repository(self, iri: str) -> Row:
        addresses = (self.reader.value(iri, each) for each in (SCHEMA + "codeRepository", SCHEMA + "url"))
        return {
            "address": next(filter(None, addresses), None),
            "repository": iri,
            "repository_name": self.reader.value(iri, _NAME),
        }


def _first(about: Facts, predicate: str) -> str:
    return next(iter(about.get(predicate, ())), "")


def _of_scheme(scheme: str, identifiers: Sequence[str]) -> str | None:
    """The first of some identifiers that has a scheme, without that.

    >>> _of_scheme("doi", ["frog", "doi:10.1234/frog"])
    '10.1234/frog'
    """
    return next((each.partition(":")[2] for each in identifiers if each.startswith(f"{scheme}:")), None)
