"""Reads files of which the papers are known, and counts the entries and fields that come out right.

Run by hand: ``python tests/benchmarks/samples.py FOLDER``. The folder holds the files, and ``truth/FILE.jsonl`` with a
line for each entry of FILE: ``{"title", "abstract", "authors", "year", "venue", "doi", "arxiv", "github"}``, or
``{"skip": why}`` for an entry that is no paper.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.records import Paper
from kg.sources import read_papers
from kg.text.names import title_key

FIELDS = ("title", "abstract", "authors", "year", "venue", "doi", "arxiv", "github")


def said(value: object) -> object:
    """A value as it is compared: lists for tuples, ``None`` for what is empty."""
    return (list(value) if isinstance(value, tuple) else value) or None


def wrong(paper: Paper | None, truth: dict[str, Any]) -> list[str]:
    """The fields of an entry that came out wrong."""
    if "skip" in truth:
        return ["a paper where there is none"] if paper else []
    if paper is None:
        return ["missing"]
    return [name for name in FIELDS if said(getattr(paper, name)) != said(truth.get(name))]


def matched(papers: list[Paper], truths: list[dict[str, Any]]) -> list[tuple[Paper | None, dict[str, Any]]]:
    """Each entry with the paper of its title; those that are left over belong to entries that are none."""
    left = list(papers)

    def take(truth: dict[str, Any]) -> Paper | None:
        key = title_key(str(truth.get("title")))
        found = next((paper for paper in left if title_key(paper.title) == key), None)
        if found:
            left.remove(found)
        return found

    pairs = [(None if "skip" in truth else take(truth), truth) for truth in truths]
    return [(left.pop(0) if left and "skip" in truth else paper, truth) for paper, truth in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="files that begin like this")
    parser.add_argument("--show", action="store_true", help="show what is wrong")
    arguments = parser.parse_args()
    total = right = 0
    by_field: Counter[str] = Counter()
    for file in sorted((arguments.folder / "truth").glob(f"{arguments.only}*.jsonl")):
        path = arguments.folder / file.name.removesuffix(".jsonl")
        if not path.is_file():
            continue
        truths = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        warnings: list[str] = []
        try:
            papers = list(read_papers(path, warnings.append))
        except InputError as error:
            papers, warnings = [], [str(error)]
        problems = [(wrong(paper, truth), paper, truth) for paper, truth in matched(papers, truths)]
        good = sum(not names for names, _, _ in problems)
        by_field.update(name for names, _, _ in problems for name in names)
        total, right = total + len(truths), right + good
        skipped = sum("skip" in truth for truth in truths)
        print(f"{path.name:40} {good:3} of {len(truths):3} right  {len(warnings)} warnings for {skipped} that are none")
        if arguments.show:
            for line in warnings:
                print(f"    {line}")
            for names, paper, truth in problems:
                for name in names:
                    print(f"    {name}: {getattr(paper, name, None)!r}\n      expected {truth.get(name, truth)!r}")
    print(f"{right} of {total} entries right; wrong: {dict(by_field)}")


if __name__ == "__main__":
    main()
