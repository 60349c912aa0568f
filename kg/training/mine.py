"""Make the mined rule files and the model's counts of names again.

    python -m kg.training.mine --gold ANNOTATED.jsonl --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz \\
        --spans SENTENCES.jsonl --out rules/mined --model kg/model

They are made from annotated papers, sentences with marked datasets and many unlabelled abstracts. The same input gives
the same files. rules/README.md says what the inputs look like and what each file holds.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.lexicon import Lexicon, keys_in, lexicon_key
from kg.extraction.model import Model
from kg.extraction.patterns import Patterns
from kg.extraction.pipeline import READ_BY_TAGGER, build_pipeline
from kg.extraction.settle import span_key
from kg.records import Paper
from kg.resolution.senses import LEAST_PAPERS_ELSEWHERE, LEAST_SHARE_ELSEWHERE, Sense, Senses
from kg.resolution.spelling import entity_key
from kg.rulefiles import NameRule, Rule, load_rules
from kg.text.files import writing
from kg.text.names import one_line
from kg.training.annotated import (
    OWN_NAMES,
    AnnotatedDoc,
    annotation_pipeline,
    is_kept,
    read_abstracts,
    read_annotated,
    read_sentences,
    titles_of,
)
from kg.training.command import options, run
from kg.vocabulary import EntityType

ANNOTATED = "lexicon-annotated.jsonl"  # left out when names are looked up in the papers that it was made from
DATASETS = "lexicon-datasets.jsonl"
SENSES = "senses.jsonl"
_LEAST_SHARE = 0.6  # of the papers with a name, those that annotate it
_MOST_SENSES = 4  # of a short form that are listed
Counted = TypeVar("Counted", bound=str)


# Names of the annotated papers --------------------------------------------------------------------------------------


def other_rules() -> list[Rule]:
    """The shipped rules that were not made from the annotated papers."""
    name_of = cache(lambda path: Path(path).name)  # of thousands of rules, the files are few
    return [rule for rule in load_rules() if name_of(rule.place.rpartition(":")[0]) != ANNOTATED]


def read_lessons(nlp: Language, gold: Iterable[Path], aside: Iterable[Path], papers: Path) -> list[AnnotatedDoc]:
    """Annotated papers to learn names from, each looked up in a lexicon that was not made from it.

    Args:
        nlp: what reads them (:func:`kg.training.annotated.annotation_pipeline`).
        gold: files of annotated papers.
        aside: more of them, whose kept papers are left out.
        papers: the texts of both.

    Raises:
        InputError: an annotation or a paper is wrong; names file and line.
    """
    read = [paper for path in gold for paper in read_annotated(nlp, path, papers)]
    others = (paper for path in aside for paper in read_annotated(nlp, path, papers))
    read += (paper for paper in others if not is_kept(paper.doc._.paper))
    look_up_folds(nlp, read)
    return read


def read_own_lessons(nlp: Language, conferences: Path | None, others: Sequence[AnnotatedDoc]) -> list[AnnotatedDoc]:
    """The papers of :data:`kg.training.annotated.OWN_NAMES`, looked up in a lexicon that is made from others.

    Args:
        nlp: what reads them.
        conferences: their texts; without them nothing is read.
        others: annotated papers.

    Raises:
        InputError: a text is missing; names file and line.
    """
    if not conferences:
        return []
    own = read_annotated(nlp, OWN_NAMES, conferences)
    look_up(nlp, own, others)
    return own


def look_up_folds(nlp: Language, papers: Sequence[AnnotatedDoc], folds: int = 10) -> None:
    """Look up names in each paper that papers of the other folds annotate.

    So the tagger learns what a lexicon says about papers that it was not made from.
    """
    rules = other_rules()
    for fold in range(folds):
        others = [paper for number, paper in enumerate(papers) if number % folds != fold]
        _look_up(nlp, papers[fold::folds], [*rules, *mine_names(others)])


def look_up(nlp: Language, papers: Iterable[AnnotatedDoc], others: Sequence[AnnotatedDoc]) -> None:
    """Look up names in papers: those that the rules list, and those that other papers annotate."""
    _look_up(nlp, papers, [*other_rules(), *mine_names(others)])


def _look_up(nlp: Language, papers: Iterable[AnnotatedDoc], rules: Sequence[Rule]) -> None:
    patterns, lexicon = Patterns(nlp), Lexicon(nlp)
    patterns.add_rules(rules)
    lexicon.add_rules(rules)
    for paper in papers:
        patterns(lexicon(paper.doc))


def mine_names(papers: Sequence[AnnotatedDoc]) -> list[NameRule]:
    """Names that are annotated in most places where they occur in annotated papers.

    The confidence is the share of papers that annotate the name among those that have it, smoothed towards a half
    as one more paper would. An occurrence within a longer annotated name counts neither way.
    """
    named: dict[str, Counter[EntityType]] = defaultdict(Counter)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for paper in papers:
        types = {}
        for start, end, key in keys_in(paper.doc):
            if (start, end) in paper.types:
                types[key] = paper.types[start, end]
                spellings[key][paper.doc[start:end].text] += 1
        for key, of_key in types.items():
            named[key][of_key] += 1
    bare = _papers_with_bare_names(papers, named)
    rules = []
    for key, counts in named.items():
        label, count = _commonest(counts)
        share = (count + 0.5) / (counts.total() + bare[key] + 1)
        if share >= _LEAST_SHARE and len(key) > 1:
            spelling, _ = _commonest(spellings[key])
            rules.append(NameRule(label=label, pattern=spelling, confidence=round(share, 2)))
    return sorted(rules, key=lambda rule: (rule.label, rule.pattern))


def _papers_with_bare_names(papers: Iterable[AnnotatedDoc], names: Mapping[str, object]) -> Counter[str]:
    """The number of papers that have a name, by its key, and annotate it nowhere."""
    bare: Counter[str] = Counter()
    for paper in papers:
        inside = {token for span in paper.types for token in range(*span)}
        free, annotated = set(), set()
        for start, end, key in keys_in(paper.doc):
            if (start, end) in paper.types:
                annotated.add(key)
            elif key in names and inside.isdisjoint(range(start, end)):
                free.add(key)
        bare.update(free - annotated)
    return bare


def _commonest(counts: Mapping[Counted, int]) -> tuple[Counted, int]:
    """What was counted most often, the first by name among equals."""
    return min(counts.items(), key=lambda item: (-item[1], item[0]))


# Names of datasets --------------------------------------------------------------------------------------------------

_CUED_DATASET = re.compile(
    r"\b(?:[Tt]he|on|On|and|our|,) ((?:[A-Z][\w+-]*|\d\w*-\w+)(?: (?:[A-Z][\w+-]*|\d\w*)){0,3})"
    r" (?:datasets?|benchmarks?|corpus|corpora|leaderboard)\b"
)
_PROPER = re.compile(r".*[A-Z0-9].*[A-Z0-9]|[A-Z]\w{5,}$")
_MARKED = re.compile(r"(?=.*[A-Z0-9].*[A-Z0-9])(?!.* and )[\w+-]+(?: [\w+-]+){0,4}")
_PADDING = re.compile(
    r"^the |(?: data ?sets?| corpus| benchmark| data| collection| database| (?:training|test) set)+$", re.IGNORECASE
)
_WORD = re.compile(r"[\w+]+(?:-[\w+]+)*")


def mine_datasets(abstracts: Iterable[Paper], sentences: Iterable[Mapping[str, Any]]) -> list[NameRule]:
    """Names of datasets: those that several abstracts call "the X dataset", and those that two sentences mark.

    Of the former, those stay that at least a quarter of the abstracts with the name call so.
    """
    texts = [paper.text for paper in abstracts]
    cued: Counter[str] = Counter()
    for text in texts:
        cued.update({match[1] for match in _CUED_DATASET.finditer(text) if _PROPER.match(match[1])})
    names = {name for name, count in cued.items() if count > 2}
    used = _texts_with(names, texts)
    marked = _marked_datasets(sentences)
    kept = {name: 0.8 for name in names if cued[name] / max(used[name], cued[name]) >= 0.25}
    kept |= {name: 0.85 for name, count in marked.items() if count > 1 and _MARKED.fullmatch(name)}
    return [NameRule(label="Dataset", pattern=name, confidence=kept[name]) for name in sorted(kept)]


def _texts_with(names: set[str], texts: Iterable[str]) -> Counter[str]:
    """The number of texts that have each name, of up to four words."""
    found: Counter[str] = Counter()
    for text in texts:
        words = _WORD.findall(text)
        windows = {" ".join(words[i : i + size]) for size in range(1, 5) for i in range(len(words) - size + 1)}
        found.update(names & windows)
    return found


def _marked_datasets(sentences: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """The number of sentences that mark each name as a dataset."""
    marked: Counter[str] = Counter()
    for sentence in sentences:
        spans = (span for span in sentence["spans"] if span["label"] == "Dataset")
        marked.update({_PADDING.sub("", sentence["text"][span["start"] : span["end"]]) for span in spans})
    return marked


# Counts over many abstracts -----------------------------------------------------------------------------------------


def mine_seen(papers: Iterable[Paper]) -> dict[str, int]:
    """In how many papers, two or more, the shipped extractor finds a name, by its key in the lexicon; sorted."""
    nlp = build_pipeline(components=(*READ_BY_TAGGER, "ner", "settle"))
    counts: Counter[str] = Counter()
    for doc in nlp.pipe((make_doc(nlp, paper) for paper in papers), batch_size=64):
        counts.update({span_key(doc, entity) for entity in doc._.entities})
    return {name: count for name, count in sorted(counts.items()) if name and count > 1}


def mine_senses(papers: Iterable[Paper]) -> list[dict[str, Any]]:
    """The long forms of the short forms that enough papers define (:mod:`kg.resolution.senses`), as lines of the file.

    A clear sense is listed alone; of others, up to four of the commonest that two papers have.
    """
    nlp = annotation_pipeline()
    senses = Senses()
    for doc in nlp.pipe((make_doc(nlp, paper) for paper in papers), batch_size=64):
        defined: dict[str, tuple[str, str]] = {}
        for pair in doc._.abbreviations:
            defined.setdefault(entity_key(pair.short.text), (pair.short.text, pair.long.text))
        for short, long in defined.values():
            senses.add(short, one_line(long))
    return [
        {"short": short, "papers": found[0].of, "senses": {sense.long: sense.papers for sense in _kept(found)}}
        for short, found in senses.all()
        if found[0].of >= LEAST_PAPERS_ELSEWHERE
    ]


def _kept(found: Sequence[Sense]) -> Sequence[Sense]:
    if found[0].papers >= LEAST_SHARE_ELSEWHERE * found[0].of:
        return found[:1]
    return [sense for sense in found[:_MOST_SENSES] if sense.papers > 1]


# Files --------------------------------------------------------------------------------------------------------------


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON lines, all of them or none.

    Raises:
        OSError: the file cannot be written.
    """
    with writing(path) as stream:
        stream.writelines(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def write_names(path: Path, nlp: Language, rules: Iterable[NameRule]) -> None:
    """Write names with their keys, which the lexicon then need not make at each start.

    Raises:
        OSError: the file cannot be written.
    """
    write_lines(
        path,
        (
            {
                "label": rule.label,
                "pattern": rule.pattern,
                "key": lexicon_key(nlp, str(rule.pattern)),
                "confidence": rule.confidence,
            }
            for rule in rules
        ),
    )


def write_seen(folder: Path, papers: dict[str, int]) -> None:
    """Replace a model's counts of papers with a name.

    Raises:
        InputError: the folder is not that of a model.
        OSError: it cannot be written.
    """
    model = Model.load(folder)
    replace(model, roles=replace(model.roles, papers=papers)).save(folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = options(__doc__)
    parser.add_argument("--abstracts", type=Path, help="unlabelled abstracts, JSON lines; without them no counts")
    parser.add_argument("--spans", type=Path, nargs="*", default=[], help="sentences with marked datasets, JSON lines")
    parser.add_argument("--out", type=Path, required=True, help="folder for the rule files")
    parser.add_argument("--model", type=Path, help="folder of the model whose counts of names are replaced")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--senses", action="store_true", help="make the senses of short forms only")
    only.add_argument("--seen", action="store_true", help="make the model's counts of names only")
    args = parser.parse_args(arguments)
    if (args.senses or args.seen) and not args.abstracts:
        parser.error("--senses and --seen need --abstracts")
    if args.seen and not args.model:
        parser.error("--seen needs --model")
    _mine(args)


def _mine(args: argparse.Namespace) -> None:
    titles = titles_of(args.papers)
    if args.abstracts and not args.seen:
        write_lines(args.out / SENSES, mine_senses(read_abstracts(args.abstracts, titles.values())))
    if not args.senses and not args.seen:
        nlp = annotation_pipeline()
        papers = read_annotated(nlp, args.gold, args.papers)
        if args.abstracts:
            annotated = {paper.doc._.paper.id for paper in papers}
            unseen = [title for paper, title in titles.items() if paper not in annotated]
            datasets = mine_datasets(read_abstracts(args.abstracts, unseen), read_sentences(args.spans))
            write_names(args.out / DATASETS, nlp, datasets)
        write_names(args.out / ANNOTATED, nlp, mine_names(papers))
    if args.abstracts and args.model and not args.senses:
        write_seen(args.model, mine_seen(read_abstracts(args.abstracts, titles.values())))


if __name__ == "__main__":
    run(main)
