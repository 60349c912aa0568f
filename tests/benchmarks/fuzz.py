"""Changes files at random and reads them: papers come out or an error by its place, soon and in little memory.

Run by hand: ``python tests/benchmarks/fuzz.py FOLDER --count 20000``. What fails otherwise is written to the folder
that ``--failures`` names; ``--seed`` repeats a run.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from kg.errors import KGError
from kg.sources import read_papers
from kg.training.command import run

LONGEST = 5  # seconds
TOKENS = [
    *rb'{ } [ ] " , : null true -1 1e999 \ \ud800 < > &amp; $ % @ = {} [] "" {"a": [[[ "results":[ "title":'.split(),
    *rb'"abstract": "authors":7 "date":[] "issued":{"date-parts":[[null]]} <jats:title> ER <!DOCTYPE \begin{x}'.split(),
    *(b"\0", b"\xff", b"\xe2\x80", b"\xfe\xff", b"\n", b"\r\n", b"\t", b"  "),
    *(b"9" * 5_000, b"[" * 5_000, b"<a>" * 5_000),
]


def changed(content: bytes, chance: random.Random) -> bytes:
    """A file with some bytes inserted, removed, replaced, moved or repeated, or cut off."""
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 3, 5, 20])):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randrange(1, chance.choice([2, 10, 100, 2_000])))
        match chance.randrange(6):
            case 0:
                data[start:start] = chance.choice(TOKENS)
            case 1:
                data[start:end] = b""
            case 2:
                data[start:end] = chance.choice(TOKENS)
            case 3:
                data[start:start] = data[start:end] * chance.choice([1, 2, 50])
            case 4:
                place = chance.randrange(len(data) + 1)
                data[place:place] = data[start:end]
            case _:
                data[start:end] = bytes([chance.randrange(256)]) if chance.random() < 0.9 else data[end:]
    return bytes(data)


def unheard(line: str) -> None:
    """Takes a warning."""


def stop(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--failures", type=Path, default=Path(tempfile.gettempdir()))
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    contents = [path.read_bytes() for path in sorted(arguments.folder.iterdir()) if path.is_file()]
    signal.signal(signal.SIGALRM, stop)
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for number in range(arguments.count):
            path.write_bytes(changed(chance.choice(contents), chance))
            started = time.monotonic()
            signal.alarm(LONGEST)
            try:
                outcomes["papers" if all(paper.title for paper in read_papers(path, unheard)) else "no title"] += 1
            except KGError as error:
                outcomes["an error by its place" if "\n" not in str(error) else "an error of several lines"] += 1
            except BaseException:
                outcomes["failed"] += 1
                (arguments.failures / f"fuzz-{arguments.seed}-{number}").write_bytes(path.read_bytes())
                traceback.print_exc(limit=-3)
            signal.alarm(0)
            slowest = max(slowest, time.monotonic() - started)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(f"{dict(outcomes)}, slowest {slowest:.2f} s, peak {memory:.0f} MB")


if __name__ == "__main__":
    run(main)
