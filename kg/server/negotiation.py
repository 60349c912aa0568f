"""Which representation a client gets: by ``Accept`` (RFC 9110, section 12.5.1), and not again if it has it already."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from starlette.datastructures import Headers
from starlette.responses import Response

from kg.export.formats import FORMATS

Offer = TypeVar("Offer")

DOCUMENTS = {
    **{FORMATS[name].media_type: FORMATS[name] for name in ("turtle", "jsonld", "ntriples", "rdfxml")},
    "application/json": FORMATS["jsonld"],
    "application/xml": FORMATS["rdfxml"],
    "text/n3": FORMATS["turtle"],
}
"""The formats of statements by media type, also those under which some clients ask for them."""


def best(accept: str | None, offers: Mapping[str, Offer]) -> Offer | None:
    """The offer that the client wants most; ``None`` if it takes none of them.

    Args:
        accept: the value of the header; all is accepted without one.
        offers: by media type; the first of those that the client wants equally wins.

    >>> best("text/html;q=0.5, text/turtle", {"text/html": 1, "text/turtle": 2})
    2
    >>> best("application/*", {"text/html": 1}) is None
    True
    """
    if accept is None or not accept.strip():
        return next(iter(offers.values()), None)
    chosen = _best(accept, tuple(offers))
    return None if chosen is None else offers[chosen]


@lru_cache(1000)
def _best(accept: str, offered: tuple[str, ...]) -> str | None:
    ranges = [_range(item) for item in accept.lower().split(",")[:100]]
    ranked = [(_quality(media_type, ranges), -number, media_type) for number, media_type in enumerate(offered)]
    quality, _, media_type = max(ranked, default=(0.0, 0, None))
    return media_type if quality > 0 else None


def _range(item: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in item.split(";"))
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return name, min(float(quality), 1.0)
    except ValueError:
        return name, 0.0


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """How much a media type is wanted, by the most specific range that it is in."""
    for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        found = [quality for given, quality in ranges if given == name]
        if found:
            return max(found)
    return 0.0


def unchanged(headers: Headers, tag: str, modified: float | None = None) -> bool:
    """Whether the client has this version already (RFC 9110, section 13.1).

    Args:
        headers: of the request.
        tag: the entity tag, with its quotes.
        modified: when the version was made, in seconds since 1970; ``None`` where dates are not compared.
    """
    if known := headers.get("if-none-match"):
        tags = [given.strip().removeprefix("W/") for given in known.split(",")]
        return "*" in tags or tag.removeprefix("W/") in tags
    since = headers.get("if-modified-since")
    if modified is None or not since:
        return False
    from email.utils import parsedate_to_datetime

    try:
        return int(modified) <= parsedate_to_datetime(since).timestamp()
    except (ValueError, OverflowError):
        return False


def not_modified(headers: Mapping[str, str]) -> Response:
    """The response to a client that has this version; it keeps the headers that describe it."""
    kept = ("etag", "last-modified", "cache-control", "vary", "content-location")
    return Response(status_code=304, headers={name: value for name, value in headers.items() if name.lower() in kept})
