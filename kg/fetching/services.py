"""The services that can be asked, each with its pages of papers.

A service has a ``first`` request and gives the next one with each page, so that a fetch can go on from any page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree as Xml

from kg.errors import KGError

Record = Mapping[str, Any]


class Page(NamedTuple):
    """A page of an answer: its papers, the ``next`` request (empty at the end), and how many papers there are in all.

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
        address: where it is.
        pause: seconds between requests that it asks for.
        first: the first request for a query.
        page: the page that a body is, given the request that it answers; raises ``ValueError`` if it is damaged.
    """

    address: str
    pause: float
    first: Callable[[Query], str]
    page: Callable[[bytes, str], Page]


# --- arXiv: https://info.arxiv.org/help/api/user-manual.html ----------------------------------------------------------

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_ARXIV_PAGE = 200


def _arxiv_first(query: Query) -> str:
    words = query.words
    if query.since:
        words = f"({words}) AND submittedDate:[{query.since:%Y%m%d}0000 TO 999912312359]"
    return _arxiv_request(words, 0)


def _arxiv_request(words: str, start: int) -> str:
    order = {"sortBy": "submittedDate", "sortOrder": "ascending"}
    return "/api/query?" + urlencode({"search_query": words, "start": start, "max_results": _ARXIV_PAGE, **order})


def _arxiv_page(body: bytes, request: str) -> Page:
    if b"<!DOCTYPE" in body[:1000]:
        raise ValueError("expected Atom, found another document")
    try:
        feed = Xml.fromstring(body)
    except Xml.ParseError as error:
        raise ValueError(f"broken XML: {error}") from None
    entries = feed.findall(f"{_ATOM}entry")
    if feed.tag != f"{_ATOM}feed":
        raise ValueError("expected Atom, found another document")
    for entry in entries:
        if "/api/errors" in _within(entry, f"{_ATOM}id"):
            raise KGError(f"arXiv: {_within(entry, f'{_ATOM}summary') or 'the query is refused'}")
    start, total = int(re.search(r"start=(\d+)", request)[1]), int(feed.findtext(_TOTAL) or 0)  # type: ignore[index]
    if not entries and start < total:  # as happens now and then
        raise ValueError(f"an empty page, though {total - start:,} papers are left")
    reached = start + len(entries)
    following = re.sub(r"start=\d+", f"start={reached}", request) if reached < total else ""
    return Page([_arxiv_record(entry) for entry in entries], following, total)


def _arxiv_record(entry: Xml.Element) -> Record:
    """An entry with all that it says, in the words of arXiv's metadata snapshot."""
    found = re.fullmatch(r"(.*?)(v\d+)?", _within(entry, f"{_ATOM}id").rpartition("/abs/")[2])
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
    return " ".join((element.findtext(name) or "").split())


# --- OpenAlex: https://docs.openalex.org/how-to-use-the-api -----------------------------------------------------------

_OPENALEX_PAGE = 200
_FILTER = re.compile(r"[a-z_.]+:\S.*")


def _openalex_first(query: Query) -> str:
    filters = [query.words] if _FILTER.fullmatch(query.words) else []
    asked = {} if filters else {"search": query.words}
    filters += [f"from_publication_date:{query.since}"] if query.since else []
    asked |= {"filter": ",".join(filters)} if filters else {}
    return "/works?" + urlencode({**asked, "per-page": _OPENALEX_PAGE, "cursor": "*"})


def _openalex_page(body: bytes, request: str) -> Page:
    answer = json.loads(body)
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        raise ValueError("expected a page of works")
    meta = answer.get("meta") or {}
    cursor = meta.get("next_cursor")
    following = f"{request.rpartition('&cursor=')[0]}&{urlencode({'cursor': cursor})}" if cursor else ""
    return Page(answer["results"], following if answer["results"] else "", meta.get("count"))


# --- Hugging Face daily papers: https://huggingface.co/docs/hub/en/api ------------------------------------------------


def _daily_first(query: Query) -> str:
    first, last = days(query.words)
    return f"/api/daily_papers?date={first}#{last}"  # what is behind "#" is not sent


def _daily_page(body: bytes, request: str) -> Page:
    answer = json.loads(body)
    if not isinstance(answer, list):
        raise ValueError("expected a list of papers")
    day, last = (date.fromisoformat(text) for text in re.findall(r"\d{4}-\d\d-\d\d", request))
    following = f"/api/daily_papers?date={day + timedelta(1)}#{last}" if day < last else ""
    return Page(answer, following, None)


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
        raise KGError(f"expected a date such as 2026-11-20, or 2026-11-20..2026-11-24; found {text[:50]!r}") from None
    if ends < begins:
        raise KGError(f"{text}: ends before it begins")
    return begins, ends


SERVICES: dict[str, Service] = {
    "arxiv": Service("https://export.arxiv.org", 3.0, _arxiv_first, _arxiv_page),
    "openalex": Service("https://api.openalex.org", 0.2, _openalex_first, _openalex_page),
    "hf-daily": Service("https://huggingface.co", 1.0, _daily_first, _daily_page),
}
"""The services by the names that the command line has for them."""
