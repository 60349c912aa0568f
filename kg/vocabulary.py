"""The names of the graph: namespaces, prefixes, and the IRIs that resources get."""

from __future__ import annotations

import re
from urllib.parse import quote

from kg.names import slug

KG = "https://w3id.org/papers-kg/ontology#"
SCHEMA = "https://schema.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
DCTERMS = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SH = "http://www.w3.org/ns/shacl#"

DEFAULT_BASE = "https://w3id.org/papers-kg/"

PREFIXES: dict[str, str] = {
    "dcterms": DCTERMS,
    "kg": KG,
    "oa": OA,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "xsd": XSD,
}

ENTITY_TYPES = ("Method", "Dataset", "Metric", "Task")

# The schema.org class that an instance of each kg: class carries beside it.
SCHEMA_CLASSES = {
    "Paper": SCHEMA + "ScholarlyArticle",
    "Method": SCHEMA + "DefinedTerm",
    "Dataset": SCHEMA + "Dataset",
    "Metric": SCHEMA + "DefinedTerm",
    "Task": SCHEMA + "DefinedTerm",
    "Repository": SCHEMA + "SoftwareSourceCode",
    "Result": SCHEMA + "Observation",
    "Mention": OA + "Annotation",
}

# The property from a paper to an entity of each type that it uses; `kg:introduces` stands in its place for a new one.
USES = {
    "Method": KG + "usesMethod",
    "Dataset": KG + "usesDataset",
    "Metric": KG + "usesMetric",
    "Task": KG + "addresses",
}
LINKS = {"code": KG + "hasCode", "data": KG + "hasData", "project": KG + "hasProjectPage"}


def resource_prefixes(base: str) -> dict[str, str]:
    """Prefixes for the resources under a base IRI: ``paper:``, ``method:``, ``dataset:`` and so on."""
    return {kind: f"{base}{kind}/" for kind in ("paper", "method", "dataset", "metric", "task", "code", "venue")}


def curie(iri: str, base: str) -> str:
    """The IRI of a resource written with its prefix, as in ``dataset:cifar-10``; another IRI stays as it is."""
    for prefix, start in resource_prefixes(base).items():
        if iri.startswith(start):
            return f"{prefix}:{iri.removeprefix(start)}"
    return iri


def is_base(text: str) -> bool:
    """Whether a text can be a base IRI: absolute, http(s), ending where names can follow."""
    return re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+[/#]", text) is not None


def paper_iri(base: str, title: str) -> str:
    """The IRI of a paper, which is also that of its named graph."""
    return f"{base}paper/{slug(title)}"


def entity_iri(base: str, entity_type: str, name: str) -> str:
    """The IRI of an entity with this (spaced, lower-case) name."""
    return f"{base}{entity_type.lower()}/{slug(name)}"


def repository_iri(base: str, host: str, path: str) -> str:
    """The IRI of a repository: one per host and owner/name, in lower case as hosts compare them."""
    return f"{base}code/{host.lower()}/{quote(path.lower(), safe='/._-~+')}"


def entities_graph(base: str) -> str:
    """The named graph of what is said of entities across papers: types and names."""
    return f"{base}entities"


def graph_iri(base: str) -> str:
    """The graph as a whole, where something is said of it: how many statements it has, which run made it."""
    return f"{base}graph"


def provenance_graph(base: str) -> str:
    """The named graph of what is said of runs, which alone differs between builds of the same input."""
    return f"{base}provenance"


def description_graph(base: str) -> str:
    """The named graph, in exports that hold it, of the description of the graph."""
    return f"{base}description"


def alignment_graph() -> str:
    """The named graph, in exports that hold it, of the alignment of the vocabulary with others."""
    return f"{KG.removesuffix('#')}/alignment"
