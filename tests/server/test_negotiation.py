"""Which representation a client gets."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from kg.server.negotiation import best, not_modified, unchanged

OFFERS = {"text/html": "page", "text/turtle": "turtle", "application/ld+json": "json"}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "page"),
        ("", "page"),
        ("*/*", "page"),
        ("text/turtle", "turtle"),
        ("TEXT/Turtle;q=0.5, application/ld+json", "json"),
        ("text/*;q=0.5, text/html;q=0.1", "turtle"),
        ("text/html;q=0, */*", "turtle"),
        ("application/ld+json;profile=x;q=0.9, text/turtle;q=0.8", "json"),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("text/turtle;q=nonsense", None),
        (",;,q=1", None),
        ("*/*" + ",x/y" * 100_000, "page"),
    ],
)
def test_the_most_wanted_offer_is_chosen(accept: str | None, expected: str | None) -> None:
    assert best(accept, OFFERS) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"if-none-match": '"a"'}, True),
        ({"if-none-match": '"b", W/"a"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"b"', "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}, False),
        ({"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}, True),
        ({"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}, False),
        ({"if-modified-since": "yesterday"}, False),
    ],
)
def test_a_client_does_not_get_again_what_it_has(headers: dict[str, str], expected: bool) -> None:
    assert unchanged(Headers(headers), '"a"', 1_000_000_000.5) is expected


def test_that_it_has_it_is_said_without_content() -> None:
    response = not_modified({"ETag": '"a"', "Content-Type": "text/turtle", "vary": "Accept"})
    assert response.status_code == 304
    assert dict(response.headers) == {"etag": '"a"', "vary": "Accept"}
