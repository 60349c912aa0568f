"""Whether graphs of the same papers have the same bytes: one build or five in another order, one worker or two.

python tests/benchmarks/bytes.py PAPERS... [--papers N]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import kg
from kg.records import Paper
from kg.sources import read_papers
from kg.training.command import run

_PARTS = 5
_FORMATS = ("turtle", "jsonld", "nquads")
_FIELDS = ("id", "title", "abstract", "authors", "year", "venue", "url", "github")


def write_part(path: Path, papers: Iterable[Paper]) -> None:
    """Papers as JSON lines."""
    records = ({name: value for name in _FIELDS if (value := getattr(paper, name))} for paper in papers)
    path.write_text("".join(json.dumps({"abstract": "", **record}) + "\n" for record in records), encoding="utf-8")


def digests(graph: Path) -> dict[str, str]:
    """The digest of the graph's export in each format."""
    found = {}
    for name in _FORMATS:
        stream = io.BytesIO()
        kg.KnowledgeGraph(graph).export(name, stream)
        found[name] = hashlib.sha256(stream.getvalue()).hexdigest()[:12]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--papers", type=int, default=1000)
    args = parser.parse_args()
    papers = list(islice(read_papers(args.inputs, print), args.papers))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pages = root / "pages"
        pages.mkdir()
        parts = [pages / f"{number}.jsonl" for number in range(_PARTS)]
        for number, part in enumerate(parts):
            write_part(part, papers[number::_PARTS])
        kg.build([pages], root / "one", workers=1)
        kg.build([pages], root / "two", workers=2)
        for part in reversed(parts):
            kg.build([part], root / "five")
        found = {name: digests(root / name) for name in ("one", "two", "five")}
    for name, by_format in found.items():
        print(f"{name}: {by_format}")
    print("the same" if found["one"] == found["two"] == found["five"] else "NOT the same")


if __name__ == "__main__":
    run(main)
