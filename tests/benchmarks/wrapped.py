"""How many papers give other finds when their abstracts are wrapped at 79 characters; the first few are shown.

python tests/benchmarks/wrapped.py PAPERS... [--papers N]
"""

from __future__ import annotations

import argparse
import textwrap
from collections import Counter
from dataclasses import replace
from itertools import islice

from kg.extraction import Extractor
from kg.records import Extraction
from kg.sources import read_papers
from kg.text.plain import unwrapped
from kg.training.command import run

_SHOWN = 20
_WIDTH = 79


def finds(found: Extraction) -> dict[str, Counter[object]]:
    """What was found, without offsets and line breaks."""
    return {
        "entities": Counter((m.type, unwrapped(m.text), m.role) for m in found.entities),
        "abbreviations": Counter(tuple(map(unwrapped, pair)) for pair in found.abbreviations),
        "links": Counter((link.url, link.kind) for link in found.links),
        "results": Counter(
            tuple(unwrapped(words or "") for words in (r.metric, r.value, r.dataset, r.method)) for r in found.results
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--papers", type=int, default=1000)
    args = parser.parse_args()
    papers = list(islice(read_papers(args.inputs, print), args.papers))
    wrapped = [replace(paper, abstract=textwrap.fill(paper.abstract, _WIDTH)) for paper in papers]
    extractor = Extractor()
    differences: Counter[str] = Counter()
    for paper, first, second in zip(papers, extractor.pipe(papers), extractor.pipe(wrapped), strict=True):
        of_second = finds(second)
        for sort, given in finds(first).items():
            if given == of_second[sort]:
                continue
            differences[sort] += 1
            if differences.total() <= _SHOWN:
                only, other = (list(counts) for counts in (given - of_second[sort], of_second[sort] - given))
                print(f"{paper.id}: {sort}: only as given {only}, only wrapped {other}")
    print(f"{len(papers)} papers, with other {', '.join(f'{sort}: {differences[sort]}' for sort in finds(first))}")


if __name__ == "__main__":
    run(main)
