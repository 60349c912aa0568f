"""Compare ways to find names: each learns from three of four annotated papers and is scored on the fourth.

    pip install '.[teach]'
    python -m kg.training.compare --gold ANNOTATED.jsonl --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz

Prints a Markdown table of strict entity F1. About an hour on two cores.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy
import torch
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example as SpacyExample

from kg.evaluation.gold import Gold, read_gold
from kg.evaluation.report import score_extractions
from kg.extraction.document import Candidate
from kg.extraction.pipeline import record
from kg.extraction.settle import Settle
from kg.extraction.tagger.component import Ner
from kg.extraction.tagger.crf import TAG_ORDER, TAGS, TypedSpan, best_spans
from kg.extraction.tagger.network import Tagger, probable_spans
from kg.training.distil import Teacher, ask_for_teacher, distil_tagger, lessons, sample, teach, words_of
from kg.training.mine import (
    Annotated,
    annotation_pipeline,
    examples_of,
    look_up,
    look_up_folds,
    other_rules,
    read_annotated,
)
from kg.training.tagger import Example, Recipe, train

RECIPE = Recipe(dropout=0.5, batch=8)  # of the taggers that learn from annotated papers
EVERY = 4  # one paper of so many is held aside
ROWS = ("entity", "untyped", *TAG_ORDER)
MARKS = slice(4, 6)  # the features that say what lexicon and patterns found

Finder = Callable[[Annotated], None]
"""Writes ``doc._.entities`` of a paper."""


def stock(papers: Sequence[Annotated], epochs: int = 12) -> Finder:
    """spaCy's own NER: like convolutions under a transition-based parser."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    texts = []
    for paper in papers:
        wanted = Doc(nlp.vocab, words=words_of(paper.doc))
        wanted.ents = [Span(wanted, start, end, kind) for (start, end), kind in sorted(paper.gold.items())]
        texts.append(SpacyExample(Doc(nlp.vocab, words=words_of(paper.doc)), wanted))
    optimizer = nlp.initialize(lambda: texts)
    for _ in range(epochs):
        for batch in spacy.util.minibatch(random.sample(texts, len(texts)), 8):
            nlp.update(batch, sgd=optimizer, drop=0.2)

    def find(paper: Annotated) -> None:
        entities = nlp(Doc(nlp.vocab, words=words_of(paper.doc))).ents
        keep(paper, [(span.start, span.end, span.label_) for span in entities])  # type: ignore[misc]

    return find


def keep(paper: Annotated, spans: Sequence[TypedSpan]) -> None:
    paper.doc._.entities = [Candidate(*span, 1.0, "ner") for span in spans]


def bare(papers: Sequence[Annotated]) -> list[Example]:
    """Examples without what lexicon and patterns found."""
    examples = []
    for text in examples_of(papers):
        text.features[:, MARKS] = 0
        examples.append(text)
    return examples


def tagger_alone(tagger: Tagger, read: Callable[[Sequence[Annotated]], list[Example]] = examples_of) -> Finder:
    def find(paper: Annotated) -> None:
        [text] = read([paper])
        keep(paper, best_spans(probable_spans(tagger.scores([text.features]), [text.sentences], tagger.transitions)[0]))

    return find


def teacher_alone(teacher: Teacher) -> Finder:
    transitions = teacher.transitions.detach().numpy()

    def find(paper: Annotated) -> None:
        text = teacher.read(*examples_of([paper]), words_of(paper.doc))
        with torch.inference_mode():
            scores = teacher([text])[0, :, :TAGS].numpy()
        keep(paper, best_spans(probable_spans([scores], [text.example.sentences], transitions)[0]))

    return find


def settled(nlp: Language, tagger: Tagger) -> Finder:
    """The default way: what rules and tagger propose, settled."""
    ner, settle = Ner(), Settle(nlp)
    ner.tagger = tagger
    settle.add_rules(other_rules())

    def find(paper: Annotated) -> None:
        before = list(paper.doc._.candidates)
        settle(ner(paper.doc))
        paper.doc._.candidates = before

    return find


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="annotated papers, JSON lines")
    parser.add_argument("--papers", type=Path, required=True, help="their texts, JSON lines")
    parser.add_argument("--abstracts", type=Path, required=True, help="unlabelled abstracts, gzipped JSON lines")
    parser.add_argument("--count", type=int, default=20_000, help="how many abstracts the teacher labels")
    ask_for_teacher(parser)
    args = parser.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    nlp = annotation_pipeline()
    annotated = read_gold(args.gold, args.papers)
    aside = Gold(annotated.form, annotated.types, annotated.texts[::EVERY])
    papers = read_annotated(nlp, args.gold, args.papers)
    fit, held = [paper for n, paper in enumerate(papers) if n % EVERY], papers[::EVERY]
    look_up_folds(nlp, fit)
    look_up(nlp, held, fit)
    print("| | entity | untyped | Method | Task | Metric | Dataset | papers/s |\n|---|" + "---|" * 7)

    def row(name: str, find: Finder) -> None:
        started = time.perf_counter()
        for paper in held:
            find(paper)
        rate = len(held) / (time.perf_counter() - started)
        scores = score_extractions(aside, (record(paper.doc) for paper in held), lambda name: False).scores
        print(f"| {name} |", *(f"{scores[key].f1:.3f} |" for key in ROWS), f"{rate:.0f} |", flush=True)

    row("spaCy's stock NER", stock(fit))
    row("tagger that reads words", tagger_alone(train(bare(fit), RECIPE), bare))
    row("tagger that reads words and rules", tagger_alone(train(examples_of(fit), RECIPE)))
    teacher = Teacher(args.encoder)
    teach(teacher, lessons(teacher, fit), args.epochs, args.rate)
    row("teacher: a transformer that reads words and rules", teacher_alone(teacher))
    with TemporaryDirectory() as folder:
        distil_tagger(teacher, sample(args.abstracts, args.papers, args.count))[0].save(Path(folder))
        distilled = Tagger.load(Path(folder))  # as it ships: in 8 bits
    row("tagger distilled from the teacher", tagger_alone(distilled))
    row("the same, trained further on the annotated papers", tagger_alone(train(examples_of(fit), RECIPE, distilled)))
    row("distilled tagger and rules, settled", settled(nlp, distilled))


if __name__ == "__main__":
    main()
