"""Requests to a service that do not burden it: with pauses, retries that wait longer each time, and limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from kg.errors import KGError
from kg.remote.connection import AGENT, PassingError, asked_wait
from kg.text.names import one_line

RETRIES = 5
LARGEST = 50_000_000  # bytes of an answer
SLOWEST = 180.0  # seconds for an answer as a whole
_SILENCE = 60.0  # seconds without a byte
_FIRST_WAIT = 2.0  # seconds before the first retry; each further one waits twice as long
_LONGEST_WAIT = 300.0  # seconds; a service that asks for more is left alone
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # HTTP statuses that may be others soon
_PIECE = 1 << 16

Check = Callable[[bytes, str], object]
"""Called with the body of an answer and the address that was asked; raises ``ValueError`` if the body is damaged."""


class FetchError(KGError):
    """A service did not answer, or not as expected: one line that names it and says what happened."""


class Polite(HTTPAdapter):
    """Carries the requests of one client of a service, for the ``Session`` of requests that the client asks through.

    Clients give up on an error, or ask again at once or as long as it takes, and read answers of any size.

    Args:
        pause: seconds between the end of one request and the next, as the service asks for.
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
        super().__init__()
        self.pause = pause
        self._note = note
        self._wait = wait
        self._clock = clock
        self._last: float | None = None
        self._check: Check = lambda body, url: None

    def carry(self, session: Session, check: Check) -> None:
        """Carry what is asked in a session from now on; a body that ``check`` finds damaged is asked for again."""
        self._check = check
        for scheme in ("https://", "http://"):
            session.mount(scheme, self)

    def send(self, request: PreparedRequest, *given: Any, **settings: Any) -> Response:
        """Send a request; returns the answer of the service.

        Raises:
            FetchError: it answers with an error, not in time, with too much, or :data:`RETRIES` times not at all.
        """
        host = urlsplit(request.url or "").netloc
        request.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity"})
        why = ""
        for number in range(RETRIES + 1):
            try:
                return self._answer(request, host, {**settings, "stream": True, "timeout": _SILENCE})
            except PassingError as error:
                why = str(error)
                if number == RETRIES:
                    break
                seconds = _FIRST_WAIT * 2**number if error.wait is None else error.wait
                if seconds > _LONGEST_WAIT:
                    raise FetchError(f"{host}: {why}; asks to wait for {seconds:,.0f} seconds") from None
                self._note(f"{host}: {why}; asked again in {seconds:,.0f} s")
                self._wait(seconds)
        raise FetchError(f"{host}: {why}, {RETRIES + 1} times; the same command goes on from here later")

    def _answer(self, request: PreparedRequest, host: str, settings: Mapping[str, Any]) -> Response:
        if self._last is not None and (left := self._last + self.pause - self._clock()) > 0:
            self._wait(left)
        try:
            with super().send(request, **settings) as answer:
                if answer.is_redirect:
                    return answer
                body = self._read(answer, host)
        except HTTPError:
            raise PassingError("the answer was cut off") from None
        except (OSError, RequestException) as error:
            raise PassingError(f"does not answer ({_cause(error)})") from None
        finally:
            self._last = self._clock()
        why = f"HTTP {answer.status_code} {answer.reason}"
        if answer.status_code in _PASSING:
            raise PassingError(why, asked_wait(answer.headers.get("Retry-After")))
        if not answer.ok:
            detail = one_line(body[:300].decode("utf-8", "replace"))
            raise FetchError(f"{host}: {why}" + (f": {detail}" if detail else ""))
        try:
            self._check(body, request.url or "")
        except (RecursionError, ValueError) as error:
            raise PassingError(f"the answer is damaged ({one_line(str(error))[:100]})") from None
        answer.raw = BytesIO(body)
        return answer

    def _read(self, answer: Response, host: str) -> bytes:
        """Read the body; one that is too long or takes too long, as one that never ends, is an error."""
        started, body = self._clock(), bytearray()
        while piece := answer.raw.read1(_PIECE, decode_content=True):
            body += piece
            if len(body) > LARGEST:
                raise FetchError(f"{host}: the answer has more than {LARGEST:,} bytes")
            if self._clock() - started > SLOWEST:
                raise PassingError(f"the answer takes more than {SLOWEST:.0f} seconds")
        return bytes(body)


def _cause(error: BaseException) -> str:
    """The first cause of an error: clients wrap errors of the network several times."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return one_line(str(error)) or type(error).__name__
