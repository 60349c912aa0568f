"""Learn from annotated papers what decides about results, and put it into a model.

    python -m kg.training.results --gold ANNOTATED.jsonl --aside MORE.jsonl --papers TEXTS.jsonl --out MODEL

First the papers are dealt into parts, and each part is read by weights that were learned from the other ones. That
prints a table of scores on papers that were not learned from, shows by what to divide the weights so that the
probabilities come true, and teaches how certain a result is as a whole. Of the papers of --aside about one in six has
no share in this and is read last. Then the weights are learned from all of the papers, and from some invented
sentences (:mod:`kg.training.invented`). With --conferences the abstracts of that file whose annotations ship with the
program (:data:`kg.training.annotated.OWN_RESULTS`) are among the papers, without a share in the scores.

    pip install 'papers-kg[teach]'
    python -m kg.training.results ... --encoder MPNET --teacher TEACHER.pt --abstracts ABSTRACTS.jsonl.gz \\
        --states FOLDER

also learns from unlabelled abstracts with numbers, of which a teacher of results (:mod:`kg.training.relations`) says
what their numbers are. There is one for each part, which has learned from the other ones. It reads the states of the
tagger's teacher, which :mod:`kg.training.distil` wrote; these take 0.3 seconds and 0.4 MB a paper, and stay in a
folder. They are all held in memory: 4 GB for 10,000 papers.

The names in the papers are those that the model's tagger finds. It finds too many of those in papers that it has
learned from, so most of the papers should be others.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import cast

import numpy as np
from spacy.language import Language

from kg.evaluation.calibration import measure_calibration
from kg.evaluation.gold import AnnotatedText, GoldResult, read_gold
from kg.evaluation.scores import RESULT_ROWS, Tally, normal, normal_value, paper_keys
from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.pipeline import build_pipeline, record
from kg.extraction.results.certainty import how_certain
from kg.extraction.results.component import ReadText, ResultFinder
from kg.extraction.results.places import Part
from kg.extraction.results.weights import CERTAINTY, SIZES, ResultWeights, exact, scores
from kg.graph.statements import COMPARABLE, entities_by_name, is_comparable, related
from kg.records import Extraction, Result
from kg.training.annotated import OWN_RESULTS, is_kept
from kg.training.certainty import certainty_weights, rankings, threshold
from kg.training.command import load_teacher, options, run
from kg.training.distil import sample
from kg.training.invented import WHOSE, followed, invented_abstracts, invented_texts
from kg.training.questions import NAMES, SOMETIMES, Decided, Question, annotated_questions, is_annotated, taught_lessons
from kg.training.regression import Lesson, choice_weights
from kg.vocabulary import EntityType

PARTS = 3  # into which the papers are dealt
FILLS = 4  # of each invented sentence
SHARE = 0.5  # how much an invented sentence or abstract counts
TEMPERATURES = np.arange(0.8, 2.55, 0.05)
# How much what a text says about methods counts: that of our own annotations agrees too little with others'.
OWN_METHODS, SENTENCE_METHODS, WHOSE_METHODS, ABSTRACT_METHODS = 0.05, 1.0, 0.25, 0.15
PENALTIES = {"reading": 6.0, "metric": 3.0, "dataset": 4.0, "method": 6.0, "task": 4.0, "baseline": 4.0}
SHOWN = 0.6, 0.7, 0.75, 0.8, 0.85, 0.9  # thresholds in the table
TAUGHT = 0.3  # how much a question counts that a teacher answers
NUMBERS = re.compile(  # what most abstracts with results have
    r"\d\.\d|\d\s*\\?%|\bpercent|\d\s*[x×]\b|\d\s*\\times|\btimes (?:faster|fewer|smaller|less|more)"
    r"|\b\d+ (?:points|BLEU|fps|FPS)|(?:BLEU|F1|accuracy|mAP|AUC|score)[^.]{0,30}\d"
)

Teach = Callable[[Sequence["Example"]], Iterable[Decided]]
"""From examples to what a teacher that learned from them says about other texts."""


def weights_of(examples: Iterable[Example], further: Iterable[Decided] = ()) -> ResultWeights:
    """What decides about results, learned from examples and from further lessons."""
    return fitted(chain(lessons_of(examples), further))


def lessons_of(examples: Iterable[Example]) -> Iterator[Decided]:
    """What annotated texts teach; each lesson counts as much as its example."""
    for example in examples:
        for asked in example.questions:
            if counts := example.methods if asked.decision == "method" else example.share:
                yield asked.decision, Lesson(asked.choices, asked.right, counts)


def fitted(lessons: Iterable[Decided]) -> ResultWeights:
    """The weights that lessons teach."""
    by_decision: dict[str, list[Lesson]] = defaultdict(list)
    for decision, lesson in lessons:
        by_decision[decision].append(lesson)
    learned = {name: choice_weights(by_decision[name], size, PENALTIES[name]) for name, size in SIZES.items()}
    return ResultWeights(
        **{name: exact(weights) for name, weights in learned.items()}, certainty=exact(np.zeros(CERTAINTY))
    )


@dataclass(frozen=True)
class Example:
    """An annotated text, and the same as results are looked for in it: ``None`` if it has no quantity.

    ``entities`` are its entities by name, ``share`` is how much it counts in learning, and ``methods`` how much what it
    says about methods does.
    """

    text: AnnotatedText
    read: ReadText | None
    entities: Mapping[tuple[EntityType, str], str]
    share: float = 1.0
    methods: float = 1.0

    @cached_property
    def questions(self) -> Sequence[Question]:
        """The questions that it answers."""
        if not self.read or self.text.results is None:
            return []
        return [*annotated_questions(self.read, self.text.results)]


@dataclass(frozen=True, slots=True)
class Found:
    """A result that was found, what is seen of it, whether it is right as a whole, and whether it can be ranked."""

    result: Result
    row: np.ndarray
    right: bool
    ranked: bool

    def judged(self, weights: np.ndarray) -> Found:
        """The same with the confidence that some weights give it."""
        return replace(self, result=replace(self.result, confidence=round(how_certain(self.row, weights), 2)))


def read_examples(
    finder: ResultFinder,
    nlp: Language,
    texts: Iterable[AnnotatedText],
    share: float = 1.0,
    methods: float = 1.0,
) -> list[Example]:
    """Annotated texts as results are looked for in them.

    Args:
        finder: with its rules.
        nlp: the pipeline up to the roles.
        texts: with annotated results.
        share: how much each counts.
        methods: how much what each says about methods counts.
    """
    examples = []
    for text in texts:
        doc = nlp(make_doc(nlp, text.paper))
        examples.append(Example(text, finder.read(doc), entities_by_name(record(doc)), share, methods))
    return examples


def found_in(example: Example, weights: ResultWeights) -> list[Found]:
    """The results that weights find in an example."""
    wanted = paper_keys(example.text)["result whole"]
    found = []
    for result, row in ResultFinder.found(example.read, weights) if example.read else ():
        right = not keys_of(example, [result])["result whole"].isdisjoint(wanted)
        found.append(Found(result, row, right, is_comparable(result, related(result, example.entities), least=0.0)))
    return found


def keys_of(example: Example, results: Sequence[Result]) -> Mapping[str, set[Hashable]]:
    """What counts of results that were found in an example, by row of the table."""
    paper = example.text.paper
    return paper_keys(Extraction(id=paper.id, title=paper.title, results=tuple(results)))


@dataclass(frozen=True, slots=True)
class Crossed:
    """Examples read by what was learned from others.

    ``found`` is what was found in each, with a confidence that was learned from others too. ``temperatures`` and
    ``certainty`` are learned from all of them, and ``taught`` is what the teachers of all parts say together.
    """

    temperatures: Mapping[str, float]
    certainty: np.ndarray
    found: Sequence[Sequence[Found]]
    taught: Sequence[Decided]


def no_teacher(examples: Sequence[Example]) -> Iterable[Decided]:
    """Teaches nothing."""
    return ()


def crossed(examples: Sequence[Example], further: Sequence[Example] = (), teach: Teach = no_teacher) -> Crossed:
    """Read each part of the examples by what was learned from the other parts.

    Args:
        examples: annotated texts.
        further: examples that are learned from with all of them, but for invented abstracts that follow one of the part
            that is read.
        teach: what a teacher that learned from some examples says about other texts.
    """
    learned = []
    taught: list[Decided] = []
    losses: dict[str, np.ndarray] = {decision: np.zeros(len(TEMPERATURES)) for decision in PENALTIES}
    for part in range(PARTS):
        others = [example for number, example in enumerate(examples) if number % PARTS != part]
        lessons = list(teach(others))
        tested = {example.text.paper.id for example in examples[part::PARTS]}
        made = [example for example in further if followed(example.text.paper) not in tested]
        learned.append(weights_of([*others, *made], lessons))
        taught += ((decision, replace(lesson, weight=lesson.weight / PARTS)) for decision, lesson in lessons)
        for decision, lesson in lessons_of(examples[part::PARTS]):
            losses[decision] += losses_of([lesson], getattr(learned[-1], decision))
    temperatures = {decision: float(TEMPERATURES[int(lost.argmin())]) for decision, lost in losses.items()}
    scaled = [divided(weights, temperatures) for weights in learned]
    found = [found_in(example, scaled[number % PARTS]) for number, example in enumerate(examples)]
    judged: list[list[Found]] = []
    judges = [judge(each for number, each in enumerate(found) if number % PARTS != part) for part in range(PARTS)]
    for number, each in enumerate(found):
        judged.append([one.judged(judges[number % PARTS]) for one in each])
    return Crossed(temperatures, judge(found), judged, taught)


def judge(found: Iterable[Sequence[Found]]) -> np.ndarray:
    """The weights that say how certain results are, learned from those that were found."""
    flat = [one for each in found for one in each]
    if not flat:
        return exact(np.zeros(CERTAINTY))
    rows, right = np.array([one.row for one in flat]), np.array([float(one.right) for one in flat])
    return exact(certainty_weights(rows, right))


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
    return replace(weights, **{name: exact(getattr(weights, name) / by) for name, by in temperatures.items()})


# --- what is printed -------------------------------------------------------------------------------------------------


def report(title: str, examples: Sequence[Example], found: Sequence[Sequence[Found]], least: float) -> Iterator[str]:
    """The lines of a table of scores, of one of thresholds, and of the calibration.

    Args:
        title: of the table.
        examples: annotated texts.
        found: what was found in each.
        least: the confidence from which results are ranked in the last row of the first table.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    for example, each in zip(examples, found, strict=True):
        wanted, seen = paper_keys(example.text), keys_of(example, [one.result for one in each])
        for row in RESULT_ROWS:
            tallies[row].add(wanted[row], seen[row])
        results = example.text.results or ()
        for part in (part for part in SOMETIMES if results and is_annotated(part, results)):
            found_with = _with_part(part, [one.result for one in each])
            tallies[f"value and {part}"].add(_with_part(part, results), found_with)
    yield f"| {title} | precision | recall | F1 | annotated |"
    yield "|---|---|---|---|---|"
    for row, score in ((row, tally.score()) for row, tally in tallies.items()):
        yield f"| {row} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.gold} |"
    ranked, annotated = ranked_of(examples, found)
    yield f"ranked, by confidence ({annotated} annotated on boards):"
    by_least = {ranking.least: ranking for ranking in rankings(ranked, annotated)}
    for ranking in (by_least[step] for step in sorted({*SHOWN, COMPARABLE, least})):
        yield (
            f"  {ranking.least:.2f}: {ranking.found} ranked, precision {ranking.precision:.3f}, "
            f"recall {ranking.recall:.3f}"
        )
    calibration = measure_calibration((one.result.confidence, one.right) for each in found for one in each)
    yield f"confidence of all results: expected calibration error {calibration.error:.3f}"
    for group in calibration.bins:
        yield f"  {group.low:.1f} to {group.high:.1f}: {group.mentions} results, {group.right:.2f} right"


def _with_part(part: Part, results: Iterable[Result | GoldResult]) -> set[Hashable]:
    """The values of results that have a part, each with it."""
    given = ((result.value, getattr(result, part)) for result in results)
    return {(normal_value(value), normal(name, NAMES[part])) for value, name in given if name}


def ranked_of(examples: Sequence[Example], found: Sequence[Sequence[Found]]) -> tuple[list[tuple[float, bool]], int]:
    """The results that leaderboards could rank, with their confidence and whether they are right, each once, and how
    many are annotated."""
    ranked: list[tuple[float, bool]] = []
    annotated = 0
    for example, each in zip(examples, found, strict=True):
        annotated += len(paper_keys(example.text)["board"])
        best: dict[Hashable, tuple[float, bool]] = {}
        for one in filter(lambda one: one.ranked, each):
            [key] = keys_of(example, [one.result])["board"]
            best[key] = max(best.get(key, (0.0, False)), (one.result.confidence, one.right))
        ranked += best.values()
    return ranked, annotated


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = options(__doc__, several=True)
    parser.add_argument(
        "--model", type=Path, default=SHIPPED, help="model that the weights are for  [default: shipped]"
    )
    parser.add_argument("--encoder", help="folder of the transformer of the tagger's teacher  [default: MiniLM]")
    parser.add_argument("--teacher", type=Path, help="file of its weights, for a teacher of results")
    parser.add_argument("--states", type=Path, help="folder that keeps what it sees in texts")
    parser.add_argument("--abstracts", type=Path, help="unlabelled abstracts, JSON lines")
    parser.add_argument("--count", type=int, default=10_000, help="the most of them that are learned from")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    _learn(parser.parse_args(arguments))


def _learn(args: argparse.Namespace) -> None:
    model = Model.load(args.model)
    nlp = build_pipeline(model=None if args.model == SHIPPED else args.model)
    finder = cast(ResultFinder, nlp.get_pipe("results"))
    nlp.select_pipes(disable=("results", "spans"))
    read: list[Example] = []
    kept: list[Example] = []
    for path in (*args.gold, *args.aside):
        texts = [text for text in read_gold(path, args.papers).texts if text.results is not None]
        for example in read_examples(finder, nlp, texts):
            (kept if path in args.aside and is_kept(example.text.paper) else read).append(example)
    texts_of_own = read_gold(OWN_RESULTS, args.conferences).texts if args.conferences else ()
    own = read_examples(finder, nlp, texts_of_own, methods=OWN_METHODS)
    made = [
        *read_examples(finder, nlp, invented_texts(FILLS), SHARE, SENTENCE_METHODS),
        *read_examples(finder, nlp, invented_texts(FILLS, WHOSE), 0.0, WHOSE_METHODS),
        *read_examples(finder, nlp, invented_abstracts(), SHARE, ABSTRACT_METHODS),
    ]
    teach = _teacher(args, finder, nlp, read) if args.teacher else no_teacher
    crossing = crossed([*read, *own], made, teach)
    apart = crossing.found[: len(read)]
    chosen = threshold(rankings(*ranked_of(read, apart)))
    print(f"threshold chosen: {chosen.least:.2f}; the program has {COMPARABLE:.2f}")
    print("\n".join(report(f"{len(read)} papers in {PARTS} parts", read, apart, chosen.least)))
    print("temperatures:", ", ".join(f"{name} {by:.2f}" for name, by in crossing.temperatures.items()), flush=True)
    if kept:
        weights = divided(weights_of([*read, *own, *made], crossing.taught), crossing.temperatures)
        found = [[one.judged(crossing.certainty) for one in found_in(example, weights)] for example in kept]
        print("\n".join(report(f"{len(kept)} papers kept aside", kept, found, chosen.least)), flush=True)
    weights = divided(weights_of([*read, *kept, *own, *made], crossing.taught), crossing.temperatures)
    about = {**model.about, "texts with results": len(read) + len(kept), "own texts with results": len(own)}
    replace(model, results=replace(weights, certainty=crossing.certainty), about=about).save(args.out)


def _teacher(args: argparse.Namespace, finder: ResultFinder, nlp: Language, examples: Sequence[Example]) -> Teach:
    """The teachers of results that learn from some examples and say what the numbers of unlabelled abstracts are."""
    from kg.training.relations import ResultTeacher, seen_by

    teacher = load_teacher(args.encoder)
    teacher.load(args.teacher)
    abstracts = sample(args.abstracts, args.papers, args.count, lambda paper: bool(NUMBERS.search(paper.abstract)))
    papers = (example.text.paper for example in examples)
    known, seen = (
        {paper: text for paper, text in seen_by(teacher, some, args.states) if text.whole}
        for some in (papers, abstracts)
    )
    read = {paper.id: finder.read(nlp(make_doc(nlp, paper))) for paper in abstracts if paper.id in seen}

    def teach(some: Sequence[Example]) -> Iterator[Decided]:
        of_results = ResultTeacher(teacher.width)
        whole = ((known[example.text.paper.id], example) for example in some if example.text.paper.id in known)
        of_results.teach([(asked, text) for text, example in whole for asked in example.questions])
        for paper, text in read.items():
            if text:
                yield from taught_lessons(text, partial(of_results.answer, seen=seen[paper]), TAUGHT)

    return teach


if __name__ == "__main__":
    run(main)
