"""Exports: every format says what the store says, in the same bytes each time, and reads well."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Dataset, Graph
from rdflib.compare import isomorphic

from kg.ask.sparql import run
from kg.errors import GraphError, KGError
from kg.export.formats import FORMATS, export_graph, find_format, format_names, format_of_file, output_stream, serialize
from kg.vocabulary import DEFAULT_BASE, KG, RDF, SCHEMA, XSD

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

SMALL = Path(__file__).parents[1] / "data" / "small.trig"
TRIPLE_FORMATS = [name for name, known in FORMATS.items() if known.write_triples]
GRAPH_FORMATS = [name for name, known in FORMATS.items() if known.write_graphs]
EXPORTS = format_names("triples", "graphs")
RDFLIB_NAMES = {"ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}


@pytest.fixture(scope="module")
def small() -> ox.Store:
    store = ox.Store()
    store.load(path=SMALL, format=ox.RdfFormat.TRIG)
    return store


def exported(store: ox.Store, format: str, base: str = DEFAULT_BASE) -> bytes:
    output = io.BytesIO()
    export_graph(store, format, output, base)
    return output.getvalue()


def parsed(data: bytes, format: str) -> Graph:
    return Graph().parse(data=data, format=RDFLIB_NAMES.get(format, format))


def expected(triples: Iterable[ox.Triple]) -> Graph:
    return Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")


def quads(data: bytes, format: str) -> set[tuple[Any, ...]]:
    dataset = Dataset()
    dataset.parse(data=data, format=format)
    return set(dataset.quads())


@pytest.mark.slow
@pytest.mark.parametrize("format", TRIPLE_FORMATS)
def test_every_triple_format_holds_the_union_of_the_graphs(small: ox.Store, format: str) -> None:
    assert isomorphic(parsed(exported(small, format), format), expected(quad.triple for quad in small))


@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_every_quad_format_keeps_the_named_graphs(small: ox.Store, format: str) -> None:
    original = ox.serialize(small, format=ox.RdfFormat.N_QUADS) or b""
    assert quads(exported(small, format), format) == quads(original, "nquads")


@pytest.mark.parametrize("format", EXPORTS)
def test_the_bytes_do_not_depend_on_the_order_of_insertion(small: ox.Store, format: str) -> None:
    reverse = ox.Store()
    for quad in reversed(list(small)):
        reverse.add(quad)
    assert exported(reverse, format) == exported(small, format)


@pytest.mark.parametrize("format", EXPORTS)
def test_an_empty_store_is_an_empty_document(format: str) -> None:
    data = exported(ox.Store(), format)
    assert not (quads(data, format) if format in GRAPH_FORMATS else parsed(data, format))


def test_a_statement_in_two_graphs_is_written_once_by_the_formats_without_graphs() -> None:
    store = ox.Store()
    triple = (ox.NamedNode("http://e.org/s"), ox.NamedNode("http://e.org/p"), ox.Literal("o"))
    for graph in (ox.NamedNode("http://e.org/g"), ox.NamedNode("http://e.org/h"), ox.DefaultGraph()):
        store.add(ox.Quad(*triple, graph))
    assert {name: export_graph(store, name, io.BytesIO()) for name in TRIPLE_FORMATS} == dict.fromkeys(
        TRIPLE_FORMATS, 1
    )
    assert {name: export_graph(store, name, io.BytesIO()) for name in GRAPH_FORMATS} == dict.fromkeys(GRAPH_FORMATS, 3)


def test_an_unknown_format_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(KGError, match=r"'owl'.*turtle"):
        export_graph(ox.Store(), "owl", io.BytesIO())


def test_prefixes_and_ids_follow_the_base() -> None:
    store = ox.Store()
    node = ox.NamedNode("http://pond.example/graph/paper/a-b")
    store.add(ox.Quad(node, ox.NamedNode(SCHEMA + "name"), ox.Literal("A, B")))
    base = "http://pond.example/graph/"
    assert "paper:a-b schema:name" in exported(store, "turtle", base).decode()
    document = json.loads(exported(store, "jsonld", base))
    assert document["@context"]["@base"] == base
    assert document["@graph"] == [{"id": "paper/a-b", "name": "A, B"}]


def test_a_graph_below_a_base_that_ends_in_a_hash_is_not_exported() -> None:
    """Fragments are added to the names below a base, and no IRI has two "#"."""
    with pytest.raises(GraphError, match=r"'https://e.org/x#': cannot be exported; build the graph again"):
        export_graph(ox.Store(), "turtle", io.BytesIO(), "https://e.org/x#")


@pytest.mark.parametrize("base", ["https://e.org//x/", "https://e.org/a@b:c/;d=(1)/", "http://b\u00fccher.example/"])
@pytest.mark.parametrize("format", TRIPLE_FORMATS)
def test_whatever_the_base_all_comes_back(format: str, base: str) -> None:
    store = ox.Store()
    for name in ("paper/a", "paper/a#char=1,2-ab", "code/github.com/a/b.c", "method/c++", "method/-"):
        store.add(ox.Quad(ox.NamedNode(base + name), ox.NamedNode(KG + "mentions"), ox.NamedNode(base + name)))
    assert isomorphic(parsed(exported(store, format, base), format), expected(quad.triple for quad in store))


def test_a_format_that_cannot_carry_a_graph_is_refused() -> None:
    with pytest.raises(KGError, match="'csv' does not fit here; choose from turtle, jsonld, ntriples, nquads"):
        export_graph(ox.Store(), "csv", io.BytesIO())
    with pytest.raises(KGError, match=r"'nquads' does not fit here; choose from turtle, jsonld, ntriples, rdfxml$"):
        serialize([], "nquads", io.BytesIO())


def test_formats_are_named_by_what_they_can_carry() -> None:
    assert format_names("truth") == ("csv", "tsv", "json", "xml")
    assert format_names("rows") == (*format_names("truth"), "markdown", "latex")
    assert format_names("table") == ("csv", "markdown", "latex")
    assert format_names("graphs") == ("nquads", "trig")
    assert find_format("csv", "rows").media_type == "text/csv"
    assert len({known.extension for known in FORMATS.values()}) == len({known.name for known in FORMATS.values()})
    assert all(name == known.name for name, known in FORMATS.items())


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), output_stream(tmp_path / "graph.ttl") as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with (
        pytest.raises(KGError, match=r"nowhere.* cannot be written"),
        output_stream(tmp_path / "nowhere" / "graph.ttl"),
    ):
        pass


# Plugins --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("ttl", "turtle"),
        ("TTL", "turtle"),
        ("text/turtle", "turtle"),
        ("nt", "ntriples"),
        ("n-triples", "ntriples"),
        ("nq", "nquads"),
        ("n-quads", "nquads"),
        ("json-ld", "jsonld"),
        ("rdf", "rdfxml"),
        ("xml", "rdfxml"),
        ("rdf/xml", "rdfxml"),
        ("trig", "trig"),
    ],
)
def test_formats_have_the_names_that_people_give_them(called: str, name: str) -> None:
    assert find_format(called, "triples", "graphs").name == name


def test_xml_and_json_are_the_formats_of_rows_where_rows_are_written() -> None:
    assert find_format("xml", "rows").name == "xml"
    assert find_format("json", "rows").name == "json"
    assert find_format("srj", "rows").name == "json"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("g.ttl", "turtle"),
        ("g.TTL.GZ", "turtle"),
        ("g.jsonld", "jsonld"),
        ("my.graph.nt", "ntriples"),
        ("g.nq.gz", "nquads"),
        ("g.rdf", "rdfxml"),
        ("g.xml", "rdfxml"),
        ("g.json", "jsonld"),
        ("g.trig", "trig"),
        ("g.", None),
        ("turtle", None),
        ("g.gz", None),
        ("-", None),
    ],
)
def test_the_ending_of_a_file_says_the_format(file: str, name: str | None) -> None:
    known = format_of_file(Path("a.csv") / file, "triples", "graphs")
    assert (known.name if known else None) == name


def test_an_ending_that_cannot_hold_the_content_is_an_error() -> None:
    with pytest.raises(KGError, match="format 'csv' does not fit here; choose from turtle"):
        format_of_file(Path("g.csv"), "triples", "graphs")


@pytest.mark.parametrize("file", ["g.txt", "g.zzz", "g.html", "g.nt.bz2", "g.xlsx.gz", "graph.v2"])
def test_an_ending_of_no_format_is_an_error_that_names_those_that_fit(file: str) -> None:
    ending = re.escape(Path(file.removesuffix(".gz")).suffix)
    with pytest.raises(KGError, match=rf"no format has the ending '{ending}'; expected \.nq, \.trig, or a format"):
        format_of_file(Path(file), "graphs")


def test_csv_ends_its_lines_in_line_feeds_and_keeps_the_breaks_within_values() -> None:
    values = ["plain", "two\r\nlines", 'a "quoted"\r', "x,y", "\r\n", ""]
    rows = " ".join(f"({ox.Literal(value)} {number})" for number, value in enumerate(values))
    output = io.BytesIO()
    run(ox.Store(), f"SELECT ?value ?n {{ VALUES (?value ?n) {{ {rows} }} }}").write(output, "csv")
    text = output.getvalue().decode()
    assert text.startswith("value,n\nplain,0\n")
    assert [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:] == values


def test_xml_readers_find_the_line_breaks_of_a_value_as_they_are() -> None:
    output = io.BytesIO()
    run(ox.Store(), r'SELECT ("a\r\nb\rc" AS ?x) {}').write(output, "xml")
    assert "".join(ElementTree.fromstring(output.getvalue()).itertext()) == "a\r\nb\rc"


def test_a_file_that_ends_in_gz_is_compressed_the_same_way_each_time(small: ox.Store, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        with output_stream(tmp_path / folder / f"{folder}.ttl.gz") as stream:
            export_graph(small, "turtle", stream)
    one, two = (tmp_path / folder / f"{folder}.ttl.gz" for folder in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert gzip.decompress(one.read_bytes()) == exported(small, "turtle")


LINES = """
from kg.export.formats import Format


def write_rows(rows, output):
    output.write("".join(f"{' / '.join(term.value for term in row)}\\n" for row in rows).encode())


PLUGIN = Format("lines", "text/x-lines", ".lines", write_rows=write_rows)
"""


def test_another_package_can_add_a_format(install_plugin: Callable[[str, str, str], None]) -> None:
    install_plugin("kg.formats", "lines", LINES)
    assert format_names("rows")[-1] == "lines"
    assert "lines" not in format_names("triples")
    output = io.BytesIO()
    run(ox.Store(), "SELECT (1 AS ?one) ('a' AS ?two) {}").write(output, "lines")
    assert output.getvalue().decode() == "1 / a\n"


def test_a_shipped_format_keeps_its_name(install_plugin: Callable[[str, str, str], None]) -> None:
    install_plugin("kg.formats", "csv", LINES)
    assert find_format("csv", "rows") is FORMATS["csv"]
    assert format_names("rows") == ("csv", "tsv", "json", "xml", "markdown", "latex")


# Round trips of whatever a graph may hold ----------------------------------------------------------------------------

_ANY = st.text(st.characters(exclude_categories=["Cs"]))
_XML = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r")
)
_TYPED = st.one_of(
    st.integers().map(lambda number: ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(
        lambda number: ox.Literal(f"{number:f}", datatype=ox.NamedNode(XSD + "decimal"))
    ),
    st.booleans().map(lambda truth: ox.Literal(str(truth).lower(), datatype=ox.NamedNode(XSD + "boolean"))),
    st.integers(1000, 2999).map(lambda year: ox.Literal(str(year), datatype=ox.NamedNode(XSD + "gYear"))),
)
_NODES = st.builds(
    lambda namespace, path, fragment: ox.NamedNode(namespace + path + fragment),
    st.sampled_from((DEFAULT_BASE, DEFAULT_BASE + "paper/", DEFAULT_BASE + "code/github.com/", "https://example.org/")),
    st.text("abC09_-.~+*=,;!'()é漢/?:@%", max_size=8).map(lambda path: path.replace("%", "%2F")),
    st.sampled_from(("", "#char=1,2", "#result-1", "#a:b")),
).filter(lambda node: not {".", ".."} & set(node.value.partition("#")[0].split("/")))
_PROPERTIES = st.sampled_from(
    [KG + name for name in ("introduces", "value", "relative", "unknown")]
    + [SCHEMA + name for name in ("name", "author", "datePublished", "text")]
    + [RDF + "type", "https://example.org/property"]
).map(ox.NamedNode)


def _triples(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[ox.Triple]]:
    literals = text.map(ox.Literal) | text.map(lambda value: ox.Literal(value, language="en-gb")) | _TYPED
    return st.lists(st.builds(ox.Triple, _NODES, _PROPERTIES, _NODES | literals), max_size=8)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(triples=_triples(_ANY))
def test_any_triples_come_back(triples: list[ox.Triple]) -> None:
    given = {*expected(triples)}  # without blank nodes, so that equal sets are the same graph
    for name in TRIPLE_FORMATS:
        if name != "rdfxml":
            output = io.BytesIO()
            assert serialize(triples, name, output) == len(set(triples))
            assert {*parsed(output.getvalue(), name)} == given, name


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(triples=_triples(_XML))
def test_any_triples_of_xml_characters_come_back_from_rdfxml(triples: list[ox.Triple]) -> None:
    output = io.BytesIO()
    serialize(triples, "rdfxml", output)
    assert {*parsed(output.getvalue(), "rdfxml")} == {*expected(triples)}


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(triples=_triples(_ANY), graphs=st.lists(_NODES, max_size=3))
def test_any_graphs_come_back_from_trig(triples: list[ox.Triple], graphs: list[ox.NamedNode]) -> None:
    store = ox.Store()
    names: list[ox.NamedNode | ox.DefaultGraph] = [*graphs, ox.DefaultGraph()]
    for number, triple in enumerate(triples):
        store.add(ox.Quad(triple.subject, triple.predicate, triple.object, names[number % len(names)]))
    original = ox.serialize(store, format=ox.RdfFormat.N_QUADS) or b""
    assert quads(exported(store, "trig"), "trig") == quads(original, "nquads")


@pytest.mark.parametrize("format", TRIPLE_FORMATS)
def test_blank_nodes_come_back(format: str) -> None:
    blank, name = ox.BlankNode("b1"), ox.NamedNode(SCHEMA + "name")
    triples = [ox.Triple(blank, name, ox.Literal("x")), ox.Triple(ox.NamedNode("http://e.org/s"), name, blank)]
    output = io.BytesIO()
    serialize(triples, format, output)
    assert isomorphic(parsed(output.getvalue(), format), expected(triples))
