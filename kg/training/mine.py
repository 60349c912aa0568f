"""Make the mined rule files again: from annotated papers, span corpora and a pile of unlabelled abstracts.

    python -m kg.training.mine --gold ANNOTATED.jsonl --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz \\
        --spans SENTENCES.jsonl --out rules

The same input gives the same files. The forms of the inputs, and what each file holds, are told in rules/README.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import make_doc
from kg.extraction.lexicon import Lexicon, keys_in
from kg.extraction.patterns import Patterns
from kg.extraction.pipeline import build_pipeline
from kg.extraction.settle import span_key
from kg.records import Paper
from kg.resolution.senses import LEAST_PAPERS_ELSEWHERE, LEAST_SHARE_ELSEWHERE, Senses
from kg.rulefiles import Rule, rule_files
from kg.text.names import entity_key, title_key
from kg.training.tagger import Example, example

Span = tuple[int, int]
Gold = dict[Span, str]
# What is made from the annotated papers: left out when names are looked up in these papers.
FROM_ANNOTATED = ("lexicon-annotated.jsonl", "roles-evidence.jsonl")


@dataclass(frozen=True)
class Annotated:
    """A Doc after links and abbreviations, with its annotated spans: token offsets to type.

    ``introduced`` holds the chance that the paper introduces the name that stands there, where it is above 0.
    """

    doc: Doc
    gold: Gold
    introduced: Mapping[Span, float]


def read_papers(path: Path) -> Iterator[Paper]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Paper(**json.loads(line))


def read_abstracts(path: Path, without: set[str]) -> Iterator[str]:
    """The abstracts of a gzipped file, without the papers that judge us.

    Args:
        without: keys of their titles (:func:`kg.text.names.title_key`).
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if title_key(record["title"]) not in without:
                yield f"{record['title']}\n{record['abstract']}"


def read_spans(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def read_annotated(nlp: Language, gold: Path, papers: Path) -> list[Annotated]:
    """Docs with their annotated names found in them, longest first and never nested."""
    texts = {paper.id: paper for paper in read_papers(papers)}
    annotated = []
    with gold.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            doc = nlp(make_doc(nlp, texts[record["id"]]))
            names = {entity["text"]: entity for entity in record["entities"]}
            found = _occurrences(doc, names)
            types = {span: names[name]["type"] for span, name in found.items()}
            introduced = {span: 1.0 for span, name in found.items() if names[name].get("role") == "introduced"}
            annotated.append(Annotated(doc, types, introduced))
    return annotated


def _occurrences(doc: Doc, names: Iterable[str]) -> dict[Span, str]:
    taken: set[int] = set()
    found = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", doc.text):
            span = doc.char_span(match.start(), match.end())
            if span is not None and not taken & set(range(span.start, span.end)):
                taken.update(range(span.start, span.end))
                found[span.start, span.end] = name
    return found


# Counts of names -----------------------------------------------------------------------------------------------------


def mine_seen(texts: Iterable[str], least_count: int = 2) -> list[Rule]:
    """SEEN rules: in how many texts the extractor, as it is shipped, finds a name.

    Args:
        texts: titles and abstracts, a line break between them.
    """
    nlp = build_pipeline()
    nlp.select_pipes(disable=["roles", "results"])
    parts = (text.partition("\n") for text in texts)
    papers = (Paper(id=str(n), title=title, abstract=abstract) for n, (title, _, abstract) in enumerate(parts))
    counts: Counter[str] = Counter()
    for doc in nlp.pipe((make_doc(nlp, paper) for paper in papers), batch_size=64):
        counts.update({span_key(doc, entity) for entity in doc._.entities})
    return [
        {"label": "SEEN", "pattern": name, "papers": count}
        for name, count in sorted(counts.items())
        if name and count >= least_count
    ]


def mine_senses(texts: Iterable[str], most: int = 4) -> list[dict[str, Any]]:
    """What short forms stand for, of those that enough texts define (:mod:`kg.resolution.senses`).

    A clear sense stands alone, of others the ``most`` commonest are given that two texts have.
    """
    nlp = annotation_pipeline()
    parts = (text.partition("\n") for text in texts)
    papers = (Paper(id=str(n), title=title, abstract=abstract) for n, (title, _, abstract) in enumerate(parts))
    senses = Senses()
    for doc in nlp.pipe((make_doc(nlp, paper) for paper in papers), batch_size=64):
        defined: dict[str, tuple[str, str]] = {}
        for pair in doc._.abbreviations:
            defined.setdefault(entity_key(pair.short.text), (pair.short.text, pair.long.text))
        for short, long in defined.values():
            senses.add(short, " ".join(long.split()))
    lines = []
    for short, found in senses.all():
        if found[0].of >= LEAST_PAPERS_ELSEWHERE:
            clear = found[0].papers >= LEAST_SHARE_ELSEWHERE * found[0].of
            kept = found[:1] if clear else [sense for sense in found[:most] if sense.papers > 1]
            lines.append(
                {"short": short, "papers": found[0].of, "senses": {sense.long: sense.papers for sense in kept}}
            )
    return lines


# Names --------------------------------------------------------------------------------------------------------------


def other_rules() -> list[Rule]:
    """The shipped rules that were not made from the annotated papers."""
    paths = [path for path in rule_files() if path.name not in FROM_ANNOTATED]
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]


def look_up_folds(nlp: Language, papers: Sequence[Annotated], folds: int = 10) -> None:
    """Look names up in each paper that the other papers annotate, so that the tagger learns what a lexicon tells of
    papers that it was not made from."""
    for fold in range(folds):
        look_up(nlp, papers[fold::folds], [paper for number, paper in enumerate(papers) if number % folds != fold])


def look_up(nlp: Language, papers: Iterable[Annotated], others: Sequence[Annotated]) -> None:
    """Look names up in papers: those that the rules list, and those that other papers annotate."""
    rules = other_rules()
    patterns, lexicon = Patterns(nlp), Lexicon(nlp)
    patterns.add_rules(rules)
    lexicon.add_rules(rules)
    lexicon.add_rules(mine_names(others))
    for paper in papers:
        patterns(lexicon(paper.doc))


def examples_of(papers: Iterable[Annotated]) -> list[Example]:
    return [example(paper.doc, ((*span, kind) for span, kind in paper.gold.items())) for paper in papers]


def mine_names(papers: Sequence[Annotated], least: float = 0.6, prior: float = 0.5) -> list[Rule]:
    """Names of the annotated papers that are annotated in most places where they stand.

    The confidence is that share, over papers, smoothed towards ``prior`` as one more paper would. An occurrence within
    a longer annotated name counts neither way.
    """
    named: dict[str, Counter[str]] = defaultdict(Counter)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for paper in papers:
        kinds = {}
        for start, end, key in keys_in(paper.doc):
            if (start, end) in paper.gold:
                kinds[key] = paper.gold[start, end]
                spellings[key][paper.doc[start:end].text] += 1
        for key, kind in kinds.items():
            named[key][kind] += 1
    bare: Counter[str] = Counter()
    for paper in papers:
        inside = {token for span in paper.gold for token in range(*span)}
        free = {key for start, end, key in keys_in(paper.doc) if key in named and inside.isdisjoint(range(start, end))}
        annotated = {key for start, end, key in keys_in(paper.doc) if (start, end) in paper.gold}
        bare.update(free - annotated)
    rules = []
    for key, counts in named.items():
        kind, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        share = (count + prior) / (counts.total() + bare[key] + 1)
        if share >= least and len(key) > 1:
            spelling = min(spellings[key].items(), key=lambda item: (-item[1], item[0]))[0]
            rules.append({"label": kind, "pattern": spelling, "confidence": round(share, 2)})
    return sorted(rules, key=lambda rule: (rule["label"], rule["pattern"]))


_CUED_DATASET = re.compile(
    r"\b(?:[Tt]he|on|On|and|our|,) ((?:[A-Z][\w+-]*|\d\w*-\w+)(?: (?:[A-Z][\w+-]*|\d\w*)){0,3})"
    r" (?:datasets?|benchmarks?|corpus|corpora|leaderboard)\b"
)
_PROPER = re.compile(r".*[A-Z0-9].*[A-Z0-9]|[A-Z]\w{5,}$")
_MARKED = re.compile(r"(?=.*[A-Z0-9].*[A-Z0-9])(?!.* and )[\w+-]+(?: [\w+-]+){0,4}")
_WORD = re.compile(r"[\w+]+(?:-[\w+]+)*")


def mine_datasets(abstracts: Iterable[str], sentences: Iterable[dict[str, Any]]) -> list[Rule]:
    """Names of datasets: those that several abstracts call "the X dataset", and those that span corpora mark.

    A name stays if at least a quarter of the abstracts with it call it so, or two sentences mark it.
    """
    texts = list(abstracts)
    cued: Counter[str] = Counter()
    for text in texts:
        cued.update({match[1] for match in _CUED_DATASET.finditer(text) if _PROPER.match(match[1])})
    names = {name for name, count in cued.items() if count > 2}
    standing: Counter[str] = Counter()
    for text in texts:
        words = _WORD.findall(text)
        windows = {" ".join(words[i : i + size]) for size in range(1, 5) for i in range(len(words) - size + 1)}
        standing.update(names & windows)
    marked: Counter[str] = Counter()
    common = r"^the |(?: data ?sets?| corpus| benchmark| data| collection| database| (?:training|test) set)+$"
    for sentence in sentences:
        spans = [
            sentence["text"][span["start"] : span["end"]] for span in sentence["spans"] if span["label"] == "Dataset"
        ]
        marked.update({re.sub(common, "", span, flags=re.IGNORECASE) for span in spans})
    kept = {name: 0.8 for name in names if cued[name] / max(standing[name], cued[name]) >= 0.25}
    kept |= {name: 0.85 for name, count in marked.items() if count > 1 and _MARKED.fullmatch(name)}
    return [{"label": "Dataset", "pattern": name, "confidence": kept[name]} for name in sorted(kept)]


# Files --------------------------------------------------------------------------------------------------------------


def write(path: Path, rules: Iterable[Rule]) -> None:
    """Write a rule file, one rule a line."""
    lines = [json.dumps(rule, ensure_ascii=False) for rule in rules]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def annotation_pipeline() -> Language:
    """The pipeline up to the abbreviations, which the evidence reads."""
    return build_pipeline(components=("links", "abbreviations"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="annotated papers, JSON lines")
    parser.add_argument("--papers", type=Path, required=True, help="their texts, JSON lines")
    parser.add_argument("--abstracts", type=Path, help="unlabelled abstracts, gzipped JSON lines")
    parser.add_argument("--spans", type=Path, nargs="*", default=[], help="sentences with marked datasets, JSON lines")
    parser.add_argument("--out", type=Path, required=True, help="folder for the rule files")
    parser.add_argument("--senses", action="store_true", help="the senses of short forms alone, from --abstracts")
    parser.add_argument("--seen", action="store_true", help="the counts of papers alone, from --abstracts")
    args = parser.parse_args()
    annotated = {json.loads(line)["id"] for line in args.gold.open(encoding="utf-8")}
    titles = {paper.id: title_key(paper.title) for paper in read_papers(args.papers)}
    unseen = {title for key, title in titles.items() if key not in annotated}
    if args.abstracts and not args.seen:
        write(args.out / "senses.jsonl", mine_senses(read_abstracts(args.abstracts, set(titles.values()))))
    if args.senses:
        return
    if not args.seen:
        if args.abstracts:
            datasets = mine_datasets(read_abstracts(args.abstracts, unseen), read_spans(args.spans))
            write(args.out / "lexicon-datasets.jsonl", datasets)
        papers = read_annotated(annotation_pipeline(), args.gold, args.papers)
        write(args.out / "lexicon-annotated.jsonl", mine_names(papers))
    if args.abstracts:
        write(args.out / "names-seen.jsonl", mine_seen(read_abstracts(args.abstracts, set(titles.values()))))


if __name__ == "__main__":
    main()
