"""Evaluation: what the extractor finds in annotated texts, against what people annotated.

- :mod:`kg.evaluation.scores`: strict precision, recall and F1;
- :mod:`kg.evaluation.errors`: what kind of error each miss and each false find is;
- :mod:`kg.evaluation.calibration`: whether confidences mean what they say;
- :mod:`kg.terminal.evaluation`: all this as tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.evaluation.calibration import Calibration, measure_calibration
from kg.evaluation.errors import ErrorKind, Errors
from kg.evaluation.gold import Form, Gold, read_gold
from kg.evaluation.scores import WITH_ROLE, Score, Tally, paper_keys, passage_keys, role_by_key, spans_of
from kg.extraction.pipeline import Extractor
from kg.records import Extraction, Record
from kg.vocabulary import EntityType

EXAMPLES = 5  # of each kind of error


@dataclass(frozen=True, slots=True)
class Roles(Record):
    """The share of right roles among the methods and datasets found; ``gold`` counts those whose role is annotated."""

    accuracy: float
    gold: int


@dataclass(frozen=True, slots=True)
class Evaluation(Record):
    """What an evaluation measured.

    ``types`` are those that count: finds of others are left out, because the annotators did not look for them.
    ``scores`` are by row: of papers "entity", "untyped", the types, "introduced", "link", "abbreviation", "result",
    "result+dataset" and "mention", without those of what nobody annotated; of passages "mention", "untyped" and the
    types. ``roles`` is absent where none is annotated.
    """

    form: Form
    texts: int
    types: tuple[EntityType, ...]
    scores: dict[str, Score]
    roles: Roles | None
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
        papers: titles and abstracts of the annotated papers, where they do not stand with the annotations.
        rules: folders of further rule files.
        model: folder of a model in place of the shipped one.
        examples: of each kind of error, at most.
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
        found: one record for each annotated text, in order.
        known: whether the lexicon has a name.
        examples: of each kind of error, at most.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    errors = Errors(gold.form, gold.types, known)
    confidences: list[tuple[float, bool]] = []
    right_roles: list[bool] = []
    for text, extraction in zip(gold.texts, found, strict=True):
        if gold.form == "papers":
            wanted, seen = paper_keys(text), paper_keys(extraction)
            roles, found_roles = role_by_key(text), role_by_key(extraction)
            right_roles += [
                role == found_roles[key]
                for key, role in roles.items()
                if key in found_roles and key[0] in WITH_ROLE and role is not None
            ]
        else:
            wanted, seen = passage_keys(text, gold.types), passage_keys(extraction, gold.types)
        for row, keys in wanted.items():
            tallies[row].add(keys, seen[row])
        errors.add(text, extraction)
        spans = set(text.spans)
        confidences += [
            (mention.confidence, span in spans)
            for mention, span in zip(extraction.entities, spans_of(extraction), strict=True)
            if span.type in gold.types
        ]
    if not any(entity.role for text in gold.texts for entity in text.entities):
        tallies.pop("introduced", None)
    return Evaluation(
        form=gold.form,
        texts=len(gold.texts),
        types=gold.types,
        scores={row: tally.score() for row, tally in tallies.items()},
        roles=Roles(sum(right_roles) / len(right_roles), len(right_roles)) if right_roles else None,
        errors=errors.kinds(examples),
        calibration=measure_calibration(confidences),
    )
