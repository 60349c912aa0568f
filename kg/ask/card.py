"""What the graph says about one entity, paper or repository, as a record.

Lists are bounded, unless the whole card is asked for, so that it stays short for a dataset that thousands of papers
use; each has a total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

import pyoxigraph as ox

from kg.ask.curated import CuratedLine, curated_lines, only_curated
from kg.ask.origins import Origin
from kg.errors import KGError
from kg.graph.index import INTRODUCES, LINKS_TO, USES, GraphIndex, IndexedReader, Node, Reported
from kg.graph.reader import GraphReader
from kg.jsonrecord import as_dict
from kg.text.names import ACRONYM_PLURAL, singular
from kg.text.spellings import readable
from kg.vocabulary import DCTERMS, ENTITY_KINDS, ENTITY_TYPES, KG, LINKS, OA, SCHEMA, SKOS, Kind
from kg.vocabulary import USES as USING

NARROWER = 12
"""How many narrower entities a card shows that is not whole."""


class _Bounds(NamedTuple):
    """The maximum lengths of the lists of a card, ``None`` for no maximum; and whether it has results and evidence."""

    papers: int | None = 8
    companions: int | None = 5
    results: int | None = 10
    best: int | None = 6
    narrower: int | None = NARROWER
    quotes: int | None = 2
    quoted: bool = True


_PROBABLE = 0.5  # confidence from which a card that is not whole shows a result
_SHORT = _Bounds()
_WHOLE = _Bounds(None, None, None, None, None, None)


class PaperLine(NamedTuple):
    """A paper in a list; ``code`` is the address of its first repository."""

    iri: str
    title: str
    year: int | None
    code: str | None


class PersonLine(NamedTuple):
    """An author in a paper's card; ``orcid`` is the address of the ORCID iD."""

    name: str
    position: int
    orcid: str | None
    affiliations: tuple[str, ...]


class EntityLine(NamedTuple):
    """An entity in a list.

    ``papers`` counts the papers that it shares with the entity or repository of the card; of broader and narrower
    entities it counts all papers.
    """

    iri: str
    name: str
    papers: int


class ResultLine(NamedTuple):
    """A reported result: ``value`` as written in ``paper`` (an IRI), which has this ``title``.

    ``metric`` is the metric's preferred name, or the words of the paper if no metric was recognised; ``settings`` are
    the words that state how it came about, ``confidence`` is how probably it was read right, and ``sentence`` the
    sentence that it was read from. ``baseline`` is the method that a relative one is measured against, if known.
    """

    metric: str | None
    value: str
    dataset: str | None
    method: str | None
    relative: bool
    confidence: float
    paper: str
    title: str
    sentence: str | None
    settings: tuple[str, ...] = ()
    baseline: str | None = None


class BestLine(NamedTuple):
    """The best of the ``among`` comparable results by one metric on one dataset.

    ``better`` is which values are better, "higher" or "lower".
    """

    result: ResultLine
    better: str
    among: int


class Quote(NamedTuple):
    """A sentence that names the entity.

    ``offset`` is where the sentence starts in the paper's text (title, line break, abstract); ``start`` and ``end`` are
    the span of the mention in the same text.
    """

    paper: str
    title: str
    sentence: str
    offset: int
    start: int
    end: int


def _as_html(card: Card) -> str:
    from kg.ask.notebook import card_html  # loaded only here, because a look-up shows text

    return card_html(card)


class EntityCard(NamedTuple):
    """A method, dataset, metric or task.

    ``other_names`` are all in a whole card; else of those that differ in case and plural only the commonest.
    ``broader`` are the next broader entities, ``narrower`` all narrower ones, those of the most papers first;
    ``narrower_in_all`` counts them. ``papers`` counts those that mention it, ``introduced_by`` and ``used_by`` split
    them; ``papers_with_narrower`` adds those that mention something narrower. ``mentions`` counts spans of text.
    ``introducing`` and ``using`` hold the first of the papers, the newest if ``by_year``: if most have a year, and not
    all the same. ``companions`` are the entities that share the most papers with this one, by kind. ``best`` holds the
    best comparable result for each metric and dataset, those with the most results to be compared first: results of the
    entity and of what is narrower, and for a task those of the papers on it. ``results_in_all`` counts what ``results``
    shows the first of, in the order of the papers; a card that is not whole leaves out of both what is doubtful, and
    has what a paper reports in the same words once. ``curated`` is what an imported catalogue says.
    """

    iri: str
    type: Kind
    name: str
    other_names: tuple[str, ...]
    broader: tuple[EntityLine, ...]
    narrower: tuple[EntityLine, ...]
    narrower_in_all: int
    papers: int
    papers_with_narrower: int
    introduced_by: int
    used_by: int
    mentions: int
    introducing: tuple[PaperLine, ...]
    using: tuple[PaperLine, ...]
    companions: dict[Kind, tuple[EntityLine, ...]]
    best: tuple[BestLine, ...]
    results: tuple[ResultLine, ...]
    results_in_all: int
    evidence: tuple[Quote, ...]
    curated: tuple[CuratedLine, ...] = ()
    by_year: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON, see :func:`kg.jsonrecord.as_dict`."""
        return as_dict(self)

    def _repr_html_(self) -> str:
        """The card as a notebook shows it."""
        return _as_html(self)


class PaperCard(NamedTuple):
    """A paper.

    ``introduces`` and ``uses`` hold its entities by kind, ``listed_on`` the file and line of each entry, ``listed`` the
    dates of its listing pages (xsd:date, or xsd:gMonthDay as in "--03-11"). ``date`` is that of publication where it is
    known to the day (xsd:date) or the month (xsd:gYearMonth); ``people`` are the authors of whom the source says more
    than the name. ``curated`` is what an imported catalogue says.
    """

    iri: str
    type: Kind
    name: str
    authors: tuple[str, ...]
    year: int | None
    venue: str | None
    identifiers: tuple[str, ...]
    listed_on: tuple[str, ...]
    urls: tuple[str, ...]
    code: tuple[str, ...]
    data: tuple[str, ...]
    project_pages: tuple[str, ...]
    introduces: dict[Kind, tuple[EntityLine, ...]]
    uses: dict[Kind, tuple[EntityLine, ...]]
    results: tuple[ResultLine, ...]
    abstract: str | None = None
    listed: tuple[str, ...] = ()
    date: str | None = None
    licence: str | None = None
    keywords: tuple[str, ...] = ()
    people: tuple[PersonLine, ...] = ()
    curated: tuple[CuratedLine, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON, see :func:`kg.jsonrecord.as_dict`."""
        return as_dict(self)

    def _repr_html_(self) -> str:
        """The card as a notebook shows it."""
        return _as_html(self)


class RepositoryCard(NamedTuple):
    """A code repository.

    ``linked_by`` counts the papers that link to it, ``papers`` holds the first, the newest if ``by_year``;
    ``introduces`` is what they introduce. ``curated`` is what an imported catalogue says.
    """

    iri: str
    type: Kind
    name: str
    url: str | None
    linked_by: int
    papers: tuple[PaperLine, ...]
    introduces: dict[Kind, tuple[EntityLine, ...]]
    curated: tuple[CuratedLine, ...] = ()
    by_year: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON, see :func:`kg.jsonrecord.as_dict`."""
        return as_dict(self)

    def _repr_html_(self) -> str:
        """The card as a notebook shows it."""
        return _as_html(self)


Card: TypeAlias = EntityCard | PaperCard | RepositoryCard


def read_card(
    reader: IndexedReader, iri: str, *, whole: bool = False, origin: Origin = "both", quoted: bool = True
) -> Card:
    """Everything that the graph says about one entity, paper or repository.

    Args:
        reader: the graph.
        iri: of a resource in it, such as :func:`kg.ask.lookup.find` returns.
        whole: whether lists have all that the graph says.
        origin: whose statements: what texts say, what a catalogue says, or both. Of what texts have, too, the card of
            a catalogue has nothing but the name and ``curated``.
        quoted: whether the card has ``results`` and ``evidence``, with their sentences; pages have their own.

    Raises:
        KGError: the graph has no entity, paper or repository of this IRI.
    """
    node = reader.index.node(iri)
    if node is None:
        raise KGError(f"{iri}: the graph has no entity, paper or repository of this IRI")
    bounds = (_WHOLE if whole else _SHORT)._replace(quoted=quoted)
    if origin == "curated" and not only_curated(reader, node):
        card = _named_card(node)
    elif node.kind == "paper":
        card = _paper_card(reader, iri, bounds)
    else:
        card = (_repository_card if node.kind == "code" else _entity_card)(reader, node, bounds)
    return card if origin == "extracted" else card._replace(curated=curated_lines(reader, iri, bounds.results))


def _named_card(node: Node) -> Card:
    """A card that says nothing but a name."""
    if node.kind == "paper":
        return PaperCard(node.iri, node.kind, node.name, (), None, None, (), (), (), (), (), (), {}, {}, ())
    if node.kind == "code":
        return RepositoryCard(node.iri, node.kind, node.name, None, 0, (), {})
    return EntityCard(
        *(node.iri, node.kind, node.name),
        (),
        (),
        (),
        *(0, 0, 0, 0, 0, 0),
        (),
        (),
        companions={},
        best=(),
        results=(),
        results_in_all=0,
        evidence=(),
    )


def _entity_card(reader: IndexedReader, node: Node, bounds: _Bounds) -> EntityCard:
    index = reader.index
    introducing = _paper_lines(reader, index.papers(node.id, INTRODUCES, bounds.papers))
    using = _paper_lines(reader, index.papers(node.id, USES, bounds.papers))
    below = index.narrower(node.id)
    all_nodes = [node.id, *(entity.id for entity in below)]
    results: list[tuple[str, str]] = []
    results_in_all = 0
    if node.kind != "task" and bounds.quoted:
        least = 0 if bounds.results is None else _PROBABLE
        results, results_in_all = index.results(node.kind, node.id, least, bounds.results)
    lines = _each_once((_result_line(reader, result, paper) for result, paper in results), bounds)
    return EntityCard(
        iri=node.iri,
        type=node.kind,
        name=node.name,
        other_names=_other_names(reader, node, bounds),
        broader=tuple(map(_entity_line, index.with_iris(reader.objects(node.iri, SKOS + "broader")))),
        narrower=tuple(map(_entity_line, below[: bounds.narrower])),
        narrower_in_all=len(below),
        papers=node.papers,
        papers_with_narrower=index.papers_with(all_nodes) if below else node.papers,
        introduced_by=node.introducing,
        used_by=node.papers - node.introducing,
        mentions=node.mentions,
        introducing=introducing,
        using=using,
        companions=_by_kind(index.companions(node.id, bounds.companions)),
        best=_best(reader, index.comparable(node.kind, all_nodes), bounds.best),
        results=lines,
        results_in_all=results_in_all - len(results) + len(lines),
        evidence=_evidence(reader, node.iri, (*introducing, *using), bounds.quotes) if bounds.quoted else (),
        by_year=index.by_year(node.id),
    )


def _other_names(reader: GraphReader, node: Node, bounds: _Bounds) -> tuple[str, ...]:
    """The names of an entity besides its preferred one.

    Of those that differ in case and plural only, a card that is not whole has the commonest, and none that so differs
    from the preferred name.
    """
    names = reader.objects(node.iri, SKOS + "altLabel")
    if bounds.results is None:
        return tuple(names)
    forms: dict[str, list[str]] = {}
    for name in names:
        forms.setdefault(_form(name), []).append(name)
    forms.pop(_form(node.name), None)
    alike = any(len(some) > 1 for some in forms.values())
    uses = reader.surface_forms(node.iri) if alike else Counter[str]()
    return tuple(sorted(min(some, key=lambda name: (-uses[name], name.istitle(), name)) for some in forms.values()))


def _form(name: str) -> str:
    """A name in lower case and the singular."""
    return " ".join(map(singular, ACRONYM_PLURAL.sub("", readable(name)).casefold().split()))


def _paper_card(reader: IndexedReader, iri: str, bounds: _Bounds) -> PaperCard:
    venue = reader.value(iri, SCHEMA + "isPartOf")
    introduced = reader.objects(iri, KG + "introduces")
    used = [entity for name in ENTITY_TYPES for entity in reader.objects(iri, USING[name])]
    results = _shown(reader, reader.objects(iri, KG + "reports"), bounds) if bounds.quoted else []
    return PaperCard(
        iri=iri,
        type="paper",
        name=reader.name(iri),
        authors=tuple(reader.objects(iri, SCHEMA + "author")),
        year=_year(reader, iri),
        venue=reader.name(venue) if venue else None,
        identifiers=tuple(reader.objects(iri, DCTERMS + "identifier")),
        abstract=reader.value(iri, SCHEMA + "abstract"),
        listed_on=tuple(reader.objects(iri, KG + "listedOn")),
        listed=tuple(reader.objects(iri, KG + "listedDate")),
        date=reader.value(iri, DCTERMS + "issued"),
        licence=reader.value(iri, SCHEMA + "license"),
        keywords=tuple(reader.objects(iri, DCTERMS + "subject")),
        people=tuple(
            sorted((_person(reader, node) for node in reader.objects(iri, SCHEMA + "creator")), key=lambda one: one[1])
        ),
        urls=tuple(reader.objects(iri, SCHEMA + "url")),
        code=_addresses(reader, iri),
        data=tuple(reader.objects(iri, LINKS["data"])),
        project_pages=tuple(reader.objects(iri, LINKS["project"])),
        introduces=_by_kind(_in_paper(reader.index, introduced)),
        uses=_by_kind(_in_paper(reader.index, used)),
        results=_each_once(
            (_result_line(reader, result, iri) for result in sorted(results, key=lambda one: _start(reader, one))),
            bounds,
        ),
    )


def _person(reader: GraphReader, iri: str) -> PersonLine:
    return PersonLine(
        name=reader.name(iri),
        position=int(reader.value(iri, SCHEMA + "position") or 0),
        orcid=reader.value(iri, SCHEMA + "sameAs"),
        affiliations=tuple(reader.objects(iri, SCHEMA + "affiliation")),
    )


def _repository_card(reader: IndexedReader, node: Node, bounds: _Bounds) -> RepositoryCard:
    return RepositoryCard(
        iri=node.iri,
        type="code",
        name=node.name,
        url=reader.value(node.iri, SCHEMA + "codeRepository"),
        linked_by=node.papers,
        papers=_paper_lines(reader, reader.index.papers(node.id, LINKS_TO, bounds.papers)),
        introduces=_by_kind(reader.index.introduced_with(node.id)),
        by_year=reader.index.by_year(node.id),
    )


def _in_paper(index: GraphIndex, entities: Iterable[str]) -> Iterator[tuple[Kind, str, str, int]]:
    """The entities of one paper, sorted by IRI."""
    return ((entity.kind, entity.iri, entity.name, 1) for entity in index.with_iris(sorted(entities)))


def _year(reader: GraphReader, paper: str) -> int | None:
    year = reader.value(paper, SCHEMA + "datePublished")
    return int(year) if year else None


def _paper_lines(reader: GraphReader, papers: Iterable[Node]) -> tuple[PaperLine, ...]:
    return tuple(
        PaperLine(paper.iri, paper.name, _year(reader, paper.iri), next(iter(_addresses(reader, paper.iri)), None))
        for paper in papers
    )


def _entity_line(entity: Node) -> EntityLine:
    return EntityLine(entity.iri, entity.name, entity.papers)


def _addresses(reader: GraphReader, paper: str) -> tuple[str, ...]:
    """The addresses of a paper's repositories."""
    repositories = reader.objects(paper, LINKS["code"])
    return tuple(reader.value(repository, SCHEMA + "codeRepository") or repository for repository in repositories)


def _by_kind(found: Iterable[tuple[Kind, str, str, int]]) -> dict[Kind, tuple[EntityLine, ...]]:
    """Entities by kind, in the order in which they come."""
    lines: dict[Kind, list[EntityLine]] = {kind: [] for kind in ENTITY_KINDS}
    for kind, iri, name, papers in found:
        lines[kind].append(EntityLine(iri, name, papers))
    return {kind: tuple(some) for kind, some in lines.items() if some}


def _shown(reader: GraphReader, results: Iterable[str], bounds: _Bounds) -> list[str]:
    """The results that a card shows: the whole card all, another one those that were probably read right."""
    if bounds.results is None:
        return list(results)
    return [result for result in results if float(reader.value(result, KG + "confidence") or 0) >= _PROBABLE]


def _each_once(results: Iterable[ResultLine], bounds: _Bounds) -> tuple[ResultLine, ...]:
    """Results; on a card that is not whole the surest of those that a paper reports in the same words."""
    if bounds.results is None:
        return tuple(results)
    found: dict[ResultLine, ResultLine] = {}
    for result in results:
        same = result._replace(value=readable(result.value), confidence=0, sentence=None)
        found[same] = max(found.get(same, result), result, key=lambda one: one.confidence)
    return tuple(found.values())


def _best(reader: IndexedReader, results: Iterable[Reported], limit: int | None) -> tuple[BestLine, ...]:
    """The best comparable result for each metric and dataset; equal ones by IRI, which is made of the paper's title.

    A metric of which no better values are known has no best.
    """
    boards: dict[tuple[int, int], list[tuple[Decimal, bool, str]]] = {}
    for result in results:
        board = boards.setdefault((result.metric, result.dataset), [])
        board.append((Decimal(result.value), bool(result.percent), result.iri))
    iris = reader.index.iris({node for pair in boards for node in pair})
    lines: list[BestLine] = []
    for (metric, _), board in sorted(
        boards.items(), key=lambda item: (-len(item[1]), iris[item[0][0]], iris[item[0][1]])
    ):
        if len(lines) == limit:
            break
        if better := reader.value(iris[metric], KG + "better"):
            _, best = (min if better == "lower" else max)(_on_one_scale(board), key=lambda entry: entry[0])
            (paper,) = reader.subjects(KG + "reports", ox.NamedNode(best))
            lines.append(BestLine(_result_line(reader, best, paper), better, len(board)))
    return tuple(lines)


def _on_one_scale(board: Sequence[tuple[Decimal, bool, str]]) -> list[tuple[Decimal, str]]:
    """Values and their results, with shares as percentages if others are percentages."""
    percentages = any(percent for _, percent, _ in board)
    return [
        (100 * value if percentages and not percent and value <= 1 else value, result)
        for value, percent, result in board
    ]


def _start(reader: GraphReader, node: str) -> tuple[int, str]:
    """The offset of a result or mention in its paper's text; the IRI decides between two at the same offset."""
    return int(reader.value(node, OA + "start") or 0), node


def _result_line(reader: GraphReader, result: str, paper: str) -> ResultLine:
    def named(predicate: str) -> str | None:
        entity = reader.value(result, KG + predicate)
        return reader.name(entity) if entity else None

    return ResultLine(
        metric=named("byMetric") or reader.value(result, KG + "metricText"),
        value=reader.value(result, KG + "valueText") or "",
        dataset=named("onDataset"),
        method=named("ofMethod"),
        relative=reader.value(result, KG + "relative") == "true",
        confidence=float(reader.value(result, KG + "confidence") or 0),
        paper=paper,
        title=reader.name(paper),
        sentence=reader.value(result, KG + "sentence"),
        settings=tuple(reader.objects(result, KG + "setting")),
        baseline=named("againstBaseline"),
    )


def _evidence(reader: GraphReader, iri: str, papers: Iterable[PaperLine], limit: int | None) -> tuple[Quote, ...]:
    """A sentence from each of the first papers; if there are fewer papers than the limit, further sentences of them."""
    firsts: list[Quote] = []
    others: list[Quote] = []
    for paper in papers:
        quotes = _quotes(reader, iri, paper)
        firsts.extend(quotes[:1])
        others.extend(quotes[1:])
        if len(firsts) == limit:
            break
    return tuple([*firsts, *others][:limit])


def _quotes(reader: GraphReader, iri: str, paper: PaperLine) -> list[Quote]:
    """The sentences of a paper that name an entity, the mention of most confidence first, the title last."""
    title = reader.name(paper.iri)
    ranked = []
    for mention in reader.subjects(OA + "hasTarget", ox.NamedNode(paper.iri)):
        if iri in reader.objects(mention, OA + "hasBody"):
            start, end = _start(reader, mention)[0], int(reader.value(mention, OA + "end") or 0)
            confidence = float(reader.value(mention, KG + "confidence") or 0)
            ranked.append((start <= len(title), -confidence, start, end, mention))
    quotes: dict[int, Quote] = {}
    for _, _, start, end, mention in sorted(ranked):
        opening = int(reader.value(mention, KG + "sentenceStart") or 0)
        sentence = reader.value(mention, KG + "sentence") or ""
        quotes.setdefault(opening, Quote(paper.iri, title, sentence, opening, start, end))
    return list(quotes.values())
