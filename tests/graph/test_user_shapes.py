"""Shapes that users bring: what SHACL (W3C Recommendation, 2017) says of them, on a graph of three nodes."""

from __future__ import annotations

import socket
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import InputError, QueryError
from kg.graph.validation import Report, validate

DATA = r"""
@prefix ex: <http://e.org/> .
ex:a a ex:C ; ex:p 1, 2 ; ex:t "50\\% of \\alpha" .
ex:b a ex:C .
ex:c a ex:C ; ex:p 3 ; ex:q ex:a .
"""
HEAD = """
@prefix ex: <http://e.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:o a owl:Ontology ; sh:declare [ sh:prefix "ex" ; sh:namespace "http://e.org/"^^xsd:anyURI ] .
"""
SHAPE = "ex:S a sh:NodeShape ; sh:targetClass ex:C"
T = "SELECT $this ?value { $this ex:t ?value }"


def constraint(select: str, more: str = "") -> str:
    """A shape for all nodes with a constraint in SPARQL."""
    return f'{SHAPE} ; sh:sparql [ sh:prefixes ex:o ; {more} sh:select """{select}""" ] .'


def checked(shapes: str, folder: Path, data: str = DATA, timeout: float = 60) -> Report:
    store = ox.Store()
    store.load(data.encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e.org/graph"))
    file = folder / "shapes.ttl"
    file.write_text(HEAD + shapes)
    return validate(store, file, timeout)


def wrong(report: Report) -> str:
    """The last letters of the nodes that do not conform."""
    return "".join(violation.node[-1] for violation in report.violations)


# What is bound before -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("SELECT $this { FILTER NOT EXISTS { $this ex:p ?x } }", "b"),
        ("SELECT $this { FILTER EXISTS { ?y ex:q $this } }", "a"),
        ("SELECT $this { FILTER($this = ex:a) }", "a"),
        ("SELECT $this { ?s ex:q ?o FILTER(?o=$this) }", "a"),
        ("SELECT $this { OPTIONAL { $this ex:p ?x } FILTER(!BOUND(?x)) }", "b"),
        ("SELECT $this { BIND($this AS ?x) FILTER NOT EXISTS { ?x ex:p ?y } }", "b"),
        ("SELECT $this { { FILTER NOT EXISTS { $this ex:p ?x } } UNION { ?z ex:q $this } }", "ab"),
        ("SELECT $this (COUNT(?x) AS ?n) { OPTIONAL { $this ex:p ?x } } GROUP BY $this HAVING (COUNT(?x) = 0)", "b"),
        ("SELECT $this (COUNT(?x) AS ?n) { $this ex:p ?x } HAVING (COUNT(?x) = 0)", "b"),
        ("SELECT $this { { SELECT $this (COUNT(*) AS ?n) { $this ex:p ?x } } FILTER(?n = 0) }", "b"),
        ("SELECT $this { { SELECT $this (COUNT(?x) AS ?n) { $this ex:p ?x } GROUP BY $this } FILTER(?n > 1) }", "a"),
        ("SELECT ?this { { SELECT ?this (MAX(?x) AS ?n) { ?this ex:p ?x } } FILTER(?n > 2) }", "c"),
        ("SELECT $this { FILTER(BOUND($this)) FILTER(STRENDS(STR($this), 'b')) }", "b"),
        (
            "SELECT $this { $this ex:q ?x } # VALUES (?x) MINUS { SERVICE <http://127.0.0.1:9/> {} } FROM <http://e.org/>",
            "c",
        ),
    ],
)
def test_this_is_bound_before_the_constraint_is_answered(tmp_path: Path, select: str, expected: str) -> None:
    assert wrong(checked(constraint(select), tmp_path)) == expected


def test_a_node_without_a_name_is_bound_too(tmp_path: Path) -> None:
    data = "@prefix ex: <http://e.org/> . [] a ex:C ; ex:p 1 . [] a ex:C . ex:c a ex:C ; ex:p 1 ."
    report = checked(constraint("SELECT $this { $this a ex:C . FILTER NOT EXISTS { $this ex:p ?x } }"), tmp_path, data)
    assert len(report.violations) == 1


def test_a_path_and_the_shape_are_bound(tmp_path: Path) -> None:
    shape = f"{SHAPE} ; sh:property ex:P . ex:P a sh:PropertyShape ; sh:path {{}} ; sh:sparql [ sh:prefixes ex:o ; "
    shape += 'sh:select "SELECT $this ?value {{ $this $PATH ?value . {} }}" ] .'
    (found,) = checked(shape.format("ex:p", "FILTER(?value > 2)"), tmp_path).violations
    assert (found.node, found.path, found.value) == ("http://e.org/c", "http://e.org/p", "3")
    (found,) = checked(shape.format("[ sh:inversePath ex:q ]", ""), tmp_path).violations
    assert (found.node, found.path, found.value) == ("http://e.org/a", "^http://e.org/q", "http://e.org/c")
    (found,) = checked(
        constraint("SELECT $this ?value { $this ex:q ?x BIND($currentShape AS ?value) }"), tmp_path
    ).violations
    assert found.value == "http://e.org/S"


def test_validators_are_applied_to_values(tmp_path: Path) -> None:
    component = "ex:K a sh:ConstraintComponent ; sh:parameter [ sh:path ex:most ] ; sh:{} [ sh:prefixes ex:o ; {} ] ."
    ask = component.format("validator", 'a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER($value <= $most) }"')
    ask = ask.replace("sh:prefixes", 'sh:message "{?value} is more than {$most}" ; sh:prefixes')
    (found,) = checked(f"{ask} {SHAPE} ; sh:property [ sh:path ex:p ; ex:most 2 ] .", tmp_path).violations
    assert (found.node, found.path) == ("http://e.org/c", "http://e.org/p")
    assert found.message == "3 is more than 2"
    select = component.format(
        "nodeValidator",
        'a sh:SPARQLSelectValidator ; sh:select "SELECT $this { FILTER NOT EXISTS { $this $most ?x } }"',
    )
    assert wrong(checked(f"{select} {SHAPE} ; ex:most ex:q .", tmp_path)) == "ab"


# Messages, severities, what is switched off ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (constraint(T), "the constraint of the shape is not met"),
        (constraint(T) + ' ex:S sh:message "of the shape" .', "of the shape"),
        (constraint(T, 'sh:message "own" ;') + ' ex:S sh:message "of the shape" .', "own"),
        (
            constraint(T, 'sh:message "{?value} is wrong in {$this}, {?none}" ;'),
            "50\\% of \\alpha is wrong in http://e.org/a, {?none}",
        ),
        (constraint(T.replace("?value {", "?value (3 AS ?n) {"), 'sh:message "{?n} times" ;'), "3 times"),
        (constraint(T, 'sh:message "falsch"@de, "wrong"@en, "faux"@fr ;'), "wrong"),
        (constraint(T, 'sh:message "falsch"@de, "faux"@fr ;'), "falsch"),
        (constraint(T, 'sh:message "falsch"@de, "plain" ;'), "plain"),
        (constraint(T, 'sh:message "one", "two" ;'), "one; two"),
        (constraint("SELECT $this ?message { $this ex:t ?t BIND('from the query' AS ?message) }"), "from the query"),
        (f'{SHAPE} ; sh:property [ sh:path ex:t ; sh:maxCount 0 ; sh:message "keins"@de, "none"@en ] .', "none"),
    ],
)
def test_the_message_is_that_of_the_constraint_else_that_of_the_shape(
    tmp_path: Path, shapes: str, expected: str
) -> None:
    (found,) = checked(shapes, tmp_path).violations
    assert found.message == expected


def test_what_is_deactivated_is_not_checked(tmp_path: Path) -> None:
    assert checked(constraint(T, "sh:deactivated true ;"), tmp_path) == Report(True, ())
    assert checked(constraint(T) + " ex:S sh:deactivated true .", tmp_path) == Report(True, ())
    assert wrong(checked(constraint(T, "sh:deactivated false ;"), tmp_path)) == "a"


@pytest.mark.parametrize(
    ("severity", "shown"), [("sh:Warning", "warning: "), ("sh:Info", "info: "), ("sh:Violation", "")]
)
def test_results_have_the_severity_of_their_shape(tmp_path: Path, severity: str, shown: str) -> None:
    report = checked(constraint(T) + f" ex:S sh:severity {severity} .", tmp_path)
    (found,) = report.violations
    assert not report.conforms  # as section 3.4.1 says, whatever the severity
    assert found.severity == severity.removeprefix("sh:")
    assert f" {shown}the constraint" in str(found)


def test_results_are_counted_by_severity(tmp_path: Path) -> None:
    shapes = f"{SHAPE} ; sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:severity sh:Warning ], "
    report = checked(shapes + "[ sh:path ex:q ; sh:minCount 1 ] .", tmp_path)
    assert report.counts == "2 violations, 1 warning of the shapes"
    assert Report(True, ()).counts == "no violations of the shapes"


# Prefixes and imports -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shapes",
    [
        "ex:i a owl:Ontology ; owl:imports ex:o .",
        "ex:i owl:imports ex:j . ex:j owl:imports ex:o .",
        'ex:i owl:imports ex:o ; sh:declare [ sh:prefix "y" ; sh:namespace "http://y.org/" ] .',
    ],
)
def test_prefixes_are_those_of_all_imports(tmp_path: Path, shapes: str) -> None:
    shape = f'{shapes} {SHAPE} ; sh:sparql [ sh:prefixes ex:i ; sh:select "SELECT $this {{ $this ex:q ?x }}" ] .'
    report = checked(shape, tmp_path)
    assert (wrong(report), report.notes) == ("c", ())


def test_prefixes_of_several_ontologies_are_taken(tmp_path: Path) -> None:
    shape = 'ex:i sh:declare [ sh:prefix "y" ; sh:namespace "http://e.org/"^^xsd:anyURI ] . '
    shape += constraint("SELECT $this { $this ex:q ?x ; y:q ?x }", "sh:prefixes ex:i ;")
    assert wrong(checked(shape, tmp_path)) == "c"


def test_imported_files_are_read_and_the_web_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("a request is sent")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    (tmp_path / "own shapes.ttl").write_text(
        HEAD + constraint("SELECT $this { $this ex:q ?x }") + "<> owl:imports <> ."
    )
    report = checked("<> owl:imports <own%20shapes.ttl>, <http://e.org/other> .", tmp_path)
    assert wrong(report) == "c"
    (note,) = report.notes
    assert note.endswith("shapes.ttl: the import <http://e.org/other> was not read, only files are")
    with pytest.raises(InputError, match=r"shapes\.ttl: the import <file:.*none\.ttl>: No such file"):
        checked("<> owl:imports <none.ttl> .", tmp_path)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this { SERVICE <http://127.0.0.1:9/> { $this ?p ?o } }",
        "SELECT $this FROM <http://127.0.0.1:9/> { $this ?p ?o }",
    ],
)
@pytest.mark.parametrize("shape", ["select", "ask"])
def test_no_requests_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, select: str, shape: str) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("a request is sent")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(InputError, match=r"shapes\.ttl: .*(SERVICE would send requests|cannot choose with FROM)"):
        checked(constraint(select).replace("sh:select", f"sh:{shape}"), tmp_path)


@pytest.mark.slow
def test_a_query_of_the_shapes_has_a_time_limit(tmp_path: Path) -> None:
    cross = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(7))  # half a second
    with pytest.raises(
        QueryError, match=r"shapes\.ttl: a query of the shapes took longer than 0\.02 seconds: .*--timeout"
    ):
        checked(constraint(f"SELECT $this (COUNT(*) AS ?n) {{ {cross} }}"), tmp_path, timeout=0.02)


@pytest.mark.slow
def test_a_constraint_that_is_nested_too_deeply_does_not_end_the_process(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"shapes\.ttl: a constraint is nested too deeply"):
        checked(constraint("SELECT $this " + "{" * 20_000 + "}" * 20_000), tmp_path)


# Shapes that check nothing, and those that are wrong ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (
            "ex:S a sh:NodeShape ; sh:targetClass ex:D ; sh:nodeKind sh:IRI .",
            "sh:targetClass <http://e.org/D> has no node",
        ),
        ("ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:r .", "sh:targetSubjectsOf <http://e.org/r> has no node"),
        ("ex:S a sh:NodeShape ; sh:targetObjectsOf ex:r .", "sh:targetObjectsOf <http://e.org/r> has no node"),
        ("ex:D a rdfs:Class, sh:NodeShape ; sh:nodeKind sh:IRI .", "<http://e.org/D> selects nothing"),
        ("ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .", "no shape has a target"),
        ("", "no shape has a target"),
    ],
)
def test_shapes_that_select_nothing_are_named(tmp_path: Path, shapes: str, expected: str) -> None:
    report = checked(shapes, tmp_path)
    assert report.conforms
    (note,) = report.notes
    assert expected in note


@pytest.mark.parametrize(
    "shapes",
    [
        constraint(T, 'sh:message "m" ;'),
        "ex:S a sh:NodeShape ; sh:targetNode ex:zzz ; sh:nodeKind sh:IRI .",
        "ex:S a sh:NodeShape ; sh:targetClass ex:D ; sh:deactivated true .",
        "ex:C a rdfs:Class, sh:NodeShape ; sh:nodeKind sh:IRI .",
    ],
)
def test_other_shapes_are_not_named(tmp_path: Path, shapes: str) -> None:
    assert checked(shapes, tmp_path).notes == ()


def test_a_constraint_that_is_not_applied_is_named(tmp_path: Path) -> None:
    shape = f"{SHAPE} ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMinCount 1 ."
    assert any("can only be present on a PropertyShape" in note for note in checked(shape, tmp_path).notes)


@pytest.mark.parametrize(
    "shapes",
    [
        constraint("SELECT $this { $this ex:q "),
        constraint("SELECT $this { $this nope:q ?x }"),
        constraint("SELECT $this { $this a ex:C MINUS { $this ex:p ?x } }"),
        constraint("SELECT $this { GRAPH $shapesGraph { ?s ?p ?o } }"),
        f'{SHAPE} ; sh:sparql [ sh:message "no query" ] .',
        f'{SHAPE} ; sh:property [ sh:path ex:p ; sh:minCount "one" ] .',
        f"{SHAPE} ; sh:property [ sh:minCount 1 ] .",
        f'{SHAPE} ; sh:property [ sh:path ex:t ; sh:pattern "(" ] .',
        "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ ",
    ],
)
def test_shapes_that_are_wrong_are_an_error_of_one_line(
    tmp_path: Path, shapes: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        InputError, match=r"shapes\.ttl(:\d+)?: (is not a valid set of SHACL shapes|expected Turtle)"
    ) as error:
        checked(shapes, tmp_path)
    assert "\n" not in str(error.value)
    assert capfd.readouterr() == ("", "")


def test_values_that_are_not_of_their_type_are_not_logged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = '@prefix ex: <http://e.org/> . ex:a a ex:C ; ex:p "one"^^<http://www.w3.org/2001/XMLSchema#integer> .'
    shape = f"{SHAPE} ; sh:property [ sh:path ex:p ; sh:datatype xsd:integer ] ."
    assert wrong(checked(shape, tmp_path, data)) == "a"
    assert capfd.readouterr() == ("", "")


def test_only_true_asks_for_one_text_a_language(tmp_path: Path) -> None:
    data = '@prefix ex: <http://e.org/> . ex:a a ex:C ; ex:t "one"@en, "other"@en .'
    shape = f"{SHAPE} ; sh:property [ sh:path ex:t ; sh:uniqueLang {{}} ] ."
    assert wrong(checked(shape.format("true"), tmp_path, data)) == "a"
    assert checked(shape.format('"1"^^xsd:boolean'), tmp_path, data).conforms
