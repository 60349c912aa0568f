"""Cards, match lists and chains of papers as text for a terminal.

What they say comes from :mod:`kg.ask.card`, :mod:`kg.ask.lookup` and :mod:`kg.ask.paths`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.ask.card import BestLine, Card, EntityCard, EntityLine, PaperCard, PaperLine, Quote, RepositoryCard, ResultLine
from kg.ask.curated import CuratedLine
from kg.ask.lookup import Found
from kg.ask.wording import cut, measured_against
from kg.terminal.output import Emphasis, Style, printable
from kg.text.spellings import readable, readable_parts
from kg.vocabulary import CLASS_NAMES, Kind

if TYPE_CHECKING:
    from kg.ask.paths import Paths  # loads networkx, which a card does not need

_INDENT = "  "
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Private-use characters take the place of the marks while a sentence is wrapped; they are one column wide, too.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


def render_card(card: Card, *, width: int = 80, style: Style | None = None) -> str:
    """A card as lines of text.

    Args:
        card: what :func:`kg.ask.card.read_card` returns.
        width: columns to wrap at; a longer word, such as an address, stays whole.
        style: how to emphasise; without it the text is plain, and a quoted mention is between marks.
    """
    page = _Page(width, style)
    if isinstance(card, EntityCard):
        lines = _entity(page, card)
    elif isinstance(card, PaperCard):
        lines = _paper(page, card)
    else:
        lines = _repository(page, card)
    return "\n".join(lines)


def render_matches(found: Found, *, width: int = 80, style: Style | None = None) -> str:
    """A numbered list of matches, each with its type, papers and how it matched; arguments as :func:`render_card`."""
    page = _Page(width, style)
    digits = len(str(len(found.matches)))
    lines = []
    for number, match in enumerate(found.matches, start=1):
        matched = readable(match.matched)
        also = f" ({matched})" if matched not in (readable(match.name), found.words) else ""
        facts = [CLASS_NAMES[match.type], match.rank]
        if match.type != "paper":
            facts.insert(1, _number(match.papers, "paper"))
        lines += page.wrapped(
            f"{number:>{digits}}. ", f"{readable(match.name)}{also}", after=f"  [{', '.join(facts)}]", emphasis="bold"
        )
    if found.total > len(found.matches):
        lines.append(page.dim(f"{' ' * digits}  and {found.total - len(found.matches)} more"))
    return "\n".join(lines)


def render_paths(found: Paths, *, width: int = 80, style: Style | None = None) -> str:
    """Numbered chains of papers, with what the papers share indented between them; arguments as :func:`render_card`."""
    page = _Page(width, style)
    ends = f"{found.source.name} and {found.target.name}"
    chains = f"{_number(found.total, 'shortest chain')} of {_number(found.papers, 'paper')}"
    lines = page.wrapped("", ends, after=f"  [{chains}]", emphasis="bold")
    digits = len(str(len(found.chains)))
    for number, chain in enumerate(found.chains, start=1):
        label = f"{number:>{digits}}. "
        for step in chain[1:-1]:
            if step.type == "paper":
                lines += page.wrapped(label, readable(step.name))
            else:
                lines += page.wrapped(f"{' ' * len(label)}{_INDENT}", step.name, after=f"  [{CLASS_NAMES[step.type]}]")
            label = " " * len(label)
    if found.total > len(found.chains):
        lines.append(page.dim(f"{' ' * digits}  and {found.total - len(found.chains):,} more"))
    return "\n".join(lines)


def _entity(page: _Page, card: EntityCard) -> Iterator[str]:
    yield from page.heading(card.name, card.type)
    if card.other_names:
        others = dict.fromkeys(map(readable, card.other_names))
        yield from page.wrapped("also: ", ", ".join(name for name in others if name != card.name))
    if card.papers or not card.curated:
        yield (
            f"{_number(card.papers, 'paper')}: introduced by {card.introduced_by:,}, used by {card.used_by:,}; "
            f"{_number(card.mentions, 'mention')}"
        )
    if card.broader:
        yield from page.wrapped("broader: ", ", ".join(f"{entity.name} ({entity.papers:,})" for entity in card.broader))
    if card.narrower:
        names = ", ".join(f"{entity.name} ({entity.papers:,})" for entity in card.narrower)
        more = card.narrower_in_all - len(card.narrower)
        rest = f" and {more:,} more" if more else ""
        with_them = f"; {_number(card.papers_with_narrower, 'paper')} with these"
        yield from page.wrapped("narrower: ", names + rest + with_them)
    yield from page.papers("Introduced by", card.introducing, card.introduced_by, card.by_year)
    yield from page.papers("Used by", card.using, card.used_by, card.by_year)
    yield from page.entities("Occurs most with", card.companions, counted=True)
    yield from page.best(card.best)
    yield from page.results(card.results, card.results_in_all, card.by_year, titles=True)
    yield from page.quotes(card.evidence)
    yield from page.curated(card.curated)


def _paper(page: _Page, card: PaperCard) -> Iterator[str]:
    yield from page.heading(card.name, card.type)
    if card.authors:
        yield from page.wrapped("", ", ".join(card.authors))
    for person in card.people:
        about = "; ".join((*person.affiliations, *filter(None, [person.orcid])))
        yield from page.wrapped(_INDENT, f"{person.name}: {about}")
    if published := ", ".join(filter(None, (card.venue, card.date or str(card.year or "")))):
        yield from page.wrapped("", published)
    for label, addresses in (
        ("url: ", card.urls),
        ("code: ", card.code),
        ("data: ", card.data),
        ("project: ", card.project_pages),
        ("id: ", card.identifiers),
        ("keywords: ", card.keywords),
        ("licence: ", tuple(filter(None, [card.licence]))),
        ("listed on: ", card.listed_on),
        ("listed: ", tuple(map(_day, card.listed))),
    ):
        if addresses:
            yield from page.wrapped(label, ", ".join(addresses))
    if card.abstract:
        yield from page.section("Abstract")
        yield from page.wrapped(_INDENT, readable(card.abstract))
    yield from page.entities("Introduces", card.introduces)
    yield from page.entities("Uses", card.uses)
    yield from page.results(card.results, len(card.results), sentences=True)
    yield from page.curated(card.curated)


def _repository(page: _Page, card: RepositoryCard) -> Iterator[str]:
    yield from page.heading(card.name, card.type)
    if card.url:
        yield from page.wrapped("", card.url)
    yield from page.papers("Papers", card.papers, card.linked_by, card.by_year)
    yield from page.entities("These introduce", card.introduces)
    yield from page.curated(card.curated)


class _Page:
    """The parts of a card, laid out for a width and a style."""

    def __init__(self, width: int, style: Style | None) -> None:
        self.width = max(width, 20)
        self.style = style

    def bold(self, text: str) -> str:
        return self.style(text, "bold") if self.style else text

    def dim(self, text: str) -> str:
        return self.style(text, "dim") if self.style else text

    def wrapped(self, label: str, text: str, *, after: str = "", emphasis: Emphasis | None = None) -> list[str]:
        """Text with a label before its first line, the following lines indented below the text.

        ``after`` follows the text, dim; ``emphasis`` is that of the text itself.
        """
        lines = textwrap.wrap(
            _printable(text + after) or " ",
            self.width,
            initial_indent=label,
            subsequent_indent=" " * len(label),
            break_long_words=False,
            break_on_hyphens=False,
        )
        if not self.style:
            return lines
        left = len(_printable(text))
        styled = []
        for line in lines:
            head, body = line[: len(label)], line[len(label) :]
            main, rest = body[: max(left, 0)], body[max(left, 0) :]
            left -= len(body) + 1
            shown = self.style(main, emphasis) if emphasis and main else main
            styled.append(head + shown + (self.dim(rest) if rest else ""))
        return styled

    def heading(self, name: str, kind: Kind) -> list[str]:
        return self.wrapped("", readable(name), after=f"  [{CLASS_NAMES[kind]}]", emphasis="bold")

    def section(self, title: str, remark: str = "") -> list[str]:
        return ["", self.bold(title) + (self.dim(f" ({remark})") if remark else "")]

    def papers(self, title: str, papers: tuple[PaperLine, ...], in_all: int, by_year: bool) -> Iterator[str]:
        if not papers:
            return
        yield from self.section(title, cut(len(papers), in_all, by_year))
        dated = any(paper.year for paper in papers)
        for paper in papers:
            year = f"{paper.year or '':4}  " if dated else ""
            yield from self.wrapped(
                _INDENT + year, readable(paper.title), after=f"  {paper.code}" if paper.code else ""
            )

    def entities(self, title: str, kinds: dict[Kind, tuple[EntityLine, ...]], counted: bool = False) -> Iterator[str]:
        if not kinds:
            return
        yield from self.section(title)
        for kind, entities in kinds.items():
            names = (f"{entity.name} ({entity.papers:,})" if counted else entity.name for entity in entities)
            yield from self.wrapped(f"{_INDENT}{kind + 's:':<10}", ", ".join(names))

    def results(
        self,
        results: Iterable[ResultLine],
        in_all: int,
        by_year: bool = False,
        *,
        titles: bool = False,
        sentences: bool = False,
    ) -> Iterator[str]:
        """A line for each result, with the title of its paper or, once for all results of it, its sentence."""
        shown = list(results)
        if not shown:
            return
        yield from self.section("Reported results", cut(len(shown), in_all, by_year))
        for result, following in zip(shown, [*shown[1:], None], strict=True):
            yield from self.wrapped(_INDENT, _result(result), after=f" — {readable(result.title)}" if titles else "")
            if sentences and result.sentence and (following is None or following.sentence != result.sentence):
                yield from self.wrapped(_INDENT + _INDENT, "", after=readable(result.sentence))

    def curated(self, lines: Iterable[CuratedLine]) -> Iterator[str]:
        """What a catalogue says, under its name."""
        source = ""
        for line in lines:
            if line.source != source:
                source = line.source
                yield from self.section(f"Curated: {source}")
            more = f"; {line.in_all - len(line.values):,} more" if line.in_all > len(line.values) else ""
            yield from self.wrapped(f"{_INDENT}{line.label}: ", "; ".join(map(readable, line.values)) + more)

    def best(self, lines: Iterable[BestLine]) -> Iterator[str]:
        for number, line in enumerate(lines):
            if number == 0:
                yield from self.section("Best reported")
            among = (
                f"{'lowest' if line.better == 'lower' else 'highest'} of {line.among:,} — " if line.among > 1 else ""
            )
            yield from self.wrapped(_INDENT, _result(line.result), after=f" — {among}{readable(line.result.title)}")

    def quotes(self, quotes: Iterable[Quote]) -> Iterator[str]:
        for number, quote in enumerate(quotes):
            if number == 0:
                yield from self.section("Evidence")
            parts = readable_parts(quote.sentence, quote.start - quote.offset, quote.end - quote.offset)
            before, mention, after = (part.replace(_OPEN, "").replace(_CLOSE, "") for part in parts)
            sentence = "\n".join(self.wrapped(_INDENT, f"{before}{_OPEN}{mention}{_CLOSE}{after}"))
            yield _MARKED.sub(self._mark, sentence)
            yield from self.wrapped(
                _INDENT + _INDENT, "", after=f"{readable(quote.title)}, characters {quote.start}-{quote.end}"
            )

    def _mark(self, mention: re.Match[str]) -> str:
        """A mention, on one line or several: bold, or between marks if there is no style."""
        return "\n".join(map(self.bold, mention[1].split("\n"))) if self.style else f"«{mention[1]}»"


def _result(result: ResultLine) -> str:
    metric = result.metric or ""
    parts = [f"{metric}:" if metric else "", result.value] if result.relative else [result.value, metric]
    parts.append(f"on {result.dataset}" if result.dataset else "")
    parts.append(f"by {result.method}" if result.method else "")
    against = measured_against(result.relative, result.baseline)
    parts.append(f"against {against}" if against else "")
    shown = ", ".join([" ".join(map(readable, filter(None, parts))), *map(readable, result.settings)])
    return f"{shown} (confidence {result.confidence:.2f})"


def _day(date: str) -> str:
    """A date as people write it; one without a year ("--03-11", xsd:gMonthDay) by its month's name."""
    month = re.fullmatch(r"--(\d\d)-(\d\d)", date)
    return f"{_MONTHS[int(month[1]) - 1]} {int(month[2])}" if month else date


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _printable(text: str) -> str:
    return printable(text, keep=_OPEN + _CLOSE)
