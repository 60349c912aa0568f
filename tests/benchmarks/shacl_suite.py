"""Run the W3C SHACL test suite (core and SPARQL) through ``kg.graph.validation`` and print what passes.

The suite is part of the source distribution of pySHACL (``test/resources/sht_tests``) and of the W3C's data-shapes
repository. A test passes if the graph conforms or not as expected, and the results are the expected ones: focus node,
path where it is a property or its inverse, value, kind of constraint and severity; blank nodes count as equal.

    pip download --no-binary :all: --no-deps pyshacl && tar xzf pyshacl-*.tar.gz
    python tests/benchmarks/shacl_suite.py pyshacl-*/test/resources/sht_tests
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
from rdflib import RDF, SH, BNode, Graph, Namespace, URIRef
from rdflib.term import Node

from kg.errors import InputError
from kg.graph.user_shapes import quietly
from kg.graph.validation import Report, validate
from kg.vocabulary import PREFIXES

SHT = Namespace("http://www.w3.org/ns/shacl-test#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")


class Case(NamedTuple):
    """A test of the suite: its file, the files of data and shapes, and the report that is expected, if it is one."""

    file: Path
    data: Path
    shapes: Path
    expected: Graph
    report: Node


def cases(folder: Path) -> Iterator[Case]:
    """The tests in all files of a folder, in the order of their paths."""
    for file in sorted(folder.rglob("*.ttl")):
        with quietly():
            graph = Graph().parse(file, format="turtle", publicID=file.absolute().as_uri())
        for test in sorted(graph.subjects(RDF.type, SHT.Validate), key=str):
            action, report = graph.value(test, MF.action), graph.value(test, MF.result)
            assert action and report
            data, shapes = (graph.value(action, name) for name in (SHT.dataGraph, SHT.shapesGraph))
            yield Case(file, _path(data), _path(shapes), graph, report)


def _path(address: Node | None) -> Path:
    return Path(str(address).removeprefix("file://"))


def problem(case: Case) -> str | None:
    """How what is found differs from what is expected; ``None`` if it does not."""
    store = ox.Store()
    store.load(path=case.data, format=ox.RdfFormat.TURTLE, base_iri=case.data.as_uri(), lenient=True)
    try:
        report = validate(store, case.shapes)
    except InputError as error:
        return None if case.report == SHT.Failure else f"refused: {error.problem}"
    if case.report == SHT.Failure:
        return "expected a failure"
    missing, unexpected = expected(case), found(report)
    both = missing & unexpected
    missing, unexpected = missing - both, unexpected - both
    if not missing and not unexpected:
        return None
    return f"missing {sorted(map(str, missing))}, not expected {sorted(map(str, unexpected))}"


def expected(case: Case) -> Counter[tuple[str, ...]]:
    """The expected results, each as focus node, path, value, constraint and severity."""

    def shown(node: Node | None) -> str:
        return "_" if isinstance(node, BNode) else "" if node is None else str(node)

    results: Counter[tuple[str, ...]] = Counter()
    for result in case.expected.objects(case.report, SH.result):
        of = {name: case.expected.value(result, URIRef(SH[name])) for name in PARTS}
        focus, path, value = of["focusNode"], of["resultPath"], of["value"]
        constraint = str(of["sourceConstraintComponent"]).removeprefix(str(SH)).removesuffix("ConstraintComponent")
        severity = str(of["resultSeverity"]).removeprefix(str(SH))
        simple = isinstance(path, URIRef)
        results[
            shown(focus),
            shown(path) if simple else "_" if path else "",
            "" if value == focus else shown(value),
            constraint,
            severity,
        ] += 1
    return results


PARTS = ("focusNode", "resultPath", "value", "sourceConstraintComponent", "resultSeverity")


def found(report: Report) -> Counter[tuple[str, ...]]:
    """The same of a report."""
    return Counter(
        (
            _blank(violation.node),
            "" if violation.path is None else _full(violation.path),
            _blank(violation.value or ""),
            violation.constraint,
            violation.severity,
        )
        for violation in report.violations
    )


def _blank(node: str) -> str:
    """A node as the expected results show it; rdflib names blank nodes by 30 or more letters and digits."""
    return "_" if len(node) >= 30 and node.isalnum() else node


def _full(path: str) -> str:
    """A property without its prefix; "_" for other paths."""
    prefix, _, local = path.partition(":")
    full = PREFIXES[prefix] + local if prefix in PREFIXES else path
    return full if full.startswith(("http:", "https:", "file:", "urn:")) else "_"


def main() -> None:
    """Print a line for each test that fails, and the counts of each folder."""
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    root = Path(sys.argv[1])
    for case in cases(root):
        group = str(case.file.parent.relative_to(root))
        total[group] += 1
        wrong = problem(case)
        passed[group] += wrong is None
        if wrong:
            print(f"{case.file.relative_to(root)}: {wrong}")
    for group, count in sorted(total.items()):
        print(f"{group:28} {passed[group]:3} of {count}")
    print(f"{'all':28} {passed.total():3} of {total.total()}")


if __name__ == "__main__":
    main()
