"""What the decisions about a value are made by: features as short strings, each of which has a learned weight.

A feature names what it is about and what was seen there ("before 1=of"). The features of a choice say how it looks,
what is around it, and what is between it and the value; "of" and "by" there say much, and so does another value.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from spacy.lang.en.stop_words import STOP_WORDS

from kg.extraction.results.choices import Choice
from kg.extraction.results.places import HEDGES, WINDOW, Earlier, Names, Place, side_of
from kg.extraction.results.sentences import PieceKind, Row
from kg.text.names import singular

_NAMES: tuple[PieceKind, ...] = ("metric", "dataset", "method")
_WAY = 12  # pieces between a value and a choice whose words are features
_WHOLE_WAY = 5  # and which are one feature together
_STEPS = (0, 1, 2, 3, 4, 5, 7, 10, 15)
_OWN = frozenset(["our", "ours", "we", "proposed", "this", "it", "their", "its"])
_COMPARING = frozenset(["than", "from", "to", "over", "against", "compared", "with", "versus", "vs", "by", "of"])
_COMPARING |= {"while", "whereas", "baseline", "baselines", "previous", "prior", "existing", "state-of-the-art", "best"}
_COMPARING |= {"our", "we", "proposed", "outperforms", "outperform", "improves", "outperforming", "humans", "human"}
_COMPARING |= {"only", "using"}
_FROM = frozenset(["from", "than", "to", "vs", "over"])
_CLAUSE = frozenset([",", ";", ":", "(", ")", "while", "whereas", "but", "and", "which", "than", "compared", "versus"])
_CLAUSE |= {"vs", "against", "over", "from", "to", "when", "where"}
_PARTING = frozenset(
    [",", ";", ":", "(", ")", "while", "whereas", "but", "and", "which", "when", "where", "with", "by"]
)
_PARTING |= {"to", "from", "than", "on", "in", "for", "of", "at", "<value>", "<metric>", "<dataset>", "<method>"}
_NEAR = 6  # pieces before a method in which a word that compares is looked for
_CHANGE_WAY = 4  # words between a value and a word for a change that are one feature together


def _number_shape(text: str) -> str:
    """What a number looks like: "0.d", "d.d", "dd.d", or the count of a whole one's digits."""
    match = re.search(r"(\d[\d,]*)(\.\d+)?", text)
    if not match:
        return "word"
    whole = match[1].replace(",", "")
    if match[2]:
        return "0.d" if whole.startswith("0") else "d.d" if len(whole) == 1 else "dd.d"
    return str(min(len(whole), 5))


@lru_cache(maxsize=50_000)
def _shape(text: str) -> str:
    """What a name looks like: "Aa-00" for "Frog-25"; runs are cut to two."""
    classes = re.sub(r"\d", "0", re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", text)))
    return re.sub(r"(.)\1{2,}", r"\1\1", classes)[:8]


def _step(count: int) -> int:
    return _STEPS[bisect_right(_STEPS, count) - 1]


# --- whether a quantity is a result ----------------------------------------------------------------------------------


def reading_features(place: Place) -> Iterator[str]:
    """The features of a value by itself."""
    sentence, index, row = place.sentence, place.index, place.row
    first, last = row[0], row[-1]
    word, unit = place.word, place.unit
    shape = _number_shape(place.piece.text)
    quantity = place.piece.value
    yield from ("any", f"unit={unit}", f"shape={shape}", f"own unit={quantity.unit}", f"unit,shape={unit} {shape}")
    yield from (f"signed={quantity.signed}", f"range={quantity.number is None}", f"row={min(len(row), 4)}")
    yield from (f"in row={min(row.index(index), 3)}", f"part={sentence.part}", f"part,unit={sentence.part} {unit}")
    for offset in range(1, 5):
        yield f"before {offset}={word(-offset)}"
        yield f"after {offset}={word(offset)}"
    around = {
        "-1": word(-1),
        "+1": word(1),
        "-2-1": f"{word(-2)} {word(-1)}",
        "+1+2": f"{word(1)} {word(2)}",
        "-1+1": f"{word(-1)} {word(1)}",
    }
    for where, words in around.items():
        yield f"{where}={words}"
        yield f"{where},unit={words} {unit}"
    yield f"-3-2-1={word(-3)} {around['-2-1']}"
    yield f"+1+2+3={around['+1+2']} {word(3)}"
    yield f"+1,shape={word(1)} {shape}"
    yield f"-1,shape={word(-1)} {shape}"
    before, after = sentence.word(first - 1), sentence.word(last + 1)
    for where, words in {
        "row-1": before,
        "row+1": after,
        "row-2": sentence.word(first - 2),
        "row+2": sentence.word(last + 2),
        "row-2-1": f"{sentence.word(first - 2)} {before}",
        "row+1+2": f"{after} {sentence.word(last + 2)}",
        "row-1,unit": f"{before} {unit}",
        "row+1,unit": f"{after} {unit}",
    }.items():
        yield f"{where}={words}"
    for where, words_there in (
        ("before", set(sentence.words[max(0, first - WINDOW) : first])),
        ("after", set(sentence.words[last + 1 : last + 1 + WINDOW])),
    ):
        for each in words_there:
            yield f"{where}={each}"
            yield f"{where},unit={each} {unit}"
    yield from (f"sentence={each}" for each in set(sentence.words))
    yield f"values={min(sentence.words.count('<value>'), 5)}"
    yield from _names_around(place)
    yield from _size_features(place)
    yield from _metrics_next_to(place)
    yield from _change_features(place)


def _names_around(place: Place) -> Iterator[str]:
    """How many names of each kind are in the sentence, how far the nearest are, and the way to metrics."""
    sentence, index, unit = place.sentence, place.index, place.unit
    for kind in _NAMES:
        places = sentence.places(kind)
        left = min((index - place for place in places if place < index), default=0)
        right = min((place - index for place in places if place > index), default=0)
        yield f"{kind}s={min(len(places), 3)}"
        for where, distance in (("left", left), ("right", right)):
            yield f"{kind} {where}={_step(distance)}"
            yield f"{kind} {where},unit={_step(distance)} {unit}"
    for metric in sentence.places("metric"):
        if 0 < abs(metric - index) <= _WHOLE_WAY:
            low, high = sorted((metric, index))
            yield f"way={' '.join(sentence.words[low : high + 1])}"


def _size_features(place: Place) -> Iterator[str]:
    """How large the number is, next to its unit and the words around it: 94% is rarely an improvement."""
    size, unit = place.size, place.unit
    yield from (f"size={size}", f"size,unit={size} {unit}", f"size,lead={size} {place.lead}")
    for where, word in (
        ("row-1", place.sentence.word(place.row[0] - 1)),
        ("-1", place.word(-1)),
        ("+1", place.word(1)),
    ):
        yield f"size,unit,{where}={size} {unit} {word}"
    others = [index for index in place.row if index != place.index]
    if others:
        yield f"size,unit,other={size} {unit} {Place(place.sentence, others[0]).size}"


def _metrics_next_to(place: Place) -> Iterator[str]:
    """What the nearest metrics are called: 51% of training cost is an improvement, 51% of accuracy a score."""
    sentence, index, unit = place.sentence, place.index, place.unit
    metrics = sentence.places("metric")
    left = max((metric for metric in metrics if metric < index), default=None)
    right = min((metric for metric in metrics if metric > index), default=None)
    for side, metric in (("left", left), ("right", right)):
        if metric is not None:
            head, distance = head_of(sentence.pieces[metric].text), _step(abs(metric - index) - 1)
            yield from (f"{side} head={head}", f"{side} head,unit={head} {unit}", f"{side} head,far={head} {distance}")
            yield from (
                f"{side} head,unit,far={head} {unit} {min(distance, 3)}",
                f"{side} head,unit,size={head} {unit} {place.size}",
                f"{side} head+1={sentence.word(metric + 1)} {distance} {unit}",
                f"{side} head-1={sentence.word(metric - 1)} {distance} {unit}",
            )


def _change_features(place: Place) -> Iterator[str]:
    """The nearest words for a change, and the way to them: "a gain of 5%", "reduces costs by 5%", "5% faster"."""
    sentence, unit, lead = place.sentence, place.unit, place.lead
    words, before, after = sentence.words, place.change_before, place.change_after
    if before is None:
        yield from ("change before=none", f"change before=none {lead} {unit}")
    else:
        change = sentence.pieces[before].change
        way = [word for word in words[before + 1 : place.row[0]] if word not in HEDGES]
        yield from (
            f"change before={change} {_step(len(way))}",
            f"change before,unit={change} {_step(len(way))} {unit}",
            f"change before,lead={change} {lead}",
            f"change before,lead,unit={change} {lead} {unit}",
            f"change before,value={change} {'<value>' in way} {lead}",
            f"changes before={words[before]} {lead}",
        )
        if len(way) <= _CHANGE_WAY:
            yield from (f"change way={change} {' '.join(way)}", f"change way,unit={' '.join(way)} {unit}")
    if after is None:
        yield "change after=none"
    else:
        change, way = sentence.pieces[after].change, words[place.row[-1] + 1 : after]
        yield from (f"change after={change} {_step(len(way))}", f"changes after={words[after]} {_step(len(way))}")
        if len(way) <= _CHANGE_WAY:
            yield f"change after way={change} {' '.join(way)}"
            yield f"change after way,unit={' '.join(way)} {unit}"
            yield f"change after way+1={change} {' '.join(way)} {sentence.word(after + 1)}"


# --- what is around a choice, and between it and the value -----------------------------------------------------------


def _way(place: Place, choice: Choice) -> Iterator[str]:
    """The features of the pieces between the value and a choice in its sentence; the first one is the distance."""
    words, side = place.sentence.words, side_of(choice, place.index)
    low, high = (choice.last + 1, place.index) if side == "b" else (place.index + 1, choice.first)
    between = words[low:high]
    yield f"distance={side}{_step(len(between))}"
    if len(between) <= _WHOLE_WAY:
        yield f"way={side} {' '.join(between)}"
    yield from (f"between={side} {word}" for word in (set(between) if len(between) <= _WAY else ("far",)))
    for word in ("<value>", "<metric>", "<dataset>", ",", "and"):
        yield f"count {word}={side}{min(between.count(word), 3)}"


def _bounds(place: Place, choice: Choice) -> Iterator[str]:
    """The features of what parts the value from a choice in its sentence: clauses, brackets, words for a change."""
    sentence, side = place.sentence, side_of(choice, place.index)
    low, high = (choice.last + 1, place.index) if side == "b" else (place.index + 1, choice.first)
    between = sentence.pieces[low:high]
    bounds = [piece.word for piece in between if piece.word in _CLAUSE]
    yield from (f"bounds={side}{min(len(bounds), 4)}", f"bound={side} {' '.join(bounds[:3])}")
    parting = [piece.word for piece in between if piece.word in _PARTING]
    yield f"parting={side} {' '.join(parting[:5])}"
    yield f"parting,reading={side} {place.reading} {' '.join(parting[:4])}"
    inside, other = place.bracketed, sentence.bracketed[choice.first]
    together = inside == other and not (inside and ")" in bounds)
    yield from (f"brackets={inside} {other} {together}", f"brackets,side={inside} {other} {together} {side}")
    change = next((piece.change for piece in between if piece.change), "-")
    yield from (f"change={side} {change}", f"change,reading={side} {change} {place.reading}")


def _order(letter: str, names: Row, values: Row) -> str:
    """Whether names or values come first and last: "dv" if a dataset is first and a value last."""
    return (letter if names[0] < values[0] else "v") + (letter if names[-1] > values[-1] else "v")


def head_of(metric: str) -> str:
    """The last word of a metric's name, singular and in lower case; "-" without one."""
    return singular((metric.lower().split() or ["-"])[-1])


def _class(word: str) -> str:
    """A word if it is a frequent one."""
    return word if word in STOP_WORDS or not word[:1].isalpha() else "word"


def _same(choice: Choice, last: Choice) -> bool:
    return (choice.kind, choice.key) == (last.kind, last.key) and choice.first == last.first


# --- what a value measures -------------------------------------------------------------------------------------------


def metric_features(place: Place, choice: Choice, earlier: Earlier) -> Iterator[str]:
    """The features of a metric for a value."""
    sentence, unit, reading = place.sentence, place.unit, place.reading
    metrics = min(sentence.words.count("<metric>"), 3)
    yield f"kind={choice.kind}"
    yield f"kind,reading={choice.kind} {reading}"
    if choice.kind == "none":
        yield from (f"none unit={unit} {reading}", f"none metrics={metrics} {reading}")
        yield from (f"none +1={place.word(1)}", f"none -1={place.word(-1)}", f"none +1,unit={place.word(1)} {unit}")
        yield f"none +1+2={place.word(1)} {place.word(2)}"
        yield from (f"none before={place.word(-offset)}" for offset in range(1, 6))
        yield from (f"none after={place.word(offset)}" for offset in range(1, 6))
        yield f"none last={earlier.last.kind if earlier.last else None}"
        return
    words = choice.text.lower().split()
    head = head_of(choice.text)
    yield from (f"head={head}", f"head,unit={head} {unit}", f"head,reading={head} {reading}", f"head end={head[-4:]}")
    yield from (f"first={words[0]}", f"length={min(len(words), 5)}", f"end={' '.join(words[-2:])}")
    yield from (f"inside={word}" for word in words[1:-1])
    if not choice.text.islower():
        yield f"shape={_shape(choice.text.split()[-1])}"
    if choice.kind == "unit":
        yield f"unit={choice.text} {reading}"
    elif choice.kind == "there":
        gap = min(sentence.number - choice.at().number, 4)
        yield from (f"gap={gap}", f"rank={choice.rank}", f"gap,unit={gap} {unit} {reading}", f"metrics={metrics}")
        yield from (f"there +1={place.word(1)}", f"there -1={place.word(-1)}")
        yield f"confidence={int(choice.pieces[0].confidence * 4)}"
    else:
        yield from _metric_here(place, choice, earlier, words)


def _metric_here(place: Place, choice: Choice, earlier: Earlier, words: Sequence[str]) -> Iterator[str]:
    """The features of a metric in the value's sentence."""
    sentence, pieces, unit, reading = place.sentence, place.sentence.pieces, place.unit, place.reading
    kinds = "".join(piece.kind[0] for piece in choice.pieces) if len(choice.pieces) < 4 else "long"
    confidence = max((piece.confidence for piece in choice.pieces if piece.kind == "metric"), default=0.0)
    last_kind = choice.pieces[-1].kind
    yield from (
        f"kinds={kinds}",
        f"confidence={int(confidence * 4)}",
        f"ends={last_kind}",
        f"ends,kinds={last_kind} {kinds[0]}",
    )
    left, right = sentence.word(choice.first - 1), sentence.word(choice.last + 1)
    yield from (f"left={left}", f"right={right}", f"left class={_class(left)}", f"right class={_class(right)}")
    yield from (f"around={_class(left)} {_class(right)}", f"left,first={_class(left)} {words[0]}")
    cut_right = right == "<metric>" and pieces[choice.last + 1].start - pieces[choice.last].end <= 1
    cut_left = left == "<metric>" and pieces[choice.first].start - pieces[choice.first - 1].end <= 1
    yield f"cut={cut_left} {cut_right}"
    way = list(_way(place, choice))
    distance, side = way[0], side_of(choice, place.index)
    yield from way
    yield from (f"{distance},unit={unit}", f"{distance},reading={reading}", f"{distance},kinds={kinds}")
    yield f"{distance},ends={last_kind} {int(confidence * 2)}"
    yield from (f"{part},reading={reading}" for part in way[1:2] if part.startswith("way="))
    yield from (f"{part},unit={unit}" for part in way[1:2] if part.startswith("way="))
    yield f"side,reading,unit={side} {reading} {unit}"
    yield f"side,row-1={side} {sentence.word(place.row[0] - 1)}"
    yield f"side,row+1={side} {sentence.word(place.row[-1] + 1)}"
    yield from _bounds(place, choice)
    own = [index for index in range(choice.first, choice.last + 1) if pieces[index].kind == "metric"]
    if own:
        reach = abs(own[-1] - place.index)
        nearer = [index for index in sentence.places("metric") if abs(index - place.index) < reach]
        same_side = sum((index < place.index) == (side == "b") for index in nearer)
        yield from (f"nearer={min(len(nearer), 3)}", f"nearer there={min(same_side, 3)} {side}")
        yield from _rows(sentence.lists[own[0]], own[0], place, side)
    else:
        yield f"metrics={min(sentence.words.count('<metric>'), 3)}"
    yield from _metrics_and_values(place, choice, own[0] if own else None)
    if earlier.last is None:
        yield "first value"
        return
    same = _same(choice, earlier.last)
    yield from (f"same={same}", f"same,{distance}={same}", f"same,listed={same} {place.row.index(place.index) > 0}")
    yield f"sides={earlier.direction}{side}"
    if not same and choice.first in earlier.taken:
        yield "taken"


def _metrics_and_values(place: Place, choice: Choice, own: int | None) -> Iterator[str]:
    """The features of how the metrics of a sentence go with its values; ``own`` is that metric of the choice."""
    sentence, side, row = place.sentence, side_of(choice, place.index), place.row
    before, after = sentence.word(row[0] - 1), sentence.word(row[-1] + 1)
    sides = "".join(name for name, word in (("b", before), ("a", after)) if word == "<metric>")
    next_to = choice.last == row[0] - 1 or choice.first == row[-1] + 1
    yield from (f"next={next_to} {sides}", f"next,unit={next_to} {sides} {place.unit} {own is not None}")
    yield f"two before={choice.last == row[0] - 2} {before} {sides}"
    values, metrics = sentence.places("value"), sentence.places("metric")
    counts = f"{min(len(values), 4)} {min(len(metrics), 4)}"
    yield f"counts={counts} {own is not None}"
    if own is None:
        return
    if len(metrics) == len(values):
        turn = metrics.index(own) - values.index(place.index)
        yield from (f"turns={turn}", f"turns,side={turn} {side}")
    if len(metrics) > 1:
        order = _order("m", metrics, values) + side
        low, high = sorted((own, place.index))
        parted = sum(low < value < high for value in values)
        yield from (f"order={order}", f"order,counts={order} {counts}", f"order,parted={order} {min(parted, 3)}")


def _rows(row: Row, index: int, place: Place, side: str) -> Iterator[str]:
    """The features of a choice in a list, for a value in a list: lists as long as each other go together in turn."""
    if len(row) > 1:
        equal, turn = len(row) == len(place.row), row.index(index) == place.row.index(place.index)
        yield from (f"rows={equal} {turn}", f"rows,side={equal} {turn} {side}")
        yield f"turn={min(row.index(index), 3)} {len(place.row) > 1}"


# --- on what it was measured, and whose value it is ------------------------------------------------------------------


def dataset_features(place: Place, choice: Choice, earlier: Earlier, names: Names, metric: str) -> Iterator[str]:
    """The features of a dataset for a value of a metric (the last word of its name)."""
    sentence, unit, reading, kind = place.sentence, place.unit, place.reading, choice.kind
    here = sentence.places("dataset")
    counts = f"{min(names.datasets, 4)} {min(len(here), 3)}"
    yield from (f"kind={kind}", f"kind,reading={kind} {reading}", f"kind,counts={kind} {counts}")
    yield f"kind,counts,reading={kind} {counts} {reading}"
    listed = place.row.index(place.index) > 0
    if earlier.last:
        yield f"kind,last={kind} {earlier.last.kind}"
    if kind == "none":
        yield from (f"none sentence={word}" for word in set(sentence.words))
        yield from (f"none unit={unit}", f"none part={sentence.part}", f"none metric={metric}")
        yield from (f"none +1={place.word(1)}", f"none -1={place.word(-1)}")
        if earlier.last:
            yield f"none last={earlier.last.kind} {listed}"
        return
    there, first, piece = choice.at(), choice.first, choice.pieces[0]
    left, right = there.word(first - 1), there.word(first + 1)
    yield from (f"shape={_shape(choice.text)}", f"confidence={int(piece.confidence * 5)}")
    yield from (f"word={choice.text.lower().split()[0]}", f"places={min(names.places[choice.key], 4)}")
    yield from (f"part={there.part}", f"in title={choice.key in names.title}", f"introduced={piece.introduced}")
    yield from (f"left={left}", f"right={right}", f"two left={there.word(first - 2)} {left}")
    if earlier.last:
        same = earlier.last.key == choice.key
        yield from (f"same={same} {kind}", f"same,listed={same} {listed}")
    if kind == "there":
        gap = max(-3, min(sentence.number - there.number, 4))
        yield from (f"gap={gap}", f"gap,here={gap} {min(len(here), 3)}", f"gap,datasets={gap} {min(names.datasets, 4)}")
        yield from (f"gap,reading={gap} {reading}", f"rank={min(choice.rank, 3)}", f"gap,word={gap} {sentence.word(0)}")
        if names.datasets == 1:
            yield f"only={reading} {there.part == 'title'}"
        return
    yield from _dataset_here(place, choice, here, left)
    if first in earlier.taken:
        yield "taken"


def _dataset_here(place: Place, choice: Choice, datasets: Row, left: str) -> Iterator[str]:
    """The features of a dataset in the value's sentence."""
    sentence, index, side = place.sentence, place.index, side_of(choice, place.index)
    way = list(_way(place, choice))
    distance = way[0]
    yield from way
    yield from (f"{distance},reading={place.reading}", f"{distance},here={min(len(datasets), 3)}")
    yield from (f"{distance},left={left}", f"side,left={side} {left}")
    yield from _bounds(place, choice)
    values = sentence.places("value")
    low, high = sorted((choice.first, index))
    parted = min(sentence.words[low + 1 : high].count("<value>"), 3)
    order = _order("d", datasets, values) + side
    yield from (f"order={order}", f"order,parted={order} {parted}")
    yield f"order,counts={order} {min(len(values), 4)} {min(len(datasets), 4)}"
    equal = len(values) == len(datasets)
    turn = values.index(index) == datasets.index(choice.first)
    yield from (f"turn={equal} {turn}", f"turn,order={equal} {turn} {order[0]}")
    row = sentence.lists[choice.first]
    equal, turn = len(row) == len(place.row), row.index(choice.first) == place.row.index(index)
    yield from (f"rows={equal} {turn} {len(row) > 1}", f"rows,side={equal} {turn} {side}")
    yield f"lengths={min(len(row), 3)} {min(len(place.row), 3)} {side}"
    yield from _datasets_and_values(place, choice, datasets, side)
    nearer = min(sum(abs(other - index) < abs(choice.first - index) for other in datasets), 3)
    yield from (f"nearer={nearer}", f"nearer,side={nearer} {side}", f"semicolon={';' in sentence.words[low:high]}")


def _datasets_and_values(place: Place, choice: Choice, datasets: Row, side: str) -> Iterator[str]:
    """The features of how the datasets of a sentence go with its lists of values: "on A from 1 to 2 and on B from 3 to
    4" has two of either."""
    words = place.sentence.words
    firsts = sorted({row[0] for row in map(place.sentence.lists.__getitem__, place.sentence.places("value"))})
    of_values, of_datasets = firsts.index(place.row[0]), datasets.index(choice.first)
    turn = f"{len(firsts) == len(datasets)} {of_values == of_datasets}"
    yield from (f"lists={turn}", f"lists,side={turn} {side}")
    yield f"lists,order={turn} {_order('d', datasets, place.sentence.places('value'))}"
    low, high = sorted((choice.first, place.index))
    between = [word[1] for word in words[low + 1 : high] if word in ("<value>", "<dataset>", "<metric>")]
    yield f"names between={side} {''.join(between[:6])}"
    pattern = "".join(word[1] for word in words if word in ("<value>", "<dataset>"))
    yield f"pattern={pattern[:8]} {of_values} {of_datasets}"


def method_features(place: Place, choice: Choice, earlier: Earlier, names: Names) -> Iterator[str]:
    """The features of a method whose value it may be."""
    sentence, reading, own = place.sentence, place.reading, choice.key in names.introduced
    what = f"{choice.kind} {own}"
    here = sentence.places("method")
    own_here = any(sentence.pieces[index].introduced for index in here)
    subject = next((word for word in reversed(sentence.words[: place.index]) if word in _OWN), "-")
    leading = sentence.word(place.row[0] - 1)
    leading = leading if leading in _FROM else "-"
    for name, seen in {
        "what": "",
        "reading": reading,
        "here": f"{min(len(here), 2)} {own_here}",
        "subject": subject,
        "introduced": min(len(names.introduced), 3),
        "leading": leading,
        "-1": place.word(-1),
        "+1": place.word(1),
        "contrasted": f"{place.contrasted} {reading}",
        "opens": sentence.word(0),
        "opens two": f"{sentence.word(0)} {sentence.word(1)}",
    }.items():
        yield f"{name}={what} {seen}"
    yield from (f"cue={what} {word}" for word in _COMPARING.intersection(sentence.words[: place.index]))
    yield from _whose(place, what)
    if earlier.last:
        same = earlier.last.key == choice.key
        yield from (
            f"same={same}",
            f"same,listed={same} {place.row.index(place.index) > 0}",
            f"same,leading={same} {leading}",
        )
    if choice.kind == "none":
        return
    there, first, key = choice.at(), choice.first, choice.key
    yield from (f"main={key == names.main} {choice.kind}", f"places={min(names.places[key], 4)}")
    yield from (f"in title={key in names.title} {own}", f"shape={_shape(choice.text)}")
    yield from (f"short={key in names.short} {own}", f"long={key in names.long} {own}")
    yield f"order={min(names.introduced.index(key), 3) if own else '-'}"
    if choice.kind == "there":
        gap = max(-3, min(4, sentence.number - there.number))
        yield from (
            f"rank={min(choice.rank, 3)} {own}",
            f"gap={gap} {own}",
            f"there left={there.word(first - 1)} {own}",
        )
        yield from (
            f"confidence={int(choice.pieces[0].confidence * 4)} {len(names.introduced) > 0}",
            f"part={there.part} {own}",
        )
        yield from (f"there near={word} {own}" for word in there.words[max(0, first - 4) : first])
        return
    yield from _method_here(place, choice, here, own)


def _method_here(place: Place, choice: Choice, methods: Row, own: bool) -> Iterator[str]:
    """The features of a method in the value's sentence."""
    sentence, first, side = place.sentence, choice.first, side_of(choice, place.index)
    left, right = sentence.word(first - 1), sentence.word(choice.last + 1)
    way = list(_way(place, choice))
    yield way[0]
    yield from (f"{way[0]},own={own}", f"{way[0]},reading={place.reading}")
    between = sentence.words[choice.last + 1 : place.index] or sentence.words[place.index + 1 : first]
    bounds = [word for word in between if word in _CLAUSE]
    yield from (f"bounds={side}{min(len(bounds), 4)} {own}", f"bound={side} {' '.join(bounds[:3])}")
    nearer = sum(abs(other - place.index) < abs(first - place.index) for other in methods)
    yield from (
        f"nearer={side}{min(nearer, 3)} {own}",
        f"values between={side}{min(between.count('<value>'), 3)} {own}",
    )
    yield f"confidence={int(choice.pieces[0].confidence * 4)} here"
    yield from (part for part in way if part.startswith(("way=", "count")))
    for where, word in (("left", left), ("right", right)):
        yield from (f"{where}={word}", f"{where},own={word} {own}")
    turn = sum(other < first for other in methods)
    yield from (f"turn={min(turn, 3)} {own}", f"opening={turn == 0 and first < place.index}")
    if choice.pieces[0].kind == "word":
        yield f"people={side} {left}"
    yield from (f"near left={word} {own}" for word in sentence.words[max(0, first - 3) : first])
    yield from (f"near right={word} {own}" for word in sentence.words[choice.last + 1 : choice.last + 4])
    low, high = sorted((first, place.index))
    yield from (f"comparing={word} {side}" for word in _COMPARING.intersection(sentence.words[low + 1 : high]))


def baseline_features(
    place: Place, choice: Choice, earlier: Earlier, names: Names, method: Choice | None
) -> Iterator[str]:
    """The features of a method that a value may be an improvement over, when it is known whose value it is."""
    yield from method_features(place, choice, earlier, names)
    same = method is not None and choice.kind != "none" and choice.key == method.key
    yield f"is method={same} {choice.kind}"
    words = place.sentence.words
    if choice.kind == "none":
        yield from (f"none sentence={word}" for word in set(words))
        yield from (f"none two={' '.join(pair)}" for pair in pairwise(words) if not _COMPARING.isdisjoint(pair))
        return
    there, first = choice.at(), choice.first
    left, two_left = there.word(first - 1), there.word(first - 2)
    near = there.words[max(0, first - _NEAR) : first]
    compares = next((word for word in reversed(near) if word in _COMPARING), "-")
    yield from (f"left,method={left} {same}", f"two left={two_left} {left}")
    yield f"three left={there.word(first - 3)} {two_left} {left}"
    own = choice.key in names.introduced
    yield from (f"compares={compares} {choice.kind}", f"compares,own={compares} {own} {same}")


# --- what it is about -------------------------------------------------------------------------------------------------


def task_features(place: Place, choice: Choice, earlier: Earlier, names: Names) -> Iterator[str]:
    """The features of a task that a value may be about."""
    sentence, kind, here = place.sentence, choice.kind, place.sentence.places("task")
    counts = f"{min(len(names.tasks), 4)} {min(len(here), 3)}"
    titled = min(sum(key in names.title for key in names.tasks), 2)
    yield from (f"kind={kind}", f"kind,reading={kind} {place.reading}", f"kind,counts={kind} {counts}")
    yield from (f"kind,unit={kind} {place.unit}", f"kind,part={kind} {sentence.part}")
    if earlier.last:
        yield f"kind,last={kind} {earlier.last.kind}"
    if kind == "none":
        yield from (f"none sentence={word}" for word in set(sentence.words))
        yield f"none title={titled} {counts}"
        return
    there, first, key = choice.at(), choice.first, choice.key
    left, places, order = there.word(first - 1), names.tasks[key], [*names.tasks].index(key)
    others = [other for other in names.tasks if other != key]
    in_title = key in names.title
    yield from (f"places={min(places, 4)}", f"most={places == max(names.tasks.values())} {kind}")
    yield from (f"order={min(order, 4)} {min(len(names.tasks), 5)}", f"first={order == 0} {kind}")
    yield from (f"in title={in_title} {kind} {titled}", f"head={head_of(choice.text)}", f"part={there.part}")
    yield from (f"words={min(len(choice.text.split()), 4)}", f"confidence={int(choice.pieces[0].confidence * 5)}")
    yield from (f"left={left}", f"right={there.word(first + 1)}", f"two left={there.word(first - 2)} {left}")
    yield f"contains={any(other in key for other in others)} {any(key in other for other in others)}"
    if earlier.last:
        yield f"same={earlier.last.key == key} {kind} {place.row.index(place.index) > 0}"
    if kind == "there":
        gap = max(-3, min(sentence.number - there.number, 5))
        yield from (f"gap={gap}", f"gap,here={gap} {min(len(here), 3)}", f"gap,title={gap} {in_title} {counts}")
        yield from (f"rank={min(choice.rank, 4)}", f"only={not others}")
        return
    way = list(_way(place, choice))
    yield from way
    yield from _bounds(place, choice)
    yield from (f"{way[0]},left={left}", f"{way[0]},reading={place.reading}")
    yield f"side,left={side_of(choice, place.index)} {left}"
    yield f"nearer={min(sum(abs(other - place.index) < abs(first - place.index) for other in here), 3)}"


def _whose(place: Place, what: str) -> Iterator[str]:
    """The features of a value's clause, and of the values before: "from 71% to 75%" are another's and the own."""
    words, index = place.sentence.words, place.index
    begin = place.row[0] - 1
    while begin >= 0 and words[begin] not in _CLAUSE:
        begin -= 1
    end = place.row[-1] + 1
    while end < len(words) and words[end] not in _CLAUSE:
        end += 1
    yield from (
        f"clause={what} {word}" for word in set(words[max(0, begin) : place.row[0]]) if not word.startswith("<")
    )
    yield from (f"rest={what} {word}" for word in set(words[place.row[-1] + 1 : end + 1]) if not word.startswith("<"))
    values = place.sentence.places("value")
    turn = values.index(index)
    yield from (f"lead={what} {place.lead}", f"turn={what} {min(turn, 2)} {min(len(values) - turn, 3)}")
    yield f"lead,turn={what} {place.lead} {turn > 0}"
    if turn:
        yield f"since={what} {' '.join(words[values[turn - 1] + 1 : index][:4])}"
