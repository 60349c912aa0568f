"""Requests to a server over HTTP that is kept busy for long, such as a store that a graph is published to.

One connection is kept open. What fails for now is tried again, with a longer wait each time (RFC 9110, section 10.2.3,
for the wait that a server asks for); what fails for good is an error of one line that names the address.
"""

from __future__ import annotations

import base64
import http.client
import os
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, NamedTuple, NoReturn, cast
from urllib.parse import urlsplit

from kg.errors import KGError
from kg.text.files import LARGEST_ANSWER, answer_file
from kg.text.names import one_line, quoted

AGENT = "papers-kg (https://w3id.org/papers-kg/)"
PASSWORD, TOKEN = "KG_PASSWORD", "KG_TOKEN"

_PASSING = (408, 425, 429, 502, 503)  # HTTP statuses that may be others soon
_FIRST_WAIT = 1.0  # seconds before the second retry; each further one waits twice as long
_LONGEST_WAIT = 60.0  # seconds
_LONGEST_ASKED = 300.0  # seconds; a server that asks for more is left alone
_PIECE = 1 << 16
_DETAIL = 300  # characters of what a server says about an error


class RemoteError(KGError):
    """A server did not answer, or not as expected: one line that names its address and says what happened."""


class TooLateError(RemoteError):
    """A server did not answer in time."""


class Reply(NamedTuple):
    """The answer to a request; ``body`` is at its beginning. ``media_type`` is in lower case, without parameters."""

    status: int
    reason: str
    media_type: str
    location: str
    body: IO[bytes]

    @property
    def is_page(self) -> bool:
        """Whether the body is a web page; an empty one is none, even if some stores give it that media type."""
        return bool(self._start) and ("html" in self.media_type or "<html" in self._start.lower())

    @property
    def detail(self) -> str:
        """The beginning of the body on one line, unless it is a web page or not text."""
        return "" if self.is_page else one_line(self._start)[:_DETAIL]

    @property
    def _start(self) -> str:
        self.body.seek(0)
        start = self.body.read(4 * _DETAIL).decode("utf-8", "replace")
        self.body.seek(0)
        return start


class PassingError(Exception):
    """A try failed, and the next one may not.

    The text says why, ``wait`` the seconds that the server asks for, and ``lost`` whether the connection was lost.
    """

    def __init__(self, why: str, wait: float | None = None, *, lost: bool = False) -> None:
        super().__init__(why)
        self.wait = wait
        self.lost = lost


class Connection:
    """Sends requests to one server, one at a time.

    Args:
        url: of the server's service; a query string in it is kept.
        authorization: the header that says who asks (:func:`authorization`).
        retries: how often a request is sent again.
        silence: seconds without a byte, after which a connection is given up.
        note: called with one line for each retry that waits.
        wait: sleeps for some seconds.
        clock: the time in seconds.

    Raises:
        RemoteError: the URL is none of a server.
    """

    def __init__(
        self,
        url: str,
        *,
        authorization: str | None = None,
        retries: int = 8,
        silence: float = 120.0,
        note: Callable[[str], None] = lambda line: None,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = checked_url(url)
        self._authorization = authorization
        self._retries = retries
        self._silence = silence
        self._note = note
        self._wait = wait
        self._clock = clock
        self._open: http.client.HTTPConnection | None = None
        self._reached = False
        self._given_up = False
        self.losses = 0
        """How often the connection was lost in the middle of a request."""

    def ask(
        self,
        method: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        query: str = "",
        timeout: float = 0,
        largest: int = LARGEST_ANSWER,
    ) -> Reply:
        """Send a request, and send it again where it failed for a while; returns the answer, whatever its status is.

        Args:
            method: of the request, which may be sent several times.
            body: of the request.
            headers: of the request.
            query: parameters that are added to those of the URL, percent-encoded.
            timeout: seconds until the answer is complete; 0 for no limit.
            largest: the most bytes of an answer.

        Raises:
            TooLateError: the time is over.
            RemoteError: it cannot be reached, or fails again and again.
        """
        ends = self._clock() + timeout if timeout else None
        for number in range(self._retries + 1):
            try:
                return self._once(method, body, dict(headers or {}), query, ends, largest)
            except PassingError as error:
                self._close()
                self.losses += error.lost
                why = str(error)
                if error.lost and not self._reached:
                    self._fail(f"cannot be reached ({why})")
                waited = _waited(number + (not error.lost)) if error.wait is None else error.wait
                if waited > _LONGEST_ASKED:
                    self._fail(f"{why}; asks to wait for {waited:,.0f} seconds")
                if number == self._retries or (ends is not None and self._clock() + waited > ends):
                    self._fail(f"{why}, {number + 1} times" if number else why)
                if waited:
                    self._note(f"{self.url}: {why}; asked again in {waited:,.0f} s")
                    self._wait(waited)
                if self._given_up:
                    self._fail(why)
            except BaseException:
                self._close()
                raise
        raise AssertionError

    def give_up(self) -> None:
        """Send no request again, not even one that is waiting for it in another thread."""
        self._given_up = True

    def _once(
        self, method: str, body: bytes | None, headers: dict[str, str], query: str, ends: float | None, largest: int
    ) -> Reply:
        headers |= {"User-Agent": AGENT, "Accept-Encoding": "identity"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        url = urlsplit(self.url)
        target = (url.path or "/") + "?" * bool(url.query or query) + "&".join(filter(None, (url.query, query)))
        try:
            connection = self._connection(ends)
            connection.request(method, target, body=body, headers=headers)
            answer = connection.getresponse()
            self._reached = True
            content = self._read(answer, ends, largest)
        except TimeoutError:
            if ends is not None and self._clock() >= ends - 0.5:
                raise TooLateError(f"{self.url}: did not answer in time") from None
            raise PassingError("does not answer", lost=True) from None
        except ssl.SSLCertVerificationError as error:
            self._fail(f"has no certificate that is trusted ({error.verify_message})")
        except (OSError, http.client.HTTPException) as error:
            said = getattr(error, "strerror", None) or one_line(str(error)) or type(error).__name__
            raise PassingError(f"the connection failed: {said}" if self._reached else said, lost=True) from None
        if answer.will_close:
            self._close()
        if answer.status in _PASSING:
            asked = asked_wait(answer.headers.get("Retry-After"))
            raise PassingError(f"HTTP {answer.status} {answer.reason}", asked)
        media_type = answer.headers.get_content_type() if "Content-Type" in answer.headers else ""
        return Reply(answer.status, answer.reason, media_type, answer.headers.get("Location", ""), content)

    def _connection(self, ends: float | None) -> http.client.HTTPConnection:
        silence = self._silence if ends is None else max(min(self._silence, ends - self._clock()), 0.001)
        if self._open is None:
            url = urlsplit(self.url)
            made = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
            self._open = made(cast(str, url.hostname), url.port, timeout=silence)
        self._open.timeout = silence
        if self._open.sock:
            self._open.sock.settimeout(silence)
        return self._open

    def _read(self, answer: http.client.HTTPResponse, ends: float | None, largest: int) -> IO[bytes]:
        """Read the body; one that is too long or takes too long, as one that never ends, is an error."""
        content = answer_file()
        size = 0
        while piece := answer.read1(_PIECE):
            size += content.write(piece)
            if size > largest:
                raise RemoteError(f"{self.url}: the answer is larger than {largest / 2**30:g} GiB")
            if ends is not None and self._clock() > ends:
                raise TooLateError(f"{self.url}: did not answer in time")
        if answer.length:  # bytes that were announced and did not come
            raise PassingError("the answer was cut off", lost=True)
        answer.read()  # nothing; or http.client does not see that the answer has ended, and takes no further request
        content.seek(0)
        return content

    def _close(self) -> None:
        if self._open:
            self._open.close()
        self._open = None

    def _fail(self, problem: str) -> NoReturn:
        raise RemoteError(f"{self.url}: {problem}") from None


def checked_url(url: str) -> str:
    """A URL of a server, without its fragment.

    Raises:
        RemoteError: it is not one, or has a password in it, which other users of the machine could see.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or not url.isascii() or " " in url:
        raise RemoteError(f"{quoted(url, 200)}: expected an address such as http://localhost:7878/store")
    if parts.username is not None:
        given = f"--user and the environment variables {PASSWORD} or {TOKEN}"
        raise RemoteError(f"{parts.hostname}: the address has a name or password in it; give them by {given}")
    return parts._replace(fragment="").geturl()


def authorization(user: str | None) -> str | None:
    """The header that says who asks: Basic (RFC 7617) for a user, else Bearer (RFC 6750) where a token is known.

    Password and token come from the environment (:data:`PASSWORD`, :data:`TOKEN`), because the words of a command are
    shown to all users of a machine.

    Raises:
        KGError: there is a user and no password.
    """
    if user is not None:
        password = os.environ.get(PASSWORD)
        if password is None:
            raise KGError(f"--user {user}: expected the password in the environment variable {PASSWORD}")
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    token = os.environ.get(TOKEN, "").strip()
    return f"Bearer {token}" if token.isascii() and token.isprintable() and token else None


def asked_wait(retry_after: str | None) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, section 10.2.3): a number, or a date."""
    if not retry_after:
        return None
    try:
        if retry_after.strip().isdecimal():
            return float(retry_after)
        until = parsedate_to_datetime(retry_after)
        return max((until - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None


def _waited(number: int) -> float:
    """The seconds to wait after some tries: none after the first, since a server may close what was idle."""
    return min(_FIRST_WAIT * 2 ** (number - 1), _LONGEST_WAIT) if number else 0.0
