"""The sample that ships with kg, and the questions that ``kg demo`` asks about it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CARD = "ImageNet"


@dataclass(frozen=True, slots=True)
class SampleQuestion:
    """A shipped query with parameters that the sample has an answer to."""

    text: str
    name: str
    parameters: Mapping[str, str]

    def command(self, graph: Path) -> str:
        """The command that gives the same answer."""
        options = " ".join(f"--{name} {shlex.quote(value)}" for name, value in self.parameters.items())
        return f"kg ask {self.name} {options} -g {shlex.quote(str(graph))}"


QUESTIONS = (
    SampleQuestion("Which datasets do the papers use most?", "most-used", {"type": "dataset", "limit": "6"}),
    SampleQuestion(
        "Who reports the best top-1 accuracy on ImageNet?",
        "leaderboard",
        {"dataset": "ImageNet", "metric": "top-1 accuracy", "limit": "6"},
    ),
    SampleQuestion(
        "Which papers evaluate on SQuAD, and where is their code?",
        "papers-on-dataset",
        {"dataset": "SQuAD", "limit": "6"},
    ),
)


def sample_pages() -> list[str]:
    """The listing pages of the sample: landmark papers with abstracts in our own words."""
    return sorted(str(page) for page in (Path(__file__).parent / "sample").glob("*.txt"))


def next_steps(graph: Path) -> dict[str, str]:
    """Commands to try next, and what each shows."""
    at = f"-g {shlex.quote(str(graph))}"
    return {
        f"kg lookup resnet {at}": "one method, found in any spelling",
        "kg ask --list": "all questions that can be asked by name",
        f"kg export -f turtle -o sample.ttl {at}": "the whole graph as a file",
        "kg build PAGES... && kg lookup NAME": "your own pages; the graph is in ./output",
    }
