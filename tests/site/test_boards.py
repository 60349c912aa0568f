from __future__ import annotations

from kg.site import Site
from kg.site.boards import ranked

ROW = {"value": "0.9", "reported": "0.9", "paper": "p", "title": "T", "confidence": "0.9", "result": "r1"}


def row(value: str, **more: str) -> dict[str, str]:
    return {**ROW, "value": value, "reported": value, "result": f"r{value}", **more}


def test_the_better_end_comes_first_and_equal_values_share_a_rank() -> None:
    rows = [row("70"), row("90"), row("90", result="r2"), row("80")]
    assert [(one.rank, one.reported) for one in ranked(rows, "higher")] == [(1, "90"), (1, "90"), (3, "80"), (4, "70")]
    assert [one.reported for one in ranked(rows, "lower")] == ["70", "80", "90", "90"]


def test_shares_are_percentages_among_percentages() -> None:
    assert [one.reported for one in ranked([row("0.95"), row("90", unit="%")], "higher")] == ["0.95", "90"]
    assert [one.reported for one in ranked([row("0.95"), row("90")], "higher")] == ["90", "0.95"]


def test_a_board_has_the_rows_of_the_query_behind_it_in_its_order(site: Site) -> None:
    page = site.page("/leaderboard/cifar-10/accuracy")
    assert page
    answer = site.source.graph.ask("leaderboard", {"dataset": "CIFAR-10", "metric": "accuracy"})
    reported = [record["reported"] for record in answer.records()]
    assert reported and [page.html.index(f">{value}<") for value in reported] == sorted(
        page.html.index(f">{value}<") for value in reported
    )
