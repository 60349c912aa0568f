"""The evaluation of resolution: whether two names lead to one entity exactly if people say that they are the same.

A file of pairs has an object a line, ``{"type", "a": {"name", "paper"?}, "b": {"name", "paper"?}, "same"}``. A name
with the id of a paper has the meaning that it has in that paper, any other the meaning that it has in the corpus. The
corpus is a set of papers that are extracted and resolved together; a name that no paper has is resolved by the corpus
and the curated files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from kg.errors import InputError
from kg.extraction import Extractor
from kg.extraction.parallel import extract_all
from kg.jsonrecord import Record
from kg.records import Extraction
from kg.resolution import Resolver, read_curated, read_senses
from kg.sources import read_papers
from kg.sources.duplicates import merged, papers_of
from kg.text.lines import JsonModel, NonEmpty, json_lines_of, validated
from kg.vocabulary import EntityType

_EXPECTED = '{"type", "a": {"name", "paper"?}, "b": {"name", "paper"?}, "same"}'


class NameInPaper(JsonModel):
    """A name, and the id of a paper if it is the name as used there."""

    name: NonEmpty
    paper: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.paper})" if self.paper else self.name


class Pair(JsonModel):
    """Two names of a type, and whether they are the same thing."""

    type: EntityType
    a: NameInPaper
    b: NameInPaper
    same: Annotated[bool, Field(strict=True)]


_PAIR = TypeAdapter(Pair)


@dataclass(frozen=True, slots=True)
class ResolutionScore(Record):
    """How many pairs were resolved right, and the pairs that were wrongly merged and wrongly kept apart."""

    right: int
    wrong_merges: tuple[Pair, ...]
    wrong_splits: tuple[Pair, ...]

    def as_dict(self) -> dict[str, Any]:
        """The four counts."""
        merges, splits = len(self.wrong_merges), len(self.wrong_splits)
        return {"right": self.right, "wrong": merges + splits, "wrong_merges": merges, "wrong_splits": splits}


def evaluate_resolution(
    pairs: Path,
    papers: Sequence[str | Path],
    *,
    rules: Sequence[Path] = (),
    model: Path | None = None,
    warn: Callable[[str], None] = lambda line: None,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> ResolutionScore:
    """Extract and resolve papers, and compare pairs of names with the judgements of people.

    Args:
        pairs: JSON lines as described above.
        papers: the corpus: listing pages or JSON lines, files or folders.
        rules: folders of further rule files.
        model: folder of a model in place of the shipped one.
        warn: called with a line for each paper that is skipped.
        progress: called as papers are done.

    Raises:
        InputError: a pair, a paper, a rule file or the model is wrong, or no paper has the id that a pair names; names
            file and line.
    """
    lines = json_lines_of(pairs, _EXPECTED)
    placed = [(line.place, validated(_PAIR, line.fields, line.place)) for line in lines]
    if not placed:
        raise InputError(str(pairs), "has no pair of names")
    listed = [paper.entries for paper in papers_of(read_papers(papers, warn))]
    _check_ids(placed, {entry.id for entries in listed for entry in entries})
    resolver = Resolver(curated=read_curated(rules), elsewhere=read_senses(rules))
    extractions: dict[str, Extraction] = {}
    progress("extracting", 0, len(listed))
    found = extract_all(map(merged, listed), Extractor(rules, model))
    for done, (entries, extraction) in enumerate(zip(listed, found, strict=True), start=1):
        resolver.add(extraction)
        extractions.update({entry.id: extraction for entry in entries})
        progress("extracting", done, len(listed))
    return judge((pair for _, pair in placed), resolver, extractions)


def _check_ids(placed: Iterable[tuple[str, Pair]], known: Collection[str]) -> None:
    for place, pair in placed:
        for name in (pair.a, pair.b):
            if name.paper is not None and name.paper not in known:
                raise InputError(place, f'no paper has the id "{name.paper}"')


def judge(pairs: Iterable[Pair], resolver: Resolver, papers: dict[str, Extraction]) -> ResolutionScore:
    """Compare what a resolver says about pairs of names with what people say about them.

    Args:
        pairs: both names of a pair are taken as names of entities of its type.
        resolver: all papers were added to it.
        papers: what was found in the papers, by paper id.
    """
    judged = list(pairs)
    for pair in judged:
        for name in (pair.a, pair.b):
            resolver.attest(pair.type, name.name)
    right = 0
    merges: list[Pair] = []
    splits: list[Pair] = []
    for pair in judged:
        one, other = (
            resolver.identity(pair.type, name.name, papers[name.paper] if name.paper else None)
            for name in (pair.a, pair.b)
        )
        if (one == other) == pair.same:
            right += 1
        else:
            (splits if pair.same else merges).append(pair)
    return ResolutionScore(right, tuple(merges), tuple(splits))
