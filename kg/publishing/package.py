"""A graph as a folder to publish: dumps, tables and pages side by side, described for people and for machines.

The descriptions are RO-Crate 1.2 (``ro-crate-metadata.json``), Croissant 1.0 (``croissant.json``), and VoID with DCAT 3
(``void.ttl``). ``SHA256SUMS`` has the digest of every file, as ``sha256sum -c`` reads it. The licence of the facts is
stated apart from that of the texts, which are their authors'. No clock is read: the date is that of the last build, so
that the same graph gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyoxigraph as ox

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.export.additions import DCAT, LICENCE, RIGHTS, VOID, description
from kg.export.formats import serialize
from kg.export.networks import edges_table, nodes_table
from kg.export.tables import write_csv
from kg.site.export import export_site
from kg.text.files import writing
from kg.text.folders import filling
from kg.text.names import quoted
from kg.vocabulary import DCTERMS, RDF, XSD, graph_iri

Json: TypeAlias = dict[str, Any]

_SPDX = "http://spdx.org/rdf/terms#"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_HERE = "https://package.invalid/"  # stands for the folder itself in RDF, whose IRIs are absolute until written
_TITLE = "Papers knowledge graph"
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


class Licences(NamedTuple):
    """Who may do what: ``facts`` and ``texts`` are addresses of licences; ``texts`` is ``None`` where none is known."""

    facts: str = LICENCE
    texts: str | None = None

    @property
    def rights(self) -> str:
        """What holds for the texts, in a sentence."""
        if self.texts is None:
            return RIGHTS
        return (
            f"Titles and abstracts, and what is quoted from them, are under {self.texts}; all else under {self.facts}."
        )


class Package(NamedTuple):
    """A package that was written: the number of its files and their bytes."""

    files: int
    bytes: int


class _File(NamedTuple):
    """A file of the package that holds data, as ``files.toml`` describes it."""

    path: str
    name: str
    media_type: str
    texts: bool
    size: int
    sha256: str
    format: str | None = None
    columns: Mapping[str, tuple[str, str]] | None = None

    @property
    def packed(self) -> bool:
        return self.path.endswith(".gz")


class _About(NamedTuple):
    """What the descriptions say of the whole."""

    title: str
    text: str
    creator: str | None
    date: str
    licences: Licences
    address: str | None
    subject: str


_ONE_WORD = ("MIT", "ISC", "Zlib", "Unlicense", "WTFPL", "NCSA", "HPND", "NTP", "PostgreSQL", "Ruby", "Vim", "curl")
"""The best known of the SPDX identifiers of letters alone (https://spdx.org/licenses/)."""


def licence_address(name: str) -> str:
    """The address of a licence that is given by its SPDX identifier or its address.

    Identifiers are told by their form: a version or a hyphen, as nearly all have, or one of a few words.

    >>> licence_address("CC-BY-4.0"), licence_address("mit")
    ('https://spdx.org/licenses/CC-BY-4.0', 'https://spdx.org/licenses/MIT')

    Raises:
        KGError: it is neither.
    """
    if _ADDRESS.fullmatch(name):
        return name
    if word := next((word for word in _ONE_WORD if word.lower() == name.lower()), None):
        return f"https://spdx.org/licenses/{word}"
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*", name) and re.search(r"[0-9]|\w-\w", name):
        return f"https://spdx.org/licenses/{name}"
    raise KGError(f"licence {quoted(name)}: expected an address, or an SPDX identifier such as CC-BY-4.0")


def check_address(address: str | None) -> None:
    """Check where a package will be on the web.

    Raises:
        KGError: it is no address.
    """
    if address is not None and not _ADDRESS.fullmatch(address):
        raise KGError(f"address {quoted(address)}: expected one that begins with https://")


def publish_package(
    graph: KnowledgeGraph,
    folder: Path,
    *,
    title: str = _TITLE,
    creator: str | None = None,
    licences: Licences = Licences(),  # noqa: B008 (a constant)
    address: str | None = None,
    site: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Package:
    """Write a package into a new folder, which appears when it is complete.

    Args:
        graph: opened for reading.
        folder: is made; it may exist if it is empty.
        title: of the whole.
        creator: who publishes it.
        licences: of the facts and of the texts.
        address: where the folder will be on the web; without it the descriptions have relative addresses.
        site: whether to add the pages.
        progress: is called with the number of pages that are done and that of all.

    Raises:
        KGError: the folder holds something, or cannot be written.
    """
    check_address(address)
    with filling(folder, "package") as partial:
        (partial / "data").mkdir()
        about = _about(graph, title, creator, licences, address and f"{address.rstrip('/')}/")
        _write_data(graph, partial)
        if site:
            export_site(graph, partial / "site", progress=progress)
        _describe(graph, partial, about, site)
        _write(partial / "SHA256SUMS", "".join(f"{_digest(partial / path)}  {path}\n" for path in _paths(partial)))
        written = [(partial / path).stat().st_size for path in _paths(partial)]
    return Package(len(written), sum(written))


def _about(graph: KnowledgeGraph, title: str, creator: str | None, licences: Licences, address: str | None) -> _About:
    counts, runs = graph.stats(), graph.provenance()
    entities = sum(counts.entities.values())
    text = (
        f"What {counts.papers:,} papers introduce, use and report: {entities:,} methods, datasets, metrics and tasks, "
        f"and {counts.results:,} results, read by papers-kg from titles and abstracts, with the place in the text that "
        "shows each. A program read them: every mention and every result has its confidence."
    )
    date = max((run.ended for run in runs), default="1970-01-01")[:10]
    return _About(title, text, creator, date, licences, address, graph_iri(graph.base))


# Data -----------------------------------------------------------------------------------------------------------------


def _write_data(graph: KnowledgeGraph, folder: Path) -> None:
    for path, said in _described().items():
        if "format" in said:
            graph.export(said["format"], folder / path)
    network = graph.to_networkx()
    for name, table in (("nodes", nodes_table(network)), ("edges", edges_table(network))):
        with writing(folder / "data" / f"{name}.csv") as output:
            write_csv(table, output)
    results = graph.query((files("kg.publishing") / "results.rq").read_text("utf-8"), "results.rq", timeout=0)
    results.write(folder / "data" / "results.csv", "csv")


def _files(folder: Path) -> list[_File]:
    """The files of data, in the order in which they are described."""
    return [
        _File(path=path, size=(folder / path).stat().st_size, sha256=_digest(folder / path), **said)
        for path, said in _described().items()
    ]


def _described() -> dict[str, Json]:
    """What ``files.toml`` says of each file of data, by its path."""
    return tomllib.loads((files("kg.publishing") / "files.toml").read_text("utf-8"))


def _paths(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# Descriptions ---------------------------------------------------------------------------------------------------------


def _describe(graph: KnowledgeGraph, folder: Path, about: _About, site: bool) -> None:
    found = _files(folder)
    _write(folder / "void.ttl", _void(graph, about, found))
    _write(folder / "croissant.json", _json(_croissant(about, found)))
    _write(folder / "README.md", _readme(about, found, site))
    _write(folder / "ro-crate-metadata.json", _json(_crate(about, found, site)))


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    with writing(path) as stream:
        stream.write(text.encode(errors="replace"))


def _void(graph: KnowledgeGraph, about: _About, found: list[_File]) -> str:
    """The description of the graph with a distribution for each file (DCAT 3, VoID)."""
    addition = description(graph.store, graph.base, about.licences.facts, about.licences.rights)
    titled = ox.NamedNode(about.subject), ox.NamedNode(DCTERMS + "title")
    triples = [quad.triple for quad in addition.quads if (quad.subject, quad.predicate) != titled]
    here = about.address or _HERE

    def say(node: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
        triples.append(ox.Triple(ox.NamedNode(node), ox.NamedNode(predicate), value))

    def typed(value: str, type: str) -> ox.Literal:
        return ox.Literal(value, datatype=ox.NamedNode(XSD + type))

    say(about.subject, DCTERMS + "title", ox.Literal(about.title))
    if about.creator:
        say(about.subject, DCTERMS + "publisher", ox.Literal(about.creator))
    say(about.subject, DCTERMS + "issued", typed(about.date, "date"))
    for file in found:
        node, checksum = f"{here}void.ttl#{Path(file.path).name}", f"{here}void.ttl#{Path(file.path).name}-sha256"
        say(about.subject, DCAT + "distribution", ox.NamedNode(node))
        if file.packed:
            say(about.subject, VOID + "dataDump", ox.NamedNode(here + file.path))
            say(node, DCAT + "compressFormat", ox.NamedNode(f"{_MEDIA}application/gzip"))
        say(node, RDF + "type", ox.NamedNode(DCAT + "Distribution"))
        say(node, DCTERMS + "title", ox.Literal(file.name, language="en"))
        say(node, DCTERMS + "license", ox.NamedNode(about.licences.facts))
        if file.texts:
            say(node, DCTERMS + "rights", ox.Literal(about.licences.rights, language="en"))
        say(node, DCAT + "downloadURL", ox.NamedNode(here + file.path))
        say(node, DCAT + "mediaType", ox.NamedNode(_MEDIA + file.media_type))
        say(node, DCAT + "byteSize", typed(str(file.size), "nonNegativeInteger"))
        say(node, _SPDX + "checksum", ox.NamedNode(checksum))
        say(checksum, RDF + "type", ox.NamedNode(_SPDX + "Checksum"))
        say(checksum, _SPDX + "algorithm", ox.NamedNode(_SPDX + "checksumAlgorithm_sha256"))
        say(checksum, _SPDX + "checksumValue", typed(file.sha256, "hexBinary"))
    output = io.BytesIO()
    serialize(triples, "turtle", output, graph.base, {**addition.prefixes, "spdx": _SPDX})
    return output.getvalue().decode().replace(f"<{_HERE}void.ttl#", "<#").replace(f"<{_HERE}", "<")


def _crate(about: _About, found: list[_File], site: bool) -> Json:
    """RO-Crate 1.2: https://w3id.org/ro/crate/1.2."""
    texts = about.licences.texts or "#texts"
    parts = _parts(about, texts, found, site)
    maker = {"@id": "#papers-kg", "@type": "SoftwareApplication", "name": "papers-kg", "version": version("papers-kg")}
    root: Json = {
        "@id": "./",
        "@type": "Dataset",
        "name": about.title,
        "description": about.text,
        "datePublished": about.date,
        "license": {"@id": about.licences.facts},
        "usageInfo": {"@id": texts},
        "about": {"@id": about.subject},
        "mentions": {"@id": "#build"},
        "hasPart": [{"@id": part["@id"]} for part in parts],
    }
    if about.address:
        root["url"] = about.address
    further: list[Json] = [
        maker,
        {
            "@id": "#build",
            "@type": "CreateAction",
            "name": "kg build",
            "instrument": {"@id": "#papers-kg"},
            "result": {"@id": "./"},
            "endTime": about.date,
        },
        {"@id": about.licences.facts, "@type": "CreativeWork", "name": "Licence of the facts"},
        {"@id": texts, "@type": "CreativeWork", "name": "Rights in the texts", "description": about.licences.rights},
        {"@id": about.subject, "@type": "Thing", "name": "The graph, as its statements call it"},
    ]
    if about.creator:
        root["creator"] = {"@id": "#creator"}
        further.append({"@id": "#creator", "@type": "Organization", "name": about.creator})
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
        "about": {"@id": "./"},
    }
    unique = {each["@id"]: each for each in reversed([descriptor, root, *parts, *further])}
    return {"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": [*reversed(unique.values())]}


def _parts(about: _About, texts: str, found: list[_File], site: bool) -> list[Json]:
    """The files and folders of a package as RO-Crate describes them."""
    parts: list[Json] = [
        {
            "@id": file.path,
            "@type": "File",
            "name": file.name,
            "encodingFormat": ["application/gzip", file.media_type] if file.packed else file.media_type,
            "contentSize": str(file.size),
            "sha256": file.sha256,
            "license": [{"@id": about.licences.facts}, *([{"@id": texts}] if file.texts else [])],
        }
        for file in found
    ]
    for path, name, media_type in (
        ("void.ttl", "Description of the graph (VoID, DCAT)", "text/turtle"),
        ("croissant.json", "Description of the tables (Croissant)", "application/ld+json"),
        ("README.md", "What is in this folder", "text/markdown"),
        ("SHA256SUMS", "SHA-256 of every file", "text/plain"),
    ):
        parts.append({"@id": path, "@type": "File", "name": name, "encodingFormat": media_type})
    if site:
        parts.append(
            {
                "@id": "site/",
                "@type": "Dataset",
                "name": "The graph as pages",
                "description": "Open site/index.html in a browser; no server is needed.",
                "license": [{"@id": about.licences.facts}, {"@id": texts}],
            }
        )
    return parts


def _croissant(about: _About, found: list[_File]) -> Json:
    """Croissant 1.0 (http://mlcommons.org/croissant/1.0): the files, and the columns of the tables."""
    context = json.loads((files("kg.publishing") / "croissant-context.json").read_text("utf-8"))
    whole: Json = {
        "@context": context,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": about.title,
        "description": about.text,
        "license": about.licences.facts,
        "usageInfo": about.licences.texts or about.licences.rights,
        "url": about.address or about.subject,
        "datePublished": about.date,
        "version": ".".join(str(int(part)) for part in about.date.split("-")),
        "citeAs": f"{about.title}. {about.date[:4]}. {about.address or about.subject}",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file.path,
                "name": Path(file.path).name,
                "description": file.name,
                "contentSize": f"{file.size} B",
                "contentUrl": (about.address or "") + file.path,
                "encodingFormat": "application/gzip" if file.packed else file.media_type,
                "sha256": file.sha256,
            }
            for file in found
        ],
        "recordSet": [_records(file.path, file.columns) for file in found if file.columns],
    }
    if about.creator:
        whole["creator"] = {"@type": "sc:Organization", "name": about.creator}
    return whole


def _records(path: str, columns: Mapping[str, tuple[str, str]]) -> Json:
    """The columns of a table."""
    name = Path(path).stem
    fields: Iterator[Json] = (
        {
            "@type": "cr:Field",
            "@id": f"{name}/{column}",
            "name": column,
            "description": meaning,
            "dataType": datatype,
            "source": {"fileObject": {"@id": path}, "extract": {"column": column}},
        }
        for column, (datatype, meaning) in columns.items()
    )
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": list(fields)}


def _readme(about: _About, found: list[_File], site: bool) -> str:
    lines = [f"# {about.title}", "", about.text, "", "| file | what is in it | bytes |", "| --- | --- | ---: |"]
    lines += [f"| [{file.path}]({file.path}) | {file.name} | {file.size:,} |" for file in found]
    if site:
        lines.append("| [site/index.html](site/index.html) | The graph as pages, for a browser | |")
    lines += [
        "",
        "Described by `ro-crate-metadata.json` (RO-Crate 1.2), `croissant.json` (Croissant 1.0) and `void.ttl` (VoID,",
        "DCAT 3). `sha256sum -c SHA256SUMS` checks every file.",
        "",
        "## Licence",
        "",
        f"- The facts: <{about.licences.facts}>.",
        f"- The texts: {about.licences.rights}",
    ]
    return "\n".join([*lines, ""])
