"""How long `kg lookup` takes, as a multiple of importing typer, rich and pyoxigraph.

python tests/benchmarks/start.py GRAPH [NAME]
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

RUNS = 15


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def main(graph: str, name: str = "CIFAR-10") -> None:
    kg = str(Path(sys.executable).with_name("kg"))
    imports = [sys.executable, "-c", "import typer, rich, pyoxigraph"]
    pairs = [(seconds([kg, "lookup", name, "-g", graph]), seconds(imports)) for _ in range(RUNS + 1)][1:]
    ratios = sorted(lookup / imported for lookup, imported in pairs)
    print(f"kg lookup {1000 * median(lookup for lookup, _ in pairs):.0f} ms")
    print(f"imports   {1000 * median(imported for _, imported in pairs):.0f} ms")
    print(f"ratio     {median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f} in {RUNS} pairs)")


if __name__ == "__main__":
    main(*sys.argv[1:3])
