"""Checks that the graph is complete and well formed: SHACL shapes say what that means, pySHACL applies them.

The constraints in SPARQL (SHACL, section 5) of the shipped shapes are answered for all nodes of a target at once, and
not for one node after another, which takes much longer. That gives the same answer only for constraints that bind
``$this`` by a pattern of their own, as the shipped ones do; those of users are answered as SHACL says
(:mod:`kg.graph.user_shapes`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Lock

import pyoxigraph as ox
from pyshacl import validate as apply_shapes
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, Graph, URIRef
from rdflib import SH as SHACL
from rdflib.collection import Collection
from rdflib.term import Node

from kg.errors import InputError, QueryError
from kg.graph.user_shapes import (
    QueriedGraph,
    as_written,
    check_queries,
    gather_prefixes,
    keep_only_true,
    know_parameters_by_hash,
    own_messages,
    parse_turtle,
    quietly,
    read_imports,
    without_nodes,
)
from kg.jsonrecord import Record
from kg.text.names import one_line
from kg.vocabulary import PREFIXES, SH

_ONE_AT_A_TIME = Lock()
"""For what changes pySHACL and rdflib while shapes are applied."""


@dataclass(frozen=True, slots=True)
class Violation(Record):
    """A node that does not conform to a shape.

    Args:
        node: its IRI.
        path: the wrong property, as "schema:name", or "^oa:hasBody" from object to subject; ``None`` if the node
            itself is wrong.
        constraint: the SHACL constraint that failed, such as "MinCount".
        message: what the shape expects, in words.
        value: the wrong value; ``None`` if a value is missing or there are too many.
        severity: "Violation", "Warning", "Info", or the IRI of another severity.
    """

    node: str
    path: str | None
    constraint: str
    message: str
    value: str | None
    severity: str = "Violation"

    def __str__(self) -> str:
        place = f"{self.node} {self.path}" if self.path else self.node
        found = "" if self.value is None else f", found {self.value!r}"
        severity = "" if self.severity == "Violation" else f"{self.severity.lower()}: "
        return f"{place}: {severity}{self.message}{found}"


@dataclass(frozen=True, slots=True)
class Report(Record):
    """What a validation found.

    Args:
        conforms: whether there are no violations. As SHACL says (section 3.4.1), those of a lesser severity count.
        violations: sorted by node.
        notes: what was not checked: shapes of the user's that select no node of the graph, imports that were not read.
    """

    conforms: bool
    violations: tuple[Violation, ...]
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> str:
        """How many violations there are, by severity: "3 violations, 1 warning of the shapes"."""
        found = Counter(violation.severity for violation in self.violations)
        shown = [
            f"{count} {severity.lower()}{'s' * (count > 1)}" for severity, count in sorted(found.items(), key=_rank)
        ]
        return f"{', '.join(shown) or 'no violations'} of the shapes"


def validate(store: ox.Store, shapes: Path | None = None, timeout: float = 60) -> Report:
    """Check the union of all graphs of a store. No inference: a class is what the graph says it is.

    The graph is copied into memory, about 1 KB a triple.

    Args:
        store: the graph.
        shapes: a Turtle file of SHACL shapes instead of the shipped ``shapes.ttl``.
        timeout: seconds that a query of these shapes may take for one node; 0 for no limit.

    Raises:
        InputError: the shapes cannot be read, are not valid shapes, or ask other services.
        QueryError: a query of the shapes takes too long.
    """
    if shapes is None:
        expected = _shipped_shapes()
        found = [violation for rule in _taken_rules(expected) for violation in rule.violations(store)]
        return _report(found + _applied(store, expected, "the shipped shapes", [], 0), [])
    expected = _parsed(shapes)
    notes = read_imports(expected, str(shapes))
    check_queries(expected, str(shapes))
    gather_prefixes(expected)
    keep_only_true(expected)
    notes += without_nodes(expected, store, str(shapes))
    return _report(_applied(store, expected, str(shapes), notes, timeout), notes)


def _rank(counted: tuple[str, int]) -> tuple[bool, str]:
    return counted[0] != "Violation", counted[0]


def _report(found: list[Violation], notes: list[str]) -> Report:
    return Report(not found, tuple(sorted(found, key=str)), tuple(notes))


def _applied(store: ox.Store, shapes: Graph, place: str, notes: list[str], timeout: float) -> list[Violation]:
    """What pySHACL finds; what it warns of is added to the notes.

    Raises:
        InputError: the shapes are not valid.
    """
    know_parameters_by_hash()
    try:
        with _ONE_AT_A_TIME, own_messages(), quietly(notes):
            _, report, _ = apply_shapes(
                QueriedGraph(store, timeout), shacl_graph=shapes, inference="none", inplace=True
            )
    except (ReportableRuntimeError, NotImplementedError, RecursionError) as error:
        raise InputError(place, f"is not a valid set of SHACL shapes: {one_line(str(error))}") from None
    except QueryError as error:
        raise QueryError(f"{place}: a query of the shapes {error}") from None
    except Exception as error:  # rdflib and pySHACL raise many kinds for shapes and constraints that are not valid
        reason = one_line(str(error) if type(error) is Exception else f"{type(error).__name__}: {error}")
        raise InputError(place, f"is not a valid set of SHACL shapes: {reason}") from error
    if isinstance(report, Exception):  # a failure to validate, which pySHACL returns
        raise InputError(place, f"is not a valid set of SHACL shapes: {one_line(str(report))}")
    return _violations(report)


@dataclass(frozen=True, slots=True)
class _SparqlRule:
    """A constraint in SPARQL of a node shape.

    Args:
        targets: patterns that bind ``?this`` to the nodes that the constraint is for.
        select: a SELECT of ``$this`` for each wrong node, with the wrong ``?value`` if there is one.
        prefixes: namespaces by prefix, for ``select``.
        message: what it expects, in words.
    """

    targets: tuple[str, ...]
    select: str
    prefixes: dict[str, str]
    message: str

    def violations(self, store: ox.Store) -> list[Violation]:
        """The wrong nodes.

        Raises:
            SyntaxError: the constraint is not SPARQL.
        """
        targets = " UNION ".join(f"{{ {target} }}" for target in self.targets)
        solutions = store.query(
            f"SELECT DISTINCT ?this ?value WHERE {{ {{ {self.select} }} {targets} }}",
            prefixes=self.prefixes,
            use_default_graph_as_union=True,
        )
        assert isinstance(solutions, ox.QuerySolutions)
        rows = ((_value(solution["this"]), _value(solution["value"])) for solution in solutions)
        return [Violation(node or "", None, "SPARQL", self.message, value) for node, value in rows]


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str | None:
    return None if term is None else str(term) if isinstance(term, ox.Triple) else term.value


def _taken_rules(shapes: Graph) -> list[_SparqlRule]:
    """The SPARQL constraints of node shapes with targets, removed from the shapes; all others stay for pySHACL."""
    patterns = {
        SHACL.targetClass: "?this a {}",
        SHACL.targetSubjectsOf: "?this {} ?any",
        SHACL.targetObjectsOf: "?any {} ?this",
        SHACL.targetNode: "VALUES ?this {{ {} }}",
    }
    rules = []
    for shape, constraint in sorted(shapes.subject_objects(SHACL.sparql)):
        targets = [
            pattern.format(target.n3())
            for predicate, pattern in patterns.items()
            for target in shapes.objects(shape, predicate)
            if isinstance(target, URIRef)
        ]
        if not targets or (shape, RDF.type, SHACL.NodeShape) not in shapes or (shape, SHACL.path, None) in shapes:
            continue
        declared = [
            declaration
            for vocabulary in shapes.objects(constraint, SHACL.prefixes)
            for declaration in shapes.objects(vocabulary, SHACL.declare)
        ]
        rules.append(
            _SparqlRule(
                targets=tuple(sorted(targets)),
                select=str(shapes.value(constraint, SHACL.select)),
                prefixes={str(shapes.value(d, SHACL.prefix)): str(shapes.value(d, SHACL.namespace)) for d in declared},
                message=one_line(str(shapes.value(constraint, SHACL.message))),
            )
        )
        shapes.remove((shape, SHACL.sparql, constraint))
    return rules


def _shipped_shapes() -> Graph:
    """The shapes of this package, by the store's parser, which takes a tenth of the time of rdflib's."""
    graph = Graph("SimpleMemory")
    with quietly():
        for quad in ox.parse((files("kg.graph") / "shapes.ttl").read_bytes(), format=ox.RdfFormat.TURTLE):
            graph.add((as_written(quad.subject), as_written(quad.predicate), as_written(quad.object)))
    return graph


def _parsed(shapes: Path) -> Graph:
    graph = Graph("SimpleMemory")
    parse_turtle(graph, shapes, str(shapes))
    return graph


def _violations(report: Graph) -> list[Violation]:
    def of(result: Node, name: str) -> Node | None:
        return report.value(result, URIRef(SH + name))

    found = []
    for result in report.objects(None, URIRef(SH + "result")):
        node, value, path = of(result, "focusNode"), of(result, "value"), of(result, "resultPath")
        messages = sorted(one_line(str(message)) for message in report.objects(result, URIRef(SH + "resultMessage")))
        found.append(
            Violation(
                node=str(node),
                path=None if path is None else _path(report, path),
                constraint=str(of(result, "sourceConstraintComponent"))
                .removeprefix(SH)
                .removesuffix("ConstraintComponent"),
                message="; ".join(messages) or "the constraint of the shape is not met",
                value=None if value is None or value == node else str(value),
                severity=str(of(result, "resultSeverity")).removeprefix(SH),
            )
        )
    return found


def _path(report: Graph, path: Node) -> str:
    """A property path by its prefixed names, with SPARQL's signs for the inverse of a property and for a choice."""
    inverse = report.value(path, URIRef(SH + "inversePath"))
    if inverse is not None:
        return "^" + _path(report, inverse)
    alternatives = report.value(path, URIRef(SH + "alternativePath"))
    if alternatives is not None:
        return "|".join(_path(report, each) for each in Collection(report, alternatives))
    for prefix, iri in PREFIXES.items():
        if str(path).startswith(iri):
            return f"{prefix}:{str(path)[len(iri) :]}"
    return str(path)
