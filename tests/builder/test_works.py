"""Works: the papers as a graph folder keeps them, and what a run changes in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from kg.builder.works import (
    Update,
    Work,
    _extraction_code,
    fingerprints,
    read_records,
    write_merges,
    write_records,
)
from kg.errors import GraphError
from kg.extraction import Extractor
from kg.graph.store import Generation, existing
from kg.records import Extraction, Mention, Merge, Paper
from kg.rulefiles import load_rules

FROGS = Paper(id="1", title="Frogs", abstract="They hop.", source="a.txt", line=1)
TOADS = Paper(id="2", title="Toads", abstract="They walk.", source="a.txt", line=5)
NEWTS = Paper(id="3", title="Newts", abstract="They swim.", source="b.txt", line=1)


def work(*entries: Paper, fingerprint: str = "") -> Work:
    """The work of some entries of one paper, extracted where it has a fingerprint."""
    paper = entries[0]
    mention = Mention(type="Task", text="hop", start=11, end=14, confidence=0.5, extractor="ner")
    extraction = Extraction(id=paper.id, title=paper.title, entities=(mention,)) if fingerprint else None
    return Work(key=paper.title.lower(), entries=entries, fingerprint=fingerprint, extraction=extraction)


def digest(paper: Paper) -> str:
    """What a paper's fingerprint depends on, made readable."""
    return f"of {paper.text!r}"


def stored(folder: Path, works: Iterable[Work]) -> Generation:
    generation = Generation(folder)
    list(write_records(generation, works))
    return generation


def update(*entries: Paper) -> Update:
    return Update(entries, digest)


def test_works_come_back_as_they_were_written(tmp_path: Path) -> None:
    works = [work(FROGS, fingerprint="f"), work(TOADS)]
    assert list(read_records(stored(tmp_path, works))) == works


def test_each_work_is_written_before_the_next_is_asked_for(tmp_path: Path) -> None:
    asked: list[str] = []

    def works() -> Iterable[Work]:
        for one in (work(FROGS), work(TOADS)):
            asked.append(one.key)
            yield one

    written = write_records(Generation(tmp_path), works())
    assert asked == []
    assert next(written).key == "frogs"
    assert asked == ["frogs"]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    generation = stored(tmp_path, [work(FROGS), work(TOADS)])
    generation.records.write_bytes(generation.records.read_bytes()[:-10])
    records = read_records(generation)
    assert next(records).key == "frogs"
    with pytest.raises(GraphError, match=r"papers\.jsonl:2: is damaged"):
        next(records)


def test_records_of_a_graph_are_sorted_by_paper_key(graph_folder: Path) -> None:
    keys = [work.key for work in read_records(existing(graph_folder))]
    assert keys == sorted(keys)
    assert len(keys) == 3


def test_merges_are_written_a_line_each(tmp_path: Path) -> None:
    merges = [
        Merge(entity="e", type="Task", label="Hopping", name=name, papers=2, why="spelling", detail="")
        for name in ("a", "図")
    ]
    generation = Generation(tmp_path)
    write_merges(generation.merges, merges)
    lines = generation.merges.read_text(encoding="utf-8").splitlines()
    assert list(map(json.loads, lines)) == [merge.as_dict() for merge in merges]


def test_new_papers_come_sorted_without_an_extraction() -> None:
    run = update(TOADS, FROGS, NEWTS)
    works = list(run.works(None))
    assert [(one.key, one.extraction) for one in works] == [("frogs", None), ("newts", None), ("toads", None)]
    assert [one.fingerprint for one in works] == [digest(FROGS), digest(NEWTS), digest(TOADS)]
    assert (run.new, run.changed, run.total) == (3, 0, 3)


def test_stored_and_new_papers_are_one_sorted_stream(tmp_path: Path) -> None:
    old = stored(tmp_path, [work(FROGS, fingerprint=digest(FROGS)), work(TOADS, fingerprint=digest(TOADS))])
    run = update(NEWTS)
    works = list(run.works(old))
    assert [one.key for one in works] == ["frogs", "newts", "toads"]
    assert [one.extraction is None for one in works] == [False, True, False]
    assert (run.new, run.changed, run.total) == (1, 0, 3)


def test_a_paper_read_again_unchanged_keeps_its_extraction(tmp_path: Path) -> None:
    kept = work(FROGS, fingerprint=digest(FROGS))
    run = update(FROGS)
    assert list(run.works(stored(tmp_path, [kept]))) == [kept]
    assert (run.new, run.changed, run.total) == (0, 0, 1)


def test_another_fingerprint_drops_the_extraction_of_papers_not_read_again_too(tmp_path: Path) -> None:
    run = update()
    (again,) = run.works(stored(tmp_path, [work(FROGS, fingerprint="of older rules")]))
    assert (again.extraction, again.fingerprint) == (None, digest(FROGS))
    assert (run.new, run.changed, run.total) == (0, 0, 1)


def test_a_source_read_again_replaces_its_own_entries_only(tmp_path: Path) -> None:
    elsewhere = Paper(id="9", title="Frogs", abstract="They hop far.", source="z.txt", line=2)
    moved = Paper(id="1", title="Frogs", abstract="They hop.", source="a.txt", line=7)
    run = update(moved)
    (again,) = run.works(stored(tmp_path, [work(FROGS, elsewhere, fingerprint=digest(elsewhere))]))
    assert again.entries == (moved, elsewhere)
    assert again.paper.text == elsewhere.text
    assert again.extraction is not None, "the text, that of the longest abstract, is as before"
    assert (run.new, run.changed, run.total) == (0, 1, 1)


def test_the_date_of_the_first_run_that_read_a_paper_is_kept(tmp_path: Path) -> None:
    elsewhere = Paper(id="9", title="Frogs", abstract="They hop far and often.", source="z.txt", line=2)
    old = stored(tmp_path, [replace(work(FROGS, fingerprint=digest(FROGS)), first_seen="2024-01-02")])
    for read, expected in (
        ((FROGS,), ["2024-01-02"]),
        ((elsewhere,), ["2024-01-02"]),
        ((replace(FROGS, abstract="They hop and swim."),), ["2024-01-02"]),
        ((TOADS,), ["2024-01-02", "2026-05-06"]),
    ):
        run = Update(read, digest, today="2026-05-06")
        assert [work.first_seen for work in run.works(old)] == expected


def test_a_new_entry_joins_stored_papers_of_other_titles_by_its_identifiers(tmp_path: Path) -> None:
    preprint = replace(FROGS, arxiv="2101.00001", authors=("Ada One",))
    published = replace(TOADS, title="Frogs, Revisited", doi="10.1234/frogs", authors=("Ada One",))
    old = stored(tmp_path, [work(preprint, fingerprint=digest(preprint)), work(published), work(NEWTS)])
    both = replace(TOADS, title="Frogs Again", doi="10.1234/frogs", arxiv="2101.00001", source="c.txt")
    run = update(both)
    works = list(run.works(old))
    assert sorted(len(one.entries) for one in works) == [1, 3]
    assert [one.key for one in works] == sorted(one.key for one in works)
    assert (run.new, run.changed, run.total, run.papers) == (0, 1, 2, 1)


def test_entries_without_abstracts_only_add_to_papers_that_have_one(tmp_path: Path) -> None:
    toads = replace(TOADS, authors=("Ada One",), year=2021)
    known = Paper(id="d", title="Toads.", abstract="", authors=("A. One",), year=2022, venue="Pond", bare=True)
    added, alone = (
        replace(known, source="d.xml", line=line, title=title) for line, title in ((1, "Toads"), (2, "Olms"))
    )
    warnings: list[str] = []
    run = Update([added, alone], digest, warnings.append)
    (paper,) = (one.paper for one in run.works(stored(tmp_path, [work(toads)])))
    assert (paper.abstract, paper.venue, paper.year, paper.authors, paper.bare) == (
        "They walk.",
        "Pond",
        2022,
        ("A. One",),
        False,
    )
    assert warnings == ["entries of sources without abstracts that are of no paper with one: 1; skipped"]
    assert (run.new, run.changed, run.total, run.papers) == (0, 1, 1, 1)


def test_a_paper_of_the_same_title_keeps_what_tells_it_apart(tmp_path: Path) -> None:
    one, other = (
        replace(FROGS, authors=(author,), abstract=text, source=source)
        for author, text, source in (("Ada One", "About frogs that hop.", "a"), ("Bo Two", "Ponds in the north.", "b"))
    )
    run = update(one, other)
    works = list(run.works(None))
    assert [work.which != "" for work in works] == [False, True]
    folder = tmp_path / "old"
    folder.mkdir()
    again = update(replace(other, abstract="Ponds in the far north."))
    assert [(work.key, bool(work.which)) for work in again.works(stored(folder, works))] == [
        ("frogs", False),
        ("frogs", True),
    ]
    assert (again.new, again.changed, again.total) == (0, 1, 2)


def test_a_changed_text_is_extracted_again(tmp_path: Path) -> None:
    rewritten = Paper(id="1", title="Frogs", abstract="They hop and swim.", source="a.txt", line=1)
    run = update(rewritten)
    (again,) = run.works(stored(tmp_path, [work(FROGS, fingerprint=digest(FROGS))]))
    assert (again.entries, again.extraction) == ((rewritten,), None)
    assert run.changed == 1


@pytest.mark.slow
def test_a_fingerprint_depends_on_text_rules_and_model_and_nothing_else(tmp_path: Path) -> None:
    rules, model = tmp_path / "rules", tmp_path / "model"
    for file in (rules / "own.jsonl", model / "deep" / "weights"):
        file.parent.mkdir(parents=True)
        file.write_text("1")

    def fingerprint(paper: Paper = FROGS) -> str:
        return fingerprints(Extractor([rules], model))(paper)

    first = fingerprint()
    assert fingerprint() == first
    assert fingerprint(Paper(id="9", title=FROGS.title, abstract=FROGS.abstract, year=2020)) == first
    assert len({first, fingerprint(TOADS), fingerprints(Extractor())(FROGS)}) == 3
    (rules / "own.jsonl").write_text("2")
    second = fingerprint()
    (model / "deep" / "weights").write_text("2")
    assert len({first, second, fingerprint()}) == 3


@pytest.mark.slow
def test_a_correction_changes_the_fingerprint_of_its_paper_alone(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text('{"label": "GENERIC", "pattern": "pond"}\n')

    def both() -> tuple[str, str]:
        extractor = Extractor([tmp_path])
        fingerprint = fingerprints(extractor, load_rules(extractor.rules))
        return fingerprint(FROGS), fingerprint(TOADS)

    frogs, toads = both()
    correction = {"label": "CORRECTION", "paper": FROGS.title, "pattern": "hop", "id": "no entity"}
    (tmp_path / "corrections.jsonl").write_text(json.dumps(correction) + "\n")
    corrected, same = both()
    assert (corrected != frogs, same) == (True, toads)
    (tmp_path / "corrections.jsonl").write_text("\n" + json.dumps(correction) + "\n")
    assert both() == (corrected, toads)


def test_any_text_has_a_fingerprint() -> None:
    fingerprint = fingerprints(Extractor())
    papers = [Paper(id="1", title="T", abstract=abstract) for abstract in ("", "\x00", "\ud800", "図")]
    assert len(set(map(fingerprint, papers))) == len(papers)


@pytest.mark.slow
@pytest.mark.parametrize("room", ["", "extraction", "extraction/tagger", "extraction/results", "text"])
def test_a_fingerprint_depends_on_the_code_of_every_room_that_extraction_runs(
    room: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for folder in ("builder", "ask", room):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr("kg.builder.works.__file__", str(tmp_path / "builder" / "works.py"))
    digests = [fingerprints(Extractor())(FROGS)]
    for file in (Path(room) / "code.py", Path("ask") / "code.py"):
        (tmp_path / file).write_text("x = 1\n")
        assert fingerprints(Extractor())(FROGS) == digests[-1], "this process runs the code that there was"
        _extraction_code.cache_clear()  # as the next one
        digests.append(fingerprints(Extractor())(FROGS))
    assert digests[0] != digests[1] == digests[2]
