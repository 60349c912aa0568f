"""Links: every web address in the text as given, cleaned, with the kind of thing that it leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from spacy.language import Language
from spacy.tokens import Doc

from kg.records import Link
from kg.rulefiles import Rule
from kg.text.addresses import address_key
from kg.text.sentences import sentence_spans
from kg.vocabulary import LinkKind

# What an address is made of; LaTeX escapes some of its signs with a backslash, another address ends it.
_SIGN = r"(?:(?!(?<![/=])https?\s?:\s?/)(?:\\[_%&#$~]|[^\s<>\"{}\\|^`\[\]“”‘’，。]))"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_TOP = (
    r"(?:com|org|net|edu|gov|io|ai|co|app|dev|info|science|ly|gl|gle|me|at|be|ca|ch|cn|de|eu|fr|in|it|jp|kr|nl|se|uk)"
)
_ADDRESS = re.compile(
    rf"""
    https?\s?:\s?/\s?/\s?
      (?P<scheme>(?:[A-Za-z0-9-]+-\ )?{_LABEL}(?:\.(?:\ (?=(?-i:com|org|net|io|edu)\b))?{_LABEL})*{_SIGN}*)
  | (?<![\w@/.-])(?P<www>www\.{_LABEL}\.{_SIGN}+)
  | (?<![\w@/.:-])(?P<page>(?:{_LABEL}\.)+(?:github|gitlab|readthedocs)\.io\b{_SIGN}*)
  | (?<![\w@/.:-])(?P<path>(?:{_LABEL}\.)+{_TOP}/(?=[\w~]){_SIGN}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_BREAK = re.compile(r" (?=(\S+))")
_NAME_LIKE = re.compile(r"[A-Za-z0-9]*[A-Z0-9_\-/]\S*|[a-z]+[.)}\]]*$")


def find_addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and cleaned form of every address in a text, with and without scheme.

    White space within an address, as page layouts add it, is removed: after the scheme, and in a repository's path.
    Closing punctuation, quotes, unbalanced brackets and LaTeX backslashes are not part of an address.

    >>> list(find_addresses(r"Code: https: //github.com/o/n\\_m.git{here}."))
    [(6, 36, 'https://github.com/o/n_m.git')]
    """
    position = 0
    while match := _ADDRESS.search(text, position):
        start, end = match.start(), _trimmed(text, match.start(), match.end())
        end = _joined(text, start, end)
        url = re.sub(r"\\(?=[_%&#$~])|\s", "", text[start:end])
        position = max(end, match.start() + 1)
        if "." in url:
            yield start, end, url


def _trimmed(text: str, start: int, end: int) -> int:
    """The end of the address without what closes the sentence or a bracket around it."""
    while end > start:
        last = text[end - 1]
        if last not in ".,;:!?'\"*’”\\" and not (last in _CLOSERS and _unbalanced(text[start:end], last)):
            break
        end -= 1
    return end


def _unbalanced(address: str, closer: str) -> bool:
    return address.count(closer) > address.count(_CLOSERS[closer])


def _joined(text: str, start: int, end: int) -> int:
    """The end of the address, with what follows a space in its path: "github.com/owner/ name", "…/long- name"."""
    while (gap := _BREAK.match(text, end)) and not _ADDRESS.match(text, gap.end()):
        written = re.sub(r"\s|^https?:\s?//", "", text[start:end])
        owner_only = re.fullmatch(r"(?:www\.)?(?:github|gitlab|bitbucket)\.\w+/(?:[\w.-]+/)?", written)
        hyphen = re.search(r"/\S*[\w]-$", written)
        if not (hyphen or (owner_only and _NAME_LIKE.match(text, gap.end()))):
            break
        piece = re.compile(rf"{_SIGN}+").match(text, gap.end())
        if not piece:
            break
        end = _trimmed(text, start, piece.end())
    return end


class LinkFinder:
    """Pipeline component: writes ``doc._.links``, one link for each address, at its first place.

    The kind is determined by the host (rules ``LinkHost``; ``LinkPath`` for its folders), and by the words before the
    address in its sentence (rules ``LinkWord``) where a host has several kinds of things, or hides its target
    (rules ``LinkShortener``).
    """

    def __init__(self) -> None:
        self.hosts: dict[str, LinkKind] = {}
        self.paths: dict[str, LinkKind] = {}
        self.words: dict[str, LinkKind] = {}
        self.shorteners: set[str] = set()

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the LinkHost, LinkPath, LinkWord and LinkShortener rules."""
        for rule in rules:
            if rule.label == "LinkHost":
                self.hosts[rule.pattern] = rule.id
            elif rule.label == "LinkPath":
                self.paths[rule.pattern] = rule.id
            elif rule.label == "LinkWord":
                self.words[rule.pattern] = rule.id
            elif rule.label == "LinkShortener":
                self.shorteners.add(rule.pattern)

    def __call__(self, doc: Doc) -> Doc:
        text = doc._.plain.original
        found: dict[str, Link] = {}
        for start, end, url in find_addresses(text):
            found.setdefault(address_key(url), Link(url=url, kind=self.kind(url, text, start), start=start, end=end))
        doc._.links = list(found.values())
        return doc

    def kind(self, url: str, text: str, start: int) -> LinkKind:
        """What the address at offset ``start`` of a text leads to."""
        key = address_key(url)
        for path, of_path in self.paths.items():
            if key.startswith(path):
                return of_path
        host = key.partition("/")[0]
        said = self._kinds_before(text, start)
        if host in self.shorteners and len(said) == 1:
            return next(iter(said))
        kind: LinkKind = "project"
        for pattern, of_host in self.hosts.items():
            if fnmatchcase(host, pattern):
                kind = of_host
                break
        named = {self.words[word] for word in re.split(r"[^a-z]+", key) if word in self.words}
        if (said or named) == {"data"} and "project" not in named:
            return "data"
        return "code" if kind == "project" and named == {"code"} else kind

    def _kinds_before(self, text: str, start: int) -> set[LinkKind]:
        """The kinds of things that the address's sentence mentions before it."""
        sentence = next((first for first, last in sentence_spans(text) if first <= start < last), 0)
        return {self.words[w] for w in re.findall(r"[a-z]+", text[sentence:start].lower()) if w in self.words}


@Language.factory("kg_links")
def make_links(nlp: Language, name: str) -> LinkFinder:
    """The component's factory."""
    return LinkFinder()
