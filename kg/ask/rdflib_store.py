"""The store as rdflib sees it, with queries that keep to the rules of :mod:`kg.ask.sparql`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxrdflib import OxigraphStore

from kg.errors import QueryError
from kg.graph.query_text import SERVICE_REFUSED, calls_service, names_dataset

if TYPE_CHECKING:
    from rdflib.query import Result

_OF_THE_QUERY = ""  # oxrdflib sets the graphs for any other name, also where the query has FROM


class RdflibStore(OxigraphStore):
    """An rdflib store whose queries are answered by Oxigraph: FROM chooses the graphs, SERVICE is refused."""

    def query(
        self,
        query: Any,
        initNs: Any,  # noqa: N803
        initBindings: Any,  # noqa: N803
        queryGraph: str,  # noqa: N803
        **kwargs: Any,
    ) -> Result:
        """Answer a query; rdflib calls it.

        Raises:
            QueryError: the query asks other services.
        """
        if isinstance(query, str):
            if calls_service(query):
                raise QueryError(f"query: {SERVICE_REFUSED}")
            if names_dataset(query):
                queryGraph = _OF_THE_QUERY  # noqa: N806
        return super().query(query, initNs, initBindings, queryGraph, **kwargs)
