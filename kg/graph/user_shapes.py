"""What SHACL asks of shapes that users bring, where pySHACL does something else.

- Prefixes of constraints in SPARQL follow ``owl:imports`` (SHACL, section 5.2.1); pySHACL reads those of the ontology
  itself, or of all.
- The message of a result is that of the constraint, else that of the shape (section 5.3.2), in one language, with the
  values in place of ``{?value}`` and ``{$this}``. pySHACL gives both, and reads backslashes in values as escapes.
- Constraints in SPARQL are answered by the store, with the terms in place of ``$this`` and the other variables that are
  bound before; rdflib, which pySHACL asks, binds them wrongly in sub-selects and aggregates of no rows.
- No requests are sent. Left to itself, rdflib loads the graphs that ``FROM`` names from the web.
- A shape that selects no node conforms. Mostly it is a typing error, so there is a note.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pyshacl.shape
import rdflib
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.constraint_component import ConstraintComponent
from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, IdentifiedNode, Literal, URIRef, Variable
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.query import Result
from rdflib.term import Node

from kg.errors import InputError, QueryError
from kg.graph.query_text import SERVICE_REFUSED, calls_service, is_too_deep, names_dataset, prebound, without_comments
from kg.text.names import one_line
from kg.vocabulary import PREFIXES, XSD

_MOST_ROWS = 1_000_000  # of a query for one node, which are kept in memory
_LOGGERS = ("rdflib.term", "pyshacl-validate")
_FOCUS = {
    "targetClass": "?node a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* {}",
    "targetSubjectsOf": "?node {} ?any",
    "targetObjectsOf": "?any {} ?node",
}
"""For each kind of target, a pattern of the nodes that it selects."""


def parse_turtle(graph: Graph, file: Path, place: str) -> None:
    """Add a file of Turtle to a graph, literals as written: to SHACL ``true`` and ``"1"^^xsd:boolean`` differ.

    Raises:
        InputError: the file cannot be read, or is not Turtle; names the line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        with quietly():
            graph.parse(data=text, format="turtle", publicID=file.absolute().as_uri())
    except OSError as error:
        raise InputError(place, error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise InputError(place, "is not UTF-8 text") from None
    except BadSyntax as error:
        raise InputError(f"{place}:{error.lines + 1}", f"expected Turtle: {error._why}") from None


@contextmanager
def quietly(notes: list[str] | None = None) -> Iterator[None]:
    """Within the block rdflib keeps literals as written, and nothing is logged.

    Args:
        notes: to which the warnings of pySHACL are added, such as those of constraints that it does not apply.
    """

    def kept(record: logging.LogRecord) -> bool:
        if record.levelno == logging.WARNING and record.name != "rdflib.term" and notes is not None:
            notes.append(one_line(record.getMessage()).removeprefix("ConstraintLoadWarning: "))
        return False

    loggers, normalize = [logging.getLogger(name) for name in _LOGGERS], rdflib.NORMALIZE_LITERALS
    for logger in loggers:
        logger.addFilter(kept)
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = normalize
        for logger in loggers:
            logger.removeFilter(kept)


def read_imports(shapes: Graph, place: str) -> list[str]:
    """Add the files that the shapes import (``owl:imports``), and those that these import; the web is not asked.

    Args:
        shapes: the shapes; what is imported is added to them.
        place: their file, for errors and notes.

    Returns:
        A note for each import that is neither a file nor part of the shapes.

    Raises:
        InputError: an imported file cannot be read.
    """
    known = {str(node) for node in shapes.subjects()} | {Path(place).absolute().as_uri()}
    notes = []
    while waiting := {str(imported) for imported in shapes.objects(None, OWL.imports)} - known:
        address = min(waiting)
        known.add(address)
        if urlsplit(address).scheme != "file":
            notes.append(f"{place}: the import <{address}> was not read, only files are")
            continue
        parse_turtle(shapes, Path(unquote(urlsplit(address).path)), f"{place}: the import <{address}>")
    return notes


def check_queries(shapes: Graph, place: str) -> None:
    """Check that no SPARQL of the shapes sends requests or brings the store down.

    Raises:
        InputError: a query has SERVICE, which SHACL does not allow in constraints (section 5.3.1), has FROM, or is
            nested too deeply.
    """
    for predicate in (SH.select, SH.ask, SH.construct, SH.update):
        for constraint, written in sorted(shapes.subject_objects(predicate), key=str):
            query = str(written)
            shown = one_line(query)[:60]
            if calls_service(query):
                raise InputError(place, f"{SERVICE_REFUSED}; found in {shown!r}")
            if is_too_deep(query):
                raise InputError(place, f"a constraint is nested too deeply, or too long: {shown!r}")
            if names_dataset(query):
                raise InputError(place, f"a constraint sees the whole graph and cannot choose with FROM: {shown!r}")
            shapes.remove((constraint, predicate, written))  # pySHACL takes words in comments for clauses
            shapes.add((constraint, predicate, Literal(without_comments(query))))


def gather_prefixes(shapes: Graph) -> None:
    """Declare the prefixes of what an ontology imports on the ontology itself, where pySHACL looks for them."""
    for ontology in set(shapes.objects(None, SH.prefixes)):
        for imported in list(shapes.transitive_objects(ontology, OWL.imports)):
            for declaration in list(shapes.objects(imported, SH.declare)):
                shapes.add((ontology, SH.declare, declaration))
        shapes.add((ontology, RDF.type, OWL.Ontology))


def keep_only_true(shapes: Graph) -> None:
    """Remove ``sh:uniqueLang`` with another value than ``true``, which pySHACL takes for it (SHACL, section 4.4.5)."""
    for shape, value in list(shapes.subject_objects(SH.uniqueLang)):
        if str(value) != "true":
            shapes.remove((shape, SH.uniqueLang, value))


def without_nodes(shapes: Graph, store: ox.Store, place: str) -> list[str]:
    """A note for each target of a shape that selects no node of the graph, and one if nothing has a target."""
    notes, targets = [], 0
    found = [(shape, kind, value) for kind in _FOCUS for shape, value in shapes.subject_objects(SH[kind])]
    found += [
        (shape, "targetClass", shape)
        for shape in shapes.subjects(RDF.type, RDFS.Class)
        if any((shape, RDF.type, kind) in shapes for kind in (SH.NodeShape, SH.PropertyShape))
    ]
    for shape, kind, value in sorted(found):
        targets += 1
        if not isinstance(value, URIRef) or _is_deactivated(shapes, shape):
            continue
        pattern = _FOCUS[kind].format(value.n3())
        if not store.query(f"ASK {{ {pattern} }}", use_default_graph_as_union=True):
            notes.append(
                f"{place}: {_named(shape)} selects nothing: sh:{kind} {_named(value)} has no node in the graph"
            )
    if not targets and (None, SH.targetNode, None) not in shapes:
        notes.append(f"{place}: no shape has a target, so nothing was checked")
    return notes


def _is_deactivated(shapes: Graph, shape: Node) -> bool:
    return any(str(value) in ("true", "1") for value in shapes.objects(shape, SH.deactivated))


def _named(node: Node) -> str:
    """A node by its prefixed name, an IRI that has none in angle brackets, a blank node as "a shape"."""
    if isinstance(node, BNode):
        return "a shape"
    for prefix, iri in PREFIXES.items():
        if str(node).startswith(iri):
            return f"{prefix}:{str(node)[len(iri) :]}"
    return f"<{node}>"


class QueriedGraph(Graph):
    """A copy of a store in memory, whose queries the store answers, with terms in place of the variables bound before.

    Args:
        store: the store; its graphs are read as one.
        timeout: seconds that a query may take; 0 for no limit.
    """

    def __init__(self, store: ox.Store, timeout: float) -> None:
        super().__init__()
        self.timeout = timeout
        self.source = store
        self._node = lru_cache(maxsize=100_000)(_node)
        for quad in store:
            self.add((self._node(quad.subject), self._node(quad.predicate), self._term(quad.object)))

    def query(
        self,
        query_object: Any,
        processor: Any = "sparql",
        result: Any = "sparql",
        initNs: Any = None,  # noqa: N803
        initBindings: Any = None,  # noqa: N803
        *arguments: Any,
        **options: Any,
    ) -> Result:
        """Answer a query; pySHACL calls it. What the store cannot answer is left to rdflib."""
        bound = initBindings or {}
        if not any(isinstance(term, BNode) for term in bound.values()):  # in SPARQL they would be variables
            terms = {str(name): term.n3() for name, term in bound.items()}
            with suppress(SyntaxError, ValueError):  # such as a literal as a subject, or not SPARQL at all
                return self._answered(prebound(query_object, terms), initNs or {})
        return super().query(query_object, processor, result, initNs, initBindings, *arguments, **options)

    def _answered(self, query: str, prefixes: Mapping[str, Any]) -> Result:
        """Answer a query in a thread, because waiting can be interrupted, the store cannot.

        Raises:
            QueryError: it takes too long, or has too many rows. The thread goes on until it finds the next row.
        """
        answers: Queue[Result | BaseException] = Queue()
        given_up = Event()

        def answer() -> None:
            try:
                answers.put(self._rows(query, prefixes, given_up))
            except BaseException as error:
                answers.put(error.with_traceback(None))  # it would keep the store's rows, which belong to this thread

        Thread(target=answer, daemon=True).start()
        try:
            found = answers.get(timeout=self.timeout or None)
        except BaseException as error:
            given_up.set()
            if not isinstance(error, Empty):
                raise
            took = f"took longer than {self.timeout:g} seconds: {one_line(query)[:60]!r}"
            raise QueryError(f"{took}; allow more with --timeout (timeout=)") from None
        if isinstance(found, BaseException):
            raise found
        return found

    def _rows(self, query: str, prefixes: Mapping[str, Any], given_up: Event) -> Result:
        found = self.source.query(query, prefixes=dict(prefixes), use_default_graph_as_union=True)
        result = Result("ASK" if isinstance(found, ox.QueryBoolean) else "SELECT")
        if isinstance(found, ox.QueryBoolean):
            result.askAnswer = bool(found)
        elif isinstance(found, ox.QuerySolutions):
            result.vars = [Variable(column.value) for column in found.variables]
            rows: list[Any] = []
            for row in found:
                if given_up.is_set() or len(rows) == _MOST_ROWS:
                    raise QueryError(f"has more than {_MOST_ROWS:,} rows: {one_line(query)[:60]!r}")
                rows.append(
                    {name: self._term(term) for name, term in zip(result.vars, row, strict=True) if term is not None}
                )
            result.bindings = rows
        return result

    def _term(self, term: ox.NamedNode | ox.BlankNode | ox.Triple | ox.Literal) -> IdentifiedNode | Literal:
        return as_written(term, self._node)


def _node(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> IdentifiedNode:
    assert not isinstance(term, ox.Triple), "RDF 1.1 only"
    return BNode(term.value) if isinstance(term, ox.BlankNode) else URIRef(term.value)


def as_written(
    term: ox.NamedNode | ox.BlankNode | ox.Triple | ox.Literal,
    node_of: Callable[[ox.NamedNode | ox.BlankNode | ox.Triple], IdentifiedNode] = _node,
) -> IdentifiedNode | Literal:
    """A term for rdflib, literals as written, twice as fast as through N-Triples.

    Args:
        term: of the store.
        node_of: makes those that are not literals; remembers them, where many are the same.
    """
    if not isinstance(term, ox.Literal):
        return node_of(term)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    # To RDF 1.1 "a" and "a"^^xsd:string are one; rdflib keeps them apart, and its parsers make the former.
    return Literal(term.value, datatype=None if datatype == XSD + "string" else URIRef(datatype), normalize=False)


def know_parameters_by_hash() -> None:
    """Let pySHACL look up which properties of a shape are parameters, for each node, in a dict and not in a list."""
    known = dict.fromkeys(ALL_CONSTRAINT_PARAMETERS)
    pyshacl.shape.CONSTRAINT_PARAMS = (known, CONSTRAINT_PARAMETERS_MAP)  # type: ignore[attr-defined]


@contextmanager
def own_messages() -> Iterator[None]:
    """Within the block pySHACL gives results the messages that SHACL asks for, and makes no report as text."""
    theirs, description = ConstraintComponent.make_v_result, ConstraintComponent.make_v_result_description

    def make_v_result(
        self: ConstraintComponent,
        *arguments: Any,
        extra_messages: Iterable[Any] | None = None,
        bound_vars: Any = None,
        **options: Any,
    ) -> tuple[str, Any, list[Any]]:
        said, result, triples = theirs(self, *arguments, **options)
        values = _values(bound_vars)
        messages = {message for _, predicate, message in triples if predicate == SH.resultMessage}
        own = [values["message"]] if "message" in values else _in_one_language(extra_messages or messages)
        triples = [triple for triple in triples if triple[1] != SH.resultMessage]
        triples += [(result, SH.resultMessage, Literal(_filled(str(message), values))) for message in own]
        return said, result, triples

    ConstraintComponent.make_v_result = make_v_result  # type: ignore[method-assign]
    ConstraintComponent.make_v_result_description = lambda *_, **__: ""  # type: ignore[method-assign]
    try:
        yield
    finally:
        ConstraintComponent.make_v_result = theirs  # type: ignore[method-assign]
        ConstraintComponent.make_v_result_description = description  # type: ignore[method-assign]


def _values(bound: Any) -> dict[str, Any]:
    """The values of a solution by variable, from the forms in which pySHACL hands them on."""
    if isinstance(bound, Mapping):
        return dict(bound)
    this, path, value, *others = bound or (None, None, None)
    own = {"this": this, "path": path, "value": value}
    return {**(others[0] if others else {}), **{name: term for name, term in own.items() if term is not None}}


def _in_one_language(messages: Iterable[Any]) -> list[Any]:
    """The messages without a language, else those in English, else those in the first language."""
    by_language: dict[str, list[Any]] = {}
    for message in messages:
        by_language.setdefault(getattr(message, "language", None) or "", []).append(message)
    order = sorted(by_language, key=lambda language: (language != "", not language.startswith("en"), language))
    return by_language[order[0]] if order else []


def _filled(message: str, values: Mapping[str, Any]) -> str:
    """A message with values in place of ``{?name}`` and ``{$name}``; what has no value stays."""
    return re.sub(r"\{[?$](\w+)\}", lambda place: str(values[place[1]]) if place[1] in values else place[0], message)
