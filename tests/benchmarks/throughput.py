"""Seconds to load the pipeline, papers a second in one process, and what each component costs a paper.

    python tests/benchmarks/throughput.py PAPERS... [--papers N]

The papers go through the components in batches, as in :meth:`kg.extraction.Extractor.pipe`. Time is that of the
processor, which other programs on the machine disturb less than that of the clock.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

from kg.extraction import Extractor
from kg.extraction.document import make_doc
from kg.extraction.pipeline import record
from kg.extraction.tagger.crf import batched
from kg.sources import read_papers
from kg.training.command import run

Made = TypeVar("Made")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--papers", type=int, default=1000)
    args = parser.parse_args()
    started = time.process_time()
    nlp = Extractor().nlp
    print(f"{time.process_time() - started:.2f} s to load the pipeline")
    papers = list(islice(read_papers(args.inputs, print), args.papers))
    spent: Counter[str] = Counter()

    def timed(name: str, work: Callable[[], Made]) -> Made:
        started = time.process_time()
        made = work()
        spent[name] += time.process_time() - started  # type: ignore[assignment]
        return made

    def through(component: Any, docs: list[Any]) -> list[Any]:
        return [*component.pipe(docs)] if hasattr(component, "pipe") else [*map(component, docs)]

    for batch in batched(papers, 64):
        docs = timed("tokens", lambda batch=batch: [make_doc(nlp, paper) for paper in batch])  # type: ignore[misc]
        for name, component in nlp.pipeline:
            if name != "spans":
                docs = timed(name, lambda c=component, docs=docs: through(c, docs))  # type: ignore[misc]
        timed("records", lambda docs=docs: [record(doc) for doc in docs])  # type: ignore[misc]

    total, count = sum(spent.values()), len(papers)
    print(f"{count / total:.0f} papers a second ({count} papers), {1000 * total / count:.2f} ms a paper")
    for name, seconds in spent.most_common():
        print(f"  {1000 * seconds / count:5.2f} ms  {seconds / total:4.0%}  {name}")


if __name__ == "__main__":
    run(main)
