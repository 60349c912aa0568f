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
from kg.extraction.pipeline import READ_BY_TAGGER, build_pipeline
from kg.extraction.plugins import installed_plugins
from kg.extraction.tagger.crf import TAGS, SentenceBatch, TypedSpan, batched, gradient, tags_of
from kg.extraction.tagger.features import sentences, token_features
from kg.extraction.tagger.network import Shape, Tagger

WARM_UP = 100  # steps until the full learning rate
LIKENESS = 0.1  # weight of the squares of differences from the scores to learn
_OUTSIDE = 0.05  # weight of these differences outside names, where it is 1 within


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text as the tagger learns it.

    ``features`` are its :func:`token_features`, ``sentences`` the token offsets of the sentences to learn from.

    ``tags`` holds a tag for each token, or for each token the probabilities of all tags; ``scores`` the tags' scores
    of another tagger, if they are to be learned too.
    """

    features: np.ndarray
    tags: np.ndarray
    sentences: list[tuple[int, int]]
    scores: np.ndarray | None = None

    @property
    def wanted(self) -> np.ndarray:
        """The probability that each tag should have, float32, a row a token."""
        return np.eye(TAGS, dtype=np.float32)[self.tags] if self.tags.ndim == 1 else self.tags.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    ``epochs`` is the number of passes over the texts; ``rate`` Adam's highest learning rate, which rises over the first
    steps and then falls to 0; ``dropout`` the share of activations left out; ``batch`` the number of texts in a step;
    ``whole`` whether all learns, or the convolutions and the output alone.
    """

    epochs: int = 8
    rate: float = 0.001
    dropout: float = 0.6
    batch: int = 4
    whole: bool = True
    seed: int = 0


class Averages:
    """Means of parameters over the last steps, which predict better than the parameters themselves (Polyak 1992)."""

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self.means = [array.copy() for array in arrays]
        self._steps = 0

    def add(self, arrays: Sequence[np.ndarray]) -> None:
        """Take in the parameters after a step."""
        self._steps += 1
        decay = min(0.99, self._steps / (self._steps + 10))
        for mean, array in zip(self.means, arrays, strict=True):
            mean += (1 - decay) * (array - mean)


def tagged_texts(texts: Iterable[AnnotatedText], rules: Iterable[Path] = ()) -> Iterator[TaggedText]:
    """Annotated texts as the tagger learns them; a span that cuts a token is widened to it."""
    nlp = build_pipeline(rules, components=READ_BY_TAGGER, plugins=installed_plugins())
    for text in texts:
        doc = nlp(make_doc(nlp, text.paper))
        if len(doc) and text.entities is not None:
            yield tagged_text(doc, token_spans(doc, text))


def tagged_text(doc: Doc, spans: Iterable[TypedSpan]) -> TaggedText:
    """A Doc that the components before the tagger have read, with its spans in tokens."""
    return TaggedText(token_features(doc), tags_of(len(doc), spans), sentences(doc))


def token_spans(doc: Doc, text: AnnotatedText) -> tuple[TypedSpan, ...]:
    """The spans of an annotated text in tokens of its Doc, without those that overlap another when widened."""
    places = np.array([original_span(doc, token, token + 1) for token in range(len(doc))])
    spans: list[TypedSpan] = []
    for span in text.spans:
        start = int(np.searchsorted(places[:, 1], span.start, side="right"))
        end = int(np.searchsorted(places[:, 0], span.end, side="left"))
        if start < end and (not spans or spans[-1][1] <= start):
            spans.append((start, end, span.type))
    return tuple(spans)


def train(
    texts: Sequence[TaggedText],
    recipe: Recipe = Recipe(),
    base: Tagger | None = None,
    progress: Callable[[int, float], None] = lambda epoch, loss: None,
) -> Tagger:
    """Train a tagger.

    Args:
        texts: what to learn from.
        recipe: how to train.
        base: the tagger to start from, which stays as it is; without one, training starts from random weights.
        progress: called after each epoch with its number, from 1, and the mean loss of a sentence (nats).

    Raises:
        KGError: nothing is annotated in the texts.
    """
    if not any(text.tags.any() for text in texts):
        raise KGError("nothing to learn: no span is annotated in these texts")
    fix_random_seed(recipe.seed)
    shuffled = random.Random(recipe.seed)
    tagger = base.copy_of(recipe.dropout) if base else Tagger(Shape(), recipe.dropout)
    averages = Averages(tagger.parameters())
    optimizers = _Optimizers(recipe.rate, recipe.epochs * -(-len(texts) // recipe.batch))
    order = list(texts)
    for epoch in range(1, recipe.epochs + 1):
        shuffled.shuffle(order)
        loss = 0.0
        for batch in batched(order, recipe.batch):
            loss += _learn(tagger, batch, optimizers, recipe.whole)
            averages.add(tagger.parameters())
        progress(epoch, loss / sum(len(text.sentences) for text in texts))
    tagger.set_parameters(averages.means)
    return tagger


class _Optimizers:
    """Adam for the network and for the transitions, with the learning rates of each of ``steps`` steps."""

    def __init__(self, rate: float, steps: int) -> None:
        self.network = Adam(rate, grad_clip=1.0, use_averages=False)
        self.transitions = Adam(rate, grad_clip=0.0, use_averages=False)
        self._rate = rate
        self._steps = steps
        self._step = 0

    def next_step(self) -> None:
        """Set the rates of the next step."""
        self._step += 1
        factor = min(1.0, self._step / WARM_UP) * max(0.02, 1 - self._step / self._steps)
        self.network.learn_rate = self._rate * factor
        self.transitions.learn_rate = 5 * self.network.learn_rate


def _learn(tagger: Tagger, texts: Sequence[TaggedText], optimizers: _Optimizers, whole: bool) -> float:
    """Make one step; returns the summed loss of the sentences."""
    optimizers.next_step()
    layers = tagger.network.model
    read = [text.features for text in texts]
    if not whole:
        mixing, layers = layers.layers
        read = mixing.predict(read)
    scores, backpropagate = layers(read, is_train=True)
    batch = SentenceBatch.of(text.sentences for text in texts)
    count = len(batch.places)
    of_sentences, wanted = batch.padded(scores), batch.padded([text.wanted for text in texts])
    by_score, by_transition, loss = gradient(of_sentences, wanted, batch.lengths, tagger.transitions)
    others = [text.scores for text in texts if text.scores is not None]
    if len(others) == len(texts):
        by_score += LIKENESS * _difference(of_sentences, batch.padded(others), wanted)
    slopes = [np.zeros_like(array) for array in scores]
    batch.put_back(by_score / count, slopes)
    backpropagate(slopes)
    layers.finish_update(optimizers.network)
    if whole:
        key = ("transitions", "crf")
        tagger.transitions, _ = optimizers.transitions(key, tagger.transitions, by_transition / count)
    return loss


def _difference(scores: np.ndarray, others: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How far scores are from other ones, apart from what all tags of a token have in common; more so within names."""
    difference = scores - others
    difference -= difference.mean(axis=2, keepdims=True)
    return np.asarray(difference * (1 - wanted[..., :1] + _OUTSIDE))


def calibrate(tagger: Tagger, texts: Sequence[TaggedText]) -> float:
    """Make a tagger's probabilities as high as they are right, on texts that it was not trained on.

    Divides all scores by the temperature under which the annotated tags are likeliest, which leaves the likeliest tags
    of a sentence what they were (Guo et al. 2017, arXiv:1706.04599). Returns the temperature.
    """
    batch = SentenceBatch.of(text.sentences for text in texts)
    scores = batch.padded(tagger.scores([text.features for text in texts]))
    wanted = batch.padded([text.wanted for text in texts])
    lengths = batch.lengths

    def loss(temperature: float) -> float:
        return gradient(scores / temperature, wanted, lengths, tagger.transitions / temperature)[2]

    temperature = min(np.arange(0.5, 3.0, 0.05).round(2).tolist(), key=loss)
    tagger.divide_scores(temperature)
    return float(temperature)
