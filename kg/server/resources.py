"""Linked data: what the graph says about one resource, at the path that its IRI has below the base IRI.

The status is 200, with the address of the very representation in Content-Location. A redirect from the resource to a
document about it (303) is what the host of the base IRI does, where that is another one than this server.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email.utils import formatdate
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from kg.export.additions import LICENCE
from kg.export.formats import Format, serialize
from kg.server.current import Served
from kg.server.negotiation import DOCUMENTS, best, not_modified, unchanged
from kg.vocabulary import KG, LINKS, RDF, SCHEMA, SKOS, USES, graph_iri

HTML = "html"
_MOST_LINKS = 1000  # statements with the resource as their value, of each property
_LEADING_HERE = (KG + "introduces", *USES.values(), *LINKS.values(), SKOS + "broader", SCHEMA + "isPartOf")
_ENDINGS = {known.extension: known for known in DOCUMENTS.values()}
_BEYOND_ASCII = re.compile("(?:%[89A-F][0-9A-F])+", re.IGNORECASE)


class Asked(NamedTuple):
    """A resource that is asked for, and the format in which it must be, if the path ends like one."""

    iri: str
    ending: Format | str | None


def resource_at(served: Served, raw_path: str) -> Asked | None:
    """The resource at a path, as the request has it, with or without the ending of a format; ``None`` if there is none.

    Args:
        served: the graph.
        raw_path: with its escapes.
    """
    base = served.graph.base
    path = raw_path.removeprefix(urlsplit(base).path.rstrip("/")).lstrip("/")
    if iri := _existing(served.graph.store, base, path):
        return Asked(iri, None)
    stem, dot, ending = path.rpartition(".")
    wanted = HTML if ending == HTML else _ENDINGS.get(f".{ending}")
    if dot and wanted and (iri := _existing(served.graph.store, base, stem)):
        return Asked(iri, wanted)
    return None


def _existing(store: ox.Store, base: str, path: str) -> str | None:
    """The IRI of this graph that a browser may send as this path."""
    plain = unquote(path)
    readable = _BEYOND_ASCII.sub(lambda found: unquote(found[0], errors="ignore"), path)
    for form in dict.fromkeys((readable, path, plain, quote(plain, safe="/._-~+"))):
        try:
            node = ox.NamedNode(base + form)
        except ValueError:
            continue
        if next(store.quads_for_pattern(node, None, None), None):
            return node.value
    return None


def statements(store: ox.Store, iri: str) -> Iterator[ox.Triple]:
    """What the graph says about a resource, and which papers lead to it.

    Of a paper that is its named graph. Of anything else it is the statements with it as their subject, and of those
    with it as their value the first of each property.
    """
    node = ox.NamedNode(iri)
    for quad in (*store.quads_for_pattern(node, None, None), *store.quads_for_pattern(None, None, None, node)):
        yield quad.triple
    for predicate in _LEADING_HERE:
        found = store.quads_for_pattern(None, ox.NamedNode(predicate), node)
        yield from (quad.triple for quad in islice(found, _MOST_LINKS))


def wanted_format(request: Request, ending: Format | str | None) -> Format | str | None:
    """A format, or :data:`HTML`; ``None`` if the client takes none that there is."""
    offers: dict[str, Format | str] = {"text/html": HTML, **DOCUMENTS}
    return ending or best(request.headers.get("accept"), offers)


def document(request: Request, served: Served, asked: Asked, known: Format) -> Response:
    """The statements about a resource in a format."""
    headers = {
        **versioned(served, f"{known.name}"),
        "content-location": f"{_path(served, asked.iri)}{known.extension}",
        "link": ", ".join(_links_of_document(served, asked.iri)),
    }
    if unchanged(request.headers, headers["etag"], served.modified):
        return not_modified(headers)
    output = io.BytesIO()
    serialize(statements(served.graph.store, asked.iri), known.name, output, served.graph.base)
    return Response(output.getvalue(), headers=headers, media_type=known.media_type)


def versioned(served: Served, form: str) -> dict[str, str]:
    """The headers of a representation that is the same until the next build."""
    return {
        "etag": f'"{served.version}-{form}"',
        "last-modified": formatdate(served.modified, usegmt=True),
        "cache-control": "no-cache",
        "vary": "Accept",
    }


def signposts(served: Served, iri: str) -> str:
    """The Link header of a page about a resource, so that machines find what people see (FAIR Signposting, level 1).

    Authors are names without addresses here, so that no link leads to them.
    """
    path = _path(served, iri)
    links = [f'<{_uri(iri)}>; rel="cite-as"']
    links += [f'<{path}{known.extension}>; rel="describedby"; type="{known.media_type}"' for known in _ENDINGS.values()]
    links += [f'<{value}>; rel="type"' for value in _values(served, iri, RDF + "type") if value.startswith(SCHEMA)]
    links += [f'<{value}>; rel="item"' for value in _values(served, iri, SCHEMA + "url")]
    links.append(f'<{_uri(graph_iri(served.graph.base))}>; rel="collection"')
    return ", ".join(links)


def _links_of_document(served: Served, iri: str) -> Iterator[str]:
    path = _path(served, iri)
    yield f'<{path}>; rel="describes"'
    yield f'<{LICENCE}>; rel="license"'
    for known in _ENDINGS.values():
        yield f'<{path}{known.extension}>; rel="alternate"; type="{known.media_type}"'


def _path(served: Served, iri: str) -> str:
    """The path of a resource on this server."""
    return quote(f"/{iri.removeprefix(served.graph.base)}", safe="/%:@!$&'()*+,;=~-._")


def _uri(iri: str) -> str:
    """An IRI as a header can hold it: what is not in ASCII is escaped (RFC 3987, section 3.1)."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%~-._")


def _values(served: Served, iri: str, predicate: str) -> list[str]:
    """The IRIs that a resource has for a property, for a header."""
    quads = served.graph.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None)
    values = {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}
    return sorted(map(_uri, values))
