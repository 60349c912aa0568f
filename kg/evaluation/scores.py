"""Strict scores: what was found compared with what was annotated, as precision, recall and F1.

For each text two sets of keys are compared. A name counts once a paper, with its type and its exact words up to case,
hyphens, a plural and a trailing "dataset" or "score"; a mention counts each time, with its exact span and type.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from kg.evaluation.gold import AnnotatedText, GoldResult, Span
from kg.jsonrecord import Record
from kg.records import Extraction, Result
from kg.vocabulary import ENTITY_TYPES, EntityType, Role

Key = tuple[EntityType, str]
"""A name that counts once a paper: its type and its normal form."""

WITH_ROLE: tuple[EntityType, ...] = ("Method", "Dataset")  # the types whose role is scored

RESULT_ROWS = {
    "result": ("value", "metric"),
    "result+dataset": ("value", "metric", "dataset"),
    "result+method": ("value", "metric", "method"),
    "result whole": ("value", "metric", "dataset", "relative"),
    "board": ("value", "metric", "dataset"),
}
"""The rows about results, and the parts of a result that are compared there."""

_TRAILING: dict[EntityType, frozenset[str]] = {
    "Dataset": frozenset(
        {"dataset", "datasets", "data set", "data sets", "benchmark", "benchmarks", "corpus", "database"}
    ),
    "Metric": frozenset({"score", "scores", "metric", "metrics", "value", "values"}),
    "Method": frozenset({"method", "methods", "algorithm", "algorithms", "approach", "approaches"}),
    "Task": frozenset({"task", "tasks", "problem", "problems"}),
}


# --- when two are the same -------------------------------------------------------------------------------------------
# Not kg.text.names, which decides what is one node of the graph: these are the definitions of the scorer that was
# published with the annotations, kept to the letter so that scores can be compared.


def normal(name: str, type: EntityType | None = None) -> str:
    """A name up to case, hyphens and slashes, surrounding punctuation, trailing nouns of its type, and a plural.

    >>> normal("ImageNet datasets", "Dataset"), normal("Fine-Tuning Methods", "Method"), normal("text_queries")
    ('imagenet', 'fine tuning', 'text query')
    """
    words = re.sub(r"[\s\-‐-―_/]+", " ", name.lower()).strip(" .,;:'\"()[]{}`").split()
    trailing = _TRAILING[type] if type else frozenset()
    while len(words) > 1 and words[-1] in trailing:
        words.pop()
    if words:
        words[-1] = _singular(words[-1])
    return " ".join(words)


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and re.search(r"(ss|x|ch|sh)es$", word):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def normal_address(url: str) -> str:
    """An address up to scheme, "www.", case, trailing punctuation and ".git".

    >>> normal_address("https://www.GitHub.com/owner/name.git/")
    'github.com/owner/name'
    """
    bare = re.sub(r"^https?://(www\.)?", "", re.sub(r"\s+", "", url)).rstrip("/.,;:)}]>")
    return re.sub(r"\.git$", "", bare).lower()


def normal_value(value: str) -> str:
    r"""A reported number without its unit and without separators.

    >>> normal_value("65.0\\%"), normal_value("1,200 times"), normal_value("2.5×")
    ('65.0', '1200', '2.5')
    """
    digits = re.sub(r"[\s\\$]|(?<=\d),(?=\d{3})", "", value).replace("percent", "%").replace("×", "x")
    return digits.rstrip("timesx%").lower()


# --- what is compared ------------------------------------------------------------------------------------------------


def paper_keys(text: AnnotatedText | Extraction) -> dict[str, set[Hashable]]:
    """What counts in a paper, by row of the table; rows that nobody annotated are absent."""
    rows: dict[str, set[Hashable]] = {}
    if text.entities is not None:
        roles = role_by_key(text)
        rows["entity"] = set(roles)
        rows["untyped"] = {name for _, name in roles}
        rows["introduced"] = {key for key, role in roles.items() if role == "introduced" and key[0] in WITH_ROLE}
        rows["mention"] = set(spans_of(text))
        for kind in ENTITY_TYPES:
            rows[kind] = {key for key in roles if key[0] == kind}
    if text.links is not None:
        rows["link"] = {normal_address(link.url) for link in text.links}
    if text.abbreviations is not None:
        rows["abbreviation"] = {(short, normal(long)) for short, long in text.abbreviations}
    if text.results is not None:
        results = [_result_parts(result) for result in text.results]
        for row, parts in RESULT_ROWS.items():
            rows[row] = {
                tuple(result[part] for part in parts) for result in results if row != "board" or on_board(result)
            }
    return rows


def _result_parts(result: GoldResult | Result) -> Mapping[str, str | bool]:
    """The parts of a result as they are compared."""
    return {
        "value": normal_value(result.value),
        "metric": normal(result.metric or "", "Metric"),
        "dataset": normal(result.dataset or "", "Dataset"),
        "method": normal(result.method or "", "Method"),
        "relative": bool(result.relative),
    }


def on_board(result: Mapping[str, str | bool]) -> bool:
    """Whether a result can be on a leaderboard: an absolute value of a metric on a dataset."""
    return bool(result["metric"] and result["dataset"] and not result["relative"])


def passage_keys(text: AnnotatedText | Extraction, types: tuple[EntityType, ...]) -> dict[str, set[Hashable]]:
    """What counts in a passage, by row of the table: the marked spans of some types."""
    spans = [span for span in spans_of(text) if span.type in types]
    by_type: dict[str, set[Hashable]] = {kind: {span for span in spans if span.type == kind} for kind in types}
    return {"mention": set(spans), "untyped": {(span.start, span.end) for span in spans}, **by_type}


def role_by_key(text: AnnotatedText | Extraction) -> Mapping[Key, Role | None]:
    """The role of each name of a paper."""
    return {(entity.type, normal(entity.text, entity.type)): entity.role for entity in text.entities or ()}


def spans_of(text: AnnotatedText | Extraction) -> list[Span]:
    """The spans of a text's mentions, sorted by offset."""
    if isinstance(text, AnnotatedText):
        return list(text.spans)
    return [Span(mention.start, mention.end, mention.type) for mention in text.entities]


# --- how they are counted --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score(Record):
    """A row of the table; ``gold`` is the number of annotated keys."""

    precision: float
    recall: float
    f1: float
    gold: int


@dataclass(slots=True)
class Tally:
    """Counts over texts."""

    hit: int = 0
    spurious: int = 0
    missed: int = 0

    def add(self, gold: set[Hashable], found: set[Hashable]) -> None:
        """Count one text."""
        self.hit += len(gold & found)
        self.spurious += len(found - gold)
        self.missed += len(gold - found)

    def score(self) -> Score:
        """The row; the precision is 0 where nothing was found, the recall where nothing is annotated."""
        precision = _share(self.hit, self.hit + self.spurious)
        recall = _share(self.hit, self.hit + self.missed)
        return Score(precision, recall, _share(2 * precision * recall, precision + recall), gold=self.hit + self.missed)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
