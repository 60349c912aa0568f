"""SPARQL over the graph: run a query, read or write what it answers.

>>> from pyoxigraph import Store
>>> answer = run(Store(), "ASK { ?paper a kg:Paper }")
>>> answer.kind, answer.truth
('ask', False)

A query sees the union of all named graphs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Literal, TypeAlias, cast

import pyoxigraph as ox

from kg.errors import QueryError
from kg.terminal.tables import plain_table
from kg.vocabulary import DEFAULT_BASE, PREFIXES, XSD, resource_prefixes

AnswerKind = Literal["select", "ask", "graph"]
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
PlainValue: TypeAlias = str | int | float | bool | None

_RESULT_FORMATS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
FORMATS: dict[AnswerKind, tuple[str, ...]] = {
    "select": ("table", *_RESULT_FORMATS),
    "ask": ("table", *_RESULT_FORMATS),
    "graph": ("turtle", "ntriples", "jsonld"),
}

_INTEGERS = frozenset(XSD + name for name in ("integer", "int", "long", "nonNegativeInteger", "gYear"))
_DECIMALS = frozenset(XSD + name for name in ("decimal", "double", "float"))
_NUMBERS = _INTEGERS | _DECIMALS


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query answers, streamed from the store: like an open file it is read once, by one of its methods.

    Args:
        kind: "select" for rows, "ask" for yes or no, "graph" for the triples of CONSTRUCT and DESCRIBE.
        variables: the columns of a "select", without question marks.
        results: what the store returned.
        base: the IRI that the graph's resources live under, for the prefixes of tables and Turtle.
    """

    kind: AnswerKind
    variables: tuple[str, ...]
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
    base: str

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that this kind of answer can be written in."""
        return FORMATS[self.kind]

    def default_format(self, terminal: bool) -> str:
        """The format for a reader who named none: a table on a terminal, CSV in a pipe, Turtle for a graph."""
        if self.kind == "graph":
            return "turtle"
        return "table" if terminal else "csv"

    @property
    def truth(self) -> bool:
        """The answer of an ASK.

        Raises:
            QueryError: when the query was no ASK.
        """
        if not isinstance(self.results, ox.QueryBoolean):
            raise QueryError(f"an answer of kind {self.kind!r} is no yes or no")
        return bool(self.results)

    def rows(self) -> Iterator[tuple[Term | None, ...]]:
        """The rows of a SELECT as RDF terms in the order of :attr:`variables`; None where a variable is unbound.

        Raises:
            QueryError: when the query was no SELECT, or fails while it is answered.
        """
        if not isinstance(self.results, ox.QuerySolutions):
            raise QueryError(f"an answer of kind {self.kind!r} has no rows")
        with _evaluation():
            for solution in self.results:
                yield tuple(solution)

    def records(self) -> Iterator[dict[str, PlainValue]]:
        """The rows of a SELECT as dictionaries of plain Python values: numbers, booleans and text, IRIs in full.

        Raises:
            QueryError: as :meth:`rows`.
        """
        for row in self.rows():
            yield dict(zip(self.variables, map(_plain_value, row), strict=True))

    def triples(self) -> list[ox.Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each once and sorted, so that equal graphs are equal lists.

        Raises:
            QueryError: when the query was neither, or fails while it is answered.
        """
        if not isinstance(self.results, ox.QueryTriples):
            raise QueryError(f"an answer of kind {self.kind!r} has no triples")
        with _evaluation():
            return sorted(set(self.results), key=str)

    def write(self, stream: IO[bytes], format: str) -> bool:
        """Writes the answer to a binary stream.

        Args:
            stream: where the bytes go; a "table" is drawn to the width of a terminal when the stream is one.
            format: one of :attr:`formats`.

        Returns:
            Whether anything was found: a row or a triple. A yes or no always is.

        Raises:
            QueryError: when the format does not fit the kind of answer, or the query fails while it is answered.
        """
        if format not in self.formats:
            raise QueryError(f"format {format!r} does not fit this query; choose from {', '.join(self.formats)}")
        if isinstance(self.results, ox.QueryTriples):
            from kg.export.formats import serialize

            return serialize(self.triples(), format, stream, self.base) > 0
        if format == "table" and isinstance(self.results, ox.QueryBoolean):
            stream.write(b"yes\n" if self.truth else b"no\n")
            return True
        if format == "table":
            rows = list(self.rows())
            stream.write(self._table(rows, terminal=stream.isatty()).encode())
            return bool(rows)
        counted = _Counted(stream)
        with _evaluation():
            self.results.serialize(cast("IO[bytes]", counted), format=_RESULT_FORMATS[format])
        if self.kind == "ask" or format in ("json", "xml"):
            stream.write(b"\n")
        return self.kind == "ask" or counted.bytes > len(_no_rows(self.variables, format))

    def _table(self, rows: list[tuple[Term | None, ...]], terminal: bool) -> str:
        prefixes = PREFIXES | resource_prefixes(self.base)
        cells = [[shortened(term, prefixes) for term in row] for row in rows]
        numeric = [
            any(row[column] is not None for row in rows)
            and all(row[column] is None or _is_number(row[column]) for row in rows)
            for column in range(len(self.variables))
        ]
        draw = _terminal_table if terminal else plain_table
        return draw(self.variables, cells, numeric)


def run(store: ox.Store, sparql: str, base: str = DEFAULT_BASE, source: str = "query") -> Answer:
    """Runs a SPARQL 1.1 query over the union of all graphs of a store.

    Args:
        store: where to ask.
        sparql: the query; the vocabulary's prefixes and those of the resources (``dataset:``, ``task:``, ...) stand
            without being declared.
        base: the IRI that the resources of this graph live under.
        source: what to call the query in errors, such as the file it was read from.

    Raises:
        QueryError: when the text is not a query (an update is none), naming line and column.
    """
    prefixes = PREFIXES | resource_prefixes(base)
    try:
        results = store.query(sparql, prefixes=prefixes, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise QueryError(f"{source}, {_diagnosis(sparql, str(error))}") from None
    except ValueError as error:
        raise QueryError(f"{source}: {_one_line(str(error))}") from None
    except (OSError, RuntimeError) as error:
        raise QueryError(f"{source}: cannot be answered: {_one_line(str(error))}") from None
    if isinstance(results, ox.QuerySolutions):
        return Answer("select", tuple(variable.value for variable in results.variables), results, base)
    if isinstance(results, ox.QueryBoolean):
        return Answer("ask", (), results, base)
    return Answer("graph", (), results, base)


def shortened(term: Term | None, prefixes: Mapping[str, str]) -> str:
    """A term for human eyes: an IRI by its prefix, a literal by its text on one line, nothing for None.

    >>> shortened(ox.NamedNode("https://schema.org/name"), {"schema": "https://schema.org/"})
    'schema:name'
    """
    if term is None:
        return ""
    if isinstance(term, ox.Literal):
        return _one_line(term.value)
    if isinstance(term, ox.NamedNode):
        fitting = [(len(iri), prefix) for prefix, iri in prefixes.items() if term.value.startswith(iri)]
        if fitting:
            length, prefix = max(fitting)
            return f"{prefix}:{term.value[length:]}"
        return term.value
    return str(term)


class _Counted(io.RawIOBase):
    """Passes bytes on to a stream and counts them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.bytes += len(data)
        return self.stream.write(data)


def _no_rows(variables: tuple[str, ...], format: str) -> bytes:
    """A SELECT's answer without rows: an answer that is longer holds one. The store writes rows without counting."""
    columns = " ".join(f"?{variable}" for variable in variables) or "*"
    nothing = ox.Store().query(f"SELECT {columns} {{ FILTER(false) }}")
    assert isinstance(nothing, ox.QuerySolutions)
    document = nothing.serialize(format=_RESULT_FORMATS[format])
    assert document is not None
    return document


@contextmanager
def _evaluation() -> Iterator[None]:
    """Turns the store's failures into query errors; those of the stream (a full disk, a closed pipe) pass."""
    try:
        yield
    except RuntimeError as error:
        raise QueryError(f"the query cannot be answered: {_one_line(str(error))}") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise QueryError(f"the query cannot be answered: {_one_line(str(error))}") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_number(term: Term | None) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS


def _plain_value(term: Term | None) -> PlainValue:
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        if datatype == XSD + "boolean":
            return term.value in ("true", "1")
        try:
            if datatype in _INTEGERS:
                return int(term.value)
            if datatype in _DECIMALS:
                return float(term.value)
        except ValueError:  # an ill-typed literal, which RDF allows, is its text
            pass
        return term.value
    return term.value if isinstance(term, ox.NamedNode) else str(term)


# Tables ---------------------------------------------------------------------------------------------------------------


def _terminal_table(header: tuple[str, ...], cells: list[list[str]], numeric: list[bool]) -> str:
    """The same drawn by rich to the width of the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for name, right in zip(header, numeric, strict=True):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    drawing = io.StringIO()
    Console(file=drawing, force_terminal=True).print(table)
    return drawing.getvalue()


# Syntax errors --------------------------------------------------------------------------------------------------------

_PROLOGUE = re.compile(r"(?:\s+|#[^\n]*|PREFIX\s+[^\s:]*:\s*<[^>]*>|BASE\s*<[^>]*>)*", re.IGNORECASE)
_QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATE_FORMS = ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD")
_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
# Oxigraph lists the tokens it could have read, and among them, when it knows more, a remark in words.
_REMARK = re.compile(r"(?<!['\[])\b[A-Z]\w* \w+(?: \w+)*")


def _diagnosis(sparql: str, message: str) -> str:
    """Place and cause of a syntax error in one line, from the query and what Oxigraph says of it."""
    start = _PROLOGUE.match(sparql)
    rest = sparql[start.end() :] if start else sparql
    word = re.match(r"\S*?(?=[\s{(*?<]|$)", rest)
    form = word.group().upper() if word else ""
    if form not in _QUERY_FORMS:
        before = sparql[: len(sparql) - len(rest)]
        place = f"line {before.count(chr(10)) + 1}, column {len(before) - (before.rfind(chr(10)) + 1) + 1}"
        if form in _UPDATE_FORMS:
            return f"{place}: {form} would change the graph; queries only read it"
        found = f"found {word.group()[:30]!r}" if word and word.group() else "found nothing of the kind"
        return f"{place}: expected {', '.join(_QUERY_FORMS)}, {found}"
    match = _PLACE.match(message)
    if not match:
        return f"syntax error: {_one_line(message)}"
    line, column, expected = int(match[1]), int(match[2]), match[3]
    lines = sparql.split("\n")
    read = lines[line - 1][: column - 1]
    remark = _REMARK.search(expected)
    if remark:
        cause = remark.group()[0].lower() + remark.group()[1:]
    else:
        left = "".join(lines[line - 1 :])[column - 1 :]
        cause = "not understood from here on" if left.strip() else "the query ends too early"
    return f"line {line}, column {column}: {cause}, after {read[-30:].strip()!r}"
