"""Results: the reported numbers, each with its measure, dataset and method.

Within a sentence every quantity is a possible value and every metric a possible measure. The two belong together if
little is between them: words that join them ("accuracy of 83%", "by 2.5 BLEU") cost little, others much, and the
cheapest pair wins. Quantities in a list ("72% and 74%") share what they belong to, or take it in turn if the lists
are equally long ("on A and B, respectively"). Where no metric is near, the words next to the value name one.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.results.comparatives import Compared, comparatives_of
from kg.extraction.results.datasets import DatasetsOfValues, only_dataset
from kg.extraction.results.measures import MeasureReader, Piece, PieceKind
from kg.extraction.results.quantities import Quantity, QuantityFinder
from kg.records import Result
from kg.rulefiles import NameRule, Rule
from kg.text.names import name_key, singular, spaced_key
from kg.text.plain import unwrapped
from kg.text.sentences import sentence_spans
from kg.vocabulary import ENTITY_TYPES, EntityType

_TOKEN = re.compile(r"[^\W\d_][\w.'’@-]*\w|\w+|\S")
# A setting ("k = 5"), a fraction, a citation, or the second of two numbers side by side.
_NO_VALUE_BEFORE = re.compile(r"[=/\[]\s*$|\d\s+$|^$")
_LIST_SIGNS = frozenset([",", "and", "or", "/", "&", "to", "→", "(", ")", "+", "~", "vs", "versus", "from"])
_ENTITY_LIST_SIGNS = frozenset([",", "and", "or", "/", "&"])

_SAME_MEASURE_UNITS = frozenset(["%", "points", "absolute points", "percentage points"])
_SPEEDS = frozenset(["faster", "slower"])  # after a factor, these are what it measures
_INTO = frozenset(["to", "→"])
_LONGEST = 1500  # characters of a sentence
Placed = TypeVar("Placed", Piece, Quantity)
_OWN_WORDS = frozenset(["our", "ours", "we", "proposed", "this", "it"])

# What may be between a value and its measure, and what it costs.
_COSTS: dict[PieceKind, float] = {
    "value": 0.4,
    "metric": 2.0,
    "dataset": 0.4,
    "method": 0.6,
    "task": 0.8,
    "word": 1.0,
    "sign": 0.5,
}
_SIGN_COSTS = {",": 0.7, "(": 0.3, ")": 0.3, "/": 0.1, "-": 0.1, "%": 0.1, '"': 0.1}
_BRIDGE_COST = 0.2
_CHANGE_COST = 0.3
_BARRIER_COST = 3.0
_AND_COST = {"before": 0.4, "after": 1.0}
_BEFORE_COST = 0.05  # a measure after its value is the likelier of two equally near
_LIMIT = 4.0
_READ_LIMIT = 0.7  # beyond it the words next to a value name its measure better than a name farther off
_READ_COST = 0.7
_BARE_LIMIT = 0.75  # for a number without unit, which is a result only next to its measure
_WHOLE_LIMIT = 0.6  # for a whole one, which is oftener a count
_CHAINED_LIMIT = 2.5
_UNIT_LIMIT = 1.5  # for one with a unit of measure
_DOUBTFUL = 0.4  # confidence from which a metric counts that was not settled on


class ResultFinder:
    """Pipeline component: writes ``doc._.results``. It runs after the entities and their roles are settled.

    Rules: ``ResultUnit`` (units of measure), ``ResultFactorWord`` (words for factors, ``id`` the number),
    ``ResultMeasure`` and ``ResultModifier`` (measures where no entity was found: "error", "validation"),
    ``ResultWord`` (``id`` says what a word does between value and measure: bridge, change, win, barrier),
    ``ResultComparative`` (last words of measures, ``id`` the comparative used for them),
    ``ResultOutside`` (words that end a measure's name), ``ResultExclusion`` (``id`` before or after: numbers there are
    not results). Of the names (``Metric``, ``Dataset``, …) it takes which words end a metric's and no other's, and that
    a measure's name does not start with a dataset.
    """

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self._read = MeasureReader(self.words, frozenset(), frozenset(), frozenset(), frozenset())
        self._find_quantities = QuantityFinder((), {})
        self._measures = re.compile(r"(?!)")
        self._comparatives: dict[str, frozenset[str]] = {}
        self._excluded_before = self._excluded_after = re.compile(r"(?!)")

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Take the Result… rules and the names."""
        names: dict[EntityType, list[str]] = {label: [] for label in ENTITY_TYPES}
        words: dict[str, list[str]] = defaultdict(list)  # phrases by label, or by label and id
        factors: dict[str, float] = {}
        for rule in rules:
            if isinstance(rule, NameRule):
                names[rule.label] += [rule.pattern] if isinstance(rule.pattern, str) else []
            elif rule.label == "ResultFactorWord":
                factors[rule.pattern] = float(rule.id)
            elif rule.label == "ResultWord":
                self.words[rule.pattern] = rule.id
            elif rule.label == "ResultComparative":
                word = singular(rule.pattern.lower())
                self._comparatives[word] = self._comparatives.get(word, frozenset()) | {rule.id}
            elif rule.label == "ResultOutside" or rule.label == "ResultExclusion":
                words[f"{rule.label} {rule.id}"].append(rule.pattern)
            else:
                words[rule.label].append(rule.pattern)
        self._find_quantities = QuantityFinder(words["ResultUnit"], factors)
        self._read = MeasureReader(
            self.words,
            outside=frozenset(words["ResultOutside never"]),
            vague=frozenset(words["ResultOutside within"]),
            datasets=frozenset(map(name_key, names["Dataset"])),
            heads=_metric_heads(names),
        )
        measure, modifier = (_alternatives(words[label]) for label in ("ResultMeasure", "ResultModifier"))
        self._measures = re.compile(rf"(?<![\w-])(?:{modifier}[\s-]+){{0,3}}{measure}(?![\w@-])", re.IGNORECASE)
        before, after = (_alternatives(words[f"ResultExclusion {where}"]) for where in ("before", "after"))
        self._excluded_before = re.compile(rf"(?:^|\W){before}\W*$", re.IGNORECASE)
        self._excluded_after = re.compile(rf"\W*{after}\b", re.IGNORECASE)

    def __call__(self, doc: Doc) -> Doc:
        text = doc._.plain.text
        entities = _entity_pieces(doc, text)
        addresses = sorted((link.start, link.end) for link in doc._.links)
        quantities = [
            quantity
            for quantity in self._find_quantities(text)
            if not _inside(doc._.plain.offsets[quantity.start], addresses)
        ]
        only = only_dataset(entities)
        own = _OwnMethods.of(doc)
        compared = self._compared(text, entities) if quantities else Compared({})
        results: list[Result] = []
        for start, end in _parts(text):
            if here := _starting_in(quantities, start, end):
                pieces = self._pieces(text, start, end, _starting_in(entities, start, end), here)
                results.extend(self._results(doc, pieces, only, own, compared))
        doc._.results = results
        return doc

    def _compared(self, text: str, entities: Sequence[Piece]) -> Compared:
        """The measures that a text names, next to values or not, if it has a comparative that may be about one."""
        comparatives: frozenset[str] = frozenset().union(*self._comparatives.values())
        if not any(comparative in text for comparative in comparatives):
            return Compared({})
        taken = [(piece.start, piece.end) for piece in entities]
        generic = (
            Piece("metric", match.start(), match.end(), match[0])
            for match in self._measures.finditer(text)
            if not _inside(match.start(), taken)
        )
        metrics = (piece for piece in entities if piece.kind == "metric")
        return Compared.of([*metrics, *generic], self._comparatives)

    def _pieces(
        self, text: str, start: int, end: int, entities: Sequence[Piece], quantities: Sequence[Quantity]
    ) -> list[Piece]:
        """A sentence as a row of pieces, none overlapping: entities, then values, generic measures, words."""
        pieces = [piece for piece in entities if piece.end <= end and not self._is_change(piece)]
        for quantity in quantities:
            if self._may_be_result(text, quantity) and not _names_size(pieces, quantity):
                piece = Piece("value", quantity.start, quantity.end, text[quantity.start : quantity.end], quantity)
                # A unit may be a metric in its own right ("90 FPS"); a number with a unit is not a name ("10X").
                pieces = [
                    other
                    for other in pieces
                    if not (piece.start < other.start and other.end == piece.end)
                    and not (quantity.unit and other.kind in ("method", "task") and _overlap(piece, other))
                ]
                _add_free(pieces, piece)
        for match in self._measures.finditer(text, start, end):
            _add_free(pieces, Piece("metric", match.start(), match.end(), match[0]))
        spans = sorted((piece.start, piece.end) for piece in pieces)
        for match in _TOKEN.finditer(text, start, end):
            if not _inside(match.start(), spans):
                pieces.append(Piece("word" if match[0][0].isalnum() else "sign", match.start(), match.end(), match[0]))
        return _without_short_forms(sorted(pieces, key=lambda piece: piece.start))

    def _is_change(self, piece: Piece) -> bool:
        """Whether what was found as a metric only says that another changed: "relative gain"."""
        words = piece.text.lower().split()
        what = " ".join(words[:-1])
        generic = what == "performance" or all(self.words.get(word) == "bridge" for word in words[:-1])
        known = generic or bool(self._measures.fullmatch(what))
        return piece.kind == "metric" and len(words) > 1 and known and self._changes(words[-1])

    def _may_be_result(self, text: str, quantity: Quantity) -> bool:
        before = text[max(0, quantity.start - 40) : quantity.start]
        if before.endswith("+/"):  # a deviation, "+/-0.3"
            return False
        if quantity.unit is None and not quantity.signed:
            after = text[quantity.end : quantity.end + 1]
            counted = text[quantity.start : quantity.end].isdigit() and after == ")"
            if counted or after == "/" or _NO_VALUE_BEFORE.search(before):
                return False
        return not (self._excluded_before.search(before) or self._excluded_after.match(text, quantity.end))

    def _results(
        self, doc: Doc, pieces: list[Piece], only: list[Piece], own: _OwnMethods, compared: Compared
    ) -> Iterator[Result]:
        values = _lists(pieces, "value", _LIST_SIGNS)
        metrics = _lists(pieces, "metric", _ENTITY_LIST_SIGNS)
        datasets_of = DatasetsOfValues(pieces, values, _lists(pieces, "dataset", _ENTITY_LIST_SIGNS))
        method = own.reported_by(pieces)
        last: list[Piece] = []
        bare = relative = False
        for number, group in enumerate(values):
            measures, cost = self._measures_of(doc._.plain.text, pieces, group, metrics)
            on = datasets_of.of(number)
            listed = pieces[group[0] - 1].text.lower() in _ENTITY_LIST_SIGNS if group[0] else False
            unit = next((unit for i in group if (unit := _quantity(pieces[i]).unit)), None)
            for position, index in enumerate(group):
                value = pieces[index]
                quantity = _quantity(value)
                own_unit = quantity.unit or unit
                measured = self._measured_by(pieces, group, measures[position], compared)
                # "BLEU of 31.2 into German and 38.4 into English": a bare score goes on with the measure before it.
                scored = bare and bool(last) and not measured and not own_unit and "." in value.text
                if not (scored or self._accepted(pieces, index, group, cost, own_unit, chained=bool(last))):
                    continue
                if not measured and quantity.unit and self._measures.fullmatch(quantity.unit):
                    # "90 FPS": the unit names what is measured.
                    measured = [Piece("metric", value.end - len(quantity.unit), value.end, quantity.unit)]
                elif not measured and (scored or own_unit in _SAME_MEASURE_UNITS):
                    measured = last or (_only_before(pieces, group[0]) if self._led_to(pieces, group[0]) else [])
                bare = not own_unit
                last = measured
                relative = self._is_relative(pieces, index, group, relative and listed)
                # What a paper gains it often gains over all it tried, more than it names.
                datasets = on[position] or (only if not relative else [])
                for measure in measured or (None,):
                    for dataset in datasets or (None,):
                        yield _result(doc, value, own_unit, measure, dataset, method, relative)

    def _measures_of(
        self, text: str, pieces: list[Piece], group: list[int], metrics: list[list[int]]
    ) -> tuple[list[list[Piece]], float]:
        """The measures of each value of a list, and what their distance costs; none if all are too far."""
        nearest: tuple[float, list[int], int] | None = None
        fast = any(piece.text.lower() in _SPEEDS for piece in pieces[group[-1] + 1 : group[-1] + 2])
        for row in metrics:
            if fast and row[0] > group[-1] + 2:  # "3x faster and uses 40% less memory"
                continue
            for index in row:
                cost = self._distance(pieces, group, index)
                if nearest is None or cost < nearest[0]:
                    nearest = cost, row, index
        if nearest is None or nearest[0] > _READ_LIMIT:
            named = self._read.named_by(text, pieces, group[0], group[-1])
            if named:
                return self._shared(text, pieces, named, len(group), metrics), _READ_COST
        if nearest is None or nearest[0] > _LIMIT:
            return [[]] * len(group), math.inf
        cost, row, index = nearest
        full = {i: self._read.full(text, pieces, i) for i in row}
        if len(row) == len(group) > 1:
            return [[full[i]] for i in row], cost
        if len(group) == 1 and len(row) > 1 and (index == row[0] > group[0] or index == row[-1] < group[0]):
            return [list(dict.fromkeys(full.values()))], cost
        return [[full[index]]] * len(group), cost

    def _measured_by(
        self, pieces: list[Piece], group: list[int], measured: list[Piece], compared: Compared
    ) -> list[Piece]:
        """The measures of a value, or what the comparative after it ("2x faster") is about if it is another one."""
        following = pieces[group[-1] + 1 : group[-1] + 2]
        word = following[0].text.lower() if following else ""
        for measure in measured:
            if measure.start > pieces[group[-1]].start or word in comparatives_of(measure, self._comparatives):
                return measured
        named = compared.before(word, pieces[group[0]].start)
        if named:
            return [named]
        return following if word in _SPEEDS else measured

    def _shared(
        self, text: str, pieces: list[Piece], named: Piece, number: int, metrics: list[list[int]]
    ) -> list[list[Piece]]:
        """A measure for each of so many values: one for all, or in turn if it starts a list as long."""
        row = next((row for row in metrics if len(row) == number > 1 and pieces[row[0]].end == named.end), None)
        return [[self._read.full(text, pieces, index)] for index in row] if row else [[named]] * number

    def _distance(self, pieces: list[Piece], group: list[int], index: int) -> float:
        before = index < group[0]
        between = pieces[index + 1 : group[0]] if before else pieces[group[-1] + 1 : index]
        cost = _BEFORE_COST if before else 0.0
        for piece in between:
            word = piece.text.lower()
            role = self.words.get(word)
            if piece.kind not in ("word", "sign"):
                cost += _COSTS[piece.kind]
            elif word == "and":
                cost += _AND_COST["before" if before else "after"]
            elif role == "bridge":
                cost += _BRIDGE_COST
            elif role in ("change", "win"):
                cost += _CHANGE_COST
            elif role == "barrier":
                cost += _BARRIER_COST
            else:
                cost += _SIGN_COSTS.get(piece.text, _COSTS[piece.kind])
        return cost

    def _accepted(
        self, pieces: list[Piece], index: int, group: list[int], cost: float, unit: str | None, chained: bool
    ) -> bool:
        """Whether a quantity is a reported value, by its unit and by how near its measure is.

        A bare number may be further from its measure when ``chained``: after another value in its sentence.
        """
        written = pieces[index].text
        if unit == "x" and not any(character.isdigit() for character in written):
            following = pieces[index + 1].text.lower() if index + 1 < len(pieces) else ""
            return cost <= _UNIT_LIMIT or self._changes(following)
        if unit in ("%", "x") or (unit and unit.endswith("points")):
            return True
        if unit:
            return cost <= _UNIT_LIMIT or bool(self._measures.fullmatch(unit))
        if "." not in written and (self._counts(pieces, group[-1] + 1) or cost > _WHOLE_LIMIT):
            return False
        return cost <= (_CHAINED_LIMIT if chained and "." in written else _BARE_LIMIT)

    def _counts(self, pieces: list[Piece], index: int) -> bool:
        """Whether the piece after a whole number is what it counts: "11 tasks"."""
        return index < len(pieces) and pieces[index].kind == "word" and pieces[index].text.lower() not in self.words

    def _changes(self, word: str) -> bool:
        return self.words.get(word) in ("change", "win")

    def _is_relative(self, pieces: list[Piece], index: int, group: list[int], listed: bool) -> bool:
        """Whether a value is an improvement or a factor: by its unit, its sign, or a word of change next to it.

        Args:
            listed: whether the value is listed after one.
        """
        quantity = _quantity(pieces[index])
        if quantity.unit == "x" or quantity.signed:
            return True
        before = [piece.text.lower() for piece in pieces[max(0, group[0] - 4) : group[0]]]
        after = pieces[group[-1] + 1 : group[-1] + 4]
        if "from" in before[-3:] or any(pieces[i].text.lower() in _INTO for i in range(group[0], group[-1])):
            return False
        changes = [self._changes(piece.text.lower()) for piece in after]
        nouns = [self._changes(word) for word in before]
        return (
            listed
            or "by" in before
            or any(changes)
            or (any(nouns) and "of" in before)
            or self._led_to(pieces, group[0])
        )

    def _led_to(self, pieces: list[Piece], index: int) -> bool:
        """Whether words of little meaning lead from a word of change to a value: "saves about 45%", "a gain (2%)"."""
        for before in range(index - 1, -1, -1):
            word = pieces[before].text.lower()
            if self._changes(word) or word == "by":
                return pieces[before + 1].text.lower() != "than"  # "less than 5%" is a bound
            up = before and pieces[before - 1].text.lower() == "up"
            if (word in _INTO and not up) or not (self.words.get(word) == "bridge" or word == "("):
                return False
        return False


def _metric_heads(names: Mapping[EntityType, Sequence[str]]) -> frozenset[str]:
    """The words that end names of metrics more often than other names, at least two."""
    ends = {label: Counter(spaced_key(name).rpartition(" ")[2] for name in named) for label, named in names.items()}
    return frozenset(
        word
        for word, count in ends["Metric"].items()
        if count > 1 and 2 * count > sum(counts[word] for counts in ends.values())
    )


def _names_size(pieces: Iterable[Piece], quantity: Quantity) -> bool:
    """Whether a factor in brackets belongs to a model's name: "ResNet-50 (4x)"."""
    return quantity.unit == "x" and any(piece.kind == "method" and quantity.start - piece.end == 2 for piece in pieces)


def _without_short_forms(pieces: list[Piece]) -> list[Piece]:
    """The pieces without a short form in brackets: "word error rate (WER)" is one measure, and so with datasets."""
    kept: list[Piece] = []
    skip = 0
    for index, piece in enumerate(pieces):
        if skip:
            skip -= 1
            continue
        kept.append(piece)
        following = pieces[index + 1 : index + 4]
        if (
            (piece.kind == "metric" or piece.kind == "dataset")
            and [f.kind for f in following] == ["sign", piece.kind, "sign"]
            and following[0].text == "("
        ):
            skip = 3
    return kept


def _alternatives(phrases: Iterable[str]) -> str:
    """Phrases as one regular expression, longest first."""
    return f"(?:{'|'.join(map(re.escape, sorted(phrases, key=len, reverse=True))) or '(?!)'})"


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text; one too long to be one is cut, so that the work grows in line with the text's length."""
    for start, end in sentence_spans(text):
        while end - start > _LONGEST:
            space = text.rfind(" ", start, start + _LONGEST)
            cut = space if space > start else start + _LONGEST
            yield start, cut
            start = cut
        yield start, end


def _starting_in(things: Sequence[Placed], start: int, end: int) -> Sequence[Placed]:
    """Those of the things, which are sorted, that start between two offsets."""
    first, last = (bisect_left(things, offset, key=lambda thing: thing.start) for offset in (start, end))
    return things[first:last]


def _inside(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether an offset lies in one of the spans, which are sorted and do not overlap."""
    index = bisect_right(spans, offset, key=lambda span: span[0])
    return index > 0 and offset < spans[index - 1][1]


def _add_free(pieces: list[Piece], piece: Piece) -> None:
    if not any(_overlap(piece, other) for other in pieces):
        pieces.append(piece)


def _only_before(pieces: Sequence[Piece], index: int) -> list[Piece]:
    """The one measure of a sentence, if it is before ``index``."""
    metrics = [piece for piece in pieces if piece.kind == "metric"]
    return metrics if len(metrics) == 1 and metrics[0].end <= pieces[index].start else []


def _overlap(one: Piece, other: Piece) -> bool:
    return one.start < other.end and other.start < one.end


def _entity_pieces(doc: Doc, text: str) -> list[Piece]:
    """The entities, and the metrics that were proposed but not settled on where there is no entity.

    Next to a value even a doubtful metric is likely to be what it measures.
    """
    kinds: dict[str, PieceKind] = {"Metric": "metric", "Dataset": "dataset", "Method": "method", "Task": "task"}
    proposed = (c for c in doc._.candidates if c.type == "Metric" and c.confidence >= _DOUBTFUL)
    entities: list[Candidate] = list(doc._.entities)
    taken = {token for entity in entities for token in range(entity.start, entity.end)}
    for candidate in sorted(proposed, key=lambda c: (-c.confidence, c.start - c.end, c.start)):
        if taken.isdisjoint(range(candidate.start, candidate.end)):
            taken.update(range(candidate.start, candidate.end))
            entities.append(candidate)
    pieces = []
    for entity in sorted(entities, key=lambda entity: entity.start):
        last = doc[entity.end - 1]
        start, end = doc[entity.start].idx, last.idx + len(last)
        pieces.append(Piece(kinds[entity.type], start, end, entity.name or text[start:end]))
    return pieces


def _lists(pieces: Sequence[Piece], kind: PieceKind, joints: frozenset[str]) -> list[list[int]]:
    """The pieces of a kind as lists of indices: those with only joints between them form a list."""
    lists: list[list[int]] = []
    for index, piece in enumerate(pieces):
        if piece.kind != kind:
            continue
        if lists and all(other.text.lower() in joints for other in pieces[lists[-1][-1] + 1 : index]):
            lists[-1].append(index)
        else:
            lists.append([index])
    return lists


@dataclass(frozen=True, slots=True)
class _OwnMethods:
    """The methods that a paper introduces, and what to call them where a sentence does not name one."""

    names: frozenset[str]
    main: str | None

    @classmethod
    def of(cls, doc: Doc) -> _OwnMethods:
        """The first one is the main one, in its short form if the text defines one."""
        introduced = [entity for entity in doc._.entities if entity.type == "Method" and entity.role == "introduced"]
        names = [doc[entity.start : entity.end].text for entity in introduced]
        short_forms = {name_key(pair.long.text): pair.short.text for pair in doc._.abbreviations}
        return cls(frozenset(names), short_forms.get(name_key(names[0]), names[0]) if names else None)

    def reported_by(self, pieces: Sequence[Piece]) -> str | None:
        """The method that a sentence reports on: the paper's own if it is named or meant, else the first one named."""
        methods = [piece.text for piece in pieces if piece.kind == "method"]
        named = next((text for text in methods if text in self.names), None)
        if named:
            return named
        if self.main and (not methods or any(piece.text.lower() in _OWN_WORDS for piece in pieces)):
            return self.main
        return methods[0] if methods else None


def _quantity(value: Piece) -> Quantity:
    if value.quantity is None:
        raise ValueError(f"{value.text!r} is not a value")
    return value.quantity


def _result(
    doc: Doc,
    value: Piece,
    unit: str | None,
    measure: Piece | None,
    dataset: Piece | None,
    method: str | None,
    relative: bool,
) -> Result:
    start, end = doc._.plain.closed_span(value.start, value.end)
    return Result(
        metric=_given(doc, measure),
        value=doc._.plain.original[start:end],
        number=_quantity(value).number,
        unit=unit,
        dataset=_given(doc, dataset),
        method=method,
        relative=relative,
        start=start,
        end=end,
    )


def _given(doc: Doc, piece: Piece | None) -> str | None:
    """A piece's words as given, on one line; the full name of one that is written as a number alone."""
    if piece is None:
        return None
    if len(piece.text) > piece.end - piece.start:
        return piece.text
    start, end = doc._.plain.span(piece.start, piece.end)
    return unwrapped(doc._.plain.original[start:end])


@Language.factory("kg_results")
def make_results(nlp: Language, name: str) -> ResultFinder:
    """The component's factory."""
    return ResultFinder()
