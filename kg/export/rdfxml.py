"""RDF/XML (W3C Recommendation 2014), the same bytes for the same statements.

Oxigraph has a serializer, but it declares the namespaces in an order that changes from run to run and loses carriage
returns, which XML readers turn into line feeds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from kg.errors import GraphError
from kg.text.names import UNWRITABLE
from kg.vocabulary import XSD

_LOCAL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*$")
_CARRIAGE_RETURN = {"\r": "&#13;"}


def write_rdfxml(triples: Iterable[ox.Triple], output: IO[bytes], prefixes: Mapping[str, str]) -> None:
    """Write triples as RDF/XML.

    Args:
        triples: in order, those of a subject next to one another.
        output: takes UTF-8.
        prefixes: namespace IRIs of properties by prefix; all are declared, and "rdf" is among them.

    Raises:
        GraphError: a statement holds what XML cannot: a control character, or a property whose IRI has no local name.
    """
    namespaces = "".join(f"\n    xmlns:{prefix}={quoteattr(iri)}" for prefix, iri in sorted(prefixes.items()))
    output.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{namespaces}>\n'.encode())
    known = {iri: prefix for prefix, iri in prefixes.items()}
    for subject, of_subject in groupby(triples, key=lambda triple: triple.subject):
        elements = "".join(_property(triple, known) for triple in of_subject)
        block = f"  <rdf:Description {_reference(subject, 'about')}>\n{elements}  </rdf:Description>\n"
        if UNWRITABLE.search(block):
            raise GraphError(f"{subject}: has a control character, which XML cannot hold; export another format")
        output.write(block.encode())
    output.write(b"</rdf:RDF>\n")


def _reference(node: ox.NamedNode | ox.BlankNode | ox.Triple, attribute: str) -> str:
    if isinstance(node, ox.NamedNode):
        return f"rdf:{attribute}={quoteattr(node.value)}"
    if isinstance(node, ox.BlankNode):
        return f'rdf:nodeID="{node.value}"'
    raise GraphError(f"{node}: is a statement in a statement, for which RDF/XML has no form; export another format")


def _property(triple: ox.Triple, prefixes: Mapping[str, str]) -> str:
    iri, value = triple.predicate.value, triple.object
    local = _LOCAL_NAME.search(iri)
    if not local:
        raise GraphError(f"{triple.predicate}: is not a name in XML; export another format")
    prefix = prefixes.get(iri[: local.start()])
    name = f"{prefix}:{local[0]}" if prefix else f"ns:{local[0]}"
    tag = name if prefix else f"{name} xmlns:ns={quoteattr(iri[: local.start()])}"
    if not isinstance(value, ox.Literal):
        return f"    <{tag} {_reference(value, 'resource')}/>\n"
    if value.language:
        tag += f' xml:lang="{value.language}"'
    elif value.datatype.value != XSD + "string":
        tag += f" rdf:datatype={quoteattr(value.datatype.value)}"
    return f"    <{tag}>{escape(value.value, _CARRIAGE_RETURN)}</{name}>\n"
