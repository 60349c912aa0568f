"""The pages: which path is answered by which view, and how a view becomes HTML.

>>> site = Site(KnowledgeGraph("output"))  # doctest: +SKIP
>>> site.page("/dataset/cifar-10", {}).status  # doctest: +SKIP
200

Every text of the graph is escaped by the templates. The pages need no inline script, no inline style and no attribute
``style``, all of which the server forbids (:data:`kg.server.guard.POLICY`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import chain
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup, escape

from kg.api import KnowledgeGraph
from kg.ask.card import EntityCard, PaperCard
from kg.ask.wording import measured_against
from kg.graph.authors import in_order
from kg.site import boards, compare, editor, entity, listings, neighbours
from kg.site.links import Links, ServerLinks
from kg.site.paper import bibtex, read_paper
from kg.site.source import Source, View, class_of
from kg.text.names import one_line
from kg.text.spellings import readable
from kg.vocabulary import ENTITY_KINDS

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # Unicode Standard Annex 9, section 2
_LONG_NAME, _LONGEST_NAME = 180, 10_000  # characters of a name that are shown, and that its title has


class Page(NamedTuple):
    """A page: its HTML and the status code of HTTP."""

    html: str
    status: int = 200


class Site:
    """The pages of a graph. Keep it as long as the graph: what is counted over the whole graph is counted once.

    Args:
        graph: opened for reading.
        links: how the pages address one another; those of a server by default.
        edit: whether pages offer to send corrections.
    """

    def __init__(self, graph: KnowledgeGraph, *, links: Links | None = None, edit: bool = False) -> None:
        self.source = Source(graph)
        self.links: Links = links or ServerLinks()
        self.edit = edit and self.links.served

    def page(self, path: str, query: Mapping[str, str] | None = None) -> Page | None:
        """The page with a path, such as ``/dataset/cifar-10``; ``None`` if there is none.

        Args:
            path: what follows the host in the address.
            query: the parameters of the address.
        """
        # Half of a surrogate pair, which a path can be decoded to, has no place in a page and in a query.
        path, *given = (text.encode(errors="replace").decode() for text in (path, *chain(*(query or {}).items())))
        view = self._view(path, dict(zip(given[::2], given[1::2], strict=True)))
        return None if view is None else self._rendered(view, path)

    def error(
        self, status: int, message: str, path: str = "/", *, title: str | None = None, back: str | None = None
    ) -> Page:
        """A page that says what went wrong, and how to go on.

        Args:
            status: the status code of HTTP.
            message: what went wrong.
            path: of the page.
            title: of the page, if it is not the usual one for the status.
            back: the address of a page to go back to.
        """
        usual = {404: "Not found", 400: "That cannot be answered"}.get(status, "Something went wrong")
        values = {"message": message, "status": status, "back": back}
        return self._rendered(View("error.html", title or usual, values, status), path)

    def corrected(self, says: str, file: str, folder: str, back: str) -> Page:
        """A page that says which correction was written down.

        Args:
            says: the correction in words.
            file: where it is written.
            folder: the graph folder, as a shell takes it.
            back: the address of the page that it was sent from.
        """
        values = {"says": says, "file": file, "folder": folder, "back": back}
        return self._rendered(View("corrected.html", "Corrected", values), "/correct")

    def suggestions(self, words: str) -> list[dict[str, Any]]:
        """What someone who has typed some words may mean: ``name``, ``kind``, ``papers`` and ``url`` of each."""
        found = listings.suggested(self.source, words)
        return [{**one, "url": self.links.page(one["path"]) if one["path"] else None} for one in found]

    def neighbourhood(self, iri: str) -> dict[str, Any]:
        """What is around an entity (:func:`kg.site.neighbours.neighbourhood`), with the address of each node's page."""
        around = neighbours.neighbourhood(self.source, iri)
        for node in around["nodes"]:
            node["url"] = self.links.page(node.pop("path") or "")
        return around

    # Routing ----------------------------------------------------------------------------------------------------------

    def _view(self, path: str, query: Mapping[str, str]) -> View | None:
        folder, _, rest = path.strip("/").partition("/")
        if rest:
            resource = self._resource(folder, path, query)
            return resource or self._deeper(folder, rest, query)
        if folder == "papers" and "of" not in query:
            return listings.browse_view(self.source, "paper", query)
        fixed: dict[str, Callable[[], View | None]] = {
            "": partial(listings.overview_view, self.source),
            "search": partial(listings.search_view, self.source, query),
            "new": partial(listings.new_view, self.source, query),
            "leaderboards": partial(boards.boards_view, self.source),
            "compare": partial(compare.compare_view, self.source, query),
            "papers": partial(entity.papers_view, self.source, query),
            "query": partial(editor.editor_view, self.source, query),
            "queries": partial(editor.queries_view, self.source),
            "graph": partial(neighbours.empty_view, self.source),
        }
        return fixed[folder]() if folder in fixed else None

    def _deeper(self, folder: str, rest: str, query: Mapping[str, str]) -> View | None:
        kind, _, name = rest.partition("/")
        if folder == "browse" and kind in (*ENTITY_KINDS, "paper") and re.fullmatch("(?:[1-9][0-9]*)?", name):
            return listings.browse_view(self.source, kind, {"page": name} if name else query)
        if folder == "narrower" and kind in ENTITY_KINDS and (iri := self.source.iri(rest)):
            return listings.narrower_view(self.source, iri, kind)
        if folder == "compare":
            view = compare.compare_view(self.source, {"dataset": rest})
            return view if view.values["dataset"] else view._replace(status=404)
        if folder == "graph" and kind in ENTITY_KINDS and (iri := self.source.iri(rest)):
            return neighbours.graph_view(self.source, iri)
        if folder == "leaderboard" and rest.count("/") == 1:
            found = [
                self.source.iri(f"/{kind}/{slug}")
                for kind, slug in zip(("dataset", "metric"), rest.split("/"), strict=True)
            ]
            dataset, metric = found
            return boards.board_view(self.source, dataset, metric) if dataset and metric else None
        return None

    def _resource(self, folder: str, path: str, query: Mapping[str, str]) -> View | None:
        if folder == "venue":
            return entity.venue_view(self.source, self.source.base + path.strip("/"), query)
        if folder not in (*ENTITY_KINDS, "paper", "code") or not (iri := self.source.iri(path)):
            return None
        card = self.source.card(iri)
        if isinstance(card, PaperCard):
            return self._paper(card)
        if isinstance(card, EntityCard):
            return entity.entity_view(self.source, card)
        return entity.repository_view(self.source, card)

    def _paper(self, card: PaperCard) -> View:
        card = card._replace(authors=in_order(self.source.graph.generation, card.name, card.authors))
        text = read_paper(self.source, card.iri, card.name, card.abstract or "")
        return View(
            "paper.html",
            readable(card.name),
            {
                "card": card,
                "text": text,
                "bibtex": bibtex(card),
                "venue_iri": self.source.reader.value(card.iri, "https://schema.org/isPartOf"),
                "repositories": list(
                    zip(
                        self.source.reader.objects(card.iri, "https://w3id.org/papers-kg/ontology#hasCode"),
                        card.code,
                        strict=True,
                    )
                ),
                "behind": {
                    name: self.source.behind(f"paper-{name}", paper=card.iri)
                    for name in ("mentions", "results", "facts")
                },
            },
        )

    # Rendering --------------------------------------------------------------------------------------------------------

    def _rendered(self, view: View, path: str) -> Page:
        links = self.links.at(path)

        def address(iri: str) -> str | None:
            local = self.source.path(iri)
            return links.page(local) if local else None

        template = templates().get_template(view.template)
        html = template.render(
            **view.values,
            page_title=view.title,
            path=path,
            page_address=links.page(path),
            url=links.page,
            static=links.static,
            root=links.root,
            address=address,
            board=lambda dataset, metric: links.page(boards.board_path(self.source, dataset, metric)),
            served=links.served,
            edit=self.edit,
            base=self.source.base,
            source_path=self.source.path,
        )
        return Page(html, view.status)


@cache
def templates() -> jinja2.Environment:
    """The templates of pages and charts."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("kg.site"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.filters["name"] = shown_name
    found.filters["day"] = shown_day
    found.filters["readable"] = readable
    found.filters["number"] = "{:,}".format
    found.filters["sure"] = "{:.0%}".format
    found.globals["class_of"] = class_of
    found.globals["kinds"] = ENTITY_KINDS
    found.globals["measured_against"] = measured_against
    return found


def shown_name(text: str | None, most: int = _LONG_NAME) -> Markup:
    """A name as people read it; of a very long one the beginning, with the whole in a title.

    One with other letters than ASCII is set apart from the writing direction around it; the characters that change the
    direction are left out, since one without its end would change it for what follows, too.

    >>> shown_name("R & D"), shown_name("שם"), shown_name("a\u2066b")
    (Markup('R &amp; D'), Markup('<bdi>שם</bdi>'), Markup('ab'))
    """
    name = one_line(readable(text or "")).translate(_DIRECTIONS)
    if len(name) > most:
        return Markup('<bdi title="{}">{}…</bdi>').format(name[:_LONGEST_NAME], name[:most].rstrip())
    return escape(name) if name.isascii() else Markup("<bdi>{}</bdi>").format(name)


def shown_day(day: str) -> str:
    """An xsd:date or an xsd:gMonthDay as people write it; anything else as it is.

    >>> shown_day("2025-03-11"), shown_day("--03-11")
    ('11 March 2025', '11 March')
    """
    found = re.fullmatch(r"(?:(\d{4})|-)-(0[1-9]|1[0-2])-(\d\d)", day)
    return f"{int(found[3])} {_MONTHS[int(found[2]) - 1]} {found[1] or ''}".rstrip() if found else day
