"""The evaluation of an extractor: what it finds in annotated texts, compared with what people annotated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.evaluation.calibration import Calibration, measure_calibration
from kg.evaluation.errors import ErrorKind, Errors
from kg.evaluation.gold import AnnotatedText, Form, Gold, read_gold
from kg.evaluation.scores import WITH_ROLE, Score, Tally, paper_keys, passage_keys, role_by_key, spans_of
from kg.extraction.pipeline import Extractor
from kg.jsonrecord import Record
from kg.records import Extraction
from kg.vocabulary import EntityType

EXAMPLES = 5  # for each kind of error


@dataclass(frozen=True, slots=True)
class RoleScore(Record):
    """``accuracy`` is the share of right roles among the ``gold`` methods and datasets that were found and whose role
    is annotated."""

    accuracy: float
    gold: int


@dataclass(frozen=True, slots=True)
class Evaluation(Record):
    """What an evaluation measured.

    ``types`` are those that count: mentions of others are left out, because the annotators did not look for them.
    ``scores`` are by row: for papers "entity", "untyped", the types, "introduced", "link", "abbreviation", "mention"
    and those of :data:`~kg.evaluation.scores.RESULT_ROWS`, without the rows that nobody annotated; for passages
    "mention", "untyped" and the types that were annotated. ``roles`` is ``None`` where no role is annotated.
    """

    form: Form
    texts: int
    types: tuple[EntityType, ...]
    scores: dict[str, Score]
    roles: RoleScore | None
    errors: tuple[ErrorKind, ...]
    calibration: Calibration


def evaluate(
    gold: Path,
    *,
    papers: Path | None = None,
    rules: Sequence[Path] = (),
    model: Path | None = None,
    examples: int = EXAMPLES,
    warn: Callable[[str], None] = lambda line: None,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Evaluation:
    """Extract from annotated texts and compare.

    Args:
        gold: annotated papers or passages; see :mod:`kg.evaluation.gold`.
        papers: titles and abstracts of the annotated papers, if they are not with the annotations.
        rules: folders of further rule files.
        model: folder of a model in place of the shipped one.
        examples: the maximum number of examples for each kind of error.
        warn: called with a line for each paper that is skipped.
        progress: called as texts are done.

    Raises:
        InputError: the annotations, the papers, a rule file or the model are wrong; names file and line.
    """
    annotated = read_gold(gold, papers, warn)
    extractor = Extractor(rules, model)

    def found() -> Iterator[Extraction]:
        progress("extracting", 0, len(annotated.texts))
        for done, extraction in enumerate(extractor.pipe(text.paper for text in annotated.texts), start=1):
            progress("extracting", done, len(annotated.texts))
            yield extraction

    return score_extractions(annotated, found(), extractor.nlp.get_pipe("lexicon").knows, examples)  # type: ignore[attr-defined]


def score_extractions(
    gold: Gold, found: Iterable[Extraction], known: Callable[[str], bool], examples: int = EXAMPLES
) -> Evaluation:
    """Compare what was found with what was annotated.

    Args:
        gold: the annotated texts.
        found: one record for each annotated text, in order.
        known: whether the lexicon has a name.
        examples: the maximum number of examples for each kind of error.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    errors = Errors(gold.form, gold.types, known)
    confidences: list[tuple[float, bool]] = []
    right_roles: list[bool] = []
    for text, extraction in zip(gold.texts, found, strict=True):
        wanted, seen = _rows(text, gold), _rows(extraction, gold)
        for row, keys in wanted.items():
            tallies[row].add(keys, seen[row])
        if text.entities is not None:
            errors.add(text, extraction)
            confidences += _confidences(text, extraction, gold.types)
        right_roles += _roles(text, extraction) if gold.form == "papers" else ()
    if not any(entity.role for text in gold.texts for entity in text.entities or ()):
        tallies.pop("introduced", None)
    return Evaluation(
        form=gold.form,
        texts=len(gold.texts),
        types=gold.types,
        scores={row: tally.score() for row, tally in tallies.items()},
        roles=RoleScore(sum(right_roles) / len(right_roles), len(right_roles)) if right_roles else None,
        errors=errors.kinds(examples),
        calibration=measure_calibration(confidences),
    )


def _rows(text: AnnotatedText | Extraction, gold: Gold) -> dict[str, set[Hashable]]:
    """What counts in a text, by row of the table."""
    return paper_keys(text) if gold.form == "papers" else passage_keys(text, gold.types)


def _roles(text: AnnotatedText, extraction: Extraction) -> Iterator[bool]:
    """For each name that was found and whose annotated role is scored, whether it was found with that role."""
    found = role_by_key(extraction)
    for key, role in role_by_key(text).items():
        if role is not None and key in found and key[0] in WITH_ROLE:
            yield role == found[key]


def _confidences(
    text: AnnotatedText, extraction: Extraction, types: Collection[EntityType]
) -> Iterator[tuple[float, bool]]:
    """For each mention found of some types its confidence, and whether its span is annotated with its type."""
    spans = set(text.spans)
    for mention, span in zip(extraction.entities, spans_of(extraction), strict=True):
        if span.type in types:
            yield mention.confidence, span in spans
