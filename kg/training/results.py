"""Learn from annotated papers what decides about results, and put it into a model.

    python -m kg.training.results --gold ANNOTATED.jsonl --gold MORE.jsonl --papers TEXTS.jsonl \
        --abstracts ABSTRACTS.jsonl.gz --out MODEL

First the papers are dealt into parts, and each part is read by weights that were learned from the other ones: that
prints a table of scores on papers that were not learned from, and shows by what to divide the weights so that the
probabilities come true. Then the weights are learned from all of the papers. With --abstracts, what was learned reads
unlabelled abstracts, and what it is sure of there is learned too (self-training): which words are between a value and
its metric is written in many more ways than in the annotated papers.

The names in the papers are those that the model's tagger finds. It finds too many of those in papers that it has
learned from, so most of the papers should be others.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.evaluation.gold import AnnotatedText, GoldResult, read_gold
from kg.evaluation.scores import RESULT_ROWS, Score, Tally, normal, normal_value, paper_keys
from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.pipeline import build_pipeline, record
from kg.extraction.results.choices import Choice
from kg.extraction.results.component import READINGS, Part, ReadText, ResultFinder, best, readings
from kg.extraction.results.features import Place
from kg.extraction.results.weights import SIZES, ResultWeights, chances, exact, scores
from kg.graph.statements import is_score
from kg.records import Extraction
from kg.training.command import run
from kg.training.distil import sample
from kg.training.regression import Lesson, choice_weights
from kg.vocabulary import EntityType

PARTS = 3  # into which the papers are dealt
EVERY_ABSTRACT = 1_000_000
SURE = 0.8  # probability from which a decision about an unlabelled text is learned
SHARE = 0.3  # how much it counts
TEMPERATURES = np.arange(0.8, 2.55, 0.05)
PENALTIES = {"reading": 4.0, "metric": 3.0, "dataset": 3.0, "method": 12.0}
_NUMBERS = re.compile(r"\d\s?\\?%|\d\.\d|\d+x\b|\d\s?times")
NAMES: Mapping[Part, EntityType] = {"metric": "Metric", "dataset": "Dataset", "method": "Method"}
Annotated = Sequence[GoldResult]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What to learn from, by decision."""

    of: Mapping[str, list[Lesson]] = field(default_factory=lambda: {name: [] for name in SIZES})


def weights_of(texts: Iterable[tuple[ReadText, Annotated]], unlabelled: Sequence[ReadText] = ()) -> ResultWeights:
    """What decides about results, learned from texts and the results in them, and from unlabelled texts."""
    lessons = Lessons()
    for text, results in texts:
        add_lessons(text, results, lessons)
    weights = fitted(lessons)
    if unlabelled:
        for text in unlabelled:
            add_sure_lessons(text, weights, lessons)
        weights = fitted(lessons)
    return weights


def fitted(lessons: Lessons) -> ResultWeights:
    """The weights that lessons teach."""
    return ResultWeights(
        **{name: exact(choice_weights(lessons.of[name], size, PENALTIES[name])) for name, size in SIZES.items()}
    )


def add_lessons(text: ReadText, results: Annotated, lessons: Lessons) -> None:
    """Add what an annotated text teaches."""
    placed = aligned(text, results)
    for place, earlier in text.values():
        here = placed.get((place.sentence.number, place.index), ())
        reading = 0 if not here else 2 if here[0].relative else 1
        lessons.of["reading"].append(Lesson(readings(place), frozenset([reading])))
        if not here:
            continue
        for part, choices, features in text.parts(replace(place, reading=READINGS[reading]), earlier):
            right = _right(part, choices, here)
            if right:  # the nearest right one is what was chosen, for the values after it
                lessons.of[part].append(Lesson(features, right))
                nearest = min(right, key=lambda index: _reach(choices[index], place.index))
                earlier.of(part).add(choices[nearest], place.index)


def add_sure_lessons(text: ReadText, weights: ResultWeights, lessons: Lessons) -> None:
    """Add what weights are sure of in a text that nobody annotated."""
    for place, earlier in text.values():
        likely = chances(weights.reading, readings(place))
        reading = int(likely.argmax())
        sure = likely[reading] >= SURE
        if sure:
            lessons.of["reading"].append(Lesson(readings(place), frozenset([reading]), SHARE))
        if not reading:
            continue
        for part, choices, features in text.parts(replace(place, reading=READINGS[reading]), earlier):
            choice, chance = best(choices, chances(getattr(weights, part), features))
            if sure and chance >= SURE:
                right = frozenset(index for index, other in enumerate(choices) if other.key == choice.key)
                lessons.of[part].append(Lesson(features, right, SHARE))
            earlier.of(part).add(choice, place.index)


def _right(part: Part, choices: Sequence[Choice], results: Annotated) -> frozenset[int]:
    """The choices that are annotated as the part of a value."""
    kind = NAMES[part]
    keys = {normal(getattr(result, part) or "", kind) for result in results}
    return frozenset(index for index, choice in enumerate(choices) if normal(choice.text, kind) in keys)


def _reach(choice: Choice, index: int) -> tuple[bool, int]:
    return choice.kind != "here", abs(choice.first - index)


def aligned(text: ReadText, results: Annotated) -> Mapping[tuple[int, int], Annotated]:
    """The annotated results by sentence and index of their value.

    If several numbers look like it, those are taken whose sentences hold most of what was annotated, each once.
    """
    places: dict[str, list[Place]] = defaultdict(list)
    for place, _ in text.values():
        places[normal_value(place.piece.text)].append(place)
    found: dict[tuple[int, int], list[GoldResult]] = defaultdict(list)
    used: set[tuple[int, int]] = set()
    for result in results:
        here = places.get(normal_value(result.value), ())
        if not here:
            continue
        free = [place for place in here if (place.sentence.number, place.index) not in used] or here
        best = max(free, key=lambda place: _named_with(place, result))
        key = best.sentence.number, best.index
        if len(here) > 1:
            used.add(key)
        found[key].append(result)
    return found


def _named_with(place: Place, result: GoldResult) -> tuple[int, bool]:
    """How many parts of a result are in a value's sentence, and whether that is no title."""
    words = " ".join(piece.text for piece in place.sentence.pieces).lower()
    parts = (result.metric, result.dataset, result.method)
    return sum(bool(part) and str(part).lower() in words for part in parts), place.sentence.part != "title"


@dataclass(frozen=True, slots=True)
class Example:
    """An annotated text as it is scored, and as results are looked for in it: ``None`` if it has no quantity."""

    text: AnnotatedText
    doc: Doc
    read: ReadText | None

    @property
    def lesson(self) -> tuple[ReadText, Annotated] | None:
        """What it teaches."""
        return (self.read, self.text.results) if self.read and self.text.results is not None else None


def read_examples(finder: ResultFinder, nlp: Language, texts: Iterable[AnnotatedText]) -> list[Example]:
    """Annotated texts as results are looked for in them.

    Args:
        finder: with its rules.
        nlp: the pipeline up to the roles.
        texts: with annotated results.
    """
    examples = []
    for text in texts:
        doc = nlp(make_doc(nlp, text.paper))
        examples.append(Example(text, doc, finder.read(doc)))
    return examples


def learned_from(examples: Iterable[Example]) -> Iterator[tuple[ReadText, Annotated]]:
    """The lessons of those that teach something."""
    return (example.lesson for example in examples if example.lesson)


def crossed(
    finder: ResultFinder, examples: Sequence[Example], unlabelled: Sequence[ReadText]
) -> tuple[Mapping[str, float], dict[str, Score]]:
    """Read each part of the examples by what was learned from the others.

    Returns the temperature of each decision, and the scores; "ranked" are those of :data:`RESULT_ROWS` "board" for the
    results that leaderboards rank (:func:`kg.graph.statements.is_score`).
    """
    learned = []
    losses: dict[str, np.ndarray] = {decision: np.zeros(len(TEMPERATURES)) for decision in PENALTIES}
    for part in range(PARTS):
        others = (example for number, example in enumerate(examples) if number % PARTS != part)
        learned.append(weights_of(learned_from(others), unlabelled))
        for read, results in learned_from(examples[part::PARTS]):
            held = Lessons()
            add_lessons(read, results, held)
            for decision, lost in losses.items():
                lost += losses_of(held.of[decision], getattr(learned[-1], decision))
    temperatures = {decision: float(TEMPERATURES[int(lost.argmin())]) for decision, lost in losses.items()}
    tallies: dict[str, Tally] = defaultdict(Tally)
    for part, weights in enumerate(learned):
        finder.weights = divided(weights, temperatures)
        for example in examples[part::PARTS]:
            count(example.text, record(finder(example.doc)), tallies)
    return temperatures, {row: tally.score() for row, tally in tallies.items()}


def count(text: AnnotatedText, found: Extraction, tallies: Mapping[str, Tally]) -> None:
    """Count what was found in a text."""
    wanted, seen = paper_keys(text), paper_keys(found)
    for row in RESULT_ROWS:
        tallies[row].add(wanted[row], seen[row])
    ranked = replace(found, results=tuple(filter(is_score, found.results)))
    tallies["ranked"].add(wanted["board"], paper_keys(ranked)["board"])


def losses_of(lessons: Sequence[Lesson], weights: np.ndarray) -> np.ndarray:
    """The negative log-likelihood of what is right, for each of :data:`TEMPERATURES`."""
    lost = np.zeros(len(TEMPERATURES))
    for lesson in lessons:
        scaled = scores(weights, lesson.choices)[:, None] / TEMPERATURES
        wanted = scaled[sorted(lesson.right)]
        lost += np.logaddexp.reduce(scaled, axis=0) - np.logaddexp.reduce(wanted, axis=0)
    return lost


def divided(weights: ResultWeights, temperatures: Mapping[str, float]) -> ResultWeights:
    """The weights of each decision divided by its temperature (Guo et al. 2017, arXiv:1706.04599)."""
    return ResultWeights(**{name: exact(getattr(weights, name) / by) for name, by in temperatures.items()})


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, action="append", help="annotated papers, JSON lines")
    parser.add_argument("--papers", type=Path, required=True, help="their texts, JSON lines")
    parser.add_argument(
        "--model", type=Path, default=SHIPPED, help="model that the weights are for  [default: shipped]"
    )
    parser.add_argument("--abstracts", type=Path, help="unlabelled abstracts, JSON lines")
    parser.add_argument("--count", type=int, default=6_000, help="number of those with numbers to learn from")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    _learn(parser.parse_args(arguments))


def _learn(args: argparse.Namespace) -> None:
    model = Model.load(args.model)
    nlp = build_pipeline(model=None if args.model == SHIPPED else args.model)
    finder: Any = nlp.get_pipe("results")
    nlp.select_pipes(disable=("results", "spans"))
    texts = [text for path in args.gold for text in read_gold(path, args.papers).texts if text.results is not None]
    examples = read_examples(finder, nlp, texts)
    unlabelled = list(_unlabelled(args, nlp, finder))
    temperatures, found = crossed(finder, examples, unlabelled)
    print(f"| {len(examples)} papers in {PARTS} parts | precision | recall | F1 | annotated |\n|---|---|---|---|---|")
    for row, score in found.items():
        print(f"| {row} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.gold} |")
    print("temperatures:", ", ".join(f"{name} {by:.2f}" for name, by in temperatures.items()))
    weights = divided(weights_of(learned_from(examples), unlabelled), temperatures)
    counts = {"texts with results": len(examples), "unlabelled texts with numbers": len(unlabelled)}
    replace(model, results=weights, about={**model.about, **counts}).save(args.out)


def _unlabelled(args: argparse.Namespace, nlp: Language, finder: ResultFinder) -> Iterator[ReadText]:
    """Unlabelled abstracts with percentages, decimals or factors, in a random order that is always the same."""
    if args.abstracts:
        papers = [p for p in sample(args.abstracts, args.papers, EVERY_ABSTRACT) if _NUMBERS.search(p.abstract)]
        for paper in papers[: args.count]:
            if read := finder.read(nlp(make_doc(nlp, paper))):
                yield read


if __name__ == "__main__":
    run(main)
