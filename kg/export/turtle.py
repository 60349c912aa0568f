"""Turtle and TriG for people: prefixes, a block for each subject, the same bytes for the same statements.

Oxigraph has serializers for both, but they write the prefixes in an order that changes from run to run and IRIs such as
``paper:title\\#char\\=3\\,9`` where the full IRI reads better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import IO

import pyoxigraph as ox

from kg.vocabulary import RDF, XSD

# A cautious part of what Turtle allows as a local name, so that nothing needs an escape.
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# Literals that Turtle writes bare. Only forms that a reader cannot change by making a number of them and back.
_BARE = {
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    XSD + "decimal": re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+"),
}
_PLAIN = frozenset((XSD + "string", RDF + "langString", RDF + "dirLangString"))


def write_turtle(triples: Iterable[ox.Triple], output: IO[bytes], prefixes: Mapping[str, str]) -> None:
    """Write triples as Turtle.

    Args:
        triples: in order, those of a subject next to one another.
        output: takes UTF-8.
        prefixes: namespace IRIs by prefix; all are declared.
    """
    terms = _Terms(prefixes)
    output.write(_header(prefixes))
    for block in _blocks(triples, terms):
        output.write(f"\n{block}".encode())


def write_trig(
    graphs: Iterable[tuple[ox.NamedNode | ox.BlankNode | ox.DefaultGraph, Iterable[ox.Triple]]],
    output: IO[bytes],
    prefixes: Mapping[str, str],
) -> None:
    """Write named graphs as TriG: for each its name and its triples, as :func:`write_turtle` takes them."""
    terms = _Terms(prefixes)
    output.write(_header(prefixes))
    for name, triples in graphs:
        if isinstance(name, ox.DefaultGraph):
            for block in _blocks(triples, terms):
                output.write(f"\n{block}".encode())
        else:
            output.write(f"\n{terms.text(name)} {{\n".encode())
            for block in _blocks(triples, terms):
                output.write(block.encode())
            output.write(b"}\n")


def _header(prefixes: Mapping[str, str]) -> bytes:
    return "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in sorted(prefixes.items())).encode()


def _blocks(triples: Iterable[ox.Triple], terms: _Terms) -> Iterator[str]:
    """A statement of Turtle for each run of triples with the same subject."""
    for subject, of_subject in groupby(triples, key=lambda triple: triple.subject):
        lines = []
        for predicate, of_predicate in groupby(of_subject, key=lambda triple: triple.predicate):
            objects = [terms.text(triple.object) for triple in of_predicate]
            if predicate.value == RDF + "type":
                lines.append(f"a {', '.join(objects)}")
            else:
                lines.append(f"{terms.text(predicate)} " + ",\n        ".join(objects))
        yield f"{terms.text(subject)} " + " ;\n    ".join(lines) + " .\n"


class _Terms:
    """Terms as Turtle writes them, with the prefixes of one document."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = {iri: prefix for prefix, iri in prefixes.items()}

    def text(self, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
        if isinstance(term, ox.NamedNode):
            return self._iri(term)
        if isinstance(term, ox.Literal) and term.datatype.value not in _PLAIN:
            bare = _BARE.get(term.datatype.value)
            if bare and bare.fullmatch(term.value):
                return term.value
            return f"{ox.Literal(term.value)}^^{self._iri(term.datatype)}"
        if isinstance(term, ox.Triple):
            return f"<<( {' '.join(map(self.text, term))} )>>"
        return str(term)  # the N-Triples form is Turtle too

    def _iri(self, node: ox.NamedNode) -> str:
        iri = node.value
        end = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self._prefixes.get(iri[:end])
        return f"{prefix}:{iri[end:]}" if prefix and _LOCAL_NAME.fullmatch(iri, end) else str(node)
