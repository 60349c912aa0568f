"""Which runs made a graph: when, by what version, with which rules and model, in PROV-O (W3C Recommendation, 2013).

The statements are in a named graph of their own, because they hold times: all other statements are the same for every
build of the same input. Exports leave this graph out by default.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.graph.reader import GraphReader
from kg.jsonrecord import Record
from kg.text.files import path_text
from kg.vocabulary import DCTERMS, PROV, RDF, RDFS, SCHEMA, XSD, graph_iri, provenance_graph

_RUN, _DIGEST = "run ", "blake2b:"


@dataclass(frozen=True, slots=True, order=True)
class Part(Record):
    """Something that a run used: its name, and a digest of its files, by which different states differ.

    The digest is empty where there are no files to make one of, as for standard input.
    """

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

    @classmethod
    def of_input(cls, given: str | Path) -> Part:
        """An input of a build: a file by its bytes (as `b2sum -l 128` gives it), a folder by the names and sizes in it.

        What is neither, such as a pipe or "-", is not opened, because it can be read only once.
        """
        name, path = path_text(given), Path(given)
        if name == "-":
            return cls(name, "")
        try:
            if path.is_file():
                with path.open("rb") as stream:
                    return cls(name, hashlib.file_digest(stream, _blake2b).hexdigest())
            if path.is_dir():
                files = [found for found in sorted(path.rglob("*")) if found.is_file()]
                return cls(name, _digest(*(f"{found.relative_to(path)}\0{found.stat().st_size}" for found in files)))
        except OSError:
            pass  # gone or changed since it was read
        return cls(name, "")


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
        sources: the inputs with their digests, sorted by name.
        corrections: what people corrected, each in words, sorted; without digests.
    """

    number: int
    started: str
    ended: str
    inputs: tuple[str, ...]
    version: str
    code: Part
    rules: tuple[Part, ...]
    model: Part
    sources: tuple[Part, ...] = ()
    corrections: tuple[Part, ...] = ()


def run_iri(run: Run, base: str) -> str:
    """The IRI of a run, by its start and a digest of all about it, so that runs of several graphs do not clash."""
    parts = (run.code, *sorted(run.rules), run.model, *sorted(set(run.sources)), *sorted(set(run.corrections)))
    facts = (run.started, run.ended, *sorted(set(run.inputs)), run.version)
    digest = _digest(*facts, *(text for part in parts for text in (part.name, part.digest)))
    return f"{base}run/{re.sub('[-:]', '', run.started)}-{digest[:8]}"


def _digest(*texts: str) -> str:
    state = _blake2b()
    state.update("\0".join(texts).encode(errors="replace"))
    return state.hexdigest()


def _blake2b() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def run_quads(runs: Sequence[Run], base: str) -> list[ox.Quad]:
    """The named graph of the runs that made a graph, in their order."""
    graph = ox.NamedNode(provenance_graph(base))
    quads: list[ox.Quad] = []

    def say(node: str, predicate: str, *values: ox.NamedNode | ox.Literal) -> None:
        quads.extend(ox.Quad(ox.NamedNode(node), ox.NamedNode(predicate), value, graph) for value in values)

    def say_part(kind: str, part: Part, prov_class: str) -> ox.NamedNode:
        iri = f"{base}{kind}/{_digest(part.name, part.digest)}"
        say(iri, RDF + "type", ox.NamedNode(PROV + prov_class))
        say(iri, RDFS + "label", _text(part.name))
        if part.digest:
            say(iri, SCHEMA + "identifier", ox.Literal(_DIGEST + part.digest))
        return ox.NamedNode(iri)

    before: list[ox.NamedNode] = []
    for run in runs:
        iri = run_iri(run, base)
        say(iri, RDF + "type", ox.NamedNode(PROV + "Activity"))
        say(iri, RDFS + "label", ox.Literal(f"{_RUN}{run.number}"))
        say(iri, PROV + "startedAtTime", _time(run.started))
        say(iri, PROV + "endedAtTime", _time(run.ended))
        say(iri, DCTERMS + "source", *map(_text, run.inputs))
        say(iri, SCHEMA + "softwareVersion", ox.Literal(run.version))
        say(iri, PROV + "wasAssociatedWith", say_part("software", run.code, "SoftwareAgent"))
        say(iri, PROV + "used", *(say_part("rules", folder, "Plan") for folder in run.rules))
        say(iri, PROV + "used", say_part("model", run.model, "Entity"))
        say(iri, PROV + "used", *(say_part("input", source, "Entity") for source in run.sources))
        say(iri, PROV + "used", *(say_part("correction", correction, "Entity") for correction in run.corrections))
        say(iri, PROV + "wasInformedBy", *before)
        before = [ox.NamedNode(iri)]
    say(graph_iri(base), RDF + "type", ox.NamedNode(PROV + "Entity"))
    say(graph_iri(base), PROV + "wasGeneratedBy", *before)
    return quads


def _text(text: str) -> ox.Literal:
    """A text as a literal; what file names hold that is not UTF-8 becomes "?"."""
    return ox.Literal(text.encode(errors="replace").decode())


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
    def used(folder: str) -> Iterator[Part]:
        parts = reader.objects(iri, PROV + "used")
        return (_part(reader, part) for part in parts if part.split("/")[-2] == folder)

    return Run(
        number=int((reader.value(iri, RDFS + "label") or "").removeprefix(_RUN)),
        started=reader.value(iri, PROV + "startedAtTime") or "",
        ended=reader.value(iri, PROV + "endedAtTime") or "",
        inputs=tuple(reader.objects(iri, DCTERMS + "source")),
        version=reader.value(iri, SCHEMA + "softwareVersion") or "",
        code=_part(reader, reader.value(iri, PROV + "wasAssociatedWith") or ""),
        rules=tuple(sorted(used("rules"))),
        model=next(used("model")),
        sources=tuple(sorted(used("input"))),
        corrections=tuple(sorted(used("correction"))),
    )


def _part(reader: GraphReader, iri: str) -> Part:
    return Part(
        reader.value(iri, RDFS + "label") or iri,
        (reader.value(iri, SCHEMA + "identifier") or "").removeprefix(_DIGEST),
    )
