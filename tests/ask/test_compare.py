"""Papers and methods side by side on a dataset."""

from __future__ import annotations

import io
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph
from kg.ask.compare import Comparison, compared
from kg.ask.sparql import run
from kg.errors import KGError

USUAL = {"metric": "accuracy", "better": "higher", "on": "Tiles", "title": "A", "paper": "p/a", "sentence": "So."}
OPTIONAL = ("method", "ofMethod", "whose", "settings", "year", "unit")


def comparison(*found: dict[str, str | float]) -> Comparison:
    """The comparison of some values, each given by what is unlike :data:`USUAL`."""
    columns = [*USUAL, *OPTIONAL, "reported", "value", "comparable", "confidence"]
    rows = []
    for each in found:
        row = {**USUAL, "reported": str(each["value"]), **each}
        texts = (f'"{row[name]}"' if name in row else "UNDEF" for name in columns[:-3])
        rows.append(f"({' '.join(texts)} {row['value']} {row.get('comparable', 'true')} 0.9)")
    names = " ".join(f"?{name}" for name in columns)
    return compared(run(ox.Store(), f"SELECT {names} {{ VALUES ({names}) {{ {' '.join(rows)} }} }}"))


def lines(found: Comparison, format: str = "csv") -> list[str]:
    output = io.BytesIO()
    found.write(output, format)
    return output.getvalue().decode().splitlines()


def test_each_paper_and_method_is_a_row_and_each_metric_a_column() -> None:
    net = {"method": "ANet", "ofMethod": "m/anet", "year": "2020"}
    found = comparison(
        {**net, "value": 90},
        {"value": 80, "title": "B", "paper": "p/b"},
        {**net, "value": 7, "metric": "error", "better": "lower"},
    )
    assert lines(found) == ["method,paper,year,accuracy,error", "ANet,A,2020,90,7", ",B,,80,"]
    assert found.rows[0].values["accuracy"][0].sentence == "So."


def test_the_best_of_the_first_metric_comes_first_shares_counted_as_percentages() -> None:
    values: list[dict[str, str | float]] = [
        {"value": 80, "unit": "%", "paper": "p/1"},
        {"value": 0.9, "paper": "p/2"},
        {"value": 85, "unit": "%", "paper": "p/3"},
    ]
    assert [row.paper for row in comparison(*values).rows] == ["p/2", "p/3", "p/1"]
    assert [row.paper for row in comparison(*({**v, "better": "lower"} for v in values)).rows] == ["p/1", "p/3", "p/2"]


def test_a_paper_without_a_value_of_the_first_metric_comes_last() -> None:
    rows = comparison({"value": 1}, {"value": 99, "metric": "mAP", "paper": "p/b"}).rows
    assert [row.paper for row in rows] == ["p/a", "p/b"]


def test_several_values_share_a_cell_and_those_that_no_leaderboard_ranks_are_marked() -> None:
    found = comparison({"value": 1}, {"value": 2, "comparable": "false"}, {"value": 1})
    assert lines(found)[1] == ",A,,1; 2 (?)"


def test_values_in_other_settings_are_another_row() -> None:
    assert lines(comparison({"value": 1, "settings": "1-shot"}, {"value": 2, "settings": "5-shot"})) == [
        "method,paper,year,settings,accuracy",
        ",A,,5-shot,2",
        ",A,,1-shot,1",
    ]


def test_the_dataset_is_shown_where_there_are_several() -> None:
    assert lines(comparison({"value": 1}, {"value": 2, "on": "Small Tiles"})) == [
        "method,paper,year,dataset,accuracy",
        ",A,,Small Tiles,2",
        ",A,,Tiles,1",
    ]


def test_a_format_that_has_no_tables_is_refused() -> None:
    with pytest.raises(KGError, match="'turtle' does not fit here; choose from csv, markdown, latex"):
        lines(comparison({"value": 1}), "turtle")


def test_a_graph_compares_what_papers_report_on_a_dataset(graph_folder: Path) -> None:
    found = KnowledgeGraph(graph_folder).compare("lilybench", all=True)
    assert lines(found, "markdown")[0] == "| method | paper | year | mIoU |"
    assert [row.values["mIoU"][0].reported for row in found.rows] == ["61.0"]
    assert KnowledgeGraph(graph_folder).compare("no such thing").rows == ()
