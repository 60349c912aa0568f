"""How the pages address one another: by the paths of a server, or by relative paths of files.

A page has a path, such as ``/dataset/cifar-10``: what follows the base IRI in the IRI of its resource. Both kinds of
links make an address of such a path; on a static site some pages do not exist, and what they would say is elsewhere.

>>> ServerLinks().page("/search", {"q": "frog net"})
'/search?q=frog%20net'
>>> FileLinks(frozenset({"/", "/dataset/cifar-10"})).at("/dataset/cifar-10").page("/")
'../index.html'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote, urlencode

_DEVICE = r"(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)"  # which Windows takes for a device, whatever its ending
_PLAIN_NAME = re.compile(rf"(?!{_DEVICE})[a-z0-9][a-z0-9._+-]{{0,99}}")


class Links(Protocol):
    """What the pages ask for their addresses."""

    served: bool
    """Whether a server answers, so that queries can be run and corrections sent."""

    def at(self, path: str) -> Links:
        """The links of the page with this path."""
        ...

    def page(self, path: str, query: Mapping[str, str] | None = None) -> str | None:
        """The address of a page; ``None`` if there is no such page."""
        ...

    def static(self, name: str) -> str:
        """The address of a file in ``kg/site/static``."""
        ...

    @property
    def root(self) -> str:
        """The address of the folder that holds the first page, with a slash at its end."""
        ...


class ServerLinks:
    """Addresses on a server.

    Args:
        prefix: the path below which the pages are served, without a slash at its end.
    """

    served = True

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix

    def at(self, path: str) -> ServerLinks:
        """These links: they are the same on every page."""
        return self

    def page(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """The address of a page. Of a path that is quoted already, such as that of a repository, nothing changes."""
        return self.prefix + _quoted(path) + (f"?{urlencode(query, quote_via=quote)}" if query else "")

    def static(self, name: str) -> str:
        """The address of a file in ``kg/site/static``."""
        return f"{self.prefix}/static/{name}"

    @property
    def root(self) -> str:
        """The address of the first page."""
        return f"{self.prefix}/"


class FileLinks:
    """Relative addresses between the files of a static site.

    Args:
        pages: the paths of the pages that the site has.
        elsewhere: for pages that it does not have, the page and the part of it that says the same, such as
            ``/paper/frognet#method-frognet``, or an address of another site.
        path: of the page that the links are on.
    """

    served = False

    def __init__(self, pages: frozenset[str], elsewhere: Mapping[str, str] | None = None, path: str = "/") -> None:
        self.pages = pages
        self.elsewhere = elsewhere or {}
        self.path = path
        self._file = file_of(path)
        self._up = "../" if "/" in self._file else ""

    def at(self, path: str) -> FileLinks:
        """The links of the page with this path."""
        return FileLinks(self.pages, self.elsewhere, path)

    def page(self, path: str, query: Mapping[str, str] | None = None) -> str | None:
        """The relative address of a page; a query is kept as a fragment, for the scripts of the page."""
        target, _, part = self.elsewhere.get(path, path).partition("#")
        if target.startswith(("http://", "https://")):
            return self.elsewhere[path]
        if target not in self.pages:
            return None
        fragment = part or (urlencode(query, quote_via=quote) if query else "")
        file = file_of(target)
        ending = f"#{quote(fragment, safe='=&%')}" if fragment else ""
        return ending if ending and file == self._file else self._relative(file) + ending

    def static(self, name: str) -> str:
        """The address of a file in ``kg/site/static``."""
        return self._relative(f"static/{name}")

    @property
    def root(self) -> str:
        """The way from the page to the folder of the site."""
        return self._up or "./"

    def _relative(self, file: str) -> str:
        return self._up + quote(file)


def file_of(path: str) -> str:
    """The file of a static site that holds the page with this path.

    Names that some file system does not take, such as very long ones and ``con``, are replaced by their digest.

    >>> file_of("/"), file_of("/dataset/cifar-10"), file_of("/code/github.com/pond-lab/frognet")
    ('index.html', 'dataset/cifar-10.html', 'code/github-com-pond-lab-frognet-87bd87fd.html')
    """
    folder, _, name = path.strip("/").partition("/")
    if not name:
        return f"{folder or 'index'}.html"
    if not _PLAIN_NAME.fullmatch(name):
        import hashlib

        digest = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
        plain = re.sub(r"[^a-z0-9+]+", "-", name.lower()).strip("-")[:80]
        name = f"{plain}-{digest}" if plain else digest
    return f"{folder}/{name}.html"


def _quoted(path: str) -> str:
    return quote(path, safe="/%:@!$&'()*+,;=~-._")
