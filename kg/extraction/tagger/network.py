"""The learned extractor: a small convolutional network scores tags, a CRF turns the scores into spans.

The network is spaCy's tok2vec (hashed embeddings of a word's form, affixes and shape; residual maxout convolutions;
Honnibal 2016) on thinc, which spaCy brings. In addition to the words it reads what the components before it found: the
lexicon's types, the token patterns, the defined abbreviations, how often the paper uses the word and whether its title
does. A sentence is read within its document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
_BLOCK = 16  # rows of every matrix product whose rows are cached

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
    scores: np.ndarray, sentences: Sequence[tuple[int, int]], transitions: np.ndarray
) -> list[tuple[TypedSpan, float]]:
    """The spans of a text with a probability of at least :data:`LEAST` under the CRF; they may overlap."""
    found: list[tuple[TypedSpan, float]] = []
    by_length = sorted(sentences, key=lambda span: span[1] - span[0])  # so that little of a batch is padding
    for batch in batched(by_length, 64):
        lengths = np.array([end - start for start, end in batch])
        seen = posterior(padded([scores[start:end] for start, end in batch]), lengths, transitions)
        for row, (offset, end) in enumerate(batch):
            for (start, stop, kind), chance in likely_spans(seen, row, end - offset, LEAST):
                found.append(((start + offset, stop + offset, kind), chance))
    return found


class _Part:
    """What some columns of the features add to the sums of the mixing layer, kept for rows that were met.

    Args:
        columns: which ones.
        embeddings: of all columns.
        weights: of the mixing layer for the embeddings of these columns, (pieces, width, embedded).
    """

    def __init__(self, columns: slice, embeddings: Sequence[Layer], weights: np.ndarray) -> None:
        self._columns = columns
        self._embeddings = embeddings[columns]
        self._matrix = np.ascontiguousarray(weights.reshape(-1, weights.shape[2]).T)
        self._kept: dict[bytes, np.ndarray] = {}

    def of(self, features: np.ndarray) -> np.ndarray:
        """The summands of each row of a text's features, (rows, pieces * width)."""
        columns = np.ascontiguousarray(features[:, self._columns])
        keys = columns.view(f"V{columns.itemsize * columns.shape[1]}").ravel().tolist()
        unknown = {key: row for row, key in enumerate(keys) if key not in self._kept}
        if len(self._kept) + len(unknown) > _KEPT:
            self._kept.clear()
            unknown = {key: row for row, key in enumerate(keys)}
        for batch in batched(unknown, _BLOCK):
            self._kept.update(zip(batch, self._summands(features[[unknown[key] for key in batch]]), strict=False))
        summands = np.concatenate([np.zeros(0, np.float32), *(self._kept[key] for key in keys)])
        return summands.reshape(-1, self._matrix.shape[1])

    def _summands(self, rows: np.ndarray) -> np.ndarray:
        """The summands of up to :data:`_BLOCK` rows; the block is always full, so that its shape is always the same."""
        block = np.zeros((_BLOCK, len(self._matrix)), dtype=np.float32)
        block[: len(rows)] = np.hstack([embedding.predict(rows) for embedding in self._embeddings])
        return cast(np.ndarray, block @ self._matrix)


class _Reading:
    """A network as texts are read with it: its weights as they are multiplied, and nothing that only training needs.

    Before its maxima, the mixing layer adds what it makes of a token's word to what it makes of the token's marks. Both
    recur again and again and are cached.
    """

    def __init__(self, network: Network) -> None:
        width = len(cast(np.ndarray, network.mixing.get_param("b")))
        weights, self._bias = _by_piece(network.mixing)
        of_words, of_marks = np.split(weights, [WORD_COLUMNS * width], axis=2)
        self._words = _Part(slice(WORD_COLUMNS), network.embeddings, of_words)
        self._marks = _Part(slice(WORD_COLUMNS, None), network.embeddings, of_marks)
        self._normalizing = network.normalizing
        nodes = list(network.convolutions.walk())
        self._convolutions = [
            (np.ascontiguousarray(weights.reshape(-1, weights.shape[2]).T), bias, normalizing)
            for (weights, bias), normalizing in zip(
                (_by_piece(node) for node in nodes if node.name == "maxout"),
                (node for node in nodes if node.name == "layernorm"),
                strict=True,
            )
        ]
        [output] = (node for node in network.output.walk() if node.name == "linear")
        self._output, self._output_bias = (cast(np.ndarray, output.get_param(name)).T for name in ("W", "b"))

    def scores(self, text: np.ndarray) -> np.ndarray:
        """The scores of a text's tags, from its features."""
        sums = self._words.of(text)
        sums += self._bias
        sums += self._marks.of(text)
        mixed = _normalized_maxima(sums, self._normalizing)
        padding, width = len(self._convolutions), mixed.shape[1]
        rows = np.zeros((len(text) + 2 * padding, width), dtype=np.float32)
        rows[padding : padding + len(text)] = mixed
        windows = np.zeros((len(rows), 3 * width), dtype=np.float32)
        before, here, after = np.split(windows, 3, axis=1)
        sums = np.empty_like(windows)
        for weights, bias, normalizing in self._convolutions:
            before[1:], here[:], after[:-1] = rows[:-1], rows, rows[1:]
            np.matmul(windows, weights, out=sums)
            sums += bias
            rows += _normalized_maxima(sums, normalizing)
        return cast(np.ndarray, rows[padding : padding + len(text)] @ self._output + self._output_bias)


def _normalized_maxima(sums: np.ndarray, normalizing: Layer) -> np.ndarray:
    """The largest of the pieces of each unit (maxout), normalised."""
    gain, shift = (cast(np.ndarray, normalizing.get_param(name)) for name in ("G", "b"))
    one, two, three = np.split(sums, 3, axis=1)
    rows: np.ndarray = np.maximum(np.maximum(one, two), three)
    rows -= rows.mean(axis=1, keepdims=True)
    rows *= ((rows * rows).mean(axis=1, keepdims=True) + 1e-8) ** -0.5
    rows *= gain
    rows += shift
    return rows


def _by_piece(maxout: Layer) -> tuple[np.ndarray, np.ndarray]:
    """The weights of a maxout layer, (pieces, width, inputs), and its bias, (pieces * width)."""
    weights, bias = (cast(np.ndarray, maxout.get_param(name)) for name in ("W", "b"))
    return weights.transpose(1, 0, 2), bias.T.reshape(-1)


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
        self._reading: _Reading | None = None
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
        texts = self.scores(token_features(doc) for doc in docs)
        return [
            probable_spans(scores, sentences(doc), self.transitions) for scores, doc in zip(texts, docs, strict=True)
        ]

    def scores(self, texts: Iterable[np.ndarray]) -> list[np.ndarray]:
        """From texts' :func:`token_features` to the scores of their tokens' tags.

        The scores of a text are the same, to the last bit, with whatever texts and after whatever texts it comes. For
        that every matrix product has a shape that depends on the text alone, because BLAS libraries add in an order
        that depends on the shape.
        """
        with self._threads.limit(limits=1, user_api="blas"):  # the matrices are too small to be worth a second thread
            self._reading = self._reading or _Reading(self.network)
            return [self._reading.scores(text) for text in texts]

    def divide_scores(self, number: float) -> None:
        """Divide the scores of tags and transitions."""
        for layer in self.network.output.walk():
            for name in layer.param_names:
                layer.set_param(name, layer.get_param(name) / number)
        self.transitions = self.transitions / number
        self._reading = None

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
        self._reading = None
        *arrays, self.transitions = arrays
        for (node, name), array in zip(self.network.parameters(), arrays, strict=True):
            node.set_param(name, cast(Any, array))
