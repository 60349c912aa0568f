"""A linear-chain conditional random field over BILU tags, in numpy, for batches of sentences.

Every name is tagged ``B I* L`` or ``U`` (begin, inside, last, unit), all else ``O``; tag sequences that do not form
valid spans have probability 0. Source: Lafferty, McCallum and Pereira, "Conditional Random Fields", ICML 2001; scaled
forward and backward sums as in Rabiner 1989.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from kg.vocabulary import EntityType

TAG_ORDER: tuple[EntityType, ...] = ("Method", "Task", "Metric", "Dataset")  # in the order of their tags in a model
BEGIN, INSIDE, LAST, UNIT = range(4)
TAGS = 1 + 4 * len(TAG_ORDER)
_TINY = 1e-30

TypedSpan = tuple[int, int, EntityType]
Element = TypeVar("Element")


def tag(part: int, kind: int) -> int:
    """The number of a tag: ``part`` of a name of ``TAG_ORDER[kind]``."""
    return 1 + 4 * kind + part


def _grammar() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which tag may follow which; which may be the first, and the last, of a sentence."""
    part = np.array([-1, *range(4)] + [*range(4)] * (len(TAG_ORDER) - 1))
    kind = np.array([-1] + [number for number in range(len(TAG_ORDER)) for _ in range(4)])
    opens = np.isin(part, (-1, BEGIN, UNIT))
    closes = np.isin(part, (-1, LAST, UNIT))
    goes_on = (kind[:, None] == kind) & np.isin(part, (INSIDE, LAST))
    follows = np.where(closes[:, None], opens, goes_on)
    return follows, opens, closes


FOLLOWS, OPENS, CLOSES = _grammar()


def tags_of(length: int, spans: Iterable[TypedSpan]) -> np.ndarray:
    """The tags of ``length`` tokens with these spans (token offsets), which do not overlap."""
    tags = np.zeros(length, dtype=np.int64)
    for start, end, kind in spans:
        number = TAG_ORDER.index(kind)
        if end - start == 1:
            tags[start] = tag(UNIT, number)
        else:
            tags[start:end] = tag(INSIDE, number)
            tags[start], tags[end - 1] = tag(BEGIN, number), tag(LAST, number)
    return tags


@dataclass(frozen=True, slots=True)
class Posterior:
    """The distribution of tags that follows from the scores of a padded batch: arrays over sentence, token (and tag).

    ``chances`` are the tags' marginal probabilities, ``forward`` and ``backward`` the scaled sums that they are made
    of, ``odds`` the exponentials of the scores, ``steps`` those of the transitions, ``scales`` and ``total`` the
    divisors that normalise.
    """

    chances: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    odds: np.ndarray
    steps: np.ndarray
    scales: np.ndarray
    total: np.ndarray


def posterior(scores: np.ndarray, lengths: np.ndarray, transitions: np.ndarray) -> Posterior:
    """The posterior of a batch.

    Args:
        scores: of each tag of each token, float32, (sentences, longest, TAGS); what follows a sentence's end does not
            count.
        lengths: of the sentences in tokens, at least 1.
        transitions: the score of each tag after each, (TAGS, TAGS).
    """
    by_token = np.ascontiguousarray(scores.transpose(1, 0, 2))
    odds = np.exp(by_token - by_token.max(axis=2, keepdims=True))
    steps = np.where(FOLLOWS, np.exp(transitions), 0).astype(scores.dtype)
    forward, backward = np.empty_like(odds), np.zeros_like(odds)
    scales = np.empty((*odds.shape[:2], 1), dtype=odds.dtype)
    before: np.ndarray = OPENS
    for state, odd, scale in zip(forward, odds, scales, strict=True):
        np.multiply(before, odd, out=state)
        np.add.reduce(state, axis=1, keepdims=True, out=scale)
        scale += _TINY
        state /= scale
        before = state @ steps
    ends = set(lengths.tolist())
    after = backward[-1]  # 0 where a sentence has ended
    for token in range(len(odds), 0, -1):
        if token in ends:
            after[lengths == token] = CLOSES
        backward[token - 1] = after
        after = ((odds[token - 1] * after) @ steps.T) / scales[token - 1]
    chances = forward * backward
    total = chances.sum(axis=2) + _TINY
    chances /= total[..., None]
    chances, forward, backward, odds, scales = (
        array.swapaxes(0, 1) for array in (chances, forward, backward, odds, scales)
    )
    return Posterior(chances, forward, backward, odds, steps, scales[..., 0], total.T)


def gradient(
    scores: np.ndarray, wanted: np.ndarray, lengths: np.ndarray, transitions: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """The gradient of the loss of a batch, summed over it: by scores, by transitions; and the loss itself, in nats.

    Args:
        scores: as in :func:`posterior`.
        wanted: the probability that each tag should have, in the shape of ``scores``. Where each is 0 or 1, the loss
            is the negative log-likelihood of these tags, otherwise the expected one (Hinton, Vinyals and Dean 2015,
            arXiv:1503.02531) with the transitions of the likeliest tags.
        lengths: as in :func:`posterior`.
        transitions: as in :func:`posterior`.
    """
    seen = posterior(scores, lengths, transitions)
    within = np.arange(scores.shape[1]) < lengths[:, None]
    by_score = (seen.chances - wanted) * within[..., None]
    final = seen.total[np.arange(len(lengths)), lengths - 1]
    loss = float((np.log(seen.scales) + scores.max(axis=2))[within].sum() + np.log(final).sum())
    loss -= float((wanted * scores)[within].sum())
    after = seen.odds[:, 1:] * seen.backward[:, 1:] / (seen.scales[:, 1:, None] * final[:, None, None])
    after *= within[:, 1:, None]
    before = seen.forward[:, :-1].reshape(-1, TAGS)
    by_transition = (before.T @ after.reshape(-1, TAGS)) * seen.steps
    tags = wanted.argmax(axis=2)
    step = (tags[:, :-1][within[:, 1:]], tags[:, 1:][within[:, 1:]])
    np.subtract.at(by_transition, step, 1)
    return by_score, by_transition * FOLLOWS, loss - float(transitions[step].sum())


def likely_spans(seen: Posterior, lengths: np.ndarray, least: float) -> Iterator[tuple[int, TypedSpan, float]]:
    """The spans of a batch whose probability is at least ``least``, each with the number of its sentence and with its
    probability, in order of sentence, place and type.

    The posterior of the tags is itself a Markov chain, so a span's probability is that of its first tag times those of
    the steps to its last one. The search leaves a beginning as soon as this product falls below ``least``.
    """
    within = np.arange(seen.chances.shape[1]) < lengths[:, None]
    likely = (seen.chances[..., 1:] >= least) & within[..., None]
    row, start, first = np.nonzero(likely & np.isin(np.arange(TAGS - 1) % 4, (UNIT, BEGIN)))
    kind, chance, unit = first // 4, seen.chances[row, start, first + 1].astype(np.float64), first % 4 == UNIT
    found = [(row[unit], start[unit], start[unit] + 1, kind[unit], chance[unit])]
    row, start, kind, chance, state = (array[~unit] for array in (row, start, kind, chance, first + 1))
    token = start + 1
    while len(row):
        goes_on = token < lengths[row]
        row, start, token, kind, chance, state = (a[goes_on] for a in (row, start, token, kind, chance, state))
        here = seen.scales[row, token] * seen.backward[row, token - 1, state] + _TINY
        inside, last = 1 + 4 * kind + INSIDE, 1 + 4 * kind + LAST
        closed, open_ = (
            chance * (seen.steps[state, tag] * seen.odds[row, token, tag] * seen.backward[row, token, tag] / here)
            for tag in (last, inside)
        )
        ends, goes_on = closed >= least, open_ >= least
        found.append((row[ends], start[ends], token[ends] + 1, kind[ends], closed[ends]))
        row, start, token, kind = row[goes_on], start[goes_on], token[goes_on] + 1, kind[goes_on]
        chance, state = open_[goes_on], inside[goes_on]
    rows, starts, ends, kinds, chances = map(np.concatenate, zip(*found, strict=True))
    order = np.lexsort((kinds, ends, starts, rows))
    in_order = (array[order].tolist() for array in (rows, starts, ends, kinds, chances))
    for row, start, end, kind, chance in zip(*in_order, strict=True):
        yield row, (start, end, TAG_ORDER[kind]), chance


def best_spans(found: Iterable[tuple[TypedSpan, float]]) -> list[TypedSpan]:
    """The likeliest of the spans that do not overlap, with a probability of at least a half, sorted."""
    taken: set[int] = set()
    kept = []
    for span, chance in sorted(found, key=lambda item: (-item[1], item[0])):
        tokens = range(span[0], span[1])
        if chance >= 0.5 and taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(span)
    return sorted(kept)


def batched(elements: Iterable[Element], size: int) -> Iterator[list[Element]]:
    """Elements in lists of ``size``, the last one shorter."""
    rest = iter(elements)
    while batch := list(islice(rest, size)):
        yield batch


def padded(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays of different lengths as one, filled up with zeros."""
    longest = max(len(array) for array in arrays)
    batch = np.zeros((len(arrays), longest, *arrays[0].shape[1:]), dtype=arrays[0].dtype)
    for row, array in enumerate(arrays):
        batch[row, : len(array)] = array
    return batch


@dataclass(frozen=True, slots=True)
class SentenceBatch:
    """The sentences of several texts as one batch.

    ``places`` holds for each sentence the number of its text, its first token, and one past its last token.
    """

    places: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, texts: Iterable[Iterable[tuple[int, int]]]) -> SentenceBatch:
        """The batch of texts, each given by its sentences as token offsets."""
        return cls(tuple((number, start, end) for number, text in enumerate(texts) for start, end in text))

    @property
    def lengths(self) -> np.ndarray:
        """The sentences' lengths in tokens."""
        return np.array([end - start for _, start, end in self.places])

    def padded(self, texts: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
        """The sentences' rows of arrays that have, for each text, a row a token."""
        return padded([texts[number][start:end] for number, start, end in self.places])

    def put_back(self, sentences: np.ndarray, texts: Sequence[np.ndarray] | np.ndarray) -> None:
        """Write rows in the shape that :meth:`padded` returns into the texts' arrays."""
        for row, (number, start, end) in enumerate(self.places):
            texts[number][start:end] = sentences[row, : end - start]
