"""JSON-LD 1.1, compacted against the shipped context, so that it reads as plain JSON.

One node at a time: rdflib and PyLD compact a whole document in memory, and a graph may have tens of millions of
statements. The context file decides the words: a term for each property, ``@type`` where all values are of one datatype
or IRIs, ``@container: @set`` where there may be several. A property that the context does not know may have several
values, so that its value is always an array too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from types import MappingProxyType
from typing import IO, Any, TypeAlias

import pyoxigraph as ox

from kg.errors import GraphError
from kg.vocabulary import RDF, XSD

Json: TypeAlias = str | int | bool | dict[str, str]

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # what every JSON reader keeps exact
# What may be relative to the base: nothing that can be read as a scheme, a query, parameters or dot segments.
_RELATIVE = re.compile(r"(?!.*(?://|/\.))\w[^:;?#]*(?:#[^:#]+)?")


def shipped_context() -> dict[str, Any]:
    """The value of ``@context`` in ``context.jsonld``."""
    document = json.loads((files("kg.export") / "context.jsonld").read_text(encoding="utf-8"))
    return dict(document["@context"])


def write_jsonld(
    triples: Iterable[ox.Triple], output: IO[bytes], base: str, prefixes: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write triples as one flat JSON-LD document that carries its context.

    Args:
        triples: in order, those of a subject next to one another.
        output: takes UTF-8.
        base: the IRI that the ids of the document are relative to.
        prefixes: namespaces by prefix, in addition to those of the shipped context.

    Raises:
        GraphError: a statement is about a statement.
    """
    shipped = shipped_context()
    further = {prefix: iri for prefix, iri in sorted(prefixes.items()) if iri not in shipped.values()}
    context = {"@base": base, **further, **shipped}
    words = _Words(context, base)
    output.write(b'{\n  "@context": {\n')
    output.write(",\n".join(f"    {_dumped(term)}: {_dumped(value)}" for term, value in context.items()).encode())
    output.write(b'\n  },\n  "@graph": [')
    separator = "\n"
    for _, of_subject in groupby(triples, key=lambda triple: triple.subject):
        node = words.node(list(of_subject))
        members = ",\n".join(f"      {_dumped(key)}: {_dumped(value)}" for key, value in node.items())
        output.write(f"{separator}    {{\n{members}\n    }}".encode())
        separator = ",\n"
    output.write(b"\n  ]\n}\n")


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Term:
    """What the context says about a property: its key, the type of all values, whether they are in an array."""

    key: str
    coercion: str | None
    array: bool


class _Words:
    """Nodes in the words of a context."""

    def __init__(self, context: dict[str, Any], base: str) -> None:
        names = {key: value if isinstance(value, str) else value["@id"] for key, value in context.items()}
        self._prefixes = {iri: key for key, iri in names.items() if "//" in iri and not key.startswith("@")}
        namespaces = {prefix: iri for iri, prefix in self._prefixes.items()}

        def expanded(name: str) -> str:
            prefix, _, local = name.partition(":")
            return namespaces[prefix] + local if prefix in namespaces else name

        self._terms: dict[str, _Term] = {}
        for key, value in context.items():
            if not key.startswith("@") and key not in namespaces:
                options = {} if isinstance(value, str) else value
                coercion = expanded(options["@type"]) if "@type" in options else None
                self._terms[expanded(names[key])] = _Term(key, coercion, options.get("@container") == "@set")
        self._id = self._terms["@id"].key
        self._type = self._terms["@type"].key
        self._rank = {term.key: rank for rank, term in enumerate(self._terms.values())}
        # Some readers of relative ids, rdflib among them, take empty parts out of the path of the base.
        self._base = base if base.endswith("/") and "//" not in base.partition("//")[2] else None

    def node(self, triples: list[ox.Triple]) -> dict[str, Json | list[Json]]:
        """All statements about one subject, the keys in the order of the context."""
        values: dict[str, list[Json]] = {self._id: [self._reference(triples[0].subject)]}
        arrays = {self._type}
        for triple in triples:
            iri, value = triple.predicate.value, triple.object
            if iri == RDF + "type" and isinstance(value, ox.NamedNode):
                values.setdefault(self._type, []).append(self._name(value.value))
                continue
            term = self._terms.get(iri) or _Term(self._name(iri), None, True)
            values.setdefault(term.key, []).append(self._value(value, term.coercion))
            if term.array:
                arrays.add(term.key)
        ranked = sorted(values, key=lambda key: self._rank.get(key, len(self._rank)))
        return {key: values[key] if key in arrays or len(values[key]) > 1 else values[key][0] for key in ranked}

    def _value(self, value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, coercion: str | None) -> Json:
        if not isinstance(value, ox.Literal):
            reference = self._reference(value)
            return reference if coercion == "@id" else {self._id: reference}
        datatype = value.datatype.value
        if value.language:
            return {"@value": value.value, "@language": value.language}
        if datatype == coercion:
            return value.value
        if datatype == XSD + "string":
            return value.value if coercion is None else {"@value": value.value}
        if coercion is None and datatype == XSD + "integer" and _INTEGER.fullmatch(value.value):
            return int(value.value)
        if coercion is None and datatype == XSD + "boolean" and value.value in ("true", "false"):
            return value.value == "true"
        return {"@value": value.value, "@type": self._name(datatype)}

    def _reference(self, node: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
        """A node's id: relative to the base where that is safe to read back."""
        if isinstance(node, ox.Triple):
            raise GraphError(
                f"{node}: is a statement in a statement, for which JSON-LD has no form; export another format"
            )
        if not isinstance(node, ox.NamedNode):
            return str(node)
        iri = node.value
        if self._base and iri.startswith(self._base) and _RELATIVE.fullmatch(iri, len(self._base)):
            relative = iri[len(self._base) :]
            return iri if relative in (self._id, self._type) else relative  # which would be read as keywords
        return iri

    def _name(self, iri: str) -> str:
        """The word for a class, property or datatype: its term, else its prefixed name, else the IRI."""
        if iri in self._terms:
            return self._terms[iri].key
        end = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self._prefixes.get(iri[:end])
        return f"{prefix}:{iri[end:]}" if prefix and end < len(iri) else iri
