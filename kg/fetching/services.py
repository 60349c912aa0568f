"""The services that can be asked, each with its pages of papers.

The clients arxiv and pyalex make the requests, follow the pages and understand the answers;
:class:`~kg.fetching.polite.Polite` carries what they ask. Hugging Face has no client for its daily papers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from re import compile as pattern
from re import fullmatch
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as Xml

from kg.errors import KGError
from kg.text.names import one_line, quoted

if TYPE_CHECKING:
    from kg.fetching.polite import Polite

Record = Mapping[str, Any]


class Page(NamedTuple):
    """A page of an answer: its papers, where the ``next`` one is (empty at the end), and how many papers there are.

    ``total`` is ``None`` where the service does not say it.
    """

    records: list[Record]
    next: str
    total: int | None


class Query(NamedTuple):
    """What a user asks for: words in the language of the service, and the date from which on."""

    words: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A service.

    Args:
        pause: seconds between requests that it asks for.
        first: where the first page of a query is: a number, a cursor or a day.
        pages: the pages from there or from the ``next`` of a page on, at another address if one is given.
    """

    pause: float
    first: Callable[[Query], str]
    pages: Callable[[Query, str, Polite, str | None], Iterator[Page]]


# --- arXiv: https://info.arxiv.org/help/api/user-manual.html ----------------------------------------------------------

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_START = pattern(r"[?&]start=(\d+)")
_ARXIV_PAGE = 200


def _arxiv_pages(query: Query, first: str, polite: Polite, address: str | None) -> Iterator[Page]:
    """The client asks for the pages; what they say is read from the answers themselves.

    The client repairs broken XML and leaves out entries that it cannot read, so that a cut-off page would look like
    the last one. It also repeats a request at once, and the same for all errors: waiting is left to ``polite``.
    """
    import arxiv

    client = arxiv.Client(page_size=_ARXIV_PAGE, delay_seconds=0, num_retries=0)
    if address:
        client.query_url_format = f"{address}/api/query?{{}}"
    words = query.words
    if query.since:
        words = f"({words}) AND submittedDate:[{query.since:%Y%m%d}0000 TO 999912312359]"
    search = arxiv.Search(
        words, max_results=None, sort_by=arxiv.SortCriterion.SubmittedDate, sort_order=arxiv.SortOrder.Ascending
    )
    came: list[Page] = []
    polite.carry(client._session, lambda body, url: came.append(arxiv_page(body, url)))
    try:
        for _ in client.results(search, int(first)):
            yield from came
            came.clear()
    except (arxiv.ArxivError, ValueError) as error:
        raise KGError(f"arXiv: an answer cannot be read ({error})") from None
    yield from came


def arxiv_page(body: bytes, url: str) -> Page:
    """An answer of arXiv as a page.

    Raises:
        ValueError: it is damaged, or empty though papers are left.
        KGError: it says that the query is refused.
    """
    if b"<!DOCTYPE" in body[:1000]:
        raise ValueError("expected Atom, found another document")
    try:
        feed = Xml.fromstring(body)
    except Xml.ParseError as error:
        raise ValueError(f"broken XML: {error}") from None
    if feed.tag != f"{_ATOM}feed":
        raise ValueError("expected Atom, found another document")
    entries = feed.findall(f"{_ATOM}entry")
    for entry in entries:
        if "/api/errors" in _within(entry, f"{_ATOM}id"):
            raise KGError(f"arXiv: {_within(entry, f'{_ATOM}summary') or 'the query is refused'}")
    asked = _START.search(url)
    start, total = int(asked[1]) if asked else 0, int(feed.findtext(_TOTAL) or 0)
    if not entries and start < total:  # as happens now and then
        raise ValueError(f"an empty page, though {total - start:,} papers are left")
    reached = start + len(entries)
    return Page([_arxiv_record(entry) for entry in entries], str(reached) if reached < total else "", total)


def _arxiv_record(entry: Xml.Element) -> Record:
    """An entry with all that it says, in the words of arXiv's metadata snapshot."""
    found = fullmatch(r"(.*?)(v\d+)?", _within(entry, f"{_ATOM}id").rpartition("/abs/")[2])
    assert found
    written = {"version": "v1", "created": _within(entry, f"{_ATOM}published")}
    latest = {"version": found[2], "created": _within(entry, f"{_ATOM}updated")}
    return {
        "id": found[1],
        "title": _within(entry, f"{_ATOM}title"),
        "abstract": _within(entry, f"{_ATOM}summary"),
        "authors": [_within(author, f"{_ATOM}name") for author in entry.findall(f"{_ATOM}author")],
        "affiliations": [_within(author, f"{_ARXIV}affiliation") for author in entry.findall(f"{_ATOM}author")],
        "comments": _within(entry, f"{_ARXIV}comment") or None,
        "journal-ref": _within(entry, f"{_ARXIV}journal_ref") or None,
        "doi": _within(entry, f"{_ARXIV}doi") or None,
        "categories": " ".join(each.get("term", "") for each in entry.findall(f"{_ATOM}category")),
        "versions": [written] if found[2] in (None, "v1") else [written, latest],
        "update_date": latest["created"][:10],
    }


def _within(element: Xml.Element, name: str) -> str:
    return one_line(element.findtext(name) or "")


# --- OpenAlex: https://docs.openalex.org/how-to-use-the-api -----------------------------------------------------------

_OPENALEX_PAGE = 200
_FILTER = pattern(r"[a-z_.]+:\S.*")


def _openalex_pages(query: Query, first: str, polite: Polite, address: str | None) -> Iterator[Page]:
    """The client gives the works as they came. It has no setting for the address of a search."""
    import pyalex

    class Works(pyalex.Works):  # type: ignore[misc]  # pyalex has no types
        @property
        def url(self) -> str:
            path = "/".join(super().url.split("/")[3:])
            return f"{address or pyalex.config.openalex_url}/{path}"

    filters = [query.words] if _FILTER.fullmatch(query.words) else []
    asked: dict[str, Any] = {} if filters else {"search": query.words}
    filters += [f"from_publication_date:{query.since}"] if query.since else []
    asked |= {"filter": filters} if filters else {}
    pages = Works(asked).paginate(cursor=first, per_page=_OPENALEX_PAGE, n_max=None)
    polite.carry(pages._session, lambda body, url: _check_openalex(body))
    for works in pages:
        yield Page([dict(work) for work in works], works.meta["next_cursor"] or "", works.meta.get("count"))


def _check_openalex(body: bytes) -> None:
    answer = json.loads(body)
    if not isinstance(answer, dict) or not isinstance(meta := answer.get("meta"), dict) or "next_cursor" not in meta:
        raise ValueError("expected a page of works")
    works = answer.get("results")
    if not isinstance(works, list) or not all(isinstance(work, dict) for work in works):
        raise ValueError("expected a page of works")
    if not works and meta["next_cursor"]:
        raise ValueError("an empty page, though another one follows")


# --- Hugging Face daily papers: https://huggingface.co/docs/hub/en/api ------------------------------------------------


def _daily_pages(query: Query, first: str, polite: Polite, address: str | None) -> Iterator[Page]:
    from requests import Session

    session = Session()
    polite.carry(session, lambda body, url: _daily(body))
    day, last = date.fromisoformat(first), days(query.words)[1]
    while day <= last:
        answer = session.get(f"{address or 'https://huggingface.co'}/api/daily_papers", params={"date": str(day)})
        day += timedelta(1)
        yield Page(_daily(answer.content), str(day) if day <= last else "", None)


def _daily(body: bytes) -> list[Record]:
    answer = json.loads(body)
    if not isinstance(answer, list):
        raise ValueError("expected a list of papers")
    return answer


def days(text: str) -> tuple[date, date]:
    """The first and the last day of "2026-11-20", "2026-11-20..2026-11-24" or "2026-11-20.." (up to today).

    Raises:
        KGError: it is none of these.
    """
    first, dots, last = text.partition("..")
    try:
        begins = date.fromisoformat(first)
        ends = date.fromisoformat(last) if last else date.today() if dots else begins
    except ValueError:
        raise KGError(
            f"expected a date such as 2026-11-20, or 2026-11-20..2026-11-24; found {quoted(text, 50)}"
        ) from None
    if ends < begins:
        raise KGError(f"{quoted(text, 50)}: ends before it begins")
    return begins, ends


SERVICES: dict[str, Service] = {
    "arxiv": Service(3.0, lambda query: "0", _arxiv_pages),
    "openalex": Service(0.2, lambda query: "*", _openalex_pages),
    "hf-daily": Service(1.0, lambda query: str(days(query.words)[0]), _daily_pages),
}
"""The services by the names that the command line has for them."""
