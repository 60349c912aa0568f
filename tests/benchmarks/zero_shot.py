"""Score the tagger on test sets of others, which it has not learned from and must not learn from: TDMSci and SciER.

    python tests/benchmarks/zero_shot.py --tdmsci test_500_v2.conll --scier SciER/PLM

TDMSci (Hou et al., EACL 2021) is data/TDMSci/conllFormat/test_500_v2.conll of
https://github.com/IBM/science-result-extractor: on each line a token, its offset and its tag. It may also be passages
as `kg evaluate` reads them. SciER (Zhang et al., EMNLP 2024, arXiv:2410.21155) is test.jsonl and test_ood.jsonl in the
folder SciER/PLM of https://github.com/edzq/SciER: documents as lists of tokens. Every sentence is read by itself.
docs/model.md says how the types are mapped and what was found.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pydantic import TypeAdapter

from kg.errors import InputError
from kg.evaluation.gold import AnnotatedText, Gold, Span, read_gold
from kg.evaluation.report import score_extractions
from kg.extraction.pipeline import Extractor
from kg.records import Paper
from kg.text.lines import JsonModel, json_lines_of, numbered_lines, reading, validated
from kg.training.command import run
from kg.vocabulary import ENTITY_TYPES, EntityType

TYPES: dict[str, EntityType] = {
    "TASK": "Task",
    "DATASET": "Dataset",
    "METRIC": "Metric",
    "Task": "Task",
    "Dataset": "Dataset",
    "Method": "Method",
}
"""The types of this package by those of TDMSci and of SciER. Mentions of types that a test set lacks do not count."""

Name = tuple[int, int, str]
"""The first and the last token of a name, and its type as the test set has it."""


def read_tdmsci(path: Path) -> list[AnnotatedText]:
    """The sentences of TDMSci, with the blanks that they had.

    Raises:
        InputError: a line is not a token, an offset and a tag; names it.
    """
    with reading(path) as stream:
        if stream.peek(1)[:1] == b"{":
            return list(read_gold(path).texts)
        lines = list(numbered_lines(stream, str(path), "tokens with tags"))
    texts = []
    for blank, group in groupby(lines, key=lambda line: not line.text.strip()):
        if not blank:
            rows = [_row(line.text, f"{path}:{line.number}") for line in group]
            words = [(offset - rows[0][1], token) for token, offset, _ in rows]
            texts.append(_passage(words, names_of([tag for _, _, tag in rows]), str(path)))
    return texts


def _row(line: str, place: str) -> tuple[str, int, str]:
    fields = line.split("\t")
    if len(fields) == 3 and fields[1].isdecimal() and (fields[2] == "O" or fields[2][2:] in TYPES):
        return fields[0], int(fields[1]), fields[2]
    raise InputError(place, f"expected a token, its offset and its tag (F1, 2200, B-METRIC), found {line[:60]!r}")


def names_of(tags: Sequence[str]) -> list[Name]:
    """The names that tags B-, I- and O mark."""
    names: list[Name] = []
    for index, tag in enumerate(tags):
        if tag.startswith("I-") and names and names[-1][1:] == (index - 1, tag[2:]):
            names[-1] = (names[-1][0], index, tag[2:])
        elif tag != "O":
            names.append((index, index, tag[2:]))
    return names


class Document(JsonModel):
    """A line of SciER's folder PLM; the places in ``ner`` count the tokens of the whole document, ends inclusive."""

    sentences: tuple[tuple[str, ...], ...]
    ner: tuple[tuple[Name, ...], ...]


def read_scier(path: Path) -> list[AnnotatedText]:
    """The sentences of SciER.

    Raises:
        InputError: a line is not a document of SciER; names it.
    """
    adapter, texts = TypeAdapter(Document), []
    for line in json_lines_of(path, "a document of SciER"):
        document = validated(adapter, line.fields, line.place)
        before = 0
        for tokens, names in zip(document.sentences, document.ner, strict=False):
            here = [(first - before, last - before, label) for first, last, label in names]
            before += len(tokens)
            if any(not 0 <= first <= last < len(tokens) or label not in TYPES for first, last, label in here):
                raise InputError(line.place, "has names outside of their sentences, or of other types than SciER's")
            texts.append(_passage(list(closed_up(tokens)), here, line.place))
    return texts


def closed_up(tokens: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Tokens with their offsets in a text that has no blanks at hyphens, slashes, brackets and closing signs."""
    end, last = 0, "-"
    for token in tokens:
        offset = end + (last[-1:] not in "-/@([{" and token[:1] not in ",.;:!?%)]}/@'’-")
        yield offset, token
        end, last = offset + len(token), token


def _passage(words: Sequence[tuple[int, str]], names: Iterable[Name], place: str) -> AnnotatedText:
    """A text of words at offsets, in which the names are marked. It is the abstract of a paper without a title."""
    text = ""
    for offset, word in words:
        text = text.ljust(offset) + word
    spans = {
        Span(words[first][0] + 1, words[last][0] + len(words[last][1]) + 1, TYPES[label])
        for first, last, label in names
    }
    return AnnotatedText(Paper(id=place, title="", abstract=text), place, tuple(sorted(spans)))


def print_scores(name: str, texts: Sequence[AnnotatedText], extractor: Extractor) -> None:
    """A table of strict scores: exact span and type."""
    types = tuple(kind for kind in ENTITY_TYPES if any(span.type == kind for text in texts for span in text.spans))
    gold = Gold("passages", types, tuple(texts))
    found = extractor.pipe(text.paper for text in texts)
    scores = score_extractions(gold, found, lambda name: False, 0).scores
    print(f"\n{name}: {len(texts)} sentences\n\n| | precision | recall | F1 | annotated |\n|---|---|---|---|---|")
    for row in ("mention", *types):
        score = scores[row]
        print(f"| {row} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.gold} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tdmsci", type=Path, metavar="FILE", help="test_500_v2.conll, or passages as JSON lines")
    parser.add_argument("--scier", type=Path, metavar="FOLDER", help="with test.jsonl and test_ood.jsonl")
    args = parser.parse_args()
    if not args.tdmsci and not args.scier:
        parser.error("expected --tdmsci or --scier")
    sets = [("TDMSci test", read_tdmsci(args.tdmsci))] if args.tdmsci else []
    for name in ("test", "test_ood") if args.scier else ():
        sets.append((f"SciER {name}", read_scier(args.scier / f"{name}.jsonl")))
    extractor = Extractor()
    for name, texts in sets:
        print_scores(name, texts, extractor)


if __name__ == "__main__":
    run(main)
