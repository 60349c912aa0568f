"""Compare ways to find names: each learns from three of four annotated papers and is scored on the fourth.

    pip install 'papers-kg[teach]'
    python -m kg.training.compare --gold ANNOTATED.jsonl --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz

Prints a Markdown table of strict entity F1. About an hour on two cores.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from kg.evaluation.gold import Gold, read_gold
from kg.evaluation.report import score_extractions
from kg.extraction.document import Candidate
from kg.extraction.model import SHIPPED, Model
from kg.extraction.pipeline import record
from kg.extraction.settle import Settle
from kg.extraction.tagger.component import Ner
from kg.extraction.tagger.crf import TAG_ORDER, TAGS, TypedSpan, batched, best_spans
from kg.extraction.tagger.network import Tagger, probable_spans
from kg.training.annotated import AnnotatedDoc, annotation_pipeline, read_annotated, tagged
from kg.training.command import add_teacher_options, load_teacher, options, run
from kg.training.distil import distil_tagger, lessons, sample, words_of
from kg.training.mine import look_up, look_up_folds, other_rules
from kg.training.tagger import Recipe, TaggedText, train
from kg.vocabulary import EntityType

if TYPE_CHECKING:
    from kg.training.teacher import Teacher

RECIPE = Recipe(dropout=0.5, batch=8)  # of the taggers that learn from annotated papers
EVERY = 4  # one paper in so many is not learned from, but scored on
ROWS = ("entity", "untyped", *TAG_ORDER)
MARKS = slice(4, 6)  # the features that show what lexicon and patterns found

Finder = Callable[[AnnotatedDoc], None]
"""Writes ``doc._.entities`` of a paper."""


def stock(papers: Sequence[AnnotatedDoc], epochs: int = 12) -> Finder:
    """spaCy's own NER: similar convolutions under a transition-based parser."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    texts = []
    for paper in papers:
        wanted = Doc(nlp.vocab, words=words_of(paper.doc))
        wanted.ents = tuple(Span(wanted, start, end, kind) for (start, end), kind in sorted(paper.types.items()))
        texts.append(Example(Doc(nlp.vocab, words=words_of(paper.doc)), wanted))
    optimizer = nlp.initialize(lambda: texts)
    for _ in range(epochs):
        for batch in batched(random.sample(texts, len(texts)), 8):
            nlp.update(batch, sgd=optimizer, drop=0.2)

    def find(paper: AnnotatedDoc) -> None:
        entities = nlp(Doc(nlp.vocab, words=words_of(paper.doc))).ents
        keep(paper, [(span.start, span.end, cast(EntityType, span.label_)) for span in entities])

    return find


def keep(paper: AnnotatedDoc, spans: Sequence[TypedSpan]) -> None:
    """Write spans as a paper's entities."""
    paper.doc._.entities = [Candidate(*span, 1.0, "ner") for span in spans]


def without_marks(papers: Sequence[AnnotatedDoc]) -> list[TaggedText]:
    """The papers as the tagger learns them, without what lexicon and patterns found."""
    texts = tagged(papers)
    for text in texts:
        text.features[:, MARKS] = 0
    return texts


def tagger_alone(tagger: Tagger, read: Callable[[Sequence[AnnotatedDoc]], list[TaggedText]] = tagged) -> Finder:
    """The likeliest spans of a tagger."""

    def find(paper: AnnotatedDoc) -> None:
        [text] = read([paper])
        [scores] = tagger.scores([text.features])
        [found] = probable_spans([scores], [text.sentences], tagger.transitions)
        keep(paper, best_spans(found))

    return find


def teacher_alone(teacher: Teacher) -> Finder:
    """The likeliest spans of a teacher."""

    def find(paper: AnnotatedDoc) -> None:
        [text] = tagged([paper])
        reading = teacher.read(text, words_of(paper.doc))
        [scores] = teacher.scores([reading])
        [found] = probable_spans([scores[:, :TAGS]], [reading.text.sentences], teacher.crf)
        keep(paper, best_spans(found))

    return find


def settled(nlp: Language, tagger: Tagger) -> Finder:
    """The default way: the candidates of rules and tagger, settled."""
    ner, settle = Ner(), Settle(nlp)
    ner.tagger = tagger
    settle.add_rules(other_rules())

    def find(paper: AnnotatedDoc) -> None:
        before = list(paper.doc._.candidates)
        settle(ner(paper.doc))
        paper.doc._.candidates = before

    return find


def as_shipped(tagger: Tagger) -> Tagger:
    """The tagger as it is when it was saved and loaded: in 8 bits."""
    with TemporaryDirectory() as folder:
        shipped = Model.load(SHIPPED)
        replace(shipped, tagger=tagger).save(Path(folder))
        return Model.load(Path(folder)).tagger


def finders(
    args: argparse.Namespace, teacher: Teacher, nlp: Language, papers: Sequence[AnnotatedDoc]
) -> Iterator[tuple[str, Finder]]:
    """The ways to compare, each trained when its turn comes."""
    yield "spaCy's stock NER", stock(papers)
    yield "tagger that reads words", tagger_alone(train(without_marks(papers), RECIPE), without_marks)
    yield "tagger that reads words and rules", tagger_alone(train(tagged(papers), RECIPE))
    teacher.teach(lessons(teacher, papers), args.epochs, args.rate)
    yield "teacher: a transformer that reads words and rules", teacher_alone(teacher)
    distilled = as_shipped(distil_tagger(teacher, sample(args.abstracts, args.papers, args.count))[0])
    yield "tagger distilled from the teacher", tagger_alone(distilled)
    further = train(tagged(papers), RECIPE, distilled)
    yield "the same, trained further on the annotated papers", tagger_alone(further)
    yield "distilled tagger and rules, settled", settled(nlp, distilled)


def print_row(name: str, find: Finder, held: Sequence[AnnotatedDoc], gold: Gold) -> None:
    """Print the scores of a way to find names."""
    started = time.perf_counter()
    for paper in held:
        find(paper)
    rate = len(held) / (time.perf_counter() - started)
    scores = score_extractions(gold, (record(paper.doc) for paper in held), lambda name: False).scores
    print(f"| {name} |", *(f"{scores[key].f1:.3f} |" for key in ROWS), f"{rate:.0f} |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = options(__doc__)
    add_teacher_options(parser, 20_000)
    _compare(parser.parse_args(arguments))


def _compare(args: argparse.Namespace) -> None:
    teacher = load_teacher(args.encoder)
    random.seed(0)
    nlp = annotation_pipeline()
    annotated = read_gold(args.gold, args.papers)
    gold = Gold(annotated.form, annotated.types, annotated.texts[::EVERY])
    papers = read_annotated(nlp, args.gold, args.papers)
    fit, held = [paper for number, paper in enumerate(papers) if number % EVERY], papers[::EVERY]
    look_up_folds(nlp, fit)
    look_up(nlp, held, fit)
    print("| | entity | untyped | Method | Task | Metric | Dataset | papers/s |\n|---|" + "---|" * 7)
    for name, find in finders(args, teacher, nlp, fit):
        print_row(name, find, held, gold)


if __name__ == "__main__":
    run(main)
