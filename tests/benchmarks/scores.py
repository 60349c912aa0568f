"""Score the extraction on annotated papers and print the README's table.

    python tests/benchmarks/scores.py GOLD [NAME]

GOLD is a folder with NAME.jsonl (annotations, "dev" unless another is named), papers.jsonl and score.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import kg

ROWS = {
    "entity": "all entities",
    "Method": "– methods",
    "Dataset": "– datasets",
    "Metric": "– metrics",
    "Task": "– tasks",
    "introduced": "introduced by the paper",
    "link": "links",
    "abbreviation": "abbreviations",
    "result": "results (value and metric)",
    "result+dataset": "results with their dataset",
}


def main(gold: Path, name: str = "dev") -> None:
    annotations = gold / f"{name}.jsonl"
    wanted = {json.loads(line)["id"] for line in annotations.read_text(encoding="utf-8").splitlines()}
    papers = (paper for paper in kg.read_papers([gold / "papers.jsonl"], print) if paper.id in wanted)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as found:
        found.writelines(extraction.model_dump_json() + "\n" for extraction in kg.extract(papers))
        found.flush()
        scorer = [sys.executable, str(gold / "score.py"), str(annotations), found.name, "--json"]
        scores = json.loads(subprocess.run(scorer, capture_output=True, check=True, text=True).stdout)
    print(f"{scores['papers']} papers\n")
    print("| | precision | recall | F1 | annotated |\n|---|---|---|---|---|")
    for key, label in ROWS.items():
        row = scores[key]
        print(f"| {label} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} | {row['gold']} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
