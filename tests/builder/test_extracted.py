"""What was extracted outlives a build that is interrupted, whatever became of the end of its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.builder import extracted
from kg.builder.extracted import Extracted
from kg.records import Extraction, Link, Mention

FROGS = Extraction(
    id="1",
    title="Frogs",
    entities=(Mention(type="Task", text="hop", start=1, end=4, confidence=0.5, extractor="ner"),),
    abbreviations=(("a", "b"),),
    links=(Link(url="https://e.org/図", kind="code", start=1, end=2),),
)
TOADS = Extraction(id="2", title="Toads 図")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with what one build extracted."""
    path = tmp_path / "extracted.jsonl"
    with Extracted(path) as build:
        build.add("f", FROGS)
        build.add("t", TOADS)
        assert (build.made, build.used, len(build)) == (2, 0, 0)
    return path


def test_the_next_build_finds_what_was_extracted(path: Path) -> None:
    with Extracted(path) as build:
        assert len(build) == 2
        assert build.find("f") == FROGS
        assert build.find("n") is None
        assert (build.made, build.used) == (0, 1)


def test_nothing_is_written_until_there_is_an_extraction(tmp_path: Path) -> None:
    with Extracted(tmp_path / "new") as build:
        assert build.find("f") is None
    assert [*tmp_path.iterdir()] == []


def test_each_extraction_is_in_the_file_as_soon_as_it_is_made(path: Path) -> None:
    with Extracted(path) as build:
        build.add("n", FROGS)
        with Extracted(path) as other:
            assert other.find("n") == FROGS


@pytest.mark.parametrize("lost", [1, 2, 30])
def test_a_line_that_is_cut_off_is_lost_alone(path: Path, lost: int) -> None:
    path.write_bytes(path.read_bytes()[:-lost])
    for _ in range(2):  # builds, each of which is cut off where it added its line
        with Extracted(path) as build:
            assert build.find("f") == FROGS
            assert (build.find("t") is None) == (lost > 1)
            build.add("n", TOADS)
        path.write_bytes(path.read_bytes()[:-lost])
    with Extracted(path) as build:
        build.add("n", TOADS)
    with Extracted(path) as build:
        assert (build.find("f"), build.find("n")) == (FROGS, TOADS)


def test_damage_in_the_middle_is_passed_over(path: Path) -> None:
    first, second = path.read_bytes().splitlines(keepends=True)
    zeros = bytes(500)  # as a power cut leaves them
    for damaged in (zeros + b"\n" + second, first[:20] + zeros + b"\n" + second, b"\n\xff\n" + second):
        path.write_bytes(damaged)
        with Extracted(path) as build:
            assert (build.find("f"), build.find("t")) == (None, TOADS)


def test_fingerprints_of_one_hash_are_told_apart(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracted, "hash", lambda fingerprint: 7, raising=False)
    with Extracted(path) as build:
        assert build.find("n") is None
        assert build.find("f") is None, "it is extracted again"
        assert build.find("t") == TOADS


def test_a_restart_forgets_it(path: Path) -> None:
    with Extracted(path, restart=True) as build:
        assert (len(build), build.find("f")) == (0, None)
    assert not path.exists()
