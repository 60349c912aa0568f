"""Whether a build that is killed at random moments and then finished gives the bytes of an undisturbed one.

python tests/benchmarks/killed.py PAPERS... [--papers N] [--kills N] [--workers N] [--seed N]

Each kill is a SIGKILL at a moment between the start of the build and the time that the undisturbed one took. At the end
stands how many papers were extracted in all, also as a share of those that there are: what a kill loses is read twice.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import kg
from kg.graph.manifest import EXTRACTED
from kg.sources import read_papers
from kg.training.command import run

_FORMATS = ("turtle", "nquads")


def digests(graph: Path) -> list[str]:
    """The digests of the graph's exports."""
    streams = [io.BytesIO() for _ in _FORMATS]
    for name, stream in zip(_FORMATS, streams, strict=True):
        kg.KnowledgeGraph(graph).export(name, stream)
    return [hashlib.sha256(stream.getvalue()).hexdigest()[:12] for stream in streams]


def started(source: Path, graph: Path, workers: int) -> subprocess.Popen[bytes]:
    """A build in a process of its own, as a user starts it."""
    main = "import sys; from kg.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", main, "build", str(source), "-g", str(graph), "--workers", str(workers), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(build: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What a build says at its end."""
    output, errors = build.communicate()
    if build.returncode:
        sys.exit(errors.decode())
    report: dict[str, Any] = json.loads(output)
    return report


def kept(graph: Path) -> int:
    """How many papers an interrupted build and those before it have extracted."""
    return sum(file.read_bytes().count(b"\n") for file in graph.glob(f"generation-*/{EXTRACTED}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--papers", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=16)
    args = parser.parse_args()
    random = Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        source = root / "papers.jsonl"
        papers = islice(read_papers(args.inputs, print), args.papers)
        records = ({"id": paper.id, "title": paper.title, "abstract": paper.abstract} for paper in papers)
        source.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
        begun = time.monotonic()
        whole = finished(started(source, root / "undisturbed", args.workers))
        seconds = time.monotonic() - begun
        print(f"undisturbed: {whole['extracted']} papers extracted, {seconds:.1f} s", flush=True)
        done = 0
        for kill in range(1, args.kills + 1):
            moment = random.uniform(0, seconds)
            build = started(source, root / "killed", args.workers)
            try:
                build.wait(moment)
                state = "had ended"
                done = 0
            except subprocess.TimeoutExpired:
                state = "killed"
            build.kill()
            build.communicate()
            before, done = done, kept(root / "killed")
            print(f"{kill}: {state} after {moment:.1f} s, {done} papers extracted, {done - before} more", flush=True)
            if done < before:
                print("LOST: fewer than before")
        last = finished(started(source, root / "killed", args.workers))
        print(f"finished: {last['resumed']} papers taken over, {last['extracted']} extracted")
        one, other = digests(root / "undisturbed"), digests(root / "killed")
    for name, *both in zip(_FORMATS, one, other, strict=True):
        print(name, *both)
    print("the same" if one == other else "NOT the same")


if __name__ == "__main__":
    run(main)
