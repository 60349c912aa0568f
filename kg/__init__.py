"""Paper abstracts in, knowledge graph out.

>>> import kg
>>> graph = kg.build(["pages/"], "output")  # doctest: +SKIP
>>> for row in graph.query("SELECT ?name { ?d a kg:Dataset ; skos:prefLabel ?name }").records():  # doctest: +SKIP
...     print(row["name"])

Names are imported when they are first used, so that ``import kg`` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.api import KnowledgeGraph, LoadedExtractor, build, evaluate, extract, load
    from kg.errors import GraphError, InputError, KGError, QueryError
    from kg.records import Extraction, Link, Mention, Paper, Result
    from kg.sources import read_papers

_HOMES = {
    "KnowledgeGraph": "api",
    "LoadedExtractor": "api",
    "RemoteGraph": "api",
    "build": "api",
    "evaluate": "api",
    "extract": "api",
    "load": "api",
    "GraphError": "errors",
    "InputError": "errors",
    "KGError": "errors",
    "QueryError": "errors",
    "Extraction": "records",
    "Link": "records",
    "Mention": "records",
    "Paper": "records",
    "Result": "records",
    "read_papers": "sources",
}

__all__ = [
    "Extraction",
    "GraphError",
    "InputError",
    "KGError",
    "KnowledgeGraph",
    "Link",
    "LoadedExtractor",
    "Mention",
    "Paper",
    "QueryError",
    "RemoteGraph",
    "Result",
    "build",
    "evaluate",
    "extract",
    "load",
    "read_papers",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"kg.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
