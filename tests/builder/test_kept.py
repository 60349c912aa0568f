"""What a build keeps: papers are found in it as a look at all of them finds them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from kg.builder.kept import KeptWorks, NewWorks
from kg.builder.works import Update, Work, read_lines, read_records, write_records
from kg.graph.store import Generation
from kg.records import Extraction, Paper
from kg.sources.duplicates import papers_of

TITLES = ("Frogs", "Frogs: A Hop", "Toads", "Toads: A Walk", "Newts", "Newts in Ponds", "Introduction", "The Frogs")


def invented(random: Random, number: int) -> Paper:
    """An entry that may be of a paper of others."""
    return Paper(
        id=str(number),
        title=random.choice(TITLES) + random.choice(("", "", f" {number}")),
        abstract=" ".join(random.choices(("hop", "walk", "swim", "pond", "night", "choir"), k=8)),
        authors=random.choice(((), ("Ada One",), ("Bo Two", "Ada One"))),
        doi=random.choice((None, None, f"10.5555/{number % 5}")),
        source=random.choice(("a", "b")),
        line=number,
    )


def tabled(generation: Generation) -> NewWorks:
    """The table of the records of a generation."""
    table = NewWorks(generation)
    for line, work in read_lines(generation):
        table.add(line, work)
    return table


def extracted(work: Work) -> Work:
    extraction = Extraction(id=work.paper.id, title=work.paper.title)
    return Work(key=work.key, which=work.which, entries=work.entries, fingerprint="f", extraction=extraction)


@pytest.mark.parametrize("seed", range(20))
def test_papers_are_found_and_replaced_as_if_all_were_looked_at(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    entries = [invented(random, number) for number in range(30)]
    old, new = Generation(tmp_path / "old"), Generation(tmp_path / "new")
    old.folder.mkdir()
    new.folder.mkdir()
    papers = papers_of(entries[:24])
    list(
        write_records(
            old, (extracted(Work(key=paper.key, which=paper.which, entries=paper.entries)) for paper in papers)
        )
    )
    tabled(old).table().write()
    kept = KeptWorks.read(old)
    update = Update(entries[24:], lambda paper: "f")
    touched = kept.touched(update.read)
    keys = update._touched(read_records(old))
    works = [*read_records(old)]
    assert touched == [number for number, work in enumerate(works) if work.key in keys]
    assert [*kept.works(touched)] == [works[number] for number in touched]

    written = NewWorks(new, kept)
    stored = [*kept.works(touched)]
    found = [*written.written(touched, map(extracted, update.among(stored, len(works) - len(stored))))]
    again = Update(entries[24:], lambda paper: "f")
    assert [*read_records(new)] == [*map(extracted, again.works(old))]
    assert update.total == again.total == len([*read_records(new)])
    assert (update.new, update.changed, update.unchanged) == (again.new, again.changed, again.unchanged)
    written.table().write()
    tables = KeptWorks.read(new), tabled(new).table()
    assert tables[0].entries.tolist() == tables[1].entries.tolist()
    assert [*tables[0].works(range(len(tables[0])))] == [*read_records(new)]
    assert tables[0].touched(entries) == tables[1].touched(entries) == list(range(len(tables[0])))
    assert len(found) == sum(source < 0 for source in written.sources)


def test_a_paper_that_loses_an_entry_is_told_from_one_whose_title_it_gets(tmp_path: Path) -> None:
    hops, walks = "frogs hop over wet glass near quiet ponds", "toads count lilies under bright moonlight alone"
    fog = Paper(id="1", title="Fog", abstract=f"{hops} {hops}", doi="10.5555/1", source="a")
    glass = Paper(id="2", title="Glass", abstract=hops, doi="10.5555/1", source="b")
    lilies = Paper(id="3", title="Lilies", abstract=f"{walks} {walks}", doi="10.5555/2", source="c")
    entries = [fog, glass, lilies, Paper(id="4", title="Fog", abstract=walks, doi="10.5555/2", source="d")]
    entries.append(Paper(id="5", title="Glass", abstract="birds sing loudly before autumn storms", source="e"))
    old = Generation(tmp_path)
    papers = papers_of(entries)
    assert [(paper.key, len(paper.entries)) for paper in papers] == [("fog", 2), ("glass", 1), ("lilies", 2)]
    list(write_records(old, (extracted(Work(key=paper.key, entries=paper.entries)) for paper in papers)))
    tabled(old).table().write()
    update = Update([Paper(id="6", title="Moon", abstract=walks, doi="10.5555/2", source="a")], lambda paper: "f")
    assert KeptWorks.read(old).touched(update.read) == [0, 1, 2]
    works = [*update.works(old)]
    assert [(work.key, bool(work.which)) for work in works] == [("glass", False), ("glass", True), ("lilies", False)]
