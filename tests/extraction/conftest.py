"""Papers of many kinds, made by chance, for tests that need more texts than anyone would write by hand."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
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


ANOTHER = """
import contextlib, io, json, sys
import kg.extraction
for line in sys.stdin:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(json.loads(line), {})
    print(json.dumps(printed.getvalue()), flush=True)
"""


@pytest.fixture(scope="session")
def in_another_process() -> Iterator[Callable[[str], str]]:
    """Runs code in a process that has imported ``kg.extraction`` and nothing else, and whose hashes have the seed 1.

    Gives what the code prints. It is one process for all tests, because to import spaCy takes long.
    """
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", ANOTHER]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin and other.stdout
        stdin, stdout = other.stdin, other.stdout

        def run(code: str) -> str:
            print(json.dumps(code), file=stdin, flush=True)
            printed: str = json.loads(stdout.readline())
            return printed

        yield run
        stdin.close()


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
