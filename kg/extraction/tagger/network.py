"""The learned extractor: a small convolutional network scores tags, a CRF turns the scores into spans.

The network is spaCy's tok2vec (hashed embeddings of a word's form, affixes and shape; residual maxout convolutions;
Honnibal 2016) on thinc, which spaCy brings. In addition to the words it reads what the components before it found: the
lexicon's types, the token patterns, the defined abbreviations, how often the paper uses the word and whether its title
does. A sentence is read within its document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, cast

import numpy as np
from numpy.lib.stride_tricks import as_strided
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
    concatenate,
    noop,
    residual,
    with_array,
    zero_init,
)
from threadpoolctl import ThreadpoolController

from kg.extraction.tagger.crf import TAGS, SentenceBatch, TypedSpan, batched, likely_spans, posterior
from kg.extraction.tagger.features import WORD_COLUMNS, sentences, token_features

LEAST = 0.1  # probability from which a span is proposed
_KEPT = 20_000  # words whose part in the mixing layer is cached, 1.5 kB each, and half of the tokens, 0.5 kB each
_BLOCK = 16  # rows of every matrix product whose rows are cached
_ROWS = 192  # rows of every other matrix product
_SENTENCES = 64  # sentences of every batch of the CRF
_LONG = 200  # tokens from which a sentence is long, as an abstract without full stops is
_LONG_SENTENCES = 4  # sentences of every batch of long ones
_TOGETHER = 8000  # tokens of texts that are read at once, or more if a text is longer

Layer = Model[Any, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network.

    ``width`` is that of its layers, ``pieces`` the number of sums of which a unit of a convolution is the largest,
    ``distances`` how many tokens away the two neighbours are that each convolution reads, ``rank`` how many numbers a
    convolution makes of a token and its neighbours before it makes the sums of them (None: it makes the sums at once),
    ``rows`` the rows of each column's embedding, ``mark_width`` the width of the embeddings of marks.
    """

    width: int = 128
    pieces: int = 3
    distances: tuple[int, ...] = (1, 1, 1, 1)
    rank: int | None = None
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
        convolutions = [_convolution(shape, distance, dropout, start) for distance in shape.distances]
        self.convolutions: Layer = with_array(chain(noop(), *convolutions), pad=sum(shape.distances))
        self.output: Layer = with_array(Linear(TAGS, shape.width, init_W=start))
        mixed: Layer = chain(concatenate(*self.embeddings), self.mixing, self.normalizing, Dropout(dropout))
        self.model: Layer = chain(with_array(mixed), chain(self.convolutions, self.output))
        self.model.initialize()
        for node in self.model.walk():
            node.ops = NumpyOps(use_blis=False)  # numpy's own BLAS is twice as fast as the one that thinc brings

    def parameters(self) -> Iterator[tuple[Layer, str]]:
        """The layers with weights and the weights' names, in the order of the arrays in a model's folder."""
        parts = (self.output, *self.embeddings, self.mixing, self.normalizing, self.convolutions)
        return ((node, name) for part in parts for node in part.walk() for name in sorted(node.param_names))


def _convolution(shape: Shape, distance: int, dropout: float, start: Callable[..., Any] | None) -> Layer:
    """A layer that adds to each row what it makes of it and its neighbours."""
    width = 3 * shape.width
    narrowing: list[Layer] = []
    if shape.rank:
        narrowing, width = [Linear(shape.rank, width, init_W=start)], shape.rank
    sums: Layer = Maxout(shape.width, width, shape.pieces, normalize=True, dropout=dropout, init_W=start)
    return residual(chain(neighbours(distance), *narrowing, sums))


def neighbours(distance: int) -> Layer:
    """A layer that puts between the rows ``distance`` before and after each row this row itself; zeros beyond the ends.

    It is thinc's ``expand_window(1)`` for other distances too (Yu and Koltun 2016, arXiv:1511.07122).
    """

    def forward(
        model: Layer, rows: np.ndarray, is_train: bool
    ) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
        width = rows.shape[1]
        windows = np.zeros((len(rows), 3 * width), dtype=rows.dtype)
        windows[distance:, :width] = rows[:-distance]
        windows[:, width : 2 * width] = rows
        windows[:-distance, 2 * width :] = rows[distance:]

        def backpropagate(slopes: np.ndarray) -> np.ndarray:
            by_row = slopes[:, width : 2 * width].copy()
            by_row[:-distance] += slopes[distance:, :width]
            by_row[distance:] += slopes[:-distance, 2 * width :]
            return by_row

        return windows, backpropagate

    return Model(f"neighbours-{distance}", forward)


def probable_spans(
    scores: Sequence[np.ndarray], sentences: Sequence[Sequence[tuple[int, int]]], transitions: np.ndarray
) -> list[list[tuple[TypedSpan, float]]]:
    """For each text the spans with a probability of at least :data:`LEAST` under the CRF; they may overlap.

    Args:
        scores: of the tags of each text's tokens.
        sentences: of each text.
        transitions: of the CRF.
    """
    found: list[list[tuple[TypedSpan, float]]] = [[] for _ in scores]
    for size, chosen in _batches(SentenceBatch.of(sentences).places):
        batch = SentenceBatch(tuple(chosen))
        rows = batch.padded(scores)
        empty = size - len(rows)  # filled up, so that a sentence is always in matrix products of the same shape
        rows = np.concatenate([rows, np.zeros((empty, *rows.shape[1:]), rows.dtype)])
        seen = posterior(rows, np.pad(batch.lengths, (0, empty), constant_values=1), transitions)
        for row, (start, end, kind), chance in likely_spans(seen, np.pad(batch.lengths, (0, empty)), LEAST):
            text, offset, _ = chosen[row]
            found[text].append(((start + offset, end + offset, kind), chance))
    return found


def _batches(places: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    """Sentences in batches, each with the size that it is filled up to, which depends on the length of a sentence only.

    They are sorted by length, so that little of a batch is padding.
    """
    by_length = sorted(places, key=lambda place: place[2] - place[1])
    long = bisect_left(by_length, _LONG, key=lambda place: place[2] - place[1])
    for size, group in (_SENTENCES, by_length[:long]), (_LONG_SENTENCES, by_length[long:]):
        yield from ((size, chosen) for chosen in batched(group, size))


class _Kept:
    """What is made of rows of features, kept for rows that were met.

    Args:
        columns: of the features, from which it is made.
        width: of what is made.
        most: rows that are kept.
        make: makes it of some rows.
    """

    def __init__(self, columns: slice, width: int, most: int, make: Callable[[np.ndarray], np.ndarray]) -> None:
        self._columns = columns
        self._make = make
        self._places: dict[bytes, int] = {}  # of the rows in _kept
        self._kept = np.empty((most, width), dtype=np.float32)

    def of(self, features: np.ndarray) -> np.ndarray:
        """What is made of each row of some features."""
        made = np.empty((len(features), self._kept.shape[1]), dtype=np.float32)
        most = len(self._kept)
        for start in range(0, len(features), most):
            part = features[start : start + most]
            np.take(self._kept, self._places_of(part), axis=0, out=made[start : start + len(part)], mode="clip")
        return made

    def _places_of(self, features: np.ndarray) -> list[int]:
        """Where the rows are kept, which are no more than can be."""
        columns = np.ascontiguousarray(features[:, self._columns])
        keys = columns.view(f"V{columns.itemsize * columns.shape[1]}").ravel().tolist()
        unknown = {key: row for row, key in enumerate(keys) if key not in self._places}
        if len(self._places) + len(unknown) > len(self._kept):
            self._places.clear()
            unknown = {key: row for row, key in enumerate(keys)}
        if unknown:
            first = len(self._places)
            self._kept[first : first + len(unknown)] = self._make(features[list(unknown.values())])
            self._places.update(zip(unknown, range(first, first + len(unknown)), strict=True))
        return [self._places[key] for key in keys]


class _Part:
    """What some columns of the features add to the sums of the mixing layer.

    Args:
        embeddings: of these columns.
        weights: of the mixing layer for these embeddings, (pieces, width, embedded).
    """

    def __init__(self, embeddings: Sequence[Layer], weights: np.ndarray) -> None:
        self._embeddings = embeddings
        self._matrix = np.ascontiguousarray(weights.reshape(-1, weights.shape[2]).T)
        self.width = self._matrix.shape[1]

    def of(self, features: np.ndarray) -> np.ndarray:
        """The summands of each row of features, (rows, pieces * width), in blocks that are always full."""
        blocks = -(-len(features) // _BLOCK)
        embedded = np.zeros((blocks * _BLOCK, len(self._matrix)), dtype=np.float32)
        embedded[: len(features)] = np.hstack([embedding.predict(features) for embedding in self._embeddings])
        summands = np.empty((len(embedded), self.width), dtype=np.float32)
        for start in range(0, len(embedded), _BLOCK):
            np.matmul(embedded[start : start + _BLOCK], self._matrix, out=summands[start : start + _BLOCK])
        return summands[: len(features)]


class _Reading:
    """A network as texts are read with it: its weights as they are multiplied, and nothing that only training needs.

    Before its maxima, the mixing layer adds what it makes of a token's word to what it makes of the token's marks. Both
    recur again and again and are cached, and so is what the layer makes of the two together: nine in ten tokens of an
    abstract have a word and marks that were met together. After it, the rows of many texts stand in one array, and go
    through each layer in blocks that the processor's cache holds.
    """

    def __init__(self, network: Network, distances: Sequence[int]) -> None:
        width = len(cast(np.ndarray, network.mixing.get_param("b")))
        weights, bias = _by_piece(network.mixing)
        of_words, of_marks = np.split(weights, [WORD_COLUMNS * width], axis=2)
        words = _Part(network.embeddings[:WORD_COLUMNS], of_words)
        marks = _Part(network.embeddings[WORD_COLUMNS:], of_marks)
        self._words = _Kept(slice(WORD_COLUMNS), words.width, _KEPT, words.of)
        self._marks = _Kept(slice(WORD_COLUMNS, None), marks.width, _KEPT, marks.of)
        self._tokens = _Kept(slice(None), width, 2 * _KEPT, self._mixed_rows)
        self._bias = bias.ravel()
        self._mixing = _Maxima(network.normalizing)
        self._distances = distances
        nodes = list(network.convolutions.walk())
        narrowing, maxout, normalizing = (
            [node for node in nodes if node.name == name] for name in ("linear", "maxout", "layernorm")
        )
        self._convolutions = [
            _Convolution(*layers)
            for layers in zip(distances, narrowing or repeat(None, len(distances)), maxout, normalizing, strict=True)
        ]
        [output] = (node for node in network.output.walk() if node.name == "linear")
        self._output, self._output_bias = (cast(np.ndarray, output.get_param(name)).T for name in ("W", "b"))

    def scores(self, texts: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The scores of texts' tags, from their features.

        Before the first text, between texts and after the last one are as many rows of zeros as a token sees beyond the
        end of its text.
        """
        padding = sum(self._distances)
        ends = np.cumsum([len(text) + padding for text in texts]) + padding
        places = [slice(end - len(text), end) for text, end in zip(texts, ends.tolist(), strict=True)]
        rows = self._mixed(texts, places)
        convolved = np.zeros_like(rows)
        for convolution in self._convolutions:
            convolution.write(rows, convolved, padding)
            rows, convolved = convolved, rows
        blocks = range(padding, len(rows) - padding, _ROWS)
        scores = np.concatenate([rows[start : start + _ROWS] @ self._output for start in blocks])
        scores += self._output_bias
        return [scores[place.start - padding : place.stop - padding] for place in places]

    def _mixed(self, texts: Sequence[np.ndarray], places: Sequence[slice]) -> np.ndarray:
        """What the mixing layer makes of the texts' tokens, at their places among rows of zeros; without the padding at
        both ends, the rows are full blocks."""
        mixed, padding = self._tokens.of(np.concatenate(texts)), sum(self._distances)
        blocks = -(-places[-1].stop // _ROWS)  # the padding after the last text is in them too
        rows = np.zeros((blocks * _ROWS + 2 * padding, mixed.shape[1]), dtype=np.float32)
        first = 0
        for place, text in zip(places, texts, strict=True):
            rows[place] = mixed[first : first + len(text)]
            first += len(text)
        return rows

    def _mixed_rows(self, features: np.ndarray) -> np.ndarray:
        """What the mixing layer makes of rows of features."""
        sums = self._words.of(features)
        sums += self._marks.of(features)
        sums += self._bias
        mixed = np.empty((len(sums), self._mixing.width), dtype=np.float32)
        block = np.zeros((_ROWS, sums.shape[1]), dtype=np.float32)
        of_pieces = block.reshape(_ROWS, -1, self._mixing.width).swapaxes(0, 1)
        for start in range(0, len(sums), _ROWS):
            size = len(mixed[start : start + _ROWS])
            block[:size] = sums[start : start + _ROWS]
            mixed[start : start + size] = self._mixing.of(of_pieces)[:size]
        return mixed


class _Convolution:
    """A layer that adds to each row what it makes of it and its neighbours.

    Args:
        distance: of the neighbours.
        narrowing: the layer that makes fewer numbers of a row and its neighbours, if there is one.
        maxout: the layer that makes sums of them.
        normalizing: the layer that normalises the largest ones.
    """

    def __init__(self, distance: int, narrowing: Layer | None, maxout: Layer, normalizing: Layer) -> None:
        self._distance = distance
        weights, bias = _by_piece(maxout)
        self._narrowing: np.ndarray | None = None
        if narrowing:
            by_row, added = (cast(np.ndarray, narrowing.get_param(name)) for name in ("W", "b"))
            self._narrowing = np.ascontiguousarray(by_row.T)
            bias = bias + weights @ added
        self._weights = np.concatenate([weights.transpose(0, 2, 1), bias[:, None]], axis=1)
        self._maxima = _Maxima(normalizing)

    def write(self, rows: np.ndarray, convolved: np.ndarray, padding: int) -> None:
        """Write what the layer makes of rows, which are full blocks between two margins of ``padding`` rows."""
        (count, width), distance = rows.shape, self._distance
        between = rows.strides[0]
        three = (count - 2 * distance, 3, width), (between, distance * between, rows.itemsize)
        neighbourhoods = as_strided(rows, *three)
        factors = np.ones((_ROWS, self._weights.shape[1]), dtype=np.float32)  # the last one is that of the bias
        read = factors[:, :-1] if self._narrowing is None else np.empty((_ROWS, 3 * width), dtype=np.float32)
        windows = read.reshape(_ROWS, 3, width)
        sums = np.empty((len(self._weights), _ROWS, width), dtype=np.float32)
        for start in range(padding, count - padding, _ROWS):
            windows[:] = neighbourhoods[start - distance : start - distance + _ROWS]
            if self._narrowing is not None:
                np.matmul(read, self._narrowing, out=factors[:, :-1])
            np.matmul(factors, self._weights, out=sums)
            np.add(rows[start : start + _ROWS], self._maxima.of(sums), out=convolved[start : start + _ROWS])


class _Maxima:
    """The end of a maxout layer: the largest of the sums of each unit, normalised.

    Args:
        normalizing: the layer that normalises.
    """

    def __init__(self, normalizing: Layer) -> None:
        self._gain, self._shift = (cast(np.ndarray, normalizing.get_param(name)) for name in ("G", "b"))
        self.width = len(self._gain)
        self._mean = np.full((self.width, 1), 1 / self.width, dtype=np.float32)

    def of(self, sums: np.ndarray) -> np.ndarray:
        """The maxima of the sums of a full block of rows, (pieces, rows, width), in the place of the first piece."""
        rows: np.ndarray = sums[0]
        for other in sums[1:]:
            np.maximum(rows, other, out=rows)
        rows -= rows @ self._mean
        variance = np.einsum("ij,ij->i", rows, rows) / np.float32(self.width)
        rows *= np.reciprocal(np.sqrt(variance + np.float32(1e-8)))[:, None]
        rows *= self._gain
        rows += self._shift
        return rows


def _by_piece(maxout: Layer) -> tuple[np.ndarray, np.ndarray]:
    """The weights of a maxout layer, (pieces, width, inputs), and its bias, (pieces, width)."""
    weights, bias = (cast(np.ndarray, maxout.get_param(name)) for name in ("W", "b"))
    return weights.transpose(1, 0, 2), np.ascontiguousarray(bias.T)


def _parts(texts: Iterable[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Texts in groups of about :data:`_TOGETHER` tokens."""
    part: list[np.ndarray] = []
    tokens = 0
    for text in texts:
        if part and tokens + len(text) > _TOGETHER:
            yield part
            part, tokens = [], 0
        part.append(text)
        tokens += len(text)
    if part:
        yield part


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
        scores = self.scores(token_features(doc) for doc in docs)
        with self._threads.limit(limits=1, user_api="blas"):
            return probable_spans(scores, [sentences(doc) for doc in docs], self.transitions)

    def scores(self, texts: Iterable[np.ndarray]) -> list[np.ndarray]:
        """From texts' :func:`token_features` to the scores of their tokens' tags.

        The scores of a text are the same, to the last bit, with whatever texts and after whatever texts it comes. For
        that every matrix product has always the same shape, because BLAS libraries add in an order that depends on the
        shape; what is not filled by the text is filled by others, or zero.
        """
        scores: list[np.ndarray] = []
        with self._threads.limit(limits=1, user_api="blas"):  # the matrices are too small to be worth a second thread
            self._reading = self._reading or _Reading(self.network, self.shape.distances)
            for together in _parts(texts):
                scores += self._reading.scores(together)
        return scores

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
