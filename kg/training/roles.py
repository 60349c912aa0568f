"""The weights that decide about roles: a logistic regression on the features of names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import numpy as np

from kg.extraction.document import Candidate
from kg.extraction.roles import Roles, RoleWeights
from kg.extraction.settle import names_of
from kg.training.annotated import AnnotatedDoc
from kg.training.mine import other_rules


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

    By Newton's method, its steps found by conjugate gradients (Lin, Weng and Keerthi, "Trust Region Newton Method for
    Large-Scale Logistic Regression", JMLR 9, 2008).

    Args:
        examples: for each example the columns in which it has a 1.
        chances: the probability, 0 to 1, that each example is positive.
        size: number of columns.
        penalty: the factor of half the squared weights in the loss.
    """
    columns = np.array([column for example in examples for column in example], dtype=np.intp)
    owners = np.repeat(np.arange(len(examples)), [len(example) for example in examples])
    wanted = np.asarray(chances, dtype=np.float64)

    def scores(weights: np.ndarray) -> np.ndarray:
        return np.bincount(owners, weights[columns], len(examples))

    def loss(weights: np.ndarray) -> float:
        each = np.logaddexp(0, scores(weights)) - wanted * scores(weights)
        return float(each.sum() + penalty / 2 * (weights**2).sum())

    weights = np.zeros(size)
    for _ in range(100):
        likely = 1 / (1 + np.exp(-scores(weights)))
        slope = np.bincount(columns, (likely - wanted)[owners], size) + penalty * weights
        if np.abs(slope).max(initial=0.0) < 1e-6:
            break
        step = _solution(_curvature(columns, owners, likely * (1 - likely), size, penalty), slope)
        now = loss(weights)
        while loss(weights - step) > now and np.abs(step).max() > 1e-12:
            step /= 2
        weights = weights - step
    return weights


def _curvature(
    columns: np.ndarray, owners: np.ndarray, variances: np.ndarray, size: int, penalty: float
) -> Callable[[np.ndarray], np.ndarray]:
    """The product of the loss's second derivatives with a vector."""

    def product(vector: np.ndarray) -> np.ndarray:
        moved = variances * np.bincount(owners, vector[columns], len(variances))
        return np.bincount(columns, moved[owners], size) + penalty * vector

    return product


def _solution(product: Callable[[np.ndarray], np.ndarray], wanted: np.ndarray) -> np.ndarray:
    """The vector whose product is ``wanted``, by conjugate gradients."""
    found = np.zeros_like(wanted)
    rest = direction = wanted
    enough = 1e-10 * float(wanted @ wanted)
    for _ in range(len(wanted)):
        ahead = product(direction)
        length = float(rest @ rest) / float(direction @ ahead)
        found = found + length * direction
        left = rest - length * ahead
        if float(left @ left) <= enough:
            break
        direction = left + float(left @ left) / float(rest @ rest) * direction
        rest = left
    return found
