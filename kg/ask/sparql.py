"""SPARQL over the graph: run a query, read or write what it answers.

>>> from pyoxigraph import Store
>>> answer = run(Store(), "ASK { ?paper a kg:Paper }")
>>> answer.kind, answer.truth
('ask', False)

A query sees the union of all named graphs, unless it chooses graphs itself with FROM or FROM NAMED.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias, cast

import pyoxigraph as ox

from kg.errors import KGError, QueryError
from kg.export.formats import Content, find_format, format_names, output_stream, serialize
from kg.export.tables import DECIMALS, INTEGERS, Term, shown_term
from kg.graph.query_text import SERVICE_REFUSED, Star, calls_service, names_dataset, star
from kg.graph.worker import evaluate, with_columns
from kg.text.files import answer_file
from kg.text.names import one_line
from kg.vocabulary import DEFAULT_BASE, PREFIXES, XSD, resource_prefixes

if TYPE_CHECKING:
    import pandas
    import polars

AnswerKind = Literal["select", "ask", "graph"]
PlainValue: TypeAlias = str | int | float | bool | None

_CONTENT: dict[AnswerKind, Content] = {"select": "rows", "ask": "truth", "graph": "triples"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The complete answer to a query. It can be read and written any number of times.

    Args:
        kind: "select" for rows, "ask" for yes or no, "graph" for the triples of CONSTRUCT and DESCRIBE.
        variables: the columns of a "select", without question marks.
        base: the IRI that the graph's resources have in common, for the prefixes of tables and Turtle.
        content: the triples of a "graph", sorted; else the answer as SPARQL 1.1 Query Results JSON.
    """

    kind: AnswerKind
    variables: tuple[str, ...]
    base: str
    content: IO[bytes] | tuple[ox.Triple, ...]

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that this kind of answer can be written in."""
        return format_names(self.content_kind)

    @property
    def content_kind(self) -> Content:
        """What a format must be able to carry for this answer: "rows", "truth" or "triples"."""
        return _CONTENT[self.kind]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found: no row or no triple. A yes or no is never empty."""
        if self.kind == "graph":
            return not self.content
        return self.kind == "select" and next(self.rows(), None) is None

    @property
    def truth(self) -> bool:
        """The answer of an ASK.

        Raises:
            QueryError: the query was not an ASK.
        """
        results = self._results()
        if not isinstance(results, ox.QueryBoolean):
            raise QueryError(f"an answer of kind {self.kind!r} is not a yes or no")
        return bool(results)

    def rows(self) -> Iterator[tuple[Term | None, ...]]:
        """The rows of a SELECT as RDF terms in the order of :attr:`variables`; None where a variable is unbound.

        Raises:
            QueryError: the query was not a SELECT.
        """
        results = self._results()
        if not isinstance(results, ox.QuerySolutions):
            raise QueryError(f"an answer of kind {self.kind!r} has no rows")
        return map(tuple, results)

    def records(self) -> Iterator[dict[str, PlainValue]]:
        """The rows of a SELECT as dictionaries of plain Python values: numbers, booleans and text, IRIs in full.

        Raises:
            QueryError: the query was not a SELECT.
        """
        return (dict(zip(self.variables, map(_plain_value, row), strict=True)) for row in self.rows())

    def triples(self) -> list[ox.Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each once and sorted, so that equal graphs are equal lists.

        Raises:
            QueryError: the query was neither.
        """
        if not isinstance(self.content, tuple):
            raise QueryError(f"an answer of kind {self.kind!r} has no triples")
        return list(self.content)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows of a SELECT as a data frame of pandas, with numbers, booleans and text as in :meth:`records`.

        Raises:
            QueryError: the query was not a SELECT.
            KGError: pandas is not installed.
        """
        frames = _installed("pandas")
        frame: pandas.DataFrame = frames.DataFrame(list(self.records()), columns=list(self.variables))
        return frame

    def to_polars(self) -> polars.DataFrame:
        """The rows of a SELECT as a data frame of polars, with numbers, booleans and text as in :meth:`records`.

        A column with values of several types has text.

        Raises:
            QueryError: the query was not a SELECT.
            KGError: polars is not installed.
        """
        frames = _installed("polars")
        rows = list(self.records())
        columns = {name: _of_one_type([row[name] for row in rows]) for name in self.variables}
        frame: polars.DataFrame = frames.DataFrame(columns)
        return frame

    def _repr_html_(self) -> str:
        """The answer as a notebook shows it."""
        from kg.ask.notebook import answer_html

        prefixes = PREFIXES | resource_prefixes(self.base)
        return answer_html(self, lambda term: shortened(term, prefixes))

    def write(self, output: IO[bytes] | str | Path, format: str) -> None:
        """Write the answer as a file.

        Args:
            output: a path, or a stream that takes bytes.
            format: one of :attr:`formats`.

        Raises:
            QueryError: the format does not exist or does not fit the kind of answer; names those that fit.
            KGError: the output cannot be written.
        """
        try:
            known = find_format(format, self.content_kind)
        except KGError as error:
            raise QueryError(str(error)) from None
        results = self._results()
        with output_stream(output) as stream:
            if isinstance(results, ox.QuerySolutions) and known.write_rows:
                known.write_rows(results, stream)
            elif isinstance(results, ox.QueryBoolean) and known.write_truth:
                known.write_truth(results, stream)
            else:
                serialize(self.triples(), format, stream, self.base)

    def _results(self) -> ox.QuerySolutions | ox.QueryBoolean | None:
        """The answer of a SELECT or ASK from its beginning."""
        if isinstance(self.content, tuple):
            return None
        file = cast("IO[bytes]", _Reading(self.content))
        return ox.parse_query_results(file, format=ox.QueryResultsFormat.JSON)


def _installed(package: str) -> Any:
    """A package for data frames, which the base install leaves out.

    Raises:
        KGError: it is not installed; says how to get it.
    """
    try:
        return import_module(package)
    except ImportError:
        raise KGError(f"{package} is not installed; get it with: pip install 'papers-kg[data]'") from None


def _of_one_type(values: list[PlainValue]) -> list[PlainValue]:
    """The values of a column, which polars wants to be of one type: whole numbers among others become decimal ones."""
    types = {type(value) for value in values if value is not None}
    if len(types) < 2:
        return values
    if types == {int, float}:
        return [None if value is None else float(value) for value in values]
    return [None if value is None else str(value) for value in values]


class _Reading(io.RawIOBase):
    """One reading of a file from its beginning. Several readings at a time do not disturb each other."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.offset = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed has a wider type
        self.file.seek(self.offset)
        data = self.file.read(len(buffer))
        buffer[: len(data)] = data
        self.offset += len(data)
        return len(data)


def run(
    store: ox.Store, sparql: str, base: str = DEFAULT_BASE, source: str = "query", *, allow_service: bool = False
) -> Answer:
    """Run a SPARQL 1.1 query in this process, where nothing can end it before its time.

    The default graph is the union of all graphs, unless the query has FROM or FROM NAMED.

    Args:
        store: the graph.
        sparql: the query. The vocabulary's prefixes and those of the resources (``dataset:``, ``task:``, ...) need not
            be declared.
        base: the IRI that the resources of this graph have in common.
        source: what errors call the query, such as the file it was read from.
        allow_service: let the query ask other SPARQL services.

    Raises:
        QueryError: the text is not a query (an update is not one), with line and column, or it cannot be answered.
    """
    request = Request(sparql, base, source, allow_service)
    content = answer_file()
    try:
        query = with_columns(sparql, request.star, request.prefixes)
        said = evaluate(store, query, request.prefixes, request.union, content)
    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
        raise request.failure(type(error).__name__, str(error)) from None
    return request.answer(said, content)


class Request:
    """A query on its way to be answered.

    Args:
        sparql: the query.
        base: the IRI that the resources of this graph have in common.
        source: what errors call the query.
        allow_service: let the query ask other SPARQL services.

    Raises:
        QueryError: the query asks other services, and that is not allowed.
    """

    def __init__(self, sparql: str, base: str, source: str, allow_service: bool) -> None:
        if not allow_service and calls_service(sparql):
            raise QueryError(f"{source}: {SERVICE_REFUSED}; allow it with --allow-service (allow_service=True)")
        self.sparql = sparql
        self.base = base
        self.source = source

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that need not be declared."""
        return PREFIXES | resource_prefixes(self.base)

    @property
    def asks_for_statements(self) -> bool:
        """Whether it is a CONSTRUCT or DESCRIBE."""
        return _begun(self.sparql)[1].upper() in ("CONSTRUCT", "DESCRIBE")

    @property
    def is_update(self) -> bool:
        """Whether it begins as an update does."""
        return _begun(self.sparql)[1].upper() in _UPDATE_FORMS

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of all graphs; if not, the query chooses its graphs."""
        return not names_dataset(self.sparql)

    @property
    def star(self) -> Star | None:
        """Where the columns of a ``SELECT *`` go, and their order: that in which the query names them."""
        return star(self.sparql)

    def answer(self, said: Mapping[str, object], content: IO[bytes]) -> Answer:
        """The answer that :func:`kg.graph.worker.evaluate` returned and wrote."""
        kind = cast(AnswerKind, said["kind"])
        if kind != "graph":
            return Answer(kind, tuple(cast("list[str]", said["variables"])), self.base, content)
        content.seek(0)
        quads = ox.parse(content, ox.RdfFormat.N_TRIPLES)
        return Answer(kind, (), self.base, tuple(quad.triple for quad in quads))

    def failure(self, error: str, message: str) -> QueryError:
        """The error for a query that was not answered, from the name of the engine's error and its message."""
        if error == "SyntaxError":
            return QueryError(f"{self.source}, {_diagnosis(self.sparql, message)}")
        if error in ("OSError", "RuntimeError"):
            return QueryError(f"{self.source}: cannot be answered: {one_line(message)}")
        return QueryError(f"{self.source}: {one_line(message)}")


def shortened(term: Term | None, prefixes: Mapping[str, str]) -> str:
    """A term for people: an IRI by its prefix, a literal by its text as it reads, on one line, nothing for None.

    >>> shortened(ox.NamedNode("https://schema.org/name"), {"schema": "https://schema.org/"})
    'schema:name'
    """
    if isinstance(term, ox.NamedNode):
        fitting = [(len(iri), prefix) for prefix, iri in prefixes.items() if term.value.startswith(iri)]
        if fitting:
            length, prefix = max(fitting)
            return f"{prefix}:{term.value[length:]}"
    return shown_term(term)


def _plain_value(term: Term | None) -> PlainValue:
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        if datatype == XSD + "boolean":
            return term.value in ("true", "1")
        try:
            if datatype in INTEGERS:
                return int(term.value)
            if datatype in DECIMALS:
                return float(term.value)
        except ValueError:  # an ill-typed literal, which RDF allows, is its text
            pass
        return term.value
    return term.value if isinstance(term, ox.NamedNode) else str(term)


# Syntax errors --------------------------------------------------------------------------------------------------------

_PROLOGUE = re.compile(r"(?:\s+|#[^\n]*|PREFIX\s+[^\s:]*:\s*<[^>]*>|BASE\s*<[^>]*>)*", re.IGNORECASE)
_QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATE_FORMS = ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD")
_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
# Oxigraph lists the tokens it could have read, and among them, when it knows more, a remark in words.
_REMARK = re.compile(r"(?<!['\[])\b[A-Z]\w* \w+(?: \w+)*")


def _begun(sparql: str) -> tuple[str, str]:
    """The prologue of a query, and the word that comes after it."""
    start = _PROLOGUE.match(sparql)
    before = start.group() if start else ""
    word = re.match(r"\S*?(?=[\s{(*?<]|$)", sparql[len(before) :])
    return before, word.group() if word else ""


def _diagnosis(sparql: str, message: str) -> str:
    """Place and cause of a syntax error in one line, from the query and Oxigraph's message."""
    before, word = _begun(sparql)
    form = word.upper()
    if form not in _QUERY_FORMS:
        place = f"line {before.count(chr(10)) + 1}, column {len(before) - (before.rfind(chr(10)) + 1) + 1}"
        if form in _UPDATE_FORMS:
            return f"{place}: {form} would change the graph; queries only read it"
        found = f"found {word[:30]!r}" if word else "found nothing of the kind"
        return f"{place}: expected {', '.join(_QUERY_FORMS)}, {found}"
    match = _PLACE.match(message)
    if not match:
        return f"syntax error: {one_line(message)}"
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
