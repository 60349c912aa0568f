"""What a value may be about: for each part of a result the candidates, of which one is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from spacy.lang.en.stop_words import STOP_WORDS

from kg.extraction.results.sentences import Piece, PieceKind, Sentence
from kg.text.names import name_key

_REACH = 18  # pieces before and after a value in which any noun phrase may be its metric
_LONGEST = 4  # pieces of such a phrase, and two more if it has an "of"
_EARLIER = 3  # metrics of earlier sentences
_MOST = 12  # names in a value's sentence, and names in others, so that the work grows in line with a text's length
_FAR = 40  # sentences before and after
_SETTLED = 0.4  # confidence of a metric that can be meant in a later sentence
_JOINTS = frozenset(["of", "per"])
_BEFORE_VALUE = frozenset(["of", "by", "is", "at", "=", ":"])  # between a metric and its value
_ARTICLES = frozenset(["the", "a"])
_HYPHENS = frozenset("-‐‑")
_SHARES = frozenset(["accuracy", "precision", "recall", "f1", "auc", "auroc", "map", "iou", "miou", "dice"])
_TIME_OR_SIZE = re.compile(r"[mnµμ]?s|secs?|(?:milli)?seconds?|min|minutes?|hours?|days?|[KMGT]i?B|fps|FPS")
_PEOPLE = frozenset(["humans", "people", "experts", "annotators", "participants", "crowdworkers", "users", "listeners"])
_PEOPLE |= {"clinicians", "radiologists", "physicians", "doctors", "pathologists", "dermatologists", "linguists"}
_PEOPLE |= {"translators", "students"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate for one part of a result.

    ``kind`` is "none" (the text names nothing), "here" (pieces ``first`` to ``last`` of the value's sentence), "there"
    (the same of another one) or "unit" (the value's unit). ``rank`` counts the choices of another sentence.
    """

    kind: Literal["none", "here", "there", "unit"]
    text: str = ""
    key: str = ""
    sentence: Sentence | None = None
    first: int = -1
    last: int = -1
    rank: int = 0

    @property
    def pieces(self) -> Sequence[Piece]:
        """The pieces that it consists of."""
        return self.sentence.pieces[self.first : self.last + 1] if self.sentence else ()

    def at(self) -> Sentence:
        """The sentence that it is in."""
        if self.sentence is None:
            raise ValueError(f"a choice of kind {self.kind} is in no sentence")
        return self.sentence


NONE = Choice("none")


def metric_choices(text: str, sentences: Sequence[Sentence], sentence: Sentence, index: int) -> list[Choice]:
    """What the value at an index may measure: noun phrases and metrics in its sentence, its unit, earlier metrics."""
    for place in (_in_turn("metric", sentence, index), _in_pairs(sentence, index)):
        if place is not None:
            return [_named("here", sentence, place)]
    found = [NONE]
    start, end = max(0, index - _REACH), min(len(sentence.pieces), index + _REACH + 1)
    for first, last in _phrases(sentence.pieces, start, end):
        words = _without_dataset(text, sentence.pieces[first : last + 1])
        found.append(Choice("here", words, name_key(words), sentence, first, last))
    for place in _nearest(sentence, "metric", index):
        if not start <= place < end:
            found.append(_named("here", sentence, place))
    unit = sentence.pieces[index].value.unit
    if unit and unit not in "%x":
        found.append(Choice("unit", unit, name_key(unit)))
    if unit and _TIME_OR_SIZE.fullmatch(unit):  # 12 ms is no accuracy, though 12 mm may be one
        found = [choice for choice in found if not (choice.pieces and choice.pieces[-1].text.lower() in _SHARES)]
    keys = {choice.key for choice in found}
    earlier = 0
    for other in reversed(sentences[max(0, sentence.number - _FAR) : sentence.number]):
        for place in reversed(other.places("metric")):
            piece = other.pieces[place]
            if earlier < _EARLIER and piece.confidence >= _SETTLED and piece.key not in keys:
                keys.add(piece.key)
                found.append(_named("there", other, place, earlier))
                earlier += 1
    return found


def _phrases(pieces: Sequence[Piece], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The noun phrases between two indices, as first and last index: parts of runs of words that can be in a name."""
    run: list[int] = []
    for index in range(start, end):
        near = bool(run) and pieces[index].start - pieces[run[-1]].end <= 1
        if near and (_nominal(pieces[index]) or _joins(pieces, run[-1], index, end)):
            run.append(index)
            continue
        yield from _parts(pieces, run)
        run = [index] if _nominal(pieces[index]) else []
    yield from _parts(pieces, run)


def _without_dataset(text: str, pieces: Sequence[Piece]) -> str:
    """The words of a phrase, without the datasets in it: of "top-1 ImageNet accuracy" the metric."""
    kept = [piece for piece in pieces if piece.kind != "dataset"]
    if len(kept) in (0, len(pieces)):
        return text[pieces[0].start : pieces[-1].end]
    return " ".join(piece.text for piece in kept)


def _joins(pieces: Sequence[Piece], before: int, index: int, end: int) -> bool:
    """Whether a piece joins two words of a name: "of", or the article after it, or a hyphen within a name."""
    word = pieces[index].word
    joins = word in _JOINTS or (word in _ARTICLES and pieces[before].word == "of") or _is_hyphen(pieces, index)
    return joins and index + 1 < end and (_nominal(pieces[index + 1]) or pieces[index + 1].word in _ARTICLES)


def _is_hyphen(pieces: Sequence[Piece], index: int) -> bool:
    """Whether a piece is the hyphen of a name of which at least one side is short capitals: "MS-SSIM", "v-mAP"."""
    if not 0 < index < len(pieces) - 1 or pieces[index].text not in _HYPHENS:
        return False
    before, after = pieces[index - 1], pieces[index + 1]
    glued = before.end == pieces[index].start and after.start == pieces[index].end
    return glued and any(side.text.isupper() or len(side.text) == 1 for side in (before, after))


def _parts(pieces: Sequence[Piece], run: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The parts of a run that can be a name: to one of its last two pieces, or to a metric."""
    for begin, first in enumerate(run):
        if not _nominal(pieces[first]) or _is_hyphen(pieces, first - 1):
            continue
        joined = False
        for end in range(begin, min(len(run), begin + _LONGEST + 2)):
            last = run[end]
            joined = joined or pieces[last].word == "of"
            if end - begin >= _LONGEST and not joined:
                break
            ends = end >= len(run) - 2 or pieces[last].kind == "metric"
            named = pieces[last].kind in ("method", "dataset")
            if _nominal(pieces[last]) and ends and not (named and last != first) and not _is_hyphen(pieces, last + 1):
                yield first, last


def _nominal(piece: Piece) -> bool:
    """Whether a piece can be the first or the last of a name."""
    if piece.kind == "word":
        return piece.text[0].isalpha() and piece.word not in STOP_WORDS
    return piece.kind not in ("value", "sign")


def _named(kind: Literal["here", "there"], sentence: Sentence, index: int, rank: int = 0) -> Choice:
    piece = sentence.pieces[index]
    return Choice(kind, piece.text, piece.key, sentence, index, index, rank)


def named_choices(kind: PieceKind, sentences: Sequence[Sentence], sentence: Sentence, index: int) -> list[Choice]:
    """The entities of a kind that can be meant at an index: their places in the sentence, then the others that the text
    names, each by its nearest place; of either at most :data:`_MOST`, the nearest."""
    if kind == "dataset" and (place := _in_turn(kind, sentence, index)) is not None:
        return [_named("here", sentence, place)]
    found = [NONE, *(_named("here", sentence, place) for place in _nearest(sentence, kind, index))]
    if kind == "method":
        people = [place for place, word in enumerate(sentence.words) if word in _PEOPLE][:_MOST]
        found += [Choice("here", sentence.pieces[p].text, sentence.words[p], sentence, p, p) for p in people]
    keys = {choice.key for choice in found}
    here = len(found)
    number = sentence.number
    before = reversed(sentences[max(0, number - _FAR) : number])
    for other in chain(before, sentences[number + 1 : number + 1 + _FAR]):
        for place in other.places(kind):
            if len(found) - here < _MOST and (key := other.pieces[place].key) not in keys:
                keys.add(key)
                found.append(_named("there", other, place, len(found) - here))
    return found


def _in_turn(kind: PieceKind, sentence: Sentence, index: int) -> int | None:
    """The place that goes with a value in a list, if one list of a kind is as long: "A, B and C are 1, 2 and 3".

    Of two, only with "respectively" or a slash: "1 and 2 on A/B".
    """
    values = sentence.lists[index]
    rows = {row[0]: row for place in sentence.places(kind) if len(row := sentence.lists[place]) == len(values)}
    if len(rows) != 1 or len(values) < 2:
        return None
    [row] = rows.values()
    paired = "respectively" in sentence.words or sentence.words[row[0] + 1 : row[1]] == ["/"]
    return row[values.index(index)] if len(values) > 2 or paired else None


def _in_pairs(sentence: Sentence, index: int) -> int | None:
    """The place of the metric of a value in "BLEU of 28.4 ROUGE of 41.0" and in "28.4 BLEU 41.0 ROUGE".

    Where metrics and values take turns, with no sign in between, they go in pairs from the first one on.
    """
    chain = [index]
    for step in (-1, 1):
        last = place = index
        while 0 <= (place := place + step) < len(sentence.pieces):
            kind = sentence.pieces[place].kind
            if kind in ("metric", "value") and kind != sentence.pieces[last].kind:
                chain.append(last := place)
            elif sentence.words[place] not in _BEFORE_VALUE:
                break
    chain.sort()
    return chain[chain.index(index) ^ 1] if len(chain) > 2 and len(chain) % 2 == 0 else None


def _nearest(sentence: Sentence, kind: PieceKind, index: int) -> list[int]:
    """The places of a kind in a sentence that are nearest to an index, in order."""
    return sorted(sorted(sentence.places(kind), key=lambda place: abs(place - index))[:_MOST])
