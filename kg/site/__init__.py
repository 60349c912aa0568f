"""The graph as web pages: rendered here, sent by the server (kg/server) or written as files (:mod:`kg.site.export`)."""

from kg.site.links import FileLinks, Links, ServerLinks
from kg.site.pages import Page, Site

__all__ = ["FileLinks", "Links", "Page", "ServerLinks", "Site"]
