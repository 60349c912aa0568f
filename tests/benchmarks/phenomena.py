"""How results are read by the way in which they are written: a behavioural test (Ribeiro et al. 2020, "CheckList").

    python tests/benchmarks/phenomena.py [--model MODEL] [--half read|aside] [--errors]

``phenomena.jsonl`` has short abstracts that were written for this, 16 for each of twelve ways of writing and 120 more
about whose a number is ("whose2"), with their results. They are harder than abstracts of papers: most have one sentence
with numbers, a name that no title repeats, and an unusual order of words. Errors in one half of them were read when
numbers, units and methods were mended; the other half was kept aside. With --errors the abstracts are shown that are
read wrongly.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import kg
from kg.evaluation.gold import read_gold
from kg.evaluation.scores import RESULT_ROWS, Tally, paper_keys
from kg.training.command import run

CASES = Path(__file__).with_name("phenomena.jsonl")
ROWS = [row for row in RESULT_ROWS if row != "board"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--half", choices=("read", "aside"))
    parser.add_argument("--errors", action="store_true")
    args = parser.parse_args()
    extractor = kg.load(model=args.model)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    cases: dict[str, int] = defaultdict(int)
    for text in read_gold(CASES).texts:
        half, _, name = text.paper.id.partition("/")
        if half == (args.half or half):
            extraction = extractor(text.paper)
            annotated, found = paper_keys(text), paper_keys(extraction)
            for kind in (name.rpartition("-")[0], "all"):
                cases[kind] += 1
                for row in ROWS:
                    tallies[kind, row].add(annotated[row], found[row])
            if args.errors and annotated["result whole"] != found["result whole"]:
                print(f"{text.paper.id}: {text.paper.abstract}")
                for result in extraction.results:
                    print(f"    {result.value} | {result.metric} | {result.dataset} | {result.method}")
    print(f"| F1 | abstracts | {' | '.join(ROWS)} |\n|{'---|' * (len(ROWS) + 2)}")
    for kind in sorted(cases, key=lambda kind: (kind == "all", kind)):
        scores = " | ".join(f"{tallies[kind, row].score().f1:.2f}" for row in ROWS)
        print(f"| {kind} | {cases[kind]} | {scores} |")


if __name__ == "__main__":
    run(main)
