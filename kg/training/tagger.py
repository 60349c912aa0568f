"""Training the tagger on annotated texts: the same texts and the same seed give the same model."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spacy.tokens import Doc
from thinc.api import Adam, fix_random_seed

from kg.errors import KGError
from kg.evaluation.gold import AnnotatedText
from kg.extraction.document import make_doc, original_span
from kg.extraction.pipeline import build_pipeline
from kg.extraction.tagger.crf import TAGS, TypedSpan, batched, gradient, padded, tags_of
from kg.extraction.tagger.features import features, sentences
from kg.extraction.tagger.network import Shape, Tagger

WARM_UP = 100  # steps until the full learning rate
READ_BEFORE = ("links", "abbreviations", "lexicon", "patterns")  # the components whose finds the tagger reads


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the tagger learns it: its :func:`features`, the tags, the sentences to learn from as token offsets.

    ``tags`` holds a tag for each token, or for each token the chances of all tags.
    """

    features: np.ndarray
    tags: np.ndarray
    sentences: list[tuple[int, int]]

    @property
    def wanted(self) -> np.ndarray:
        """The chance that each tag should have, float32, a row a token."""
        return np.eye(TAGS, dtype=np.float32)[self.tags] if self.tags.ndim == 1 else self.tags.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    ``rate`` is Adam's highest learning rate, which rises over the first steps and then falls to nothing; ``dropout``
    the share of activations left out; ``batch`` how many texts make a step.
    """

    epochs: int = 8
    rate: float = 0.001
    dropout: float = 0.6
    batch: int = 4
    seed: int = 0


class Averages:
    """Means of parameters over the last steps, which predict better than the parameters themselves (Polyak 1992)."""

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self.means = [array.copy() for array in arrays]
        self._steps = 0

    def add(self, arrays: Sequence[np.ndarray]) -> None:
        self._steps += 1
        decay = min(0.99, self._steps / (self._steps + 10))
        for mean, array in zip(self.means, arrays, strict=True):
            mean *= decay
            mean += (1 - decay) * array


def examples(texts: Iterable[AnnotatedText], rules: Iterable[Path] = ()) -> Iterator[Example]:
    """Annotated texts as examples; a span that cuts a token is widened to it."""
    nlp = build_pipeline(rules, components=READ_BEFORE)
    for text in texts:
        doc = nlp(make_doc(nlp, text.paper))
        if len(doc):
            yield example(doc, token_spans(doc, text))


def example(doc: Doc, spans: Iterable[TypedSpan]) -> Example:
    """A Doc that the components before the tagger have read, with its spans in tokens."""
    return Example(features(doc), tags_of(len(doc), spans), sentences(doc))


def token_spans(doc: Doc, text: AnnotatedText) -> tuple[TypedSpan, ...]:
    """The spans of an annotated text in tokens of its Doc, without those that have come to overlap."""
    places = np.array([original_span(doc, token, token + 1) for token in range(len(doc))])
    spans: list[TypedSpan] = []
    for span in text.spans:
        start = int(np.searchsorted(places[:, 1], span.start, side="right"))
        end = int(np.searchsorted(places[:, 0], span.end, side="left"))
        if start < end and (not spans or spans[-1][1] <= start):
            spans.append((start, end, span.type))
    return tuple(spans)


def train(
    texts: Sequence[Example],
    recipe: Recipe = Recipe(),
    base: Tagger | None = None,
    progress: Callable[[int, float], None] = lambda epoch, loss: None,
) -> Tagger:
    """Train a tagger.

    Args:
        texts: what to learn from.
        base: the tagger to start from, of which nothing is changed; without one, from nothing.
        progress: is called after each epoch with its number, from 1, and the mean loss of a sentence (nats).

    Raises:
        KGError: nothing is annotated in the texts.
    """
    if not any(text.tags.any() for text in texts):
        raise KGError("nothing to learn: no span is annotated in these texts")
    fix_random_seed(recipe.seed)
    shuffled = random.Random(recipe.seed)
    tagger = base.copy_of(recipe.dropout) if base else Tagger(Shape(), recipe.dropout)
    order = list(texts)
    steps = recipe.epochs * -(-len(texts) // recipe.batch)
    optimizer = Adam(recipe.rate, grad_clip=1.0, use_averages=False)
    link = Adam(recipe.rate, grad_clip=0.0, use_averages=False)
    averages = Averages(tagger._parameters())
    step = 0
    for epoch in range(1, recipe.epochs + 1):
        shuffled.shuffle(order)
        loss = count = 0.0
        for batch in batched(order, recipe.batch):
            step += 1
            optimizer.learn_rate = recipe.rate * min(1.0, step / WARM_UP) * max(0.02, 1 - step / steps)
            link.learn_rate = 5 * optimizer.learn_rate
            scores, backpropagate = tagger.network([text.features for text in batch], is_train=True)
            places = [(n, start, end) for n, text in enumerate(batch) for start, end in text.sentences]
            lengths = np.array([end - start for _, start, end in places])
            wanted = [text.wanted for text in batch]
            by_score, by_transition, nats = gradient(
                padded([scores[n][start:end] for n, start, end in places]),
                padded([wanted[n][start:end] for n, start, end in places]),
                lengths,
                tagger.transitions,
            )
            slopes = [np.zeros_like(array) for array in scores]
            for row, (n, start, end) in enumerate(places):
                slopes[n][start:end] = by_score[row, : end - start] / len(places)
            backpropagate(slopes)
            tagger.network.finish_update(optimizer)
            tagger.transitions, _ = link(("transitions", "crf"), tagger.transitions, by_transition / len(places))
            averages.add(tagger._parameters())
            loss += nats
            count += len(places)
        progress(epoch, loss / count)
    tagger._set_parameters(averages.means)
    return tagger


def calibrate(tagger: Tagger, texts: Sequence[Example]) -> float:
    """Make the chances that a tagger gives as high as they are right, on texts that it was not trained on.

    Divides all scores by the temperature under which the annotated tags are likeliest, which leaves the likeliest
    reading of a sentence what it was (Guo et al. 2017, arXiv:1706.04599). Returns the temperature.
    """
    scores = tagger.scores([text.features for text in texts])
    places = [(n, start, end) for n, text in enumerate(texts) for start, end in text.sentences]
    lengths = np.array([end - start for _, start, end in places])
    wanted = [text.wanted for text in texts]
    padded_wanted = padded([wanted[n][start:end] for n, start, end in places])
    padded_scores = padded([scores[n][start:end] for n, start, end in places])

    def loss(temperature: float) -> float:
        return gradient(padded_scores / temperature, padded_wanted, lengths, tagger.transitions / temperature)[2]

    temperature = min(np.arange(0.5, 3.0, 0.05).round(2).tolist(), key=loss)
    tagger.divide_scores(temperature)
    return float(temperature)
