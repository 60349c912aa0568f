"""Distil a slow teacher into the fast tagger that ships.

    pip install 'papers-kg[teach]'
    python -m kg.training.distil --gold ANNOTATED.jsonl --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz --out MODEL

The teacher is a transformer under the tagger's own CRF: MiniLM (6 layers of 384; Wang et al. 2020, arXiv:2002.10957, in
the weights of all-MiniLM-L6-v2), or another --encoder. It learns from the annotated papers, then gives each tag of
each token of unlabelled abstracts a probability, and the tagger learns these; with --own also those of the annotated
papers, all of them mixed with what the tagger said before. With --roles the teacher also says how probably each name is
introduced, and the weights of the roles are fitted to that. With MiniLM about an hour and a half on two cores that have
bfloat16 instructions.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from spacy.tokens import Doc

from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.pipeline import READ_BY_TAGGER, build_pipeline
from kg.extraction.tagger.component import Ner
from kg.extraction.tagger.crf import TAGS, SentenceBatch, batched, posterior
from kg.extraction.tagger.features import sentences, token_features
from kg.extraction.tagger.network import Tagger
from kg.records import Paper
from kg.training.annotated import AnnotatedDoc, annotation_pipeline, read_abstracts, read_annotated, tagged, titles_of
from kg.training.command import add_teacher_options, load_teacher, options, run
from kg.training.mine import look_up, read_lessons, read_own_lessons
from kg.training.roles import mine_roles
from kg.training.tagger import Recipe, TaggedText, calibrate, train

if TYPE_CHECKING:
    from kg.training.teacher import Reading, Teacher


RECIPE = Recipe(epochs=1, rate=0.002, dropout=0.1, batch=8)


def words_of(doc: Doc) -> list[str]:
    """The words of a Doc."""
    return [token.text for token in doc]


def lessons(teacher: Teacher, papers: Sequence[AnnotatedDoc]) -> list[Reading]:
    """Annotated papers as the teacher learns them."""
    read = []
    for paper, text in zip(papers, tagged(papers), strict=True):
        roles = np.full(len(paper.doc), np.nan, dtype=np.float32)
        for start, end in paper.types:
            roles[start:end] = paper.introduced.get((start, end), 0.0)
        read.append(teacher.read(text, words_of(paper.doc), roles))
    return read


def distil_tagger(
    teacher: Teacher,
    papers: Iterable[Paper],
    base: Tagger | None = None,
    recipe: Recipe = RECIPE,
    own: float = 0.0,
    further: Sequence[Reading] = (),
) -> tuple[Tagger, dict[str, np.ndarray]]:
    """A tagger that learns the teacher's labels of papers, and the teacher's labels of roles: for each paper's id and
    token the probability that a name there is introduced.

    Args:
        teacher: what labels them.
        papers: what is labelled.
        base: the tagger to start from.
        recipe: how the tagger learns.
        own: the share of the base's own probabilities in those that are learned.
        further: more texts to label, for the tagger alone.
    """
    read = {doc._.paper.id: teacher.read(untagged(doc), words_of(doc)) for doc in docs_of(papers)}
    taught = list(teacher.label([*read.values(), *further]))
    texts = [text for text, _ in taught]
    if base and own:
        texts = [mixed(text, other, own) for text, other in zip(texts, labelled(base, texts), strict=True)]
    tagger = train(texts, recipe, base, lambda epoch, loss: print(f"epoch {epoch}, loss {loss:.3f}", flush=True))
    return tagger, {paper: roles for paper, (_, roles) in zip(read, taught, strict=False)}


def labelled(tagger: Tagger, texts: Iterable[TaggedText]) -> Iterator[TaggedText]:
    """Texts with the scores and the probabilities that a tagger gives to their tags."""
    for some in batched(texts, 64):
        batch = SentenceBatch.of(text.sentences for text in some)
        scores = tagger.scores([text.features for text in some])
        seen = posterior(batch.padded(scores), batch.lengths, tagger.transitions)
        tags = [np.zeros((len(text.features), TAGS), dtype=np.float16) for text in some]
        batch.put_back(seen.chances, tags)
        for text, of_text, chances in zip(some, scores, tags, strict=True):
            yield replace(text, tags=chances, scores=of_text.astype(np.float16))


def mixed(text: TaggedText, other: TaggedText, share: float) -> TaggedText:
    """A text with the weighted means of the probabilities of tags in two; ``share`` is the weight of the other one."""
    chances = share * other.wanted + (1 - share) * text.wanted
    return replace(text, tags=chances.astype(np.float16))


def untagged(doc: Doc) -> TaggedText:
    """A Doc as a text without tags."""
    return TaggedText(token_features(doc), np.zeros(len(doc), dtype=np.int64), sentences(doc))


def docs_of(papers: Iterable[Paper]) -> Iterator[Doc]:
    """Docs as the tagger reads them, without empty ones."""
    nlp = build_pipeline(components=READ_BY_TAGGER)
    return (doc for doc in nlp.pipe(make_doc(nlp, paper) for paper in papers) if len(doc))


def found_by(tagger: Tagger, papers: Iterable[Paper], roles: Mapping[str, np.ndarray]) -> Iterator[AnnotatedDoc]:
    """Papers with the names that the tagger and the rules find in them, and the teacher's labels of their roles."""
    nlp = build_pipeline(components=(*READ_BY_TAGGER, "ner", "settle"))
    ner = cast(Ner, nlp.get_pipe("ner"))
    ner.tagger = tagger
    for doc in nlp.pipe(make_doc(nlp, paper) for paper in papers if paper.id in roles):
        chances = roles[doc._.paper.id]  # of the tokens that the teacher had room for
        types = {(entity.start, entity.end): entity.type for entity in doc._.entities if entity.end <= len(chances)}
        yield AnnotatedDoc(doc, types, {span: float(chances[slice(*span)].mean()) for span in types})


def sample(path: Path, papers: Path, count: int, fit: Callable[[Paper], bool] = lambda paper: True) -> list[Paper]:
    """Some unlabelled abstracts, without those of the annotated papers and of those that scores are measured on.

    Args:
        path: the abstracts.
        papers: the texts of the papers to leave out.
        count: how many, if there are so many.
        fit: whether an abstract is one to choose from.
    """
    abstracts = list(filter(fit, read_abstracts(path, titles_of(papers).values())))
    return random.Random(0).sample(abstracts, min(count, len(abstracts)))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = options(__doc__, several=True)
    add_teacher_options(parser, 40_000)
    parser.add_argument("--teacher", type=Path, help="file of the teacher's weights: read if it is there, else written")
    parser.add_argument("--held", type=Path, help="annotated papers to calibrate the probabilities on")
    parser.add_argument("--base", type=Path, help="folder of the model whose tagger is trained further")
    parser.add_argument("--own", type=float, default=0.0, help="share of the base's own labels in what it learns")
    parser.add_argument("--passes", type=int, default=RECIPE.epochs, help="the tagger's passes over the texts")
    parser.add_argument("--step", type=float, default=RECIPE.rate, help="the tagger's highest learning rate")
    parser.add_argument("--roles", action="store_true", help="fit the weights of the roles to what the teacher says")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    _distil(parser.parse_args(arguments))


def _distil(args: argparse.Namespace) -> None:
    teacher = load_teacher(args.encoder)
    base = Model.load(args.base) if args.base else None
    nlp = annotation_pipeline()
    annotated = read_lessons(nlp, args.gold, args.aside, args.papers)
    papers = [*annotated, *read_own_lessons(nlp, args.conferences, annotated)]
    if args.teacher and args.teacher.exists():
        teacher.load(args.teacher)
    else:
        teacher.teach(lessons(teacher, papers), args.epochs, args.rate)
        if args.teacher:
            teacher.save(args.teacher)
    abstracts = sample(args.abstracts, args.papers, args.count)
    further = lessons(teacher, papers) if args.own else []
    recipe = replace(RECIPE, epochs=args.passes, rate=args.step)
    tagger, labels = distil_tagger(teacher, abstracts, base.tagger if base else None, recipe, args.own, further)
    about = {"texts": len(papers), "unlabelled texts": len(labels)}
    if args.held:
        held = read_annotated(nlp, args.held, args.papers)
        look_up(nlp, held, annotated)
        print(f"temperature {calibrate(tagger, tagged(held))}")
        about["calibration texts"] = len(held)
    kept = base or Model.load(SHIPPED)
    roles = kept.roles
    if args.roles:
        roles = replace(roles, weights=mine_roles(chain(papers, found_by(tagger, abstracts, labels)), roles))
    Model(tagger, roles, kept.results, about).save(args.out)


if __name__ == "__main__":
    run(main)
