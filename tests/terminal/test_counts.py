"""The rows that a build and the counts of a graph are shown as."""

from __future__ import annotations

from kg.ask.stats import Stats
from kg.builder import BuildReport
from kg.terminal.counts import build_rows, stats_rows

STATS = Stats(
    papers=1_200,
    merged=3,
    entities={"Method": 2_000, "Task": 5},
    introduced={"Method": 700, "Task": 0},
    links={"code": 1_000, "data": 1},
    repositories=900,
    results=40,
    mentions=9_000,
    triples=100_000,
)


def test_entities_and_links_are_split_up() -> None:
    rows = stats_rows(STATS)
    assert rows["methods"] == "2,000 (700 introduced)"
    assert rows["links"] == "1,001 (1,000 code, 1 data)"
    assert (rows["papers"], rows["duplicates merged"], rows["triples"]) == (1_200, 3, 100_000)


def test_a_build_shows_only_the_changes_there_were() -> None:
    rows = build_rows(
        BuildReport(entries=1_203, new=1_199, changed=0, unchanged=1, extracted=1_200, seconds=2.345), STATS
    )
    assert rows["entries read"] == 1_203
    assert rows["their papers"] == "1,199 new, 1 unchanged"
    assert rows["papers extracted"] == 1_200
    assert rows["seconds"] == "2.3"
    assert rows.items() > stats_rows(STATS).items()


def test_a_build_shows_what_it_took_over_and_what_failed() -> None:
    report = BuildReport(entries=9, new=9, changed=0, unchanged=0, extracted=5, seconds=1, resumed=4, failed=2)
    rows = build_rows(report, STATS)
    assert (rows["extracted by an interrupted build"], rows["of these failed"]) == (4, 2)
