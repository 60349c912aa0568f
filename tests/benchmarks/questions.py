"""How long every question of docs/questions.md takes on a graph that is open and warm.

    python tests/benchmarks/questions.py GRAPH

Finding the names in the graph, the query, and writing the answer as CSV are counted; starting Python and opening the
store are not. What is printed is the median of some runs after a first one, in milliseconds, and the number of rows.
"""

from __future__ import annotations

import io
import re
import shlex
import sys
import time
from pathlib import Path
from statistics import median

import kg
from kg.training.command import run

RUNS = 7
QUESTIONS = Path(__file__).parents[2] / "docs" / "questions.md"


def commands() -> list[tuple[str, dict[str, str]]]:
    """The name and the parameters of each shipped query in the table."""
    found = []
    for line in re.findall(r"`kg ask (.*)` \|", QUESTIONS.read_text(encoding="utf-8")):
        name, *words = shlex.split(line)
        found.append((name, {word[2:]: value for word, value in zip(words[::2], words[1::2], strict=True)}))
    return found


def main(folder: str) -> None:
    graph = kg.KnowledgeGraph(folder)
    slowest = 0.0
    for name, parameters in commands():
        times = []
        for _ in range(RUNS + 1):
            started = time.perf_counter()
            answer = graph.ask(name, parameters)
            written = io.BytesIO()
            answer.write(written, "csv" if answer.kind == "select" else "ntriples")
            times.append(1000 * (time.perf_counter() - started))
        rows = written.getvalue().count(b"\n") - (answer.kind == "select")
        slowest = max(slowest, median(times[1:]))
        print(f"{median(times[1:]):6.1f} ms (first {times[0]:6.1f})  {rows:4} rows  {name}")
    print(f"slowest {slowest:.1f} ms")


if __name__ == "__main__":
    run(lambda: main(sys.argv[1]))
