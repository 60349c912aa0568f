"""Networks as files for other programs: GraphML, GEXF, and two tables in a ZIP archive.

A network is a ``DiGraph`` of networkx whose nodes are IRIs with the attributes ``name``, ``kind`` and, of papers,
``year``, and whose edges have the attribute ``property`` (:func:`kg.ask.network.paper_network`). The same network gives
the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO, TYPE_CHECKING, Any

from kg.export.tables import Table, write_csv
from kg.text.names import UNWRITABLE, one_line
from kg.text.spellings import readable

if TYPE_CHECKING:
    from networkx import DiGraph

NODES = ("id", "label", "kind", "year")
EDGES = ("source", "target", "property")
"""The columns of the two tables: networks are read with these names by Gephi, and ``id`` by most other programs."""

_FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # of ZIP, which has no way to leave the time of a file out


def write_graphml(network: DiGraph[str], output: IO[bytes]) -> None:
    """Write GraphML (graphdrawing.org), which igraph, Gephi, yEd and Cytoscape read."""
    from networkx import generate_graphml

    _write_lines(generate_graphml(_labelled(network)), output)


def write_gexf(network: DiGraph[str], output: IO[bytes]) -> None:
    """Write GEXF 1.2, the format of Gephi, without the date of writing and a name of the graph, which has none."""
    from networkx import generate_gexf

    lines = (line for line in generate_gexf(_labelled(network)) if "<creator>" not in line)
    _write_lines((re.sub(r' (?:lastmodifieddate|name)="[^"]*"', "", line) for line in lines), output)


def write_tables(network: DiGraph[str], output: IO[bytes]) -> None:
    """Write a ZIP archive of ``nodes.csv`` and ``edges.csv``, with the columns :data:`NODES` and :data:`EDGES`."""
    packed = io.BytesIO()  # an archive that is written to a pipe at once would be other bytes than in a file
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in (("nodes.csv", nodes_table(network)), ("edges.csv", edges_table(network))):
            data = io.BytesIO()
            write_csv(table, data)
            file = zipfile.ZipInfo(name, _FIRST_DATE)
            file.compress_type = zipfile.ZIP_DEFLATED
            file.create_system, file.external_attr = 3, 0o644 << 16
            archive.writestr(file, data.getvalue())
    output.write(packed.getbuffer())


def nodes_table(network: DiGraph[str]) -> Table:
    """The nodes of a network: IRI, name, kind and year."""
    rows = (
        (node, _shown(about["name"]), about["kind"] or "", str(about.get("year", "")))
        for node, about in network.nodes(data=True)
    )
    return Table(NODES, tuple(rows), (False, False, False, True))


def edges_table(network: DiGraph[str]) -> Table:
    """The edges of a network: two IRIs and a property."""
    rows = ((source, target, about["property"]) for source, target, about in network.edges(data=True))
    return Table(EDGES, tuple(rows), (False, False, False))


def _labelled(network: DiGraph[str]) -> DiGraph[str]:
    """A network with the attributes that programs show, and nothing in them that XML cannot hold."""
    from networkx import DiGraph

    labelled: DiGraph[str] = DiGraph()
    for node, about in network.nodes(data=True):
        further: dict[str, Any] = {"year": about["year"]} if "year" in about else {}
        label = UNWRITABLE.sub("\ufffd", _shown(about["name"]))
        labelled.add_node(node, label=label, kind=about["kind"] or "", **further)
    labelled.add_edges_from(network.edges(data=True))
    return labelled


def _shown(name: str) -> str:
    return one_line(readable(name))


def _write_lines(lines: Any, output: IO[bytes]) -> None:
    output.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    for line in lines:
        output.write(f"{line}\n".encode())
