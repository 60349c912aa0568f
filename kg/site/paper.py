"""A paper as its page shows it: the text cut at every mention, the results with their sentences, and a citation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kg.ask.card import PaperCard
from kg.graph.reader import GraphReader
from kg.site.source import Source
from kg.text.names import one_line
from kg.text.plain import PlainText, plain_text
from kg.text.spellings import plain_name, readable
from kg.vocabulary import Kind


class Thing(NamedTuple):
    """An entity that a page names."""

    iri: str
    kind: Kind
    name: str


class MentionLine(NamedTuple):
    """A mention: ``text`` are its words; ``start`` and ``end`` are offsets in the paper's text as given."""

    entity: Thing
    text: str
    start: int
    end: int
    role: str
    confidence: float
    extractor: str


class ReportedLine(NamedTuple):
    """A result of the paper.

    ``value`` is as written, ``metric_text`` the words for the metric, ``settings`` those that state how it came about.
    ``comparable`` says whether leaderboards rank it.
    """

    value: str
    metric: Thing | None
    metric_text: str | None
    dataset: Thing | None
    method: Thing | None
    task: Thing | None
    baseline: Thing | None
    settings: str | None
    relative: bool
    comparable: bool
    confidence: float
    sentence: str
    start: int
    end: int

    @property
    def words(self) -> ReportedLine:
        """The result without what does not show in its words: where it is, and how sure it is."""
        text = None if self.metric else self.metric_text
        return self._replace(metric_text=text, comparable=False, confidence=0, sentence="", start=0, end=0)


class Piece(NamedTuple):
    """A part of the text: plain words, or those of a mention or of a result's value."""

    text: str
    mention: MentionLine | None = None
    result: ReportedLine | None = None


class PaperText(NamedTuple):
    """What was found in a paper: ``title`` and ``abstract`` in pieces, as people read them, without LaTeX remains.

    ``results`` has the surest of those in the same words, to which the others' pieces lead.
    """

    title: tuple[Piece, ...]
    abstract: tuple[Piece, ...]
    mentions: tuple[MentionLine, ...]
    results: tuple[ReportedLine, ...]


def read_paper(source: Source, iri: str, title: str, abstract: str) -> PaperText:
    """The text of a paper with all that was found in it.

    Args:
        source: the graph.
        iri: of the paper.
        title: as given.
        abstract: as given.
    """
    things = _Things(source.reader)
    mentions = [mention for row in source.rows("paper-mentions", paper=iri) if (mention := _mention(row, things))]
    results = [_result(row, things) for row in source.rows("paper-results", paper=iri)]
    once: dict[ReportedLine, ReportedLine] = {}
    for result in results:
        once[result.words] = max(once.get(result.words, result), result, key=lambda one: one.confidence)
    view = plain_text(f"{title}\n{abstract}", len(title), labels=True)
    in_title, in_abstract = _split(_pieces(view, mentions, [(result, once[result.words]) for result in results]))
    return PaperText(tuple(in_title), tuple(in_abstract), tuple(mentions), tuple(once.values()))


class _Things:
    """The entities that a paper names; each is read once."""

    def __init__(self, reader: GraphReader) -> None:
        self._reader = reader
        self._known: dict[str, Thing | None] = {}

    def __call__(self, iri: str | None) -> Thing | None:
        if iri is None:
            return None
        if iri not in self._known:
            kind = self._reader.kind(iri)
            self._known[iri] = Thing(iri, kind, self._reader.name(iri)) if kind else None
        return self._known[iri]


def _mention(row: Mapping[str, str], things: _Things) -> MentionLine | None:
    entity = things(row["entity"])
    return entity and MentionLine(
        entity=entity,
        text=row["words"],
        start=int(row["start"]),
        end=int(row["end"]),
        role=row["role"],
        confidence=float(row["confidence"]),
        extractor=row["extractor"],
    )


def _result(row: Mapping[str, str], things: _Things) -> ReportedLine:
    return ReportedLine(
        value=row["reported"],
        metric=things(row.get("byMetric")),
        metric_text=row.get("metricText"),
        dataset=things(row.get("onDataset")),
        method=things(row.get("ofMethod")),
        task=things(row.get("onTask")),
        baseline=things(row.get("againstBaseline")),
        settings=row.get("settings"),
        relative=row["relative"] == "true",
        comparable=row["comparable"] == "true",
        confidence=float(row["confidence"]),
        sentence=row["sentence"],
        start=int(row["start"]),
        end=int(row["end"]),
    )


def _pieces(
    view: PlainText, mentions: Iterable[MentionLine], results: Iterable[tuple[ReportedLine, ReportedLine]]
) -> Iterator[Piece]:
    """The plain view of a text in pieces; each result comes with the one that is shown for it."""
    found: list[tuple[int, int, tuple[MentionLine | None, ReportedLine | None]]] = []
    found += [(mention.start, mention.end, (mention, None)) for mention in mentions]
    found += [(result.start, result.end, (None, shown)) for result, shown in results]
    return (Piece(text, *(what or ())) for text, what in view.pieces(found))


def _split(pieces: Iterable[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces before and after the line break that ends the title."""
    title: list[Piece] = []
    abstract: list[Piece] = []
    part = title
    for piece in pieces:
        if part is title and piece.mention is None and piece.result is None and "\n" in piece.text:
            before, _, after = piece.text.partition("\n")
            title.append(Piece(before))
            part = abstract
            piece = Piece(after)
        if piece.text:
            part.append(piece)
    return title, abstract


# Citing ---------------------------------------------------------------------------------------------------------------

_BIBTEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def bibtex(card: PaperCard) -> str:
    """A BibTeX entry for a paper; its key is made of the first author's last name, the year and a word, in ASCII."""
    first = plain_name(card.authors[0]).split()[-1:] if card.authors else []
    words = re.findall(r"[a-z0-9]{4,}", plain_name(card.name))
    key = re.sub(r"[^a-z0-9]", "", "".join([*first, str(card.year or ""), *words[:1]])) or "paper"
    fields = {
        "title": f"{{{_tex(card.name)}}}",
        "author": " and ".join(map(_tex, card.authors)),
        "journal": _tex(card.venue or ""),
        "year": str(card.year or ""),
        "url": next((url for url in card.urls if not re.search(r"[{}\s]", url)), ""),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{'article' if card.venue else 'misc'}{{{key},", *lines, "}"])


def _tex(text: str) -> str:
    return "".join(_BIBTEX.get(sign, sign) for sign in one_line(readable(text)))
