"""An evaluation as tables to read."""

from __future__ import annotations

from kg.evaluation.calibration import Calibration
from kg.evaluation.errors import ErrorKind, TypedName
from kg.evaluation.gold import Form
from kg.evaluation.report import Evaluation
from kg.evaluation.resolution import ResolutionScore
from kg.terminal.output import printable
from kg.terminal.tables import plain_table
from kg.vocabulary import ENTITY_TYPES

_BY_TYPE = {
    "Method": "– methods",
    "Dataset": "– datasets",
    "Metric": "– metrics",
    "Task": "– tasks",
    "untyped": "all, of whatever type",
}
LABELS: dict[Form, dict[str, str]] = {
    "papers": {
        "entity": "all entities",
        **_BY_TYPE,
        "introduced": "introduced by the paper",
        "link": "links",
        "abbreviation": "abbreviations",
        "result": "results (value and metric)",
        "result+dataset": "– with their dataset",
        "result+method": "– with their method",
        "result whole": "– with their dataset, and whether they are relative",
        "board": "– absolute, with metric and dataset",
        "mention": "mentions (exact characters)",
    },
    "passages": {"mention": "all mentions", **_BY_TYPE},
}
"""The rows of the table, in order, and what they are called."""


def render_evaluation(evaluation: Evaluation, *, errors: bool = False, calibration: bool = False) -> str:
    """The table of scores, and if asked for those of the errors and of the confidences."""
    parts = [_scores(evaluation)]
    if errors:
        parts.append(_errors(evaluation.errors))
    if calibration:
        parts.append(_calibration(evaluation.calibration))
    return "\n".join(parts)


def _scores(evaluation: Evaluation) -> str:
    rows = [
        [label, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", f"{score.gold}"]
        for row, label in LABELS[evaluation.form].items()
        if (score := evaluation.scores.get(row))
    ]
    lines = [f"{evaluation.form}: {evaluation.texts:,}"]
    if left_out := [kind for kind in ENTITY_TYPES if kind not in evaluation.types]:
        lines.append(f"{' and '.join(left_out)} never annotated here: such finds are not counted")
    lines += ["", _table(("", "precision", "recall", "F1", "annotated"), rows)]
    if roles := evaluation.roles:
        lines.append(f"role right of {roles.accuracy:.3f} of the {roles.gold} methods and datasets found\n")
    return "\n".join(lines)


def _errors(kinds: tuple[ErrorKind, ...]) -> str:
    table = _table(
        ("annotated → found", "missed", "spurious"),
        [[kind.name, f"{kind.missed}", f"{kind.spurious}"] for kind in kinds],
    )
    return "\n".join([table, *(_examples(kind) for kind in kinds)])


def _examples(kind: ErrorKind) -> str:
    lines = [f"{kind.name}: {kind.meaning}"]
    lines += [
        f"  {_named(example.annotated)} → {_named(example.found)}"
        + (f"  ({example.texts}×)" if example.texts > 1 else "")
        for example in kind.examples
    ]
    return "".join(f"{line}\n" for line in lines)


def _named(name: TypedName | None) -> str:
    return f"{name.type} {printable(name.text)}" if name else "nothing"


def _calibration(measured: Calibration) -> str:
    rows = [
        [
            f"{one.low:.1f}–{one.high:.1f}",
            f"{one.mentions}",
            *((f"{one.confidence:.3f}", f"{one.right:.3f}") if one.mentions else ("–", "–")),
        ]
        for one in measured.bins
    ]
    table = _table(("confidence", "mentions", "mean", "right"), rows)
    return f"{table}expected calibration error {measured.error:.3f}\n"


def _table(header: tuple[str, ...], rows: list[list[str]]) -> str:
    return plain_table(header, rows, [False] + [True] * (len(header) - 1))


def render_resolution(score: ResolutionScore) -> str:
    """The counts, and the pairs that were judged wrongly."""
    in_all = score.right + len(score.wrong_merges) + len(score.wrong_splits)
    lines = [f"right: {score.right:,} of {in_all:,}" + (f" ({score.right / in_all:.3f})" if in_all else "")]
    for title, pairs in (
        ("joined, but different", score.wrong_merges),
        ("kept apart, but the same", score.wrong_splits),
    ):
        if pairs:
            lines.append(f"{title}: {len(pairs):,}")
            lines += [f"  {pair.type}: {printable(str(pair.a))} | {printable(str(pair.b))}" for pair in pairs]
    return "".join(f"{line}\n" for line in lines)
