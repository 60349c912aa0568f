"""Links: every web address in the text as given, cleaned, with the kind of thing that it leads to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from spacy.language import Language
from spacy.tokens import Doc

from kg.records import Link
from kg.rulefiles import Rule
from kg.text.addresses import absolute, address_key, given_address, is_page_of_forge
from kg.vocabulary import LinkKind

# What an address is made of: ASCII and accented letters, so that glued text of other scripts and footnote marks end it;
# invisible characters, which only break lines; LaTeX escapes of some signs. An entity or another address ends it.
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_SIGN = (
    r"(?:(?!(?<![/=])https?\s?:\s?/|&(?:gt|lt|quot|apos|nbsp);)"
    rf"(?:\\[_%&#$~]|[!#-;=?-Z_a-z~\u00c0-\u024f{_INVISIBLE}]))"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_TOP = (
    r"(?:com|org|net|edu|gov|io|ai|co|app|dev|info|science|ly|gl|gle|me|at|be|ca|ch|cn|de|eu|fr|in|it|jp|kr|nl|se|uk)"
)
_ADDRESS = re.compile(
    rf"""
    (?:git\+)?(?:https?|git|ssh)(?:\s?:\s?/\s?/?|//)\s?(?:git@)?
      (?P<scheme>(?:[A-Za-z0-9-]+-\s)?{_LABEL}(?:\.(?:\ (?=(?-i:com|org|net|io|edu)\b))?{_LABEL})*{_SIGN}{{0,2000}})
  | (?<![\w@/.-])(?P<ssh>git@{_LABEL}(?:\.{_LABEL})+:{_SIGN}+)
  | (?<![\w@/.:-])(?P<doi>(?:doi:\s?)?10\.\d{{4,9}}/{_SIGN}+)
  | (?<![A-Za-z0-9_@/.-])(?P<www>www\.{_LABEL}\.{_SIGN}+)
  | (?<![A-Za-z0-9_@/.:-])(?P<page>(?:{_LABEL}\.)+(?:github|gitlab|readthedocs)\.io\b{_SIGN}*)
  | (?<![A-Za-z0-9_@/.:-])(?P<path>(?:{_LABEL}\.)+{_TOP}/(?=[\w~]){_SIGN}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What every address has, found more quickly.
_HINT = re.compile(r"//|:\s?/|@|www\.|WWW\.|\.[^\W\d_]+/|10\.\d{4,9}/|\.[^\W\d_][oO]\b")
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_MOST_JOINED = 20  # pieces of an address with spaces between them
_BREAK = re.compile(r"[^\S\n]*+(?:\n[^\S\n]*+)?(?=\S)")
_NAME_LIKE = re.compile(r"[A-Za-z0-9]*[A-Z0-9_\-/]\S*|[a-z]+[.)}\]]*$")
_NEXT_SENTENCE = re.compile(r"\.(?=[A-Z][a-z]*[,:]?\s+[a-z(])")  # "…/pond/frog.Our model is"
_UNUSUAL = re.compile(r"(?:git\+)?(?!https?://)(?:https?:?/|(?:git|ssh):/|git@)", re.IGNORECASE)  # schemes to be mended
_DOI = re.compile(r"(?:doi:\s?)?10\.", re.IGNORECASE)
_NAMESPACE = re.compile(r"\bxmlns(?::\w+)?\s*=\s*[\"']$")  # of MathML or JATS: leads nowhere
_REACH = 500  # characters before an address whose words say what it leads to
_OWN_WORDS = 4  # blanks between two addresses: with so many, words before the first say nothing of the second
_LOOK_AHEAD = 30  # characters after an address that show whether a sentence begins in it
_ENDERS = frozenset(".,;:!?'\"*\\\u00ad\u200b\u200c\u200d\u2060\ufeff")


def find_addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and cleaned form of every address in a text, with and without scheme.

    White space within an address, as page layouts add it, is removed: after the scheme, and in a repository's path.
    Closing punctuation, quotes, unbalanced brackets and LaTeX backslashes are not part of an address.

    >>> list(find_addresses(r"Code: https: //github.com/o/n\\_m.git{here}."))
    [(6, 36, 'https://github.com/o/n_m.git')]
    """
    position = 0 if _HINT.search(text) else len(text)
    while match := _ADDRESS.search(text, position):
        start, end = match.start(), _trimmed(text, match.start(), match.end())
        end = _joined(text, start, end)
        url = re.sub(rf"\\(?=[_%&#$~])|[\s{_INVISIBLE}]", "", text[start:end]).replace("&amp;", "&")
        url = (given_address(url) or "") if match["doi"] else absolute(url) if _UNUSUAL.match(url) else url
        position = max(end, match.start() + 1)
        if "." in url and not _NAMESPACE.search(text, max(0, start - 30), start):
            yield start, end, url


def _trimmed(text: str, start: int, end: int) -> int:
    """The end of the address without what closes the sentence or a bracket around it."""
    if following := _NEXT_SENTENCE.search(text, start, end + _LOOK_AHEAD):
        end = min(end, following.start())
    closed = {closer: text.count(closer, start, end) for closer in _CLOSERS}
    opened = {closer: text.count(opener, start, end) for closer, opener in _CLOSERS.items()}
    while end > start:
        last = text[end - 1]
        if last in _CLOSERS and closed[last] > opened[last]:
            closed[last] -= 1
            end -= 1
        elif last in _ENDERS:
            end -= 1
        elif text.endswith("'s", start, end):
            end -= 2
        else:
            break
    return end


def _joined(text: str, start: int, end: int) -> int:
    """The end of the address, with what follows a space in its path: "github.com/owner/ name", "…/long- name"."""
    for _ in range(_MOST_JOINED):
        if not (gap := _BREAK.match(text, end)) or _ADDRESS.match(text, gap.end()):
            break
        written = re.sub(r"\s|^https?:\s?//", "", text[start:end])
        slash = "" if text.startswith("/", gap.end()) else "/"
        owner_only = re.fullmatch(rf"(?:www\.)?(?:github|gitlab|bitbucket)\.\w+(?:/[\w.-]+)?{slash}", written)
        hyphen = re.match(r"[^/]*+/(?:\S*\w[-_]|\S*__?)$", written)
        if not (hyphen or (owner_only and _NAME_LIKE.match(text, gap.end()))):
            break
        piece = re.compile(rf"{_SIGN}+").match(text, gap.end())
        longer = _trimmed(text, start, piece.end()) if piece else end
        if longer <= end:  # what follows only closes the sentence
            break
        end = longer
    return end


class LinkFinder:
    """Pipeline component: writes ``doc._.links``, one link for each address, at its first place.

    The kind is determined by the host (rules ``LinkHost``; ``LinkPath`` for its folders), and by the words before the
    address in its sentence, or else those of the address (rules ``LinkWord``) where a host has several kinds of things,
    or by the former where it hides its target (rules ``LinkShortener``).
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
        addresses = list(find_addresses(text))
        openings = [0, *(first for first, _ in doc._.plain.sentences())] if addresses else []
        last = 0
        for start, end, url in addresses:
            opening = openings[bisect_right(openings, start) - 1]
            if text.count(" ", last, start) >= _OWN_WORDS:
                opening = max(opening, last)
            last = end
            before = text[max(opening, start - _REACH) : start]
            link = Link(url=url, kind=self.kind(url, before), start=start, end=end)
            if link.kind != "data" and _DOI.match(text, start):
                continue  # most likely of a paper
            found.setdefault(address_key(url), link)
        doc._.links = list(found.values())
        return doc

    def kind(self, url: str, before: str) -> LinkKind:
        """What an address leads to.

        Args:
            before: the address's sentence up to it.
        """
        key = address_key(url)
        for folder, of_path in self.paths.items():
            if key.startswith(folder):
                return of_path
        if is_page_of_forge(url):
            return "project"
        host, _, path = key.partition("/")
        said = {self.words[word] for word in re.findall(r"[a-z]+", before.lower()) if word in self.words}
        if host in self.shorteners and len(said) == 1:
            return next(iter(said))
        kind: LinkKind = "project"
        for pattern, of_host in self.hosts.items():
            if fnmatchcase(host, pattern):
                kind = of_host
                break
        words = (*host.split("."), *re.split(r"[^a-z]+", path))  # of a host whole labels: not "frog-model.github.io"
        named = {self.words[word] for word in words if word in self.words}
        if (said or named) == {"data"} and "project" not in named:
            return "data"
        return "code" if kind == "project" and named == {"code"} else kind


@Language.factory("kg_links")
def make_links(nlp: Language, name: str) -> LinkFinder:
    """The component's factory."""
    return LinkFinder()
