"""The weights that decide about roles: a logistic regression on the features of names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np

from kg.extraction.document import Candidate
from kg.extraction.roles import Roles, RoleWeights
from kg.extraction.settle import names_of
from kg.training.annotated import AnnotatedDoc
from kg.training.mine import other_rules
from kg.training.regression import minimum


def mine_roles(papers: Iterable[AnnotatedDoc], learned: RoleWeights, least: int = 25) -> dict[str, float]:
    """The weights of the features of introduced names, sorted; a feature of few names has none.

    The papers have been looked up in lexicons that were not made from them (:func:`kg.training.mine.look_up_folds`).

    Args:
        papers: with the names in them and the probability that each is introduced.
        learned: the counts of papers with a name are used, its weights are not.
        least: the number of names that must have a feature.
    """
    roles = Roles(learned)
    roles.add_rules(other_rules())
    seen, chances = zip(*(name for paper in papers for name in names_seen(roles, paper)), strict=True)
    counts = Counter(feature for name in seen for feature in name)
    known = sorted(feature for feature, count in counts.items() if count >= least)
    column = {feature: number for number, feature in enumerate(known)}
    rows = [sorted(column[feature] for feature in name if feature in column) for name in seen]
    weights = (round(weight, 1) for weight in logistic_regression(rows, chances, len(known)).tolist())
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
    examples: Sequence[Sequence[int]], chances: Sequence[float], size: int, penalty: float = 4.0
) -> np.ndarray:
    """The weights of a binary logistic regression with an L2 penalty and no constant.

    Args:
        examples: for each example the columns in which it has a 1.
        chances: the probability, 0 to 1, that each example is positive.
        size: number of columns.
        penalty: the factor of half the squared weights in the loss.
    """
    columns = np.array([column for example in examples for column in example], dtype=np.intp)
    owners = np.repeat(np.arange(len(examples)), [len(example) for example in examples])
    wanted = np.asarray(chances, dtype=np.float64)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = np.bincount(owners, weights[columns], len(examples))
        likely = 1 / (1 + np.exp(-scores))
        lost = float((np.logaddexp(0, scores) - wanted * scores).sum())
        slope = np.bincount(columns, (likely - wanted)[owners], size) + penalty * weights
        return lost + penalty / 2 * float(weights @ weights), slope

    return minimum(loss, np.zeros(size), tolerance=1e-12)
