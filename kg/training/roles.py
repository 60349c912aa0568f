"""The weights that decide about roles: a logistic regression on the features of names.

    python -m kg.training.roles --gold ANNOTATED.jsonl --aside MORE.jsonl --papers TEXTS.jsonl --out MODEL

fits the weights of a model further to annotated papers: what they do not show stays as it was. (What a teacher says of
unlabelled abstracts comes first, :mod:`kg.training.distil`.) Of the papers of --aside about one in six is not read. A
minute or two.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kg.extraction.document import Candidate
from kg.extraction.model import SHIPPED, Model
from kg.extraction.roles import Roles, RoleWeights
from kg.extraction.settle import names_of
from kg.training.annotated import AnnotatedDoc, annotation_pipeline
from kg.training.command import options, run
from kg.training.mine import other_rules, read_lessons, read_own_lessons
from kg.training.regression import minimum

LEAST, PENALTY = 10, 8.0  # of weights that are fitted further; chosen on annotated papers that were not fitted to


def mine_roles(
    papers: Iterable[AnnotatedDoc], learned: RoleWeights, least: int = 25, penalty: float = 4.0, further: bool = False
) -> dict[str, float]:
    """The weights of the features of introduced names, sorted; a feature of few names has none.

    The papers have been looked up in lexicons that were not made from them (:func:`kg.training.mine.look_up_folds`).

    Args:
        papers: with the names in them and the probability that each is introduced.
        learned: its counts of papers with a name are used.
        least: the number of names that must have a feature.
        penalty: how much the weights are held back (:func:`logistic_regression`).
        further: whether the weights start from those of ``learned``, and are held back there instead of at 0.
    """
    roles = Roles(learned)
    roles.add_rules(other_rules())
    seen, chances = zip(*(name for paper in papers for name in names_seen(roles, paper)), strict=True)
    counts = Counter(feature for name in seen for feature in name)
    before = learned.weights if further else {}
    known = sorted({feature for feature, count in counts.items() if count >= least} | before.keys())
    column = {feature: number for number, feature in enumerate(known)}
    rows = [sorted(column[feature] for feature in name if feature in column) for name in seen]
    start = np.array([before.get(feature, 0.0) for feature in known])
    weights = (round(weight, 1) for weight in logistic_regression(rows, chances, start, penalty).tolist())
    return {feature: weight for feature, weight in zip(known, weights, strict=True) if weight}


def names_seen(roles: Roles, paper: AnnotatedDoc) -> Iterator[tuple[Collection[str], float]]:
    """For each name of a paper its features (:meth:`Roles.features`), and the probability that it is introduced: the
    mean over its places."""
    entities = [Candidate(*span, kind, 1.0, "gold") for span, kind in sorted(paper.types.items())]
    chances: dict[str, list[float]] = defaultdict(list)
    for name, entity in zip(names_of(paper.doc, entities), entities, strict=True):
        chances[name].append(paper.introduced.get((entity.start, entity.end), 0.0))
    for name, seen in roles.features(paper.doc, entities).items():
        yield seen, sum(chances[name]) / len(chances[name])


def logistic_regression(
    examples: Sequence[Sequence[int]], chances: Sequence[float], start: np.ndarray, penalty: float = 4.0
) -> np.ndarray:
    """The weights of a binary logistic regression with an L2 penalty and no constant.

    Args:
        examples: for each example the columns in which it has a 1.
        chances: the probability, 0 to 1, that each example is positive.
        start: the weight of each column to start from.
        penalty: the factor, in the loss, of half the squared differences from there.
    """
    columns = np.array([column for example in examples for column in example], dtype=np.intp)
    owners = np.repeat(np.arange(len(examples)), [len(example) for example in examples])
    wanted = np.asarray(chances, dtype=np.float64)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = np.bincount(owners, weights[columns], len(examples))
        likely = 1 / (1 + np.exp(-scores))
        lost = float((np.logaddexp(0, scores) - wanted * scores).sum())
        moved = weights - start
        slope = np.bincount(columns, (likely - wanted)[owners], len(start)) + penalty * moved
        return lost + penalty / 2 * float(moved @ moved), slope

    return minimum(loss, start, tolerance=1e-12)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = options(__doc__, several=True)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="model to start from  [default: shipped]")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    _learn(parser.parse_args(arguments))


def _learn(args: argparse.Namespace) -> None:
    model = Model.load(args.model)
    nlp = annotation_pipeline()
    papers = read_lessons(nlp, args.gold, args.aside, args.papers)
    papers += read_own_lessons(nlp, args.conferences, papers)
    weights = mine_roles(papers, model.roles, LEAST, PENALTY, further=True)
    about = {**model.about, "texts with roles": len(papers)}
    replace(model, roles=replace(model.roles, weights=weights), about=about).save(args.out)


if __name__ == "__main__":
    run(main)
