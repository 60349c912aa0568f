"""Make the tagger smaller: narrow its convolutions, and let them learn again what they were.

    python -m kg.training.smaller --model LARGER --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz --out MODEL

A convolution makes 384 sums of the 384 numbers of a token and its two neighbours. In the smaller tagger it makes --rank
numbers of these first and its sums of them: those from which the sums of some abstracts can be told best (Zhang, Zou,
He and Sun 2015, arXiv:1505.06798). Then the convolutions learn the scores and the probabilities that the larger tagger
gives to the tags of unlabelled abstracts (Hinton, Vinyals and Dean 2015, arXiv:1503.02531); all else stays as it is.
Some twenty minutes of a core.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from kg.errors import InputError
from kg.evaluation.gold import read_gold
from kg.extraction.model import Model
from kg.extraction.tagger.network import Layer, Network, Tagger
from kg.training.command import run
from kg.training.distil import docs_of, labelled, sample, untagged
from kg.training.tagger import Recipe, TaggedText, calibrate, tagged_texts, train

RECIPE = Recipe(epochs=2, rate=0.001, dropout=0.0, batch=16, whole=False)
_SHOWN = 400  # texts that show what the sums are
_OUTSIDE = 0.02  # weight of a token there that is outside all names


def narrowed(tagger: Tagger, rank: int, texts: Sequence[TaggedText]) -> Tagger:
    """A tagger with narrower convolutions, whose sums are as near to those of another one as its rank allows.

    Args:
        tagger: the other one, which stays as it is.
        rank: how many numbers a convolution makes of a token and its neighbours.
        texts: some texts, with the probabilities of their tags; the sums are near in these, above all within names.
    """
    old, smaller = tagger.network, Tagger(replace(tagger.shape, rank=rank))
    new = smaller.network
    for name in ("mixing", "normalizing", "output"):
        _copy(getattr(old, name), getattr(new, name))
    for one, other in zip(old.embeddings, new.embeddings, strict=True):
        _copy(one, other)
    smaller.transitions = tagger.transitions.copy()
    weights = np.concatenate([1 - text.wanted[:, 0] for text in texts]) + _OUTSIDE
    rows = [old.model.layers[0].predict([text.features])[0] for text in texts]
    for block, narrow in zip(_blocks(old), _blocks(new), strict=True):
        windows = np.concatenate([next(iter(block.layers[0].layers)).predict(row) for row in rows])
        _factor(_node(block, "maxout"), _node(narrow, "linear"), _node(narrow, "maxout"), windows, weights)
        _copy(_node(block, "layernorm"), _node(narrow, "layernorm"))
        rows = [block.predict(row) for row in rows]
    return smaller


def _factor(maxout: Layer, first: Layer, second: Layer, windows: np.ndarray, weights: np.ndarray) -> None:
    """Set the weights of two layers so that the second makes of the first one's output what a maxout layer sums up.

    What they make of the mean of the windows is the same; of what differs from it, the sum of the weighted squares of
    errors is as small as it can be.
    """
    by_piece, bias = (cast(np.ndarray, maxout.get_param(name)) for name in ("W", "b"))
    sums = by_piece.reshape(-1, by_piece.shape[2]).T.astype(np.float64)
    mean = np.average(windows, axis=0, weights=weights)
    rest = (windows - mean) * np.sqrt(weights / weights.mean())[:, None]
    variances, axes = np.linalg.eigh(rest.T @ rest / len(rest))
    lengths = np.sqrt(np.maximum(variances, 1e-8))
    left, sizes, right = np.linalg.svd((axes * lengths).T @ sums, full_matrices=False)
    rank = first.get_dim("nO")
    halves = np.sqrt(sizes[:rank])
    narrowing = (axes / lengths) @ (left[:, :rank] * halves)
    widening = right[:rank].T * halves
    for layer, name, array in (
        (first, "W", narrowing.T),
        (first, "b", -mean @ narrowing),
        (second, "W", widening.reshape(*bias.shape, rank)),
        (second, "b", bias + (mean @ sums).reshape(bias.shape)),
    ):
        layer.set_param(name, cast(Any, np.ascontiguousarray(array, dtype=np.float32)))


def _blocks(network: Network) -> list[Layer]:
    """The convolutions of a network, one by one."""
    return [node for node in network.convolutions.walk() if node.name.startswith("residual")]


def _node(block: Layer, name: str) -> Layer:
    [node] = (node for node in block.walk() if node.name == name)
    return node


def _copy(one: Layer, other: Layer) -> None:
    for before, after in zip(one.walk(), other.walk(), strict=True):
        for name in before.param_names:
            after.set_param(name, before.get_param(name).copy())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of the larger model, whose rank is null")
    parser.add_argument("--papers", type=Path, required=True, help="texts of the annotated papers, which are left out")
    parser.add_argument("--abstracts", type=Path, required=True, help="unlabelled abstracts, JSON lines")
    parser.add_argument("--count", type=int, default=24_000, help="number of abstracts to learn from")
    parser.add_argument("--rank", type=int, default=64, help="numbers that a convolution makes first")
    parser.add_argument("--held", type=Path, help="annotated papers to calibrate the probabilities on")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    _shrink(parser.parse_args(arguments))


def _shrink(args: argparse.Namespace) -> None:
    model = Model.load(args.model)
    if model.tagger.shape.rank is not None:
        raise InputError(str(args.model), "is a smaller model already")
    abstracts = sample(args.abstracts, args.papers, args.count)
    texts = list(labelled(model.tagger, (untagged(doc) for doc in docs_of(abstracts))))
    tagger = narrowed(model.tagger, args.rank, texts[:_SHOWN])
    tagger = train(texts, RECIPE, tagger, lambda epoch, loss: print(f"epoch {epoch}, loss {loss:.3f}", flush=True))
    about = {**model.about, "unlabelled texts of the smaller tagger": len(texts)}
    if args.held:
        held = list(tagged_texts(read_gold(args.held, args.papers).texts))
        print(f"temperature {calibrate(tagger, held)}")
        about["calibration texts"] = len(held)
    replace(model, tagger=tagger, about=about).save(args.out)


if __name__ == "__main__":
    run(main)
