"""Seconds to load the pipeline, papers a second in one process, and the share of time of each component.

python tests/benchmarks/throughput.py PAPERS... [--papers N]
"""

from __future__ import annotations

import argparse
import time
from itertools import islice

from kg.extraction import Extractor
from kg.extraction.document import make_doc
from kg.extraction.pipeline import record
from kg.sources import read_papers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--papers", type=int, default=1000)
    args = parser.parse_args()
    started = time.perf_counter()
    nlp = Extractor().nlp
    print(f"{time.perf_counter() - started:.2f} s to load the pipeline")
    papers = list(islice(read_papers(args.inputs, print), args.papers))
    times: dict[str, float] = {}

    started = time.perf_counter()
    docs = [make_doc(nlp, paper) for paper in papers]
    times["tokens"] = time.perf_counter() - started
    for name, component in nlp.pipeline:
        started = time.perf_counter()
        docs = [component(doc) for doc in docs]
        times[name] = time.perf_counter() - started
    started = time.perf_counter()
    for doc in docs:
        record(doc)
    times["records"] = time.perf_counter() - started

    total = sum(times.values())
    print(f"{len(papers) / total:.0f} papers a second ({len(papers)} papers)")
    for name, spent in sorted(times.items(), key=lambda item: -item[1]):
        print(f"  {spent / total:4.0%}  {name}")


if __name__ == "__main__":
    main()
