"""Papers on a page with markup: what the readers of Markdown and HTML have in common.

A page is given as pieces. A title is a heading, or the bold words or the link with which a piece begins; what follows
it up to the next one is about it: an abstract (hidden in "details", begun with "Abstract", or long), authors, links.
Rows of tables are read by the names of their columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from kg.records import Paper
from kg.sources.columns import Columns, may_be_header
from kg.sources.entries import Entry, cleaned_papers, entry_of
from kg.sources.listing import listed_date
from kg.sources.markup import Texts
from kg.sources.reader import Source, Warn
from kg.text.lines import Line, numbered_lines

_MOST_UNSURE = 10_000  # that wait until it is known whether the page is of papers
_MOST_BETWEEN = 200_000  # pieces between two papers, before the rest of a page is not read
_MOST_LINES = 500_000  # of a page, and so many more for each of its papers, before the rest is not read
_LINES_EACH = 1_000
_SHARE = 0.5  # of the titles of a page
_OF_PAPERS = re.compile(
    r"//(?:[\w-]+\.)*(?:arxiv|doi|openreview|aclanthology|biorxiv|medrxiv|semanticscholar|pubmed|ssrn|thecvf|neurips|mlr|"
    r"jmlr|ieee|acm|springer|nature|sciencedirect|wiley|mdpi|hal)\.|\.pdf\b|/papers?/",
    re.IGNORECASE,
)
_MOST = 100  # pieces about one paper
_LONGEST_LINK = 100  # characters of the words of a link that is no title
_ABSTRACT_LENGTH = 200  # characters; shorter pieces are titles, authors and remarks
_ABSTRACT = re.compile(r"\W*(?:abstract|summary)\b\W*", re.IGNORECASE)
_AUTHORS = re.compile(r"\W*(?:authors?\s*:|by\s+)\s*", re.IGNORECASE)
_ASIDE = re.compile(r"(?<!\s)\s*\([^()]{0,300}\)")  # an affiliation
_DATED = re.compile(r"(?:[A-Z][\w&/-]*\s+){0,3}'?(?:[12]\d{3}|\d\d)")  # a year, or "Proc. Ponds 2020"
_BYLINE = re.compile(r"(?P<names>by\s.{3,300}?(?<=\w\w))[.:]\s+(?=\S)", re.IGNORECASE)
_BETWEEN_NAMES = r",|;|\band\b|&"
_PERSON = re.compile(r"[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){1,5}")
_LOWER = re.compile(r"al|bin|d[aeiu]|del|de[nr]|dos|el|et|ibn|l[ae]|te[nr]|van|von|y|zu", re.IGNORECASE)  # in names
_WORDS = 4  # of a title that nothing else shows to be one; names of sections have seldom more than three
_SECTION = re.compile(
    r"\W*(?:about|acknowledge?ments?|authors?|background|change ?log|citation|citing|cite|conclusions?|contact|contents"
    r"|contribut(?:ing|ors|ions)|credits|data ?sets?|details|disclaimer|discussion|documentation|evaluation|examples?"
    r"|experiments|faq|features|funding|further reading|getting started|how it works|how to cite|inference|install"
    r"|installation|introduction|licen[cs]e|limitations|methods?|methodology|motivation|news|notes?|overview"
    r"|publications|quick ?start|references|related work|releases?|requirements|results|roadmap|setup|summary|support"
    r"|team|thanks|todo|training|tutorial|updates?|usage)"
    r"(?P<more> (?:and|&|of|the|our|this|project|code|work|us|with|for|from|guide|instructions)\b.{0,40})?\W*",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"[#./?]|mailto:|$")  # links within a site
_LINK_WORDS = (
    "abs|abstract|arxiv|bibtex|blog|code|data|dataset|demo|github|home|html|link|models?|page|paper|pdf|poster|post|"
    "project|repo|repository|slides|text|video|web|website"
)
_NO_TITLE = re.compile(
    rf"\W*+(?:(?:(?:the|project|home|full|official|arxiv|github|data)\s++)?(?:{_LINK_WORDS})\b\W*+)+", re.IGNORECASE
)
_REMARKS = re.compile(rf"(?:[(\[]\s*(?:{_LINK_WORDS})\s*[)\]][\s:.,–—-]*)+", re.IGNORECASE)  # links before a text

Found: TypeAlias = tuple[int, dict[str, Any]]
"""A paper of a page: the line on which its title is, and its fields."""


def is_link_word(text: str) -> bool:
    """Whether a text only says what a link leads to: "paper", "arXiv", "project page"."""
    return _NO_TITLE.fullmatch(text[:_LONGEST_LINK]) is not None


class Piece(NamedTuple):
    """A block of a page: a heading, a paragraph, an item of a list, hidden details, or a row of a table.

    Args:
        line: where it begins, from 1.
        kind: "heading", "text", "item" of a list, "details", "code" or "row".
        text: all of it; of a row nothing.
        lead: the heading, or the bold words or the words of the link with which it begins.
        rest: the lines after the lead, each up to its first link.
        links: the addresses in it.
        cells: of a row, the text of each cell and the addresses in it.
        level: of a heading, 1 for the outermost.
    """

    line: int
    kind: str
    text: str = ""
    lead: str = ""
    rest: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    cells: tuple[tuple[str, tuple[str, ...]], ...] = ()
    level: int = 0

    @property
    def is_title(self) -> bool:
        """Whether it may be a title: what only says "paper" or "code" is a link to one."""
        named = any(map(str.isalpha, self.lead)) and not is_link_word(self.lead)
        return named and listed_date(self.lead) is None

    @property
    def after_lead(self) -> str:
        before, _, after = self.text.partition(self.lead) if self.lead else ("", "", self.text)
        text = (after if len(before) <= _LONGEST_LINK else self.text).lstrip(" *:.–—-\n").rstrip()
        return _REMARKS.sub("", text, count=1) if text[:1] in "([" else text


def papers_of(
    source: Source, warn: Warn, split: Callable[[Iterable[Line]], Iterator[Piece]], texts: Texts, expected: str
) -> Iterator[Paper]:
    """The papers of a page.

    Args:
        source: the page.
        warn: called with a line for each entry that is skipped.
        split: parts its lines into pieces.
        texts: how texts are written there.
        expected: what the page should be, for errors.

    Raises:
        InputError: it has none with title and abstract.
    """

    def found(skip: Warn) -> Iterator[Entry]:
        most = _MOST_LINES

        def another() -> None:
            nonlocal most
            most += _LINES_EACH

        def given_up(what: str) -> None:
            warn(f"{source.place}: {what} are of no paper; the rest is not read")

        def lines() -> Iterator[Line]:
            for line in numbered_lines(source.stream, source.place, expected, skip):
                if line.number > most:
                    given_up(f"most of {line.number - 1:,} lines")
                    return
                yield line

        for line, fields in entries(split(lines()), given_up, another):
            yield entry_of(source, line, fields)

    return cleaned_papers(source, warn, found, texts, expected)


def entries(
    pieces: Iterable[Piece],
    given_up: Callable[[str], None] = lambda what: None,
    another: Callable[[], None] = lambda: None,
) -> Iterator[Found]:
    """The papers of a page. Headings without an abstract are sections; items with a link and without one are given.

    A title over a long text may also be a section of a page that is about anything. Where neither authors, nor a link
    to a paper, nor the word "Abstract" say what it is, it is a paper if the page has neither code nor tables, and half
    of its titles are likely ones, which are of several words over one text; or, if it is likely itself, where the page
    has papers and the text has a link.

    Args:
        pieces: the page.
        given_up: called with what is of no paper, if the rest of the page is not read.
        another: called for each paper, or what may be one, as soon as it is read.
    """
    titles = others = between = 0

    def counted() -> Iterator[Piece]:
        nonlocal titles, others, between
        for piece in pieces:
            between += 1
            if between > _MOST_BETWEEN:
                given_up(f"{_MOST_BETWEEN:,} headings and paragraphs")
                return
            titles += piece.is_title and piece.level != 1
            others += piece.kind in ("code", "row")
            if piece.kind != "code":
                yield piece

    unsure: list[tuple[Found, bool]] = []
    waited = likely_ones = 0  # of them in all
    any_sure = False

    def of_papers() -> bool:
        return not others and likely_ones >= _SHARE * max(titles, waited)

    def settled() -> Iterator[Found]:
        whole = of_papers()
        yield from (found for found, likely in unsure if whole or (any_sure and likely and found[1]["url"]))
        unsure.clear()

    for line, fields in _found(counted()):
        between = 0
        another()
        likely = fields.pop("likely", False)
        if fields.pop("sure", True):
            any_sure = any_sure or "abstract" in fields
            yield line, fields
        else:
            waited, likely_ones = waited + 1, likely_ones + likely
            unsure.append(((line, fields), likely))
            if len(unsure) == _MOST_UNSURE:
                yield from settled()
    yield from settled()


def _found(pieces: Iterable[Piece]) -> Iterator[Found]:
    columns: Columns | None = None
    current = _Draft()
    for piece in pieces:
        if piece.kind == "row":
            yield from current.entry()
            current = _Draft()
            names = [text for text, _ in piece.cells]
            if columns is None or (may_be_header(names) and not Columns(names, {}).missing):
                columns = Columns(names, {})
            elif "title" not in columns.missing:
                yield piece.line, _row(columns, piece)
            continue
        columns = None
        long = len(piece.after_lead) >= _ABSTRACT_LENGTH and (piece.kind != "item" or piece.is_title)
        if (
            piece.kind == "details"
            or (_ABSTRACT.match(piece.text) and not piece.is_title)
            or (long and not piece.is_title)
        ):
            if piece.kind != "details" and (title := current.title_before()):
                yield from current.entry()
                current = _Draft(title)
            current.take_abstract(piece)
        elif piece.is_title and not current.has_author_in(piece):
            yield from current.entry()
            current = _Draft(piece)
            if long and piece.kind != "heading":
                current.abstract.append(piece.after_lead)
        elif len(current.others) < _MOST:
            current.others.append(piece)
    yield from current.entry()


def _row(columns: Columns, piece: Piece) -> dict[str, Any]:
    cells = list(piece.cells)
    more = len(cells) - len(columns.header)
    if more > 0 and columns.places["abstract"]:  # the sign that parts cells is in the abstract too
        place = columns.places["abstract"][0]
        joined = cells[place : place + more + 1]
        whole = "|".join(text for text, _ in joined), tuple(link for _, some in joined for link in some)
        cells[place : place + more + 1] = [whole]
    fields = columns.fields_of([text for text, _ in cells])
    titles = [link for title in columns.places["title"] if title < len(cells) for link in cells[title][1]]
    links = [link for _, some in cells for link in some]
    given = fields.get("url") if "://" in str(fields.get("url")) else None
    fields["url"] = next(iter([*titles, *([given] if given else []), *_papers(links)]), None)
    fields["github"] = [link for link in links if "github.com/" in link]
    return fields


def _papers(links: Iterable[str]) -> list[str]:
    """The links that may lead to a paper."""
    return [link for link in links if "github.com/" not in link and not _WITHIN.match(link)]


class _Draft:
    """What is known of the paper of which a page speaks.

    Args:
        piece: its title.
    """

    def __init__(self, piece: Piece | None = None) -> None:
        self.piece = piece
        self.others: list[Piece] = []
        self.abstract: list[str] = []
        self.marked = False  # whether the abstract is said to be one

    def title_before(self) -> Piece | None:
        """The text before an abstract, where it is the title: after another abstract, or below a page's heading."""
        last = self.others[-1] if self.others else None
        if last is None or not last.text or last.links or _authors(last.text):
            return None
        own = self.piece is not None and not self.abstract and self.piece.level != 1
        return None if own else last._replace(lead=last.text)

    def has_author_in(self, piece: Piece) -> bool:
        """Whether a piece that could be a title rather lists the authors of this one."""
        names = re.split(_BETWEEN_NAMES, _authors(piece.text) or "")
        return (
            piece.kind != "heading" and bool(self.piece) and not self.abstract and piece.lead in map(str.strip, names)
        )

    def take_abstract(self, piece: Piece) -> None:
        if len(self.abstract) >= _MOST:
            return
        text = _ABSTRACT.sub("", piece.text, count=1) if _ABSTRACT.match(piece.text) else piece.text
        self.abstract += [text] if text.strip() else []
        self.marked = self.marked or piece.kind == "details" or bool(_ABSTRACT.match(piece.text))
        self.others.append(piece._replace(text=""))

    def entry(self) -> Iterator[Found]:
        """The paper, if its title and its abstract are known."""
        if not self.piece:
            return
        links = [link for piece in (self.piece, *self.others) for link in piece.links]
        if not "".join(self.abstract).strip():
            if self.piece.kind != "heading" and _papers(self.piece.links):
                yield self.piece.line, {"title": self.piece.lead}  # which says what it lacks
            return
        texts = [*self.piece.rest, *(text for piece in self.others for text in (piece.text, *piece.rest))]
        authors = next(filter(None, map(_authors, texts)), None)
        authors = authors or (next(filter(_is_person, texts[:2]), None) if self.marked else None)
        abstract = "\n".join(self.abstract)
        if (byline := _BYLINE.match(abstract)) and (names := _authors(byline["names"])):
            authors, abstract = authors or names, abstract[byline.end() :]
        section = _SECTION.fullmatch(self.piece.lead) if self.piece.kind == "heading" else None
        if section and not (section["more"] and (self.marked or authors)):
            return
        likely = len(self.piece.lead.split()) >= _WORDS and len(self.abstract) == 1
        telling = links if likely or self.piece.kind != "heading" else self.piece.links  # sections cite papers, too
        yield (
            self.piece.line,
            {
                "sure": self.marked or bool(authors) or any(map(_OF_PAPERS.search, telling)),
                "likely": likely,
                "title": self.piece.lead,
                "abstract": abstract,
                "authors": authors,
                "url": next(iter(_papers(links)), None),
                "github": [link for link in links if "github.com/" in link],
            },
        )


def _authors(text: str) -> str | None:
    """A text if it lists people: "Authors: ...", or names of several words between commas or after "by"."""
    said = _AUTHORS.match(text)
    names = _ASIDE.sub("", re.sub(r"[*_`]", "", text[said.end() :] if said else text)).strip(" .,;:")
    parts = [part for each in re.split(_BETWEEN_NAMES, names) if (part := each.strip(" ()."))]
    parts = [part for part in parts if not _DATED.fullmatch(part)] if parts[1:] else parts
    people = len(parts) > (0 if said else 1) and all(map(_is_person, parts))
    return ", ".join(parts) if people else names if said and ":" in said[0] else None


def _is_person(text: str) -> bool:
    """Whether a text may be the name of a person: words with a capital, and such as "van der"."""
    words = text.split()
    return _PERSON.fullmatch(text) is not None and all(
        word[0].isupper() or _LOWER.fullmatch(word.rstrip(".")) for word in words
    )
