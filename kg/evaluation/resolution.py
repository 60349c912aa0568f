"""Whether names that are the same thing meet at one entity, and others do not: pairs of names, judged by people.

A file of pairs holds an object a line, ``{"type", "a": {"name", "paper"?}, "b": {"name", "paper"?}, "same"}``. A name
with the id of a paper is meant as in that paper, another one as in the corpus. The corpus is a set of papers that are
extracted and resolved together; names that no paper has are judged by what the corpus and the curated files say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from kg.errors import InputError
from kg.extraction import Extractor
from kg.extraction.parallel import extract_all
from kg.records import Extraction, Record
from kg.resolution import Resolver, read_curated, read_senses
from kg.sources import read_papers
from kg.sources.duplicates import by_title, merged
from kg.text.lines import JsonModel, json_lines_of, validated
from kg.vocabulary import EntityType

_EXPECTED = '{"type", "a": {"name", "paper"?}, "b": {"name", "paper"?}, "same"}'


class NameInPaper(JsonModel):
    """A name, and the id of the paper that it is meant in, if it is meant in one."""

    name: Annotated[str, Field(min_length=1)]
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
    """How many pairs were judged right, and those that were not: joined wrongly, kept apart wrongly."""

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
    """Extract and resolve papers, and judge pairs of names in them.

    Args:
        pairs: JSON lines as told above.
        papers: the corpus: listing pages or JSON lines, files or folders.
        rules: folders of further rule files.
        model: folder of a model in place of the shipped one.
        warn: called with a line for each paper that is skipped.
        progress: called as papers are done.

    Raises:
        InputError: a pair, a paper, a rule file or the model is wrong, or a pair names a paper that is not there; names
            file and line.
    """
    placed = list(_read(pairs))
    if not placed:
        raise InputError(str(pairs), "has no pair of names")
    listed = [entries for _, entries in sorted(by_title(read_papers(papers, warn)).items())]
    known = {entry.id for entries in listed for entry in entries}
    for place, pair in placed:
        for name in (pair.a, pair.b):
            if name.paper is not None and name.paper not in known:
                raise InputError(place, f'the papers have none with the id "{name.paper}"')
    resolver = Resolver(curated=read_curated(rules), elsewhere=read_senses(rules))
    extractions: dict[str, Extraction] = {}
    progress("extracting", 0, len(listed))
    found = extract_all(map(merged, listed), Extractor(rules, model))
    for done, (entries, extraction) in enumerate(zip(listed, found, strict=True), start=1):
        resolver.add(extraction)
        extractions.update({entry.id: extraction for entry in entries})
        progress("extracting", done, len(listed))
    return judge((pair for _, pair in placed), resolver, extractions)


def judge(pairs: Iterable[Pair], resolver: Resolver, papers: dict[str, Extraction]) -> ResolutionScore:
    """Compare what a resolver makes of pairs with what people say of them.

    Args:
        pairs: their names; each counts as the name of something of the pair's type.
        resolver: has taken all papers.
        papers: what was found in the papers, by their ids.
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


def _read(path: Path) -> Iterable[tuple[str, Pair]]:
    for line in json_lines_of(path, _EXPECTED):
        yield line.place, validated(_PAIR, line.fields, line.place)
