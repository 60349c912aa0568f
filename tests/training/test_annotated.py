"""The texts to learn from, as they are read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language

from kg.errors import InputError
from kg.records import Paper
from kg.training.annotated import (
    OWN_NAMES,
    OWN_RESULTS,
    is_kept,
    read_abstracts,
    read_annotated,
    read_sentences,
    tagged,
    titles_of,
)

PAPER = {"id": "a", "title": "PondNet", "abstract": "We propose PondNet, a pond network. A pond is a pond."}
NAMES = [
    {"type": "Method", "text": "PondNet", "role": "introduced"},
    {"type": "Method", "text": "pond network", "role": "used"},
    {"type": "Task", "text": "pond", "role": "used"},
]


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_names_are_found_in_their_papers_longest_first(nlp: Language, tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", {"id": "a", "entities": NAMES})
    [paper] = read_annotated(nlp, gold, write(tmp_path / "papers.jsonl", PAPER))
    found = sorted((paper.doc[start:end].text, kind) for (start, end), kind in paper.types.items())
    assert found == [("PondNet", "Method")] * 2 + [("pond", "Task")] * 2 + [("pond network", "Method")]
    assert {paper.doc[start:end].text for start, end in paper.introduced} == {"PondNet"}
    [text] = tagged([paper])
    assert np.count_nonzero(text.tags) == 6


def test_abstracts_leave_out_papers_by_title(tmp_path: Path) -> None:
    path = tmp_path / "abstracts.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"title": title, "abstract": "A."}) + "\n" for title in ("Ponds", "PONDNET!"))
    titles = titles_of(write(tmp_path / "papers.jsonl", PAPER))
    assert [(paper.id, paper.title) for paper in read_abstracts(path, titles.values())] == [("1", "Ponds")]


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "abstracts.jsonl", {"title": "Ponds"})
    with pytest.raises(InputError, match=r'abstracts\.jsonl:1: "abstract": '):
        list(read_abstracts(path, ()))


def test_sentences_of_several_files_are_read(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, {"text": name, "spans": []}) for name in ("one", "two")]
    assert [sentence["text"] for sentence in read_sentences(paths)] == ["one", "two"]


def test_papers_kept_aside_are_always_the_same_share() -> None:
    papers = [Paper(id=f"p{number}", title="T", abstract="A") for number in range(500)]
    kept = [paper.id for paper in papers if is_kept(paper)]
    assert 50 < len(kept) < 110
    assert kept[:3] == ["p2", "p5", "p7"]


@pytest.mark.parametrize(("path", "what"), [(OWN_NAMES, "entities"), (OWN_RESULTS, "results")])
def test_shipped_annotations_are_names_and_values_alone(path: Path, what: str) -> None:
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    ids = [line["id"] for line in lines]
    assert len(ids) > 6000 and ids == sorted(set(ids)), "each abstract once"
    assert all(set(line) == {"id", what} for line in lines)
    texts = [text for line in lines for part in line[what] for text in part.values() if isinstance(text, str)]
    assert max(len(text.split()) for text in texts) < 14, "no sentences"
