"""Web addresses: when two are the same, which repository one leads to, and how one is written as an IRI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from kg.text.identifiers import ARXIV

_SCHEME = re.compile(
    r"^(?:git\+)?(https?|git|ssh)\s*(?::\s*/{0,2}|/{2})\s*/?\s*(?:git@)?(.*)$", re.IGNORECASE | re.DOTALL
)
# git@github.com:owner/name.git
_SSH = re.compile(r"^(?:ssh://)?git@([\w.-]+)[:/](?!/)(.*)$", re.IGNORECASE | re.DOTALL)
_OWNER = re.compile(r"^((?:https?://)?[\w.-]+\.[A-Za-z]{2,}):(?=[A-Za-z_])(?![^/]*@)")  # github.com:owner/name
_ACCESS = re.compile(r"^(?:[^/?#@]*@)?([^/?#:@]+)(?::(?:443|80|22))?(?=[/?#]|$)")  # user:password@host:443
_WWW = re.compile(r"^www\.", re.IGNORECASE)
_FACES = {"huggingface.co", "hf.co"}
FORGES = {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com", *_FACES}
_FACE_FOLDERS = {"datasets", "spaces"}
_PAGES = {  # first parts of paths on the forges that are no owner's name
    "huggingface.co": {
        "blog", "collections", "docs", "learn", "models", "organizations", "papers", "posts", "settings",
    },
    "github.com": {
        "about", "account", "apps", "collections", "codespaces", "contact", "customer-stories", "dashboard",
        "enterprise", "events", "explore", "features", "gist", "issues", "join", "login", "marketplace", "new",
        "notifications", "organizations", "orgs", "pricing", "pulls", "readme", "search", "security", "sessions",
        "settings", "site", "sponsors", "stars", "team", "topics", "trending", "users", "watching",
    },
    "gitlab.com": {"-", "dashboard", "explore", "groups", "help", "projects", "search", "snippets", "users"},
}  # fmt: skip
_SUBPAGES = {  # what ends a repository's path on GitLab, which nests groups
    "-", "tree", "blob", "raw", "issues", "wikis", "merge_requests", "commits", "commit", "tags", "releases",
    "branches",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][\w.\-]*")
_RESERVED = "/?#:@!$&'()*+,;=~%"
_SURROGATES = re.compile("[\ud800-\udfff]")  # which UTF-8 cannot encode
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AUTHORITY = re.compile(r"(?:[^/?#@]*@)?[^/?#:@]+(?::\d+)?(?=[/?#]|$)")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]")
_DOI = re.compile(r"^(?:doi\s*:?\s*|(?:https?://)?(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)$", re.IGNORECASE)
_ARXIV = re.compile(rf"^arxiv\s*:\s*({ARXIV}(?:v\d+)?)$", re.IGNORECASE)
_ON_GITHUB = re.compile(r"\bgithub\.com/[\w.-]+/[\w.-]+", re.IGNORECASE)
_SHORT_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[\w.-]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)|<img\b[^<>]*>", re.IGNORECASE)  # of Markdown or HTML, often an icon
_LINK = re.compile(  # of Markdown or HTML; a link that does not end is given up where the next one begins
    r"\[[^\[\]]*\]\(\s*((?:(?!\]\()[^\s)])++)\s*\)|\bhref\s*=\s*[\"'](?P<href>[^\"']+)"
)
_LONGEST = 2000  # characters of an address
_NOTHING = frozenset({"n/a", "na", "none", "null", "nan", "tba", "tbd", "-"})
_LISTS_CODE = "paperswithcode.com"  # of others, as a rule, and of some papers none


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
    if host in ("raw.githubusercontent.com", "gist.githubusercontent.com"):
        host = "github.com" if host.startswith("raw.") else "gist.github.com"
    host = "huggingface.co" if host in _FACES else host
    path = _repository_path(host, parts)
    if path is None or not all(_NAME.fullmatch(part) for part in path):
        return None
    return Repository(host, "/".join(path), f"https://{host}/{'/'.join(path)}")


def _repository_path(host: str, parts: list[str]) -> list[str] | None:
    if not parts or parts[0].lower() in _PAGES.get(host, ()):
        return None
    if host == "huggingface.co":
        size = 3 if parts[0] in _FACE_FOLDERS else 2
    elif host == "anonymous.4open.science":
        if parts[0] not in ("r", "repository"):
            return None
        size = 2
    elif host.startswith("gitlab."):
        size = max(2, min((i for i, part in enumerate(parts) if part in _SUBPAGES), default=len(parts)))
    elif host == "gist.github.com":
        size = min(2, len(parts))
    elif host in FORGES:
        size = 2
    else:
        return None
    if len(parts) < size:
        return None
    return [*parts[: size - 1], parts[size - 1].removesuffix(".git")]


def is_page_of_forge(url: str) -> bool:
    """Whether an address leads to a page of a forge itself or of an owner, not to a repository.

    >>> is_page_of_forge("https://github.com/topics/frogs"), is_page_of_forge("https://github.com/owner/name")
    (True, False)
    """
    return address_key(url).partition("/")[0] in FORGES and repository(url) is None


def is_within_repository(url: str) -> bool:
    """Whether an address leads to a part of a repository, such as a folder or a release, not to all of it.

    >>> is_within_repository("https://github.com/owner/name/tree/main/x")
    True
    >>> is_within_repository("github.com/owner/name.git")
    False
    """
    found = repository(url)
    path = re.split(r"[?#]", address_key(url), maxsplit=1)[0].partition("/")[2]
    return found is not None and path.strip("/").removesuffix(".git") != found.path.casefold()


def on_github(texts: Iterable[str]) -> Iterator[str]:
    """The addresses of repositories on GitHub that texts name.

    >>> [*on_github(["See github.com/Pond/FrogNet.", "and https://github.com/pond/toads/tree/main"])]
    ['github.com/Pond/FrogNet', 'github.com/pond/toads']
    """
    return (found.rstrip(".") for text in texts for found in _ON_GITHUB.findall(text))


def given_address(text: str) -> str | None:
    """The address that a field of a record gives, as a valid http(s) IRI; ``None`` where it gives none ("N/A").

    >>> given_address("doi:10.1234/frog"), given_address("arXiv:2101.00001")
    ('https://doi.org/10.1234/frog', 'https://arxiv.org/abs/2101.00001')
    >>> given_address("git@github.com:Pond/FrogNet.git"), given_address("none")
    ('https://github.com/Pond/FrogNet.git', None)
    """
    text = "".join(_only_address(text).split())
    if found := _DOI.match(text):
        return absolute(f"https://doi.org/{found[1]}")
    if found := _ARXIV.match(text):
        return f"https://arxiv.org/abs/{found[1]}"
    host = _bare(text).partition("/")[0].rpartition("@")[2].partition(":")[0]
    if not _HOST.fullmatch(host):
        return None
    return absolute(text)


def _only_address(text: str) -> str:
    """The first address of a field, without a link's words, brackets, quotes or a remark around it."""
    text = _IMAGE.sub("", _INVISIBLE.sub("", text[:_LONGEST]))
    if link := _LINK.search(text):
        text = link[1] or link["href"]
    text = re.split(r"(?<![\s,;|])[\s,;|]+(?=(?:https?|git|ssh)://|git@)", text.strip(), maxsplit=1)[0]
    return re.sub(r"(?<!\s)\s+\([^()]*\)$", "", text).strip(" \t\n<>\"'`,;")


def given_repository(text: str) -> str | None:
    """The address that a field for code gives, which may be short ("owner/name"); ``None`` where it gives none.

    >>> given_repository("pond/frognet"), given_repository("N/A")
    ('https://github.com/pond/frognet', None)
    """
    short = re.sub(r"(?:(?<!\s)\s+)?/\s*", "/", _only_address(text)).rstrip("/")
    if (
        short.lower() not in _NOTHING
        and _SHORT_REPOSITORY.fullmatch(short)
        and not _HOST.fullmatch(short.split("/")[0])
    ):
        return f"https://github.com/{short.removesuffix('.git')}"
    address = given_address(text)
    return None if address and address_key(address).startswith(_LISTS_CODE) else address


def absolute(url: str) -> str:
    """The address as a valid http(s) IRI: scheme added, white space dropped, illegal characters percent-encoded.

    >>> absolute("www.example.org/a page")
    'http://www.example.org/a%20page'
    >>> absolute("github.com/owner/name")
    'https://github.com/owner/name'
    """
    url = _SSH.sub(r"https://\1/\2", _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", url.strip()))
    url = _OWNER.sub(r"\1/", url)
    match = _SCHEME.match(url)
    if match:
        scheme, rest = match[1].lower(), match[2]
        scheme = scheme if scheme in ("http", "https") else "https"
    else:
        # A server behind "www." may only speak http; one that speaks https redirects to it.
        scheme, rest = ("http" if _WWW.match(url) else "https"), url.lstrip(":/")
    rest = quote(_LONE_PERCENT.sub("%25", rest), safe=_RESERVED)
    path, mark, fragment = rest.partition("#")
    authority = _AUTHORITY.match(path)
    if not authority:
        head = re.match(r"[^/?]*", path)
        end = head.end() if head else 0
        path = quote(path[:end], safe="%") + path[end:]
    if not mark and "?" not in path:
        path = path.rstrip("/")  # one address, whether or not a slash ends it
    return f"{scheme}://{path}{mark}{fragment.replace('#', '%23')}"


def address_key(url: str) -> str:
    """The identity of an address: scheme, "www.", case, ".git" and a final slash make no difference.

    >>> address_key("https://www.github.com/Owner/Name.git") == address_key("github.com/owner/name/")
    True
    """
    return _bare(url).rstrip("/").removesuffix(".git").casefold()


def _bare(url: str) -> str:
    url = _OWNER.sub(r"\1/", _SSH.sub(r"\1/\2", re.sub(r"\s+", "", url)))
    match = _SCHEME.match(url)
    return _WWW.sub("", _ACCESS.sub(r"\1", match[2] if match else url))
