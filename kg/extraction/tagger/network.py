"""The learned extractor: a small convolutional network scores tags, a CRF reads them as spans.

The network is spaCy's tok2vec (hashed embeddings of a word's form, affixes and shape; residual maxout convolutions;
Honnibal 2016) on thinc, which spaCy brings. Beside the words it reads what the rules before it say of them: the
lexicon's types, the token patterns, the defined abbreviations, how often the paper says the word and whether its title
does. A sentence is read within its document.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
from spacy.tokens import Doc
from thinc.api import (
    HashEmbed,
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
)
from threadpoolctl import ThreadpoolController

from kg.errors import InputError
from kg.extraction.tagger.crf import TAGS, TypedSpan, batched, likely_spans, padded, posterior
from kg.extraction.tagger.features import WORD_COLUMNS, features, sentences

FORMAT = 1  # of model folders; one more whenever features or network change
SHIPPED = Path(__file__).parents[2] / "model"
LEAST = 0.1  # chance from which a span is proposed
_KEPT = 20_000  # words whose part in the first layer is kept, 1.5 kB each
_MANY = 50_000  # numbers in an array that is stored in 8 bits


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network: width of its layers, number of convolutions, rows of each column's embedding."""

    width: int = 128
    depth: int = 4
    rows: tuple[int, ...] = (8000, 3000, 2500, 1500, 300, 200, 50, 100)
    mark_width: int = 32


def build_network(shape: Shape, dropout: float = 0.0) -> Model[list[np.ndarray], list[np.ndarray]]:
    """From a list of Docs' features to a list of their tokens' tag scores."""
    widths = [shape.width if column < WORD_COLUMNS else shape.mark_width for column in range(len(shape.rows))]
    embeddings: list[Model[Any, Any]] = [
        HashEmbed(width, rows, column=column, seed=column + 7)
        for column, (width, rows) in enumerate(zip(widths, shape.rows, strict=True))
    ]
    mixed = Maxout(shape.width, sum(widths), nP=3, normalize=True, dropout=dropout)
    convolution = residual(
        chain(expand_window(1), Maxout(shape.width, 3 * shape.width, nP=3, normalize=True, dropout=dropout))
    )
    model: Model[Any, Any] = chain(
        with_array(chain(concatenate(*embeddings), mixed)),
        with_array(clone(convolution, shape.depth), pad=shape.depth),
        with_array(Linear(TAGS, shape.width)),
    )
    model.initialize()
    return model


def probable_spans(
    scores: Sequence[np.ndarray], sentences: Sequence[Sequence[tuple[int, int]]], transitions: np.ndarray
) -> list[list[tuple[TypedSpan, float]]]:
    """For each text the spans of a chance of at least :data:`LEAST` under the CRF, with that chance; they overlap."""
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
    """A trained network with the transitions of its CRF, and the folder form of both."""

    def __init__(self, shape: Shape = Shape(), dropout: float = 0.0, about: dict[str, Any] | None = None) -> None:
        self.shape = shape
        self.network = build_network(shape, dropout)
        self.transitions = np.zeros((TAGS, TAGS), dtype=np.float32)
        self.about = about or {}
        self._words: dict[bytes, np.ndarray] = {}
        self._marks: dict[bytes, np.ndarray] = {}
        for node in self.network.walk():
            node.ops = NumpyOps(use_blis=False)  # numpy's own BLAS is twice as fast as the one that thinc brings
        self._threads = ThreadpoolController()

    def predict(self, docs: Sequence[Doc]) -> list[list[tuple[TypedSpan, float]]]:
        """For each Doc its spans of a chance of at least :data:`LEAST`, with that chance; they overlap."""
        return probable_spans(
            self.scores([features(doc) for doc in docs]), [sentences(doc) for doc in docs], self.transitions
        )

    def scores(self, texts: list[np.ndarray]) -> list[np.ndarray]:
        """From texts' :func:`features` to the scores of their tags."""
        _, convolutions, output = self.network.layers
        with self._threads.limit(limits=1, user_api="blas"):  # the matrices are too small to be worth a second thread
            scored: list[np.ndarray] = output.predict(convolutions.predict([self._mixed(text) for text in texts]))
        return scored

    def _mixed(self, text: np.ndarray) -> np.ndarray:
        """What the network's first layer makes of a text.

        Up to its maxima it adds what it makes of a token's word to what it makes of its marks. Both are the same again
        and again, and are kept.
        """
        first: Any = self.network.layers[0].layers[0]
        embeddings, (maxout, normalized) = first.layers[0].layers, first.layers[1].layers[0].layers
        bias, weights = maxout.get_param("b").T, maxout.get_param("W").transpose(1, 0, 2)
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
                embedded = np.hstack([embedding.predict(rows) for embedding in embeddings[columns]])
                kept.update(zip(unknown, np.tensordot(embedded, part, (1, 2)), strict=True))
            sums = sums + np.array([kept[key] for key in keys], dtype=np.float32).reshape(-1, *bias.shape)
        mixed: np.ndarray = normalized.predict(sums.max(axis=1))
        return mixed

    def divide_scores(self, number: float) -> None:
        """Divide the scores of tags and transitions."""
        output = self.network.layers[-1].layers[0]
        for name in output.param_names:
            output.set_param(name, output.get_param(name) / number)
        self.transitions = self.transitions / number

    def save(self, folder: Path) -> None:
        """Write ``weights.npz`` (16-bit floats, large arrays in 8 bits) and ``model.json`` (size, origin).

        A model that stood there stays as it was until both are written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        weights: dict[str, Any] = {}
        for number, array in enumerate(self._parameters()):
            if array.size >= _MANY:
                steps = np.abs(array).max(axis=0) / 127 + 1e-9
                weights[f"p{number:02}"], weights[f"steps{number:02}"] = np.rint(array / steps).astype(np.int8), steps
            else:
                weights[f"p{number:02}"] = array.astype(np.float16)
        described = {"format": FORMAT, "shape": asdict(self.shape), "about": self.about}
        coming = {name: folder / f".{name}.new" for name in ("weights.npz", "model.json")}
        try:
            with coming["weights.npz"].open("wb") as stream:
                np.savez_compressed(stream, **weights)
            coming["model.json"].write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
            for name, path in coming.items():
                path.replace(folder / name)
        finally:
            for path in coming.values():
                path.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path, dropout: float = 0.0) -> Tagger:
        """Read a model's folder.

        Raises:
            InputError: it is none, damaged, or of another version of this program.
        """
        description = folder / "model.json"
        try:
            described = json.loads(description.read_text(encoding="utf-8"))
            number = described["format"]
        except OSError:
            raise InputError(str(folder), "is no model folder (it has no model.json that can be read)") from None
        except (ValueError, KeyError, TypeError):
            raise InputError(str(description), "is damaged: it does not describe a model") from None
        if number != FORMAT:
            raise InputError(
                str(folder), f"is a model of format {number}, and this version reads {FORMAT}; train it anew"
            )
        try:
            shape = Shape(**{**described["shape"], "rows": tuple(described["shape"]["rows"])})
            tagger = cls(shape, dropout, described["about"])
            with np.load(folder / "weights.npz", allow_pickle=False) as weights:
                stored = dict(weights)
            tagger._set_parameters(
                [
                    stored[name].astype(np.float32) * stored.get(name.replace("p", "steps"), np.float32(1))
                    for name in sorted(name for name in stored if name.startswith("p"))
                ]
            )
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise InputError(str(folder / "weights.npz"), f"is damaged or of another model ({reason})") from None
        return tagger

    def copy_of(self, dropout: float) -> Tagger:
        """A tagger with the same weights, to train on."""
        tagger = Tagger(self.shape, dropout)
        tagger._set_parameters([array.copy() for array in self._parameters()])
        return tagger

    def _parameters(self) -> list[np.ndarray]:
        return [cast(np.ndarray, node.get_param(name)) for node, name in self._names()] + [self.transitions]

    def _set_parameters(self, arrays: Sequence[np.ndarray]) -> None:
        for old, new in zip(self._parameters(), arrays, strict=True):
            if old.shape != new.shape or not np.isfinite(new).all():
                raise ValueError(f"an array of shape {new.shape} does not fit one of {old.shape}")
        self._words.clear()
        self._marks.clear()
        *arrays, self.transitions = arrays
        for (node, name), array in zip(self._names(), arrays, strict=True):
            node.set_param(name, cast(Any, array))

    def _names(self) -> list[tuple[Model[Any, Any], str]]:
        return [
            (node, name) for node in self.network.walk() for name in sorted(node.param_names) if node.has_param(name)
        ]
