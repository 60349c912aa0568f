"""Invented abstracts with results, for ways of writing that the annotated papers hold few examples of.

``invented.jsonl`` has a sentence on each line, with slots for names and values, and the results in it. Most say whose
number is whose: "from 71% to 75%", "humans reach 99%", "compared to 81% for another".

``abstracts.jsonl.gz`` has whole abstracts with their results. Each follows the way in which a paper reports its
numbers, in other words and about other things; its id is that of the paper, "#" and a number.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.evaluation.gold import AnnotatedText, GoldResult, read_gold
from kg.records import Paper

SENTENCES = Path(__file__).with_name("invented.jsonl")
WHOSE = Path(__file__).with_name("whose.jsonl")
ABSTRACTS = Path(__file__).with_name("abstracts.jsonl.gz")


def invented_abstracts() -> Sequence[AnnotatedText]:
    """The invented abstracts that follow papers."""
    return read_gold(ABSTRACTS).texts


def followed(paper: Paper) -> str:
    """The id of the paper that an invented abstract follows; "" for other papers.

    >>> followed(Paper(id="frogs2020/12#1", title="", abstract=""))
    'frogs2020/12'
    """
    return paper.id.rpartition("#")[0]


def invented_texts(fills: int, sentences: Path = SENTENCES) -> Iterator[AnnotatedText]:
    """The invented abstracts of a file, each sentence with some fills of its slots."""
    chance = random.Random(0)
    names = {line["slot"]: line["names"] for line in _lines(SENTENCES) if "slot" in line}
    for number, line in enumerate(line for line in _lines(sentences) if "text" in line):
        for fill in range(fills):
            yield _filled(line, names, chance, f"{sentences.stem}-{number}-{fill}")


def _lines(path: Path) -> list[dict[str, Any]]:
    return list(map(json.loads, path.read_text(encoding="utf-8").splitlines()))


def _filled(
    line: Mapping[str, Any], names: Mapping[str, Sequence[str]], chance: random.Random, id: str
) -> AnnotatedText:
    slots = {slot: chance.choice(names[slot]) for slot in ("own", "metric", "measure")}
    slots["other"], slots["another"] = chance.sample(names["other"], 2)
    slots["dataset"], slots["second"] = chance.sample(names["dataset"], 2)
    unit = chance.choice(["%", "%", ""])
    tenths = chance.sample(range(100, 990), 4) + chance.sample(range(3, 100), 2)  # scores, and what is gained or lost
    values = [f"{value / 10:.1f}" for value in tenths]

    def fill(text: str) -> str:
        with_unit = re.sub(r"(\{\d\})(?! s\b| FPS)", rf"\1{unit}", text)
        return re.sub(r"\{(\w+)\}", lambda m: values[int(m[1]) - 1] if m[1].isdigit() else slots[m[1]], with_unit)

    results = tuple(
        GoldResult(**{part: fill(given) if isinstance(given, str) else given for part, given in result.items()})
        for result in line["results"]
    )
    abstract = f"{fill(chance.choice(names['opening']))} {fill(line['text'])}"
    return AnnotatedText(Paper(id=id, title="On learning in ponds", abstract=abstract), id, (), None, results=results)
