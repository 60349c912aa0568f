"""Which runs made a graph: when, by what version, with which rules and model, in PROV-O (W3C Recommendation, 2013).

The statements are in a named graph of their own, because they hold times: all other statements are the same for every
build of the same input. Exports leave this graph out by default.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.graph.reader import GraphReader
from kg.jsonrecord import Record
from kg.text.files import path_text
from kg.vocabulary import DCTERMS, PROV, RDF, RDFS, SCHEMA, XSD, graph_iri, provenance_graph


@dataclass(frozen=True, slots=True, order=True)
class Part(Record):
    """Something that a run used: its name, and a digest of its files, by which different states differ."""

    name: str
    digest: str

    @classmethod
    def of(cls, name: str, files: Iterable[Path]) -> Part:
        """The part that consists of these files, whatever their folder."""
        state = hashlib.blake2b(digest_size=16)
        for path in files:
            state.update(f"{path.name}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
            state.update(path.read_bytes())
        return cls(path_text(name), state.hexdigest())


@dataclass(frozen=True, slots=True)
class Run(Record):
    """A run of the build.

    Args:
        number: 1 for the first run of a graph.
        started: in Coordinated Universal Time, as an xsd:dateTime.
        ended: when its statements were complete, in the same form.
        inputs: what it read, as the user gave it, sorted.
        version: of this package.
        code: the package's modules.
        rules: the shipped ones and the user's, a part for each folder, sorted by name.
        model: the learned extractor.
    """

    number: int
    started: str
    ended: str
    inputs: tuple[str, ...]
    version: str
    code: Part
    rules: tuple[Part, ...]
    model: Part


def run_quads(runs: Sequence[Run], base: str) -> list[ox.Quad]:
    """The named graph of the runs that made a graph, in their order."""
    graph = ox.NamedNode(provenance_graph(base))
    quads: list[ox.Quad] = []

    def say(node: str, predicate: str, *values: ox.NamedNode | ox.Literal) -> None:
        quads.extend(ox.Quad(ox.NamedNode(node), ox.NamedNode(predicate), value, graph) for value in values)

    def say_part(kind: str, part: Part, prov_class: str) -> ox.NamedNode:
        iri = f"{base}{kind}/{part.digest}"
        say(iri, RDF + "type", ox.NamedNode(PROV + prov_class))
        say(iri, RDFS + "label", ox.Literal(part.name))
        say(iri, SCHEMA + "identifier", ox.Literal(f"blake2b:{part.digest}"))
        return ox.NamedNode(iri)

    before: list[ox.NamedNode] = []
    for run in runs:
        iri = f"{base}run/{run.number}"
        say(iri, RDF + "type", ox.NamedNode(PROV + "Activity"))
        say(iri, RDFS + "label", ox.Literal(f"run {run.number}"))
        say(iri, PROV + "startedAtTime", _time(run.started))
        say(iri, PROV + "endedAtTime", _time(run.ended))
        say(iri, DCTERMS + "source", *map(ox.Literal, run.inputs))
        say(iri, SCHEMA + "softwareVersion", ox.Literal(run.version))
        say(iri, PROV + "wasAssociatedWith", say_part("software", run.code, "SoftwareAgent"))
        say(iri, PROV + "used", *(say_part("rules", folder, "Plan") for folder in run.rules))
        say(iri, PROV + "used", say_part("model", run.model, "Entity"))
        say(iri, PROV + "wasInformedBy", *before)
        before = [ox.NamedNode(iri)]
    say(graph_iri(base), RDF + "type", ox.NamedNode(PROV + "Entity"))
    say(graph_iri(base), PROV + "wasGeneratedBy", *before)
    return quads


def _time(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + "dateTime"))


def provenance_graphs(store: ox.Store) -> set[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]:
    """The named graphs of a store with statements about runs: one, or none if no build made the store."""
    return {quad.graph_name for quad in _activities(store)}


def read_runs(store: ox.Store) -> list[Run]:
    """The runs that made a graph, in their order."""
    reader = GraphReader(store)
    found = [_run(reader, quad.subject.value) for quad in _activities(store) if isinstance(quad.subject, ox.NamedNode)]
    return sorted(found, key=lambda run: run.number)


def _activities(store: ox.Store) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(PROV + "Activity"))


def _run(reader: GraphReader, iri: str) -> Run:
    used = [(part, reader.value(part, RDF + "type")) for part in reader.objects(iri, PROV + "used")]
    rules = [_part(reader, part) for part, kind in used if kind == PROV + "Plan"]
    return Run(
        number=int(iri.rpartition("/")[2]),
        started=reader.value(iri, PROV + "startedAtTime") or "",
        ended=reader.value(iri, PROV + "endedAtTime") or "",
        inputs=tuple(reader.objects(iri, DCTERMS + "source")),
        version=reader.value(iri, SCHEMA + "softwareVersion") or "",
        code=_part(reader, reader.value(iri, PROV + "wasAssociatedWith") or ""),
        rules=tuple(sorted(rules)),
        model=next(_part(reader, part) for part, kind in used if kind == PROV + "Entity"),
    )


def _part(reader: GraphReader, iri: str) -> Part:
    return Part(reader.value(iri, RDFS + "label") or iri, iri.rpartition("/")[2])
