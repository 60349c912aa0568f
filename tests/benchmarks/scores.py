"""Score the extraction on annotated papers and print the README's table.

    python tests/benchmarks/scores.py GOLD [NAME]

GOLD is a folder with NAME.jsonl (annotations, "dev" unless another is named) and papers.jsonl.
"""

from __future__ import annotations

import sys
from pathlib import Path

import kg
from kg.terminal.evaluation import LABELS


def main(gold: Path, name: str = "dev") -> None:
    evaluation = kg.evaluate(gold / f"{name}.jsonl", papers=gold / "papers.jsonl")
    print(f"{evaluation.texts} papers\n")
    print("| | precision | recall | F1 | annotated |\n|---|---|---|---|---|")
    for row, label in LABELS["papers"].items():
        if row not in ("untyped", "mention"):
            score = evaluation.scores[row]
            print(f"| {label} | {score.precision:.2f} | {score.recall:.2f} | {score.f1:.2f} | {score.gold} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
