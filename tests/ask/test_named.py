"""Named queries: their headers and the binding of parameters; test_questions.py asks the shipped ones."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.ask.named import NamedQuery, Parameter, bind, named_queries, named_query, parse
from kg.ask.sparql import run
from kg.errors import QueryError

BASE = "https://example.org/"


def echo(value: str, type_: str = "text") -> str:
    return bind(NamedQuery("echo", "", (Parameter("x", type_, "any"),), "SELECT ($x AS ?y) {}"), {"x": value}, BASE)


# The shipped queries --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", named_queries(), ids=lambda query: query.name)
def test_every_shipped_query_describes_itself_and_uses_its_parameters(query: NamedQuery) -> None:
    body = "\n".join(line for line in query.text.splitlines() if not line.startswith("#"))
    assert query.description
    assert {parameter.name for parameter in query.parameters} == set(re.findall(r"\$([A-Za-z_]\w*)", body))
    assert not {parameter.name for parameter in query.parameters} & set(re.findall(r"\?(\w+)", body))
    assert "CONSTRUCT" in body or "ORDER BY" in body


def test_shipped_queries_are_listed_by_name() -> None:
    names = [query.name for query in named_queries()]
    assert names == sorted(names)
    assert "datasets-for-task" in names


def test_an_unknown_query_is_answered_with_the_known_ones() -> None:
    with pytest.raises(QueryError, match=r"'leader'.*leaderboard"):
        named_query("leader")


# Headers --------------------------------------------------------------------------------------------------------------


def test_a_header_gives_description_and_parameters() -> None:
    query = parse(
        "q", '# description: What it does\n# param n integer "how many" = 5\n# param t text "a word"\nASK {}\n'
    )
    assert query.description == "What it does"
    assert query.parameters == (Parameter("n", "integer", "how many", "5"), Parameter("t", "text", "a word"))


def test_a_header_can_name_the_vocabulary_of_its_query() -> None:
    assert parse("q", "# profile: lpwc\nASK {}\n").profile == "lpwc"
    assert parse("q", "ASK {}\n").profile is None


def test_other_comments_are_no_header() -> None:
    assert parse("q", "# parameters are good\n# describes nothing\nASK {} # param x\n").parameters == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("# param n integer", "q:1: expected"),
        ('# param n number "how many"', "q:1: type 'number'"),
        ("# description:", "q:1: expected"),
        ("# profile:", "q:1: expected"),
        ("# profile: a\n# profile: b", "q:2: expected"),
        ('# param n text "a"\n# param n text "b"', "q:2: parameter n is declared twice"),
    ],
)
def test_a_malformed_header_is_named_by_line(line: str, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        parse("q", f"{line}\nASK {{}}\n")


# Binding --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_arrives_as_it_is(value: str) -> None:
    rows = list(run(ox.Store(), echo(value), BASE).rows())
    assert rows == [(ox.Literal(value),)]


@pytest.mark.parametrize("value", ['") } #', "'''", '"""', "\\", "\\u0022", "}\nDROP ALL", "$x ?y", "<a>"])
def test_no_value_changes_what_is_asked(value: str) -> None:
    assert [tuple(row) for row in run(ox.Store(), echo(value), BASE).rows()] == [(ox.Literal(value),)]


def test_a_dollar_sign_in_text_is_no_parameter() -> None:
    text = "# costs $x\nSELECT (\"$x\" AS ?a) ('$x' AS ?b) (<http://e/$x> AS ?c) ($x AS ?d) ($y AS ?e) {}"
    bound = bind(NamedQuery("q", "", (Parameter("x", "integer", "any"),), text), {"x": "7"}, BASE)
    assert bound == text.replace("($x", "(7")


@pytest.mark.parametrize("value", ["-1", "1.5", "ten", "", "1} #", "٣"])
def test_an_integer_is_checked(value: str) -> None:
    with pytest.raises(QueryError, match="parameter x: expected a whole number"):
        echo(value, "integer")


@pytest.mark.parametrize("value", ["cifar", "dataset:a b", "http://e/> } #", ""])
@pytest.mark.parametrize("type_", ["iri", "dataset"])
def test_an_iri_is_checked(value: str, type_: str) -> None:
    with pytest.raises(QueryError, match="parameter x: expected an IRI"):
        echo(value, type_)


@pytest.mark.parametrize("value", ["dataset:cifar-10", f"{BASE}dataset/cifar-10", f"<{BASE}dataset/cifar-10>"])
def test_an_iri_may_be_shortened(value: str) -> None:
    assert f"(<{BASE}dataset/cifar-10> AS" in echo(value, "iri")


def test_a_choice_is_checked_in_any_case() -> None:
    assert '("lower" AS' in echo("Lower", "higher|lower")
    with pytest.raises(QueryError, match="parameter x: expected one of higher, lower, found 'best'"):
        echo("best", "higher|lower")


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(QueryError, match=r"parameter x: .* not valid Unicode"):
        echo("\ud800")


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(QueryError, match="leaderboard: parameter 'metric' is missing: the metric"):
        bind(named_query("leaderboard"), {"dataset": "dataset:tiles"})


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(QueryError, match="datasets-for-task: unknown parameter 'tsk', it has task, limit"):
        bind(named_query("datasets-for-task"), {"tsk": "sorting"})
