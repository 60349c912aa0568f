"""Compare the speed of the extraction with that of spaCy's stock NER (96 wide, 4 convolutions) in one run.

    python tests/benchmarks/stock.py PAPERS [COUNT]

Both work through the same papers in turn, in this process, each in one thread, and the median of the ratios counts.
Time is that of the processor, which other programs on the machine disturb less than that of the clock. The stock
pipeline is not trained, which does not change its speed; both are loaded before the first round.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median

import spacy

import kg
from kg.extraction.pipeline import Extractor
from kg.training.command import run

ROUNDS = 5


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=200)
    args = parser.parse_args()
    papers = list(islice(kg.read_papers([args.papers], print), args.count))
    stock = spacy.blank("en")
    ner = stock.add_pipe("ner")
    for label in ("Method", "Dataset", "Metric", "Task"):
        ner.add_label(label)  # type: ignore[attr-defined]
    stock.initialize()
    extractor = Extractor()
    list(extractor.pipe(papers[:1]))
    ratios = []
    for _ in range(ROUNDS):
        theirs = seconds(lambda: list(stock.pipe(paper.text for paper in papers)))
        ours = seconds(lambda: list(extractor.pipe(papers)))
        ratios.append(theirs / ours)
        print(f"stock {len(papers) / theirs:.0f} papers/s, ours {len(papers) / ours:.0f}, ratio {ratios[-1]:.2f}")
    print(f"median ratio {median(ratios):.2f}")


if __name__ == "__main__":
    run(main)
