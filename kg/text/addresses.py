"""Web addresses: when two are the same, which repository one leads to, and how one is written as an IRI."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

_SCHEME = re.compile(r"^(https?)\s*:\s*/\s*/\s*(.*)$", re.IGNORECASE | re.DOTALL)
_WWW = re.compile(r"^www\.", re.IGNORECASE)
_FORGES = {"github.com": 2, "gitlab.com": 2, "bitbucket.org": 2}
_FACES = {"huggingface.co", "hf.co"}
_FACE_FOLDERS = {"datasets", "spaces"}
_FACE_PAGES = {"blog", "docs", "models", "papers", "collections", "organizations", "settings", "posts", "learn"}
_NAME = re.compile(r"[A-Za-z0-9][\w.\-]*")
_RESERVED = "/?#:@!$&'()*+,;=~%"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AUTHORITY = re.compile(r"(?:[^/?#@]*@)?[^/?#:@]+(?::\d+)?(?=[/?#]|$)")


class Repository(NamedTuple):
    """A source repository, or a model, dataset or space on a hub.

    ``host`` is in lower case without "www."; ``path`` is what identifies the repository there ("owner/name"), in the
    spelling given; ``url`` is its canonical address.
    """

    host: str
    path: str
    url: str


def repository(url: str) -> Repository | None:
    """The repository that an address leads into; ``None`` for addresses of anything else.

    Sub-pages ("/tree/main"), ".git", queries and fragments are dropped.

    >>> repository("github.com/Owner/Name.git").url
    'https://github.com/Owner/Name'
    >>> repository("https://huggingface.co/datasets/owner/name/tree/main").path
    'datasets/owner/name'
    """
    host, _, rest = re.split(r"[?#]", _bare(url), maxsplit=1)[0].partition("/")
    host = host.lower()
    parts = [part for part in rest.split("/") if part]
    path = _repository_path(host, parts)
    if path is None or not all(_NAME.fullmatch(part) for part in path):
        return None
    host = "huggingface.co" if host in _FACES else host
    return Repository(host, "/".join(path), f"https://{host}/{'/'.join(path)}")


def _repository_path(host: str, parts: list[str]) -> list[str] | None:
    if host in _FACES:
        size = 3 if parts and parts[0] in _FACE_FOLDERS else 2
        if parts and parts[0] in _FACE_PAGES:
            return None
    elif host == "anonymous.4open.science":
        if not parts or parts[0] not in ("r", "repository"):
            return None
        size = 2
    elif host.startswith("gitlab."):
        # GitLab nests groups; what follows "-" (in old addresses "tree" or "blob") is a page within the repository.
        ends = [i for i, part in enumerate(parts) if part in ("-", "tree", "blob")]
        size = max(2, min(ends, default=len(parts)))
    elif host in _FORGES:
        size = _FORGES[host]
    else:
        return None
    if len(parts) < size:
        return None
    return [*parts[: size - 1], parts[size - 1].removesuffix(".git")]


def absolute(url: str) -> str:
    """The address as a valid http(s) IRI: scheme added, white space dropped, illegal characters percent-encoded.

    >>> absolute("www.example.org/a page")
    'http://www.example.org/a%20page'
    >>> absolute("github.com/owner/name")
    'https://github.com/owner/name'
    """
    match = _SCHEME.match(url.strip())
    if match:
        scheme, rest = match[1].lower(), match[2]
    else:
        # A server behind "www." may only speak http; one that speaks https redirects to it.
        scheme, rest = ("http" if _WWW.match(url.strip()) else "https"), url.strip().lstrip(":/")
    rest = quote(_LONE_PERCENT.sub("%25", rest), safe=_RESERVED)
    path, mark, fragment = rest.partition("#")
    authority = _AUTHORITY.match(path)
    if not authority:
        head = re.match(r"[^/?]*", path)
        end = head.end() if head else 0
        path = quote(path[:end], safe="%") + path[end:]
    return f"{scheme}://{path}{mark}{fragment.replace('#', '%23')}"


def address_key(url: str) -> str:
    """The identity of an address: scheme, "www.", case, ".git" and a final slash make no difference.

    >>> address_key("https://www.github.com/Owner/Name.git") == address_key("github.com/owner/name/")
    True
    """
    return _bare(url).rstrip("/").removesuffix(".git").casefold()


def _bare(url: str) -> str:
    url = re.sub(r"\s+", "", url)
    match = _SCHEME.match(url)
    return _WWW.sub("", match[2] if match else url)
