"""The list of queries."""

from __future__ import annotations

from kg.ask.named import NamedQuery, Parameter
from kg.terminal.output import ansi
from kg.terminal.queries import render_queries

QUERY = NamedQuery(
    "new-toads",
    "Toads that are new",
    (Parameter("since_year", "integer", "the first year", "2020"), Parameter("pond", "text", "where they live")),
    "",
)


def test_a_query_is_listed_with_its_parameters_as_options() -> None:
    assert render_queries([QUERY]).splitlines() == [
        "new-toads",
        "    Toads that are new",
        "    --since-year INTEGER  the first year  [default: 2020]",
        "    --pond TEXT  where they live",
    ]


def test_names_are_emphasised_where_there_is_a_style() -> None:
    assert render_queries([QUERY], ansi).startswith("\x1b[1mnew-toads\x1b[0m\n    Toads")


def test_no_queries_are_no_text() -> None:
    assert render_queries([]) == ""
