"""The graph over HTTP: SPARQL, linked data, pages, downloads and what other modules mount (docs/server.md)."""
