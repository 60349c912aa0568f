"""Score the extraction on annotated papers and print the README's table.

    python tests/benchmarks/scores.py GOLD [NAME] [--kept] [--model MODEL]

GOLD is a folder with NAME.jsonl (annotations, "dev" unless another is named) and papers.jsonl. With --kept, of the
papers in NAME.jsonl those alone that no command of kg.training learns from when the file is given as --aside.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import kg
from kg.records import Paper
from kg.terminal.evaluation import LABELS
from kg.training.annotated import is_kept
from kg.training.command import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("name", nargs="?", default="dev")
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    lines = (args.gold / f"{args.name}.jsonl").read_text(encoding="utf-8").splitlines()
    if args.kept:
        lines = [line for line in lines if is_kept(Paper(id=json.loads(line)["id"], title="", abstract=""))]
    with tempfile.TemporaryDirectory() as folder:
        annotated = Path(folder) / "annotated.jsonl"
        annotated.write_text("\n".join(lines), encoding="utf-8")
        evaluation = kg.evaluate(annotated, papers=args.gold / "papers.jsonl", model=args.model)
    print(f"{evaluation.texts} papers\n")
    print("| | precision | recall | F1 | annotated |\n|---|---|---|---|---|")
    for row, label in LABELS["papers"].items():
        if row != "mention" and (row != "untyped" or args.kept):
            score = evaluation.scores[row]
            digits = 3 if args.kept else 2
            figures = " | ".join(f"{figure:.{digits}f}" for figure in (score.precision, score.recall, score.f1))
            print(f"| {label} | {figures} | {score.gold} |")


if __name__ == "__main__":
    run(main)
