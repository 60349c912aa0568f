"""The names of the graph: namespaces, prefixes, types and classes, and the IRIs that resources get.

:data:`NODE_CLASSES` is the one table of what the graph holds; the tables after it are derived from it.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args
from urllib.parse import quote

from kg.text.names import slug

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
BASE_FORM = (
    "an IRI such as https://example.org/graph/ with http or https, no user, query or fragment, and a / at the end"
)
"""What a base IRI is, in words for messages."""
_LAST_PORT = 65535

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

EntityType = Literal["Method", "Dataset", "Metric", "Task"]
Kind = Literal["method", "dataset", "metric", "task", "paper", "code"]
Role = Literal["introduced", "used"]
LinkKind = Literal["code", "data", "project"]
Better = Literal["higher", "lower"]


class NodeClass(NamedTuple):
    """A class of the graph's nodes.

    Args:
        name: its local name in the ``kg:`` namespace; for entities also their type in JSON.
        kind: what the command line, IRIs and answers call it; ``None`` for nodes that cannot be looked up.
        schema: the IRI of the class that its instances have in addition to the ``kg:`` one.
        uses: for entities, the IRI of the property from a paper to one that it uses (``kg:introduces`` leads to one
            that it introduces).
    """

    name: str
    kind: Kind | None
    schema: str
    uses: str | None = None


NODE_CLASSES = (
    NodeClass("Method", "method", SCHEMA + "DefinedTerm", KG + "usesMethod"),
    NodeClass("Dataset", "dataset", SCHEMA + "Dataset", KG + "usesDataset"),
    NodeClass("Metric", "metric", SCHEMA + "DefinedTerm", KG + "usesMetric"),
    NodeClass("Task", "task", SCHEMA + "DefinedTerm", KG + "addresses"),
    NodeClass("Paper", "paper", SCHEMA + "ScholarlyArticle"),
    NodeClass("Repository", "code", SCHEMA + "SoftwareSourceCode"),
    NodeClass("Result", None, SCHEMA + "Observation"),
    NodeClass("Mention", None, OA + "Annotation"),
)
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)
KINDS: tuple[Kind, ...] = get_args(Kind)
ENTITY_KINDS: tuple[Kind, ...] = tuple(found.kind for found in NODE_CLASSES if found.kind and found.uses)
CLASS_NAMES: dict[Kind, str] = {found.kind: found.name for found in NODE_CLASSES if found.kind}
KIND_OF_CLASS: dict[str, Kind] = {KG + name: kind for kind, name in CLASS_NAMES.items()}
SCHEMA_CLASSES: dict[str, str] = {found.name: found.schema for found in NODE_CLASSES}
USES: dict[str, str] = {found.name: found.uses for found in NODE_CLASSES if found.uses}
LINKS = {"code": KG + "hasCode", "data": KG + "hasData", "project": KG + "hasProjectPage"}


IDENTIFIER_PAGES = {
    "acl": "https://aclanthology.org/",
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "openalex": "https://openalex.org/",
    "openreview": "https://openreview.net/forum?id=",
    "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "s2": "https://www.semanticscholar.org/paper/",
}
"""The schemes of identifiers of papers whose values are found at a public address, and how it begins."""

NO_FRAMEWORK = "none"
"""What Papers with Code says of a repository of an unknown framework."""


def resource_prefixes(base: str) -> dict[str, str]:
    """Prefixes for the resources under a base IRI: ``paper:``, ``method:``, ``dataset:`` and so on."""
    return {name: f"{base}{name}/" for name in ("paper", *ENTITY_KINDS, "code", "venue")}


def curie(iri: str, base: str) -> str:
    """The IRI of a resource written with its prefix, as in ``dataset:cifar-10``; any other IRI unchanged."""
    for prefix, start in resource_prefixes(base).items():
        if iri.startswith(start):
            return f"{prefix}:{iri.removeprefix(start)}"
    return iri


def is_base(value: object) -> bool:
    """Whether something can be a base IRI, as :data:`BASE_FORM` says: RFC 3987 with what breaks relative ids left out.

    Resources are named by appending to the base, also with a fragment. Hence no query and no fragment, and no "." or
    ".." among the parts of the path, which readers of relative IRIs take out. Nor a user or password, which would be in
    every IRI of the graph.
    """
    if not isinstance(value, str) or not value.isprintable():
        return False
    # RFC 3987, section 2.2: iunreserved, pct-encoded and sub-delims. Compiled here, because look-ups need none of it.
    planes = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    beyond = f"\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef{planes}\U000e1000-\U000efffd"
    sign = rf"(?:[A-Za-z0-9._~!$&'()*+,;=\-{beyond}]|%[0-9A-Fa-f]{{2}})"
    found = re.fullmatch(rf"https?://({sign}+|\[[^\]]*\])(?::([1-9][0-9]{{0,4}}))?/((?:{sign}|[:@/])*)", value)
    return (
        found is not None
        and (not found[1].startswith("[") or _is_ipv6(found[1][1:-1]))
        and int(found[2] or 0) <= _LAST_PORT
        and value.endswith("/")
        and not {".", ".."} & set(found[3].split("/"))
    )


def _is_ipv6(host: str) -> bool:
    import ipaddress

    try:
        return "%" not in str(ipaddress.IPv6Address(host))
    except ValueError:
        return False


def paper_iri(base: str, title: str, which: str = "") -> str:
    """The IRI of a paper, which is also that of its named graph.

    Args:
        which: distinguishes it from another paper of the same title, where there is one
            (:mod:`kg.sources.duplicates`).
    """
    return f"{base}paper/{slug(title)}{which and '-'}{which}"


def entity_iri(base: str, entity_type: str, name: str) -> str:
    """The IRI of an entity with this (spaced, lower-case) name."""
    return f"{base}{entity_type.lower()}/{slug(name)}"


def repository_iri(base: str, host: str, path: str) -> str:
    """The IRI of a repository: one per host and owner/name, in lower case as hosts compare them."""
    return f"{base}code/{host.lower()}/{quote(path.lower(), safe='/._-~+')}"


def scheme_iri(base: str, entity_type: str) -> str:
    """The IRI of the concept scheme of all entities of a type."""
    return f"{base}scheme/{entity_type.lower()}"


def entities_graph(base: str) -> str:
    """The IRI of the named graph of what all papers share: the types and names of entities."""
    return f"{base}entities"


def graph_iri(base: str) -> str:
    """The IRI of the graph as a whole, for statements about it: how many statements it has, which run made it."""
    return f"{base}graph"


def provenance_graph(base: str) -> str:
    """The IRI of the named graph about runs, the only one that differs between builds of the same input."""
    return f"{base}provenance"


def curated_graph(base: str, catalogue: str) -> str:
    """The IRI of the named graph of what an imported catalogue says (:mod:`kg.graph.curated`)."""
    return f"{base}curated/{catalogue}"


def description_graph(base: str) -> str:
    """The IRI of the named graph that describes the graph, in exports with a description."""
    return f"{base}description"


def alignment_graph() -> str:
    """The IRI of the named graph that aligns the vocabulary with others, in exports with the alignment."""
    return f"{KG.removesuffix('#')}/alignment"
