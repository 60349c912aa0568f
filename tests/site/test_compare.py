from __future__ import annotations

from kg.site import Site
from kg.site.compare import comma_separated, latex, markdown, tabled

ROWS = [
    {
        "paper": "p1",
        "title": "A|B & C",
        "metric": "accuracy",
        "dataset": "D",
        "reported": "90%",
        "method": "M",
        "year": "2020",
    },
    {"paper": "p2", "title": 'Say "x"', "metric": "accuracy", "dataset": "D", "reported": "91%"},
    {"paper": "p2", "title": 'Say "x"', "metric": "F1", "dataset": "D", "reported": "0.5"},
]


def test_the_columns_are_metrics_those_of_the_most_papers_first() -> None:
    table = tabled(ROWS)
    assert table.columns == (("accuracy", "D"), ("F1", "D"))
    assert [[[cell.value for cell in cells] for cells in line.cells] for line in table.lines] == [
        [["90%"], []],
        [["91%"], ["0.5"]],
    ]


def test_copies_escape_what_their_format_would_read() -> None:
    table = tabled(ROWS)
    assert r"| A\|B & C | M | 2020 | 90% |  |" in markdown(table)
    assert r"A|B \& C & M & 2020 & 90\% &  \\" in latex(table)
    assert '"Say ""x""",,,91%,0.5' in comma_separated(table)


def test_papers_are_compared_by_a_dataset_or_by_their_addresses(site: Site) -> None:
    by_dataset = site.page("/compare", {"dataset": "cifar 10"})
    assert by_dataset and "93.5%" in by_dataset.html
    by_paper = site.page("/compare", {"papers": "frognet-hopping-networks-for-image-classification, nothing"})
    assert by_paper and "71.2%" in by_paper.html
