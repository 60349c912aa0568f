"""Requests to a service that do not burden it: with pauses, retries that wait longer each time, and limits."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TypeVar

from kg.errors import KGError
from kg.remote.connection import AGENT, asked_wait
from kg.text.names import one_line

RETRIES = 5
LARGEST = 50_000_000  # bytes of an answer
SLOWEST = 180.0  # seconds for an answer as a whole
_SILENCE = 60.0  # seconds without a byte
_FIRST_WAIT = 2.0  # seconds before the first retry; each further one waits twice as long
_LONGEST_WAIT = 300.0  # seconds; a service that asks for more is left alone
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # HTTP statuses that may be others soon
_PIECE = 1 << 16

Parsed = TypeVar("Parsed")


class FetchError(KGError):
    """A service did not answer, or not as expected: one line that names it and says what happened."""


class _PassingError(Exception):
    """A try failed, and the next one may not: the text says why, ``wait`` the seconds that the service asks for."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Polite:
    """Asks one service.

    Args:
        pause: seconds between the ends of two requests and the next, as the service asks for.
        note: called with one line for each retry.
        wait: sleeps for some seconds.
        clock: the time in seconds.
    """

    def __init__(
        self,
        pause: float,
        note: Callable[[str], None] = lambda line: None,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pause = pause
        self._note = note
        self._wait = wait
        self._clock = clock
        self._last: float | None = None

    def ask(self, url: str, parse: Callable[[bytes], Parsed]) -> Parsed:
        """What a service answers.

        Args:
            url: of the request.
            parse: makes something of the body; raises ``ValueError`` if it is damaged, and is then asked again.

        Raises:
            FetchError: it answers with an error, not in time, with too much, or :data:`RETRIES` times not at all.
        """
        why = ""
        for number in range(RETRIES + 1):
            try:
                return self._parsed(self._body(url), parse)
            except _PassingError as error:
                why = str(error)
                if number == RETRIES:
                    break
                seconds = _FIRST_WAIT * 2**number if error.wait is None else error.wait
                if seconds > _LONGEST_WAIT:
                    raise FetchError(f"{_host(url)}: {why}; asks to wait for {seconds:,.0f} seconds") from None
                self._note(f"{_host(url)}: {why}; asked again in {seconds:,.0f} s")
                self._wait(seconds)
        raise FetchError(f"{_host(url)}: {why}, {RETRIES + 1} times; the same command goes on from here later")

    def _parsed(self, body: bytes, parse: Callable[[bytes], Parsed]) -> Parsed:
        try:
            return parse(body)
        except (RecursionError, ValueError) as error:
            raise _PassingError(f"the answer is damaged ({one_line(str(error))[:100]})") from None

    def _body(self, url: str) -> bytes:
        if self._last is not None and (left := self._last + self.pause - self._clock()) > 0:
            self._wait(left)
        request = urllib.request.Request(url, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"})
        try:
            with urllib.request.urlopen(request, timeout=_SILENCE) as answer:
                return self._read(answer, url)
        except urllib.error.HTTPError as error:
            why = f"HTTP {error.code} {error.reason}"
            if error.code not in _PASSING:
                detail = one_line(error.read(300).decode("utf-8", "replace"))
                raise FetchError(f"{_host(url)}: {why}" + (f": {detail}" if detail else "")) from None
            raise _PassingError(why, asked_wait(error.headers.get("Retry-After"))) from None
        except (OSError, http.client.HTTPException) as error:
            raise _PassingError(f"does not answer ({one_line(str(error)) or type(error).__name__})") from None
        finally:
            self._last = self._clock()

    def _read(self, answer: http.client.HTTPResponse, url: str) -> bytes:
        """The body, unless it is too long or takes too long, as one that never ends does."""
        started, body = self._clock(), bytearray()
        while piece := answer.read1(_PIECE):
            body += piece
            if len(body) > LARGEST:
                raise FetchError(f"{_host(url)}: the answer has more than {LARGEST:,} bytes")
            if self._clock() - started > SLOWEST:
                raise _PassingError(f"the answer takes more than {SLOWEST:.0f} seconds")
        if answer.length:  # bytes that were announced and did not come
            raise _PassingError("the answer was cut off")
        return bytes(body)


def _host(url: str) -> str:
    return url.split("/")[2]
