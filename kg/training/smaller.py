"""Make the tagger smaller: leave out some of its layers, and let it learn again from what it was.

    python -m kg.training.smaller --gold ANNOTATED.jsonl --aside MORE.jsonl --papers TEXTS.jsonl \\
        --abstracts ABSTRACTS.jsonl.gz --layers 0 1 3 --pieces 2 --out MODEL

The smaller tagger starts from the larger one's weights: those of its convolutions that stay and, of the sums of which
each unit is the largest, those that were it most often. Then it learns the probabilities that the larger one gives to
tags of unlabelled abstracts (Hinton, Vinyals and Dean 2015, arXiv:1503.02531), and those of annotated papers, mixed
with their annotated tags. Of the papers of --aside about one in six is not read. Ten minutes on a free core.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from kg.extraction.model import SHIPPED, Model
from kg.extraction.tagger.crf import TAGS, SentenceBatch, batched, posterior
from kg.extraction.tagger.network import Layer, Network, Tagger
from kg.training.annotated import annotation_pipeline, read_annotated, read_lessons, tagged
from kg.training.command import options, run
from kg.training.distil import docs_of, sample, untagged
from kg.training.mine import look_up, look_up_folds
from kg.training.tagger import Recipe, TaggedText, calibrate, train

GOLD = 0.7  # share of the annotated tags in what is learned from annotated papers
RECIPE = Recipe(epochs=1, rate=0.002, dropout=0.1, batch=8)
_SHOWN = 60  # texts that show which sums are the largest ones


def cut(tagger: Tagger, layers: Sequence[int], pieces: int, texts: Sequence[TaggedText]) -> Tagger:
    """A tagger with some of the convolutions of another one, and with some of their pieces.

    Args:
        tagger: the larger one, which stays as it is.
        layers: the numbers of the convolutions to keep, from 0.
        pieces: how many sums each unit keeps.
        texts: some texts; those sums are kept that are the largest ones in most places of them.
    """
    old = tagger.network
    distances = tuple(tagger.shape.distances[layer] for layer in layers)
    smaller = Tagger(replace(tagger.shape, pieces=pieces, distances=distances))
    new = smaller.network
    for name in ("mixing", "normalizing", "output"):
        _copy(getattr(old, name), getattr(new, name))
    for one, other in zip(old.embeddings, new.embeddings, strict=True):
        _copy(one, other)
    wins = _wins(old, texts)
    for layer, block in zip(layers, _blocks(new), strict=True):
        before = _blocks(old)[layer]
        _copy(_node(before, "layernorm"), _node(block, "layernorm"))
        kept = np.sort(np.argsort(-wins[layer], axis=1, kind="stable")[:, :pieces], axis=1)
        units = np.arange(len(kept))[:, None]
        for name in ("W", "b"):
            array = cast(np.ndarray, _node(before, "maxout").get_param(name))
            _node(block, "maxout").set_param(name, cast(Any, array[units, kept].copy()))
    smaller.transitions = tagger.transitions.copy()
    return smaller


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


def _wins(network: Network, texts: Sequence[TaggedText]) -> list[np.ndarray]:
    """For each convolution in how many places each of the sums of a unit is the largest one, (units, pieces)."""
    rows = [network.model.layers[0].predict([text.features])[0] for text in texts]
    wins = []
    for block in _blocks(network):
        weights, bias = (cast(np.ndarray, _node(block, "maxout").get_param(name)) for name in ("W", "b"))
        windows = np.concatenate([next(iter(block.layers[0].layers)).predict(row) for row in rows])
        largest = (np.tensordot(windows, weights, (1, 2)) + bias).argmax(axis=2)
        wins.append(np.stack([(largest == piece).sum(axis=0) for piece in range(weights.shape[1])], axis=1))
        rows = [block.predict(row) for row in rows]
    return wins


def labelled(tagger: Tagger, texts: Sequence[TaggedText], gold: float = 0.0) -> Iterator[TaggedText]:
    """Texts with the probabilities that a tagger gives to their tags.

    Args:
        tagger: which one.
        texts: what to label.
        gold: the share of the texts' own tags in the probabilities.
    """
    for some in batched(texts, 64):
        batch = SentenceBatch.of(text.sentences for text in some)
        scores = batch.padded(tagger.scores([text.features for text in some]))
        seen = posterior(scores, batch.lengths, tagger.transitions)
        tags = [np.zeros((len(text.features), TAGS), dtype=np.float32) for text in some]
        batch.put_back(seen.chances, tags)
        for text, found in zip(some, tags, strict=True):
            mixed = gold * text.wanted + (1 - gold) * found
            yield TaggedText(text.features, mixed.astype(np.float16), text.sentences)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = options(__doc__, several=True)
    parser.add_argument("--abstracts", type=Path, required=True, help="unlabelled abstracts, JSON lines")
    parser.add_argument("--count", type=int, default=20_000, help="number of abstracts to learn from")
    parser.add_argument("--times", type=int, default=2, help="how often the annotated papers are learned from")
    parser.add_argument("--layers", type=int, nargs="+", required=True, help="convolutions to keep, from 0")
    parser.add_argument("--pieces", type=int, required=True, help="sums that each unit keeps")
    parser.add_argument("--held", type=Path, help="annotated papers to calibrate the probabilities on")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the larger model  [default: shipped]")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    _shrink(parser.parse_args(arguments))


def _shrink(args: argparse.Namespace) -> None:
    model = Model.load(args.model)
    nlp = annotation_pipeline()
    papers = read_lessons(nlp, args.gold, args.aside, args.papers)
    look_up_folds(nlp, papers)
    abstracts = [untagged(doc) for doc in docs_of(sample(args.abstracts, args.papers, args.count))]
    texts = list(labelled(model.tagger, abstracts))
    texts += list(labelled(model.tagger, tagged(papers), GOLD)) * args.times
    tagger = cut(model.tagger, args.layers, args.pieces, texts[:_SHOWN])
    tagger = train(texts, RECIPE, tagger, lambda epoch, loss: print(f"tagger: loss {loss:.3f}", flush=True))
    about = {**model.about, "texts of the smaller tagger": len(papers), "unlabelled texts of it": len(abstracts)}
    if args.held:
        held = read_annotated(nlp, args.held, args.papers)
        look_up(nlp, held, papers)
        print(f"temperature {calibrate(tagger, tagged(held))}")
        about["calibration texts"] = len(held)
    replace(model, tagger=tagger, about=about).save(args.out)


if __name__ == "__main__":
    run(main)
