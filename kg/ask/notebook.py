"""Answers, cards, comparisons and extracted texts as HTML for notebooks, whose cells show what ``_repr_html_`` returns.

Each piece of HTML stands alone: notebooks have styles of their own and run no script of ours, so that colours are in
the elements. They are the light ones of the web pages; on a dark notebook too they are dark text on a light tint. All
text is escaped, and only addresses of the web become links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.ask.wording import cut, measured_against
from kg.jsonrecord import as_dict
from kg.records import Extraction
from kg.text.plain import plain_text
from kg.text.spellings import readable, readable_parts
from kg.vocabulary import CLASS_NAMES, ENTITY_KINDS

if TYPE_CHECKING:
    from kg.ask.card import Card, EntityCard, EntityLine, PaperCard, PaperLine, RepositoryCard, ResultLine
    from kg.ask.compare import Comparison
    from kg.ask.sparql import Answer
    from kg.ask.stats import Stats
    from kg.export.tables import Term
    from kg.records import Mention, Result
    from kg.vocabulary import Kind

COLOURS = {
    "Method": ("#1f56a8", "#e1ebfa"),
    "Dataset": ("#0a6b4f", "#d9f1e6"),
    "Metric": ("#8a4b00", "#fdeccd"),
    "Task": ("#7a2f93", "#f3e2f8"),
    "Paper": ("#454c5a", "#e8e8e6"),
    "Repository": ("#454c5a", "#e8e8e6"),
}
"""The colour of the words and the tint behind them, by type, as ``kg/site/static/site.css`` has them."""

_VALUE = "background:#fff3a8;color:#1d2129"
_ROWS = 60  # of a table
_LONGEST = 400  # characters of a cell
_INTRODUCED, _USED = "border-bottom:2px solid;font-weight:600", "border-bottom:1px dotted"


def answer_html(answer: Answer, shown: Callable[[Term | None], str]) -> str:
    """The rows of an answer as a table, a yes or no, or the statements of a graph.

    Args:
        answer: the answer.
        shown: gives the text of a term.
    """
    from kg.export.tables import is_number

    if answer.kind == "ask":
        return f"<b>{'yes' if answer.truth else 'no'}</b>"
    if answer.kind == "graph":
        triples = answer.triples()
        terms = ((triple.subject, triple.predicate, triple.object) for triple in triples[:_ROWS])
        cells = [[_text(shown(term)) for term in row] for row in terms]
        return _table(("subject", "property", "value"), cells) + _more(len(triples), len(cells), "statements")
    rows = answer.rows()
    first = list(islice(rows, _ROWS))
    if not first:
        return "<i>nothing found</i>"
    cells = [[_cell(shown(term)) for term in row] for row in first]
    numeric = [all(term is None or is_number(term) for term in column) for column in zip(*first, strict=True)]
    return _table(answer.variables, cells, numeric) + _more(len(cells) + sum(1 for _ in rows), len(cells), "rows")


def comparison_html(comparison: Comparison) -> str:
    """The table of a comparison; pointing at a value shows the sentence that it was read from."""
    if not comparison.rows:
        return "<i>nothing to compare</i>"
    table = comparison.table()
    shown = []
    for row, cells in islice(zip(comparison.rows, table.rows, strict=True), _ROWS):
        at = len(cells) - len(comparison.metrics)
        values = []
        for metric, cell in zip(comparison.metrics, cells[at:], strict=True):
            proof = "\n".join(readable(value.sentence) for value in row.values.get(metric, ()) if value.sentence)
            values.append(f'<span title="{escape(proof)}">{_text(cell)}</span>' if proof else _text(cell))
        shown.append([*map(_text, cells[:at]), *values])
    return _table(table.header, shown, table.numeric) + _more(len(comparison.rows), len(shown), "rows")


def graph_html(folder: Path, counts: Stats) -> str:
    """What a graph holds, in numbers."""
    of_types = {_mark(kind, f"{kind}s"): number for kind, number in counts.entities.items()}
    numbers = {"Papers": counts.papers, **of_types, "Repositories": counts.repositories, "Results": counts.results}
    numbers |= {"Mentions": counts.mentions, "Statements": counts.triples}
    head = f"<p>Knowledge graph in <code>{escape(str(folder).encode(errors='replace').decode())}</code></p>"
    return head + _table(
        tuple(numbers), [[f"{number:,}" for number in numbers.values()]], [True] * len(numbers), raw=True
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadExtraction(Extraction):
    """What was found in a paper, with the ``text`` that was read, which its JSON leaves out."""

    text: str

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON, the same as that of an :class:`~kg.records.Extraction`."""
        return {name: value for name, value in as_dict(self).items() if name != "text"}

    def _repr_html_(self) -> str:
        """The coloured text, as a notebook shows it."""
        return extraction_html(self.text, self)


# Texts ----------------------------------------------------------------------------------------------------------------


def extraction_html(text: str, extraction: Extraction) -> str:
    """A paper's title and abstract as they read, with what was found in them, coloured by type.

    The line below what the paper introduces is firm, that below what it uses is dotted; pointing at it shows more.

    Args:
        text: title, line break and abstract, which the offsets of the extraction count.
        extraction: what was found.
    """
    found = [(mention.start, mention.end, _mention(mention)) for mention in extraction.entities]
    found += [(result.start, result.end, _value(result)) for result in extraction.results]
    view = plain_text(text, len(extraction.title), labels=True)
    title, _, abstract = "".join(_piece(*piece) for piece in view.pieces(found)).partition("\n")
    legend = " ".join(_mark(CLASS_NAMES[kind], CLASS_NAMES[kind]) for kind in ENTITY_KINDS)
    parts = [
        f'<p style="font-size:85%">{legend} <span style="{_INTRODUCED}">introduced</span> '
        f'<span style="{_USED}">used</span> <span style="{_VALUE}">value</span></p>',
        f'<p style="font-size:115%"><b>{title}</b></p>',
        f'<p style="max-width:48em;line-height:1.7">{abstract}</p>',
    ]
    if links := [_link(link.url) for link in extraction.links]:
        parts.append(f"<p>{', '.join(links)}</p>")
    return "".join(parts)


def _piece(text: str, attributes: str | None = None) -> str:
    shown = escape(text.encode(errors="replace").decode())
    return f"<span {attributes}>{shown}</span>" if attributes else shown


def _mention(mention: Mention) -> str:
    ink, tint = COLOURS[mention.type]
    line = _INTRODUCED if mention.role == "introduced" else _USED
    about = f"{mention.type}, {mention.role}; {mention.confidence:.0%} sure, by {mention.extractor}"
    return f'style="color:{ink};background:{tint};{line}" title="{escape(about)}"'


def _value(result: Result) -> str:
    parts = [result.metric or "no metric", f"on {result.dataset}" if result.dataset else ""]
    against = measured_against(result.relative, result.baseline)
    parts += [f"by {result.method}" if result.method else "", f"against {against}" if against else ""]
    about = f"{' '.join(filter(None, parts))}; {result.confidence:.0%} sure"
    return f'style="{_VALUE}" title="{escape(about)}"'


# Cards ----------------------------------------------------------------------------------------------------------------


def card_html(card: Card) -> str:
    """A card: what the graph says about one entity, paper or repository."""
    kind = CLASS_NAMES[card.type]
    head = f'<p style="font-size:115%"><b>{_text(card.name)}</b> {_mark(kind, kind)}</p>'
    if card.type == "paper":
        return head + "".join(_paper(card))  # type: ignore[arg-type]
    if card.type == "code":
        return head + "".join(_repository(card))  # type: ignore[arg-type]
    return head + "".join(_entity(card))  # type: ignore[arg-type]


def _entity(card: EntityCard) -> Iterable[str]:
    if others := [_text(name) for name in card.other_names if name != card.name]:
        yield f"<p>also: {', '.join(others[:20])}</p>"
    yield f"<p>in {_number(card.papers, 'paper')}: introduced by {card.introduced_by:,}, used by {card.used_by:,}</p>"
    for title, lines in (("Broader", card.broader), ("Narrower", card.narrower)):
        if lines:
            yield f"<p><b>{title}</b> {_counted(lines)}</p>"
    yield from _papers("Introduced by", card.introducing, card.introduced_by, card.by_year)
    yield from _papers("Used by", card.using, card.used_by, card.by_year)
    if card.companions:
        yield "<p><b>Occurs most with</b></p>" + _kinds(card.companions)
    yield from _results(card.results, card.results_in_all, card.by_year, titles=True)
    for quote in card.evidence:
        before, words, after = readable_parts(quote.sentence, quote.start - quote.offset, quote.end - quote.offset)
        ink, tint = COLOURS[CLASS_NAMES[card.type]]
        marked = _piece(words, f'style="color:{ink};background:{tint}"')
        yield f"<blockquote>{_piece(before)}{marked}{_piece(after)}<br><small>{_text(quote.title)}</small></blockquote>"


def _paper(card: PaperCard) -> Iterable[str]:
    about = [", ".join(card.authors[:20]), ", ".join(filter(None, (card.venue, card.date or str(card.year or ""))))]
    yield from (f"<p>{_text(line)}</p>" for line in about if line)
    for label, addresses in (("Paper", card.urls), ("Code", card.code), ("Data", card.data)):
        if addresses:
            yield f"<p><b>{label}</b> {', '.join(map(_link, addresses))}</p>"
    if card.abstract:
        yield f'<p style="max-width:48em">{_text(card.abstract, 5000)}</p>'
    for title, kinds in (("Introduces", card.introduces), ("Uses", card.uses)):
        if kinds:
            yield f"<p><b>{title}</b></p>{_kinds(kinds, counted=False)}"
    yield from _results(card.results, len(card.results))


def _repository(card: RepositoryCard) -> Iterable[str]:
    if card.url:
        yield f"<p>{_link(card.url)}</p>"
    yield from _papers("Papers", card.papers, card.linked_by, card.by_year)


def _papers(title: str, papers: Sequence[PaperLine], in_all: int, by_year: bool) -> Iterable[str]:
    if papers:
        rows = [
            [str(paper.year or ""), _text(paper.title), _link(paper.code) if paper.code else ""] for paper in papers
        ]
        shown = "" if len(papers) == in_all else f" ({cut(len(papers), in_all, by_year)})"
        yield f"<p><b>{title}</b>{shown}</p>{_filled(('year', 'title', 'code'), rows)}"


def _results(
    results: Sequence[ResultLine], in_all: int, by_year: bool = False, *, titles: bool = False
) -> Iterable[str]:
    if not results:
        return
    rows = [
        [
            _text(result.value),
            _text(result.metric or ""),
            _text(result.dataset or ""),
            _text(result.method or ""),
            _text(measured_against(result.relative, result.baseline) or ""),
            _text(", ".join(result.settings)),
            f"{result.confidence:.2f}",
            _text((result.title if titles else result.sentence) or ""),
        ]
        for result in results
    ]
    last = "paper" if titles else "sentence"
    header = ("value", "metric", "dataset", "method", "against", "settings", "confidence", last)
    shown = "" if len(rows) == in_all else f" ({cut(len(rows), in_all, by_year)})"
    yield f"<p><b>Reported results</b>{shown}</p>{_filled(header, rows)}"


def _kinds(kinds: Mapping[Kind, Sequence[EntityLine]], counted: bool = True) -> str:
    return "".join(
        f"<p>{_mark(CLASS_NAMES[kind], CLASS_NAMES[kind])} {_counted(lines, counted)}</p>"
        for kind, lines in kinds.items()
    )


def _counted(lines: Iterable[EntityLine], counted: bool = True) -> str:
    return ", ".join(_text(line.name) + (f" ({line.papers:,})" if counted else "") for line in lines)


# Parts ----------------------------------------------------------------------------------------------------------------


def _table(
    header: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[bool] = (), *, raw: bool = False
) -> str:
    """A table of cells that are HTML; so are the names of the columns if they are ``raw``."""
    sides = ["right" if number else "left" for number in numeric] or ["left"] * len(header)

    def line(tag: str, cells: Iterable[str]) -> str:
        inner = "".join(
            f'<{tag} style="text-align:{side}">{cell}</{tag}>' for side, cell in zip(sides, cells, strict=True)
        )
        return f"<tr>{inner}</tr>"

    head = line("th", header if raw else map(_text, header))
    return f"<table><thead>{head}</thead><tbody>{''.join(line('td', row) for row in rows)}</tbody></table>"


def _filled(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table without the columns that are empty."""
    kept = [number for number in range(len(header)) if any(row[number] for row in rows)]
    return _table([header[number] for number in kept], [[row[number] for number in kept] for row in rows])


def _mark(kind: str, words: str) -> str:
    ink, tint = COLOURS[kind]
    return f'<span style="color:{ink};background:{tint};padding:0 0.3em">{escape(words)}</span>'


def _cell(text: str) -> str:
    return _link(text) if text.startswith(("http://", "https://")) else _text(text)


def _link(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        return _text(address)
    return f'<a href="{escape(address)}" rel="noreferrer">{_text(address)}</a>'


def _text(text: str, most: int = _LONGEST) -> str:
    """Text for a person, cut where it is longer than what anyone reads in a cell."""
    shown = readable(text)
    shown = shown if len(shown) <= most else f"{shown[: most - 1]}…"
    return escape(shown.encode(errors="replace").decode())


def _more(in_all: int, shown: int, what: str) -> str:
    return f"<p>{shown:,} of {in_all:,} {what}</p>" if shown < in_all else ""


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
