"""Write a dump in the layout of the last one of Papers with Code: python pwc_dump.py FOLDER PAPERS. Texts are invented.

Its proportions are those of the real one: of 100 papers 50 have code, and there are 25 rows of evaluation tables, 2.6
datasets and 0.4 methods.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SITE = "https://paperswithcode.com"
WORDS = ("frog", "pond", "lily", "reed", "moss", "fern", "newt", "toad", "heron", "otter", "beetle", "willow", "alder")


def main(folder: Path, papers: int) -> None:
    """Write the five files."""
    rng = random.Random(0)
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [
        f"{one.title()} {other.title()} Task {number}" for number in range(40) for one in WORDS[:9] for other in WORDS
    ]
    methods = [f"{WORDS[n % 13].title()}Net-{n}" for n in range(max(papers // 250, 10))]
    datasets = [f"{WORDS[n % 13].title()}Set-{n}" for n in range(max(papers * 26 // 1000, 10))]
    titles = [f"{' '.join(rng.choices(WORDS, k=7)).title()}: A Study of {n}" for n in range(papers)]
    _write(folder / "methods.json.gz", (_method(name, titles, rng) for name in methods))
    _write(folder / "datasets.json.gz", (_dataset(name, titles, tasks, rng) for name in datasets))
    _write(folder / "evaluation-tables.json.gz", _tables(tasks, datasets, methods, titles, rng))
    _write(folder / "papers-with-abstracts.json.gz", (_paper(n, titles, tasks, methods, rng) for n in range(papers)))
    _write(folder / "links-between-papers-and-code.json.gz", (_link(n, titles, rng) for n in range(0, papers, 2)))


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as stream:
        stream.write("[")
        for number, record in enumerate(records):
            stream.write((",\n" if number else "\n") + json.dumps(record, indent=1))
        stream.write("\n]\n")


def _arxiv(number: int) -> str:
    return f"{1000 + number // 90000}.{number % 90000:05d}"


def _reference(number: int, titles: list[str]) -> dict[str, str]:
    return {"title": titles[number], "url": f"{SITE}/paper/p-{number}"}


def _method(name: str, titles: list[str], rng: random.Random) -> dict[str, Any]:
    number = rng.randrange(len(titles))
    area = {"collection": "Attention Mechanisms", "area_id": "general", "area": "General"}
    return {
        "url": f"{SITE}/method/{name.lower()}",
        "name": name,
        "full_name": f"{name} Network",
        "description": f"**{name}** hops. " * 10,
        "paper": _reference(number, titles),
        "introduced_year": 2000 + number % 25,
        "source_url": f"https://arxiv.org/abs/{_arxiv(number)}v1",
        "source_title": titles[number],
        "code_snippet_url": "",
        "num_papers": 3,
        "collections": [area],
    }


def _dataset(name: str, titles: list[str], tasks: list[str], rng: random.Random) -> dict[str, Any]:
    return {
        "url": f"{SITE}/dataset/{name.lower()}",
        "name": name,
        "full_name": name,
        "homepage": "",
        "description": f"**{name}** holds ponds. " * 10,
        "paper": _reference(rng.randrange(len(titles)), titles),
        "introduced_date": "2020-01-09",
        "license_name": "CC BY",
        "modalities": ["Images"],
        "tasks": [{"task": rng.choice(tasks), "url": f"{SITE}/task/x"}],
        "languages": [],
        "variants": [name, f"{name} (4-shot)"],
        "num_papers": 12,
        "data_loaders": [],
    }


def _tables(
    tasks: list[str], datasets: list[str], methods: list[str], titles: list[str], rng: random.Random
) -> Iterator[dict[str, Any]]:
    rows = len(titles) // 4
    boards = max(rows // 10, 1)
    each = max(boards // (len(tasks) // 2), 1)
    for number in range(0, len(tasks), 2):
        inner = _task(tasks[number + 1], [], [], rng)
        found = [_board(rng.choice(datasets), methods, titles, rng) for _ in range(each)]
        yield _task(tasks[number], found, [inner], rng)


def _task(name: str, boards: list[Any], subtasks: list[Any], rng: random.Random) -> dict[str, Any]:
    areas = [rng.choice(("Computer Vision", "Natural Language Processing"))]
    return {
        "task": name,
        "categories": areas,
        "datasets": boards,
        "description": "",
        "source_link": None,
        "subtasks": subtasks,
        "synonyms": [],
    }


def _board(dataset: str, methods: list[str], titles: list[str], rng: random.Random) -> dict[str, Any]:
    rows = []
    for _ in range(10):
        number = rng.randrange(len(titles))
        rows.append(
            {
                "code_links": [{"title": "a/b", "url": f"https://github.com/pond{number % 999}/frog-{number}"}],
                "metrics": {"Accuracy": f"{rng.uniform(50, 99):.1f}", "PARAMS": "25.6M"},
                "model_links": [],
                "model_name": f"{rng.choice(methods)} (single model)",
                "paper_date": "2020-01-05",
                "paper_title": titles[number],
                "paper_url": f"https://arxiv.org/abs/{_arxiv(number)}v1",
                "uses_additional_data": False,
            }
        )
    return {
        "dataset": dataset,
        "dataset_citations": [],
        "dataset_links": [{"title": "Leaderboard", "url": f"{SITE}/sota/x-on-{dataset.lower()}"}],
        "description": "",
        "sota": {"metrics": ["Accuracy", "PARAMS"], "rows": rows},
        "subdatasets": [],
    }


def _paper(number: int, titles: list[str], tasks: list[str], methods: list[str], rng: random.Random) -> dict[str, Any]:
    return {
        "paper_url": f"{SITE}/paper/p-{number}",
        "arxiv_id": _arxiv(number),
        "nips_id": None,
        "openreview_id": None,
        "title": titles[number],
        "abstract": f"We study {' '.join(rng.choices(WORDS, k=160))}.",
        "short_abstract": None,
        "url_abs": f"https://arxiv.org/abs/{_arxiv(number)}v1",
        "url_pdf": f"https://arxiv.org/pdf/{_arxiv(number)}v1.pdf",
        "proceeding": None,
        "authors": ["Ann Pond", "Bo Lily"],
        "tasks": rng.sample(tasks, 3),
        "date": f"{2000 + number % 25}-01-05",
        "methods": [{"name": name, "full_name": name, "description": "x " * 100} for name in rng.sample(methods, 2)],
    }


def _link(number: int, titles: list[str], rng: random.Random) -> dict[str, Any]:
    return {
        "paper_url": f"{SITE}/paper/p-{number}",
        "paper_title": titles[number],
        "paper_arxiv_id": _arxiv(number),
        "paper_url_abs": f"https://arxiv.org/abs/{_arxiv(number)}v1",
        "paper_url_pdf": f"https://arxiv.org/pdf/{_arxiv(number)}v1.pdf",
        "repo_url": f"https://github.com/pond{number % 999}/frog-{number}",
        "is_official": rng.random() < 0.5,
        "mentioned_in_paper": True,
        "mentioned_in_github": True,
        "framework": "pytorch",
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
