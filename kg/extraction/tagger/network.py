"""The learned extractor: a small convolutional network scores tags, a CRF turns the scores into spans.

The network is spaCy's tok2vec (hashed embeddings of a word's form, affixes and shape; residual maxout convolutions;
Honnibal 2016) on thinc, which spaCy brings. In addition to the words it reads what the components before it found: the
lexicon's types, the token patterns, the defined abbreviations, how often the paper uses the word and whether its title
does. A sentence is read within its document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from spacy.tokens import Doc
from thinc.api import (
    Dropout,
    HashEmbed,
    LayerNorm,
    Linear,
    Maxout,
    Model,
    NumpyOps,
    chain,
    clone,
    concatenate,
    expand_window,
    residual,
    with_array,
    zero_init,
)
from threadpoolctl import ThreadpoolController

from kg.extraction.tagger.crf import TAGS, TypedSpan, batched, likely_spans, padded, posterior
from kg.extraction.tagger.features import WORD_COLUMNS, sentences, token_features

LEAST = 0.1  # probability from which a span is proposed
_KEPT = 20_000  # words whose part in the mixing layer is cached, 1.5 kB each

Layer = Model[Any, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network: width of its layers, number of convolutions, rows of each column's embedding."""

    width: int = 128
    depth: int = 4
    rows: tuple[int, ...] = (8000, 3000, 2500, 1500, 300, 200, 50, 100)
    mark_width: int = 32


class Network:
    """The layers, from a list of Docs' features to a list of their tokens' tag scores.

    Args:
        shape: its size.
        dropout: the share of activations left out in training.
        start: what makes the weights that training starts from; by default thinc's random ones.
    """

    def __init__(self, shape: Shape, dropout: float = 0.0, start: Callable[..., Any] | None = None) -> None:
        widths = [shape.width if column < WORD_COLUMNS else shape.mark_width for column in range(len(shape.rows))]
        self.embeddings: list[Layer] = [
            HashEmbed(width, rows, column=column, seed=column + 7, initializer=start)
            for column, (width, rows) in enumerate(zip(widths, shape.rows, strict=True))
        ]
        self.mixing: Layer = Maxout(shape.width, sum(widths), nP=3, init_W=start)
        self.normalizing: Layer = LayerNorm(shape.width)
        convolution: Layer = residual(
            chain(
                expand_window(1),
                Maxout(shape.width, 3 * shape.width, nP=3, normalize=True, dropout=dropout, init_W=start),
            )
        )
        self.convolutions: Layer = with_array(clone(convolution, shape.depth), pad=shape.depth)
        self.output: Layer = with_array(Linear(TAGS, shape.width, init_W=start))
        mixed: Layer = chain(concatenate(*self.embeddings), self.mixing, self.normalizing, Dropout(dropout))
        self.model: Layer = chain(with_array(mixed), self.convolutions, self.output)
        self.model.initialize()
        for node in self.model.walk():
            node.ops = NumpyOps(use_blis=False)  # numpy's own BLAS is twice as fast as the one that thinc brings

    def parameters(self) -> Iterator[tuple[Layer, str]]:
        """The layers with weights and the weights' names, in the order of the arrays in a model's folder."""
        parts = (self.output, *self.embeddings, self.mixing, self.normalizing, self.convolutions)
        return ((node, name) for part in parts for node in part.walk() for name in sorted(node.param_names))


def probable_spans(
    scores: Sequence[np.ndarray], sentences: Sequence[Sequence[tuple[int, int]]], transitions: np.ndarray
) -> list[list[tuple[TypedSpan, float]]]:
    """For each text the spans with a probability of at least :data:`LEAST` under the CRF; they may overlap."""
    found: list[list[tuple[TypedSpan, float]]] = [[] for _ in scores]
    places = [(number, start, end) for number, text in enumerate(sentences) for start, end in text]
    places.sort(key=lambda place: place[2] - place[1])  # so that little of a batch is padding
    for batch in batched(places, 64):
        lengths = np.array([end - start for _, start, end in batch])
        seen = posterior(padded([scores[n][start:end] for n, start, end in batch]), lengths, transitions)
        for row, (number, offset, end) in enumerate(batch):
            for (start, stop, kind), chance in likely_spans(seen, row, end - offset, LEAST):
                found[number].append(((start + offset, stop + offset, kind), chance))
    return found


class Tagger:
    """A network with the transitions of its CRF.

    Args:
        shape: the size of the network.
        dropout: the share of activations left out in training.
        start: what makes the weights that training starts from; by default thinc's random ones.
    """

    def __init__(self, shape: Shape = Shape(), dropout: float = 0.0, start: Callable[..., Any] | None = None) -> None:
        self.shape = shape
        self.network = Network(shape, dropout, start)
        self.transitions = np.zeros((TAGS, TAGS), dtype=np.float32)
        self._words: dict[bytes, np.ndarray] = {}
        self._marks: dict[bytes, np.ndarray] = {}
        self._threads = ThreadpoolController()

    @classmethod
    def of(cls, shape: Shape, parameters: Sequence[np.ndarray], dropout: float = 0.0) -> Tagger:
        """A tagger with these :meth:`parameters`.

        Raises:
            ValueError: they do not fit the shape, or are not finite numbers.
        """
        tagger = cls(shape, dropout, zero_init)
        tagger.set_parameters(parameters)
        return tagger

    def predict(self, docs: Sequence[Doc]) -> list[list[tuple[TypedSpan, float]]]:
        """For each Doc the spans with a probability of at least :data:`LEAST`, with it; they may overlap."""
        return probable_spans(
            self.scores([token_features(doc) for doc in docs]), [sentences(doc) for doc in docs], self.transitions
        )

    def scores(self, texts: list[np.ndarray]) -> list[np.ndarray]:
        """From texts' :func:`token_features` to the scores of their tokens' tags."""
        convolutions, output = self.network.convolutions, self.network.output
        with self._threads.limit(limits=1, user_api="blas"):  # the matrices are too small to be worth a second thread
            scored: list[np.ndarray] = output.predict(convolutions.predict([self._mixed(text) for text in texts]))
        return scored

    def _mixed(self, text: np.ndarray) -> np.ndarray:
        """What the network's mixing layer makes of a text.

        Before its maxima, the layer adds what it makes of a token's word to what it makes of the token's marks. Both
        recur again and again and are cached.
        """
        weights = cast(np.ndarray, self.network.mixing.get_param("W")).transpose(1, 0, 2)
        bias = cast(np.ndarray, self.network.mixing.get_param("b")).T
        sums = bias[None]
        of_words, of_marks = np.split(weights, [WORD_COLUMNS * self.shape.width], axis=2)
        for columns, part, kept in (
            (slice(WORD_COLUMNS), of_words, self._words),
            (slice(WORD_COLUMNS, None), of_marks, self._marks),
        ):
            keys = [row.tobytes() for row in text[:, columns]]
            unknown = {key: row for key, row in zip(keys, text, strict=True) if key not in kept}
            if len(kept) + len(unknown) > _KEPT:
                kept.clear()
                unknown = dict(zip(keys, text, strict=True))
            if unknown:
                rows = np.array(list(unknown.values()))
                embedded = np.hstack([embedding.predict(rows) for embedding in self.network.embeddings[columns]])
                kept.update(zip(unknown, np.tensordot(embedded, part, (1, 2)), strict=True))
            sums = sums + np.array([kept[key] for key in keys], dtype=np.float32).reshape(-1, *bias.shape)
        mixed: np.ndarray = self.network.normalizing.predict(sums.max(axis=1))
        return mixed

    def divide_scores(self, number: float) -> None:
        """Divide the scores of tags and transitions."""
        for layer in self.network.output.walk():
            for name in layer.param_names:
                layer.set_param(name, layer.get_param(name) / number)
        self.transitions = self.transitions / number

    def copy_of(self, dropout: float) -> Tagger:
        """A tagger with the same weights, to train on."""
        return Tagger.of(self.shape, [array.copy() for array in self.parameters()], dropout)

    def parameters(self) -> list[np.ndarray]:
        """The weights of the network's layers and, last, the transitions."""
        return [cast(np.ndarray, node.get_param(name)) for node, name in self.network.parameters()] + [self.transitions]

    def set_parameters(self, arrays: Sequence[np.ndarray]) -> None:
        """Set what :meth:`parameters` returns.

        Raises:
            ValueError: the arrays have other shapes, or are not finite numbers.
        """
        for old, new in zip(self.parameters(), arrays, strict=True):
            if old.shape != new.shape or not np.isfinite(new).all():
                raise ValueError(f"an array of shape {new.shape} does not fit one of {old.shape}")
        self._words.clear()
        self._marks.clear()
        *arrays, self.transitions = arrays
        for (node, name), array in zip(self.network.parameters(), arrays, strict=True):
            node.set_param(name, cast(Any, array))
