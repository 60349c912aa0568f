"""Papers of many kinds, made by chance, for tests that need more texts than anyone would write by hand."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from importlib.resources import files

import pytest
from spacy.language import Language

from kg.extraction import Extractor, pipeline
from kg.extraction.pipeline import READ_BY_TAGGER
from kg.records import Extraction, Paper

SENTENCES = (
    "We propose {name}, a {word} {word} network for {word} classification.",
    "{name} reaches {number}% accuracy on {name} and {number} mIoU on CIFAR-10.",
    "Compared with ResNet-50, our {word} {word} method ({name}) is {number}x faster.",
    "{word} {word} models are {word} when the {word} of {word} data is {word}.",
    "$\\beta$-{name} is trained with a {word} loss, see https://example.org/{word}/{word}.",
    "RESULTS: the {word} error falls from {number} to {number} on ImageNet and {name}.",
    "{Word}-{word} learning, dubbed {name}, needs {number} ms.",
)


@pytest.fixture(scope="session")
def nlp() -> Language:
    """A pipeline of no components, for tests of single ones; they only read with it."""
    return pipeline.build_pipeline(components=())


@pytest.fixture(scope="session")
def hinting() -> Language:
    """A pipeline that ends before the tagger; tests only read with it."""
    return pipeline.build_pipeline(components=READ_BY_TAGGER)


@pytest.fixture(scope="session")
def mixed_papers() -> list[Paper]:
    """300 papers of 1 to 12 sentences with frequent and invented words, short ones between long ones."""
    chance = random.Random(12)
    words = files("kg.text").joinpath("words.txt").read_text(encoding="utf-8").split()
    syllables = ("fro", "pad", "net", "Lil", "y", "VQ", "Bench", "tad", "X", "mo", "GAN", "2", "hop")

    makers: dict[str, Callable[[], str]] = {
        "name": lambda: "".join(chance.choices(syllables, k=chance.randint(2, 4))),
        "number": lambda: f"{chance.uniform(1, 99):.1f}",
        "word": lambda: chance.choice(words),
        "Word": lambda: chance.choice(words).capitalize(),
    }

    def sentence() -> str:
        return re.sub(r"{(\w+)}", lambda slot: makers[slot[1]](), chance.choice(SENTENCES))

    return [
        Paper(
            id=str(number),
            title=" ".join(chance.choices(words, k=chance.randint(1, 9))).capitalize(),
            abstract=" ".join(sentence() for _ in range(chance.choice((1, 2, 4, 8, 12)))),
        )
        for number in range(300)
    ]


@pytest.fixture(scope="session")
def found_alone(mixed_papers: list[Paper], extractor: Extractor) -> list[Extraction]:
    """What is found in the first of the mixed papers, each read alone."""
    return [extractor(paper) for paper in mixed_papers[:24]]
