"""The API of Papers with Code over the graph, for the clients that people have (docs/papers-with-code.md).

The routes under ``/api/v1`` are those that ``paperswithcode-client`` 0.3.1 reads, and those that the ``pwc`` command
reads. :mod:`kg.server.pwc.catalogue` lists what the graph holds, :mod:`kg.server.pwc.tables` makes evaluation tables of
comparable results, :mod:`kg.server.pwc.items` writes single things as JSON, :mod:`kg.server.pwc.api` has the routes.
"""

from kg.server.pwc.api import routes

__all__ = ["routes"]
