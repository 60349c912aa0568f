from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
import pytest

from kg.graph.index import IndexedReader
from kg.server.pwc.tables import Tables
from kg.vocabulary import DEFAULT_BASE


@pytest.fixture(scope="module")
def tables(small_reader: IndexedReader) -> Tables:
    return Tables(small_reader)


def test_a_table_is_for_the_task_that_most_papers_with_the_dataset_are_on(tables: Tables) -> None:
    assert [*tables.tables] == ["image-classification-on-cifar-10", "classification-on-cifar-10"]


def test_a_task_that_the_graph_gives_for_a_result_is_taken(tables: Tables) -> None:
    (row,) = tables.tables["classification-on-cifar-10"].rows
    assert row.number == 7


def test_shares_are_ranked_among_percentages(tables: Tables) -> None:
    rows = tables.tables["image-classification-on-cifar-10"].rows
    assert [(float(row.number), row.rank) for row in rows] == [(93.5, 1), (91.0, 2)]


def test_where_no_better_values_are_known_nothing_is_ranked(tables: Tables) -> None:
    assert tables.tables["classification-on-cifar-10"].rows[0].rank is None


def test_a_result_that_is_not_comparable_is_in_no_table(tables: Tables) -> None:
    assert tables.of(f"{DEFAULT_BASE}dataset/imagenet") == []
    assert [row.number for row in tables.by(f"{DEFAULT_BASE}paper/toadnet-crawls")] == [91, 7]


def test_a_row_is_named_after_its_result(tables: Tables) -> None:
    assert "toadnet-crawls.result-66-70-aa" in tables.rows


def test_better_may_be_lower_and_equal_values_share_a_place(
    small_store: ox.Store, indexed: Callable[[ox.Store], IndexedReader]
) -> None:
    store = ox.Store()
    store.extend(small_store)
    lower, equal = (
        "https://w3id.org/papers-kg/metric/accuracy",
        "https://w3id.org/papers-kg/paper/frognet-hops#result-1",
    )
    store.update(
        f"""DELETE {{ GRAPH ?g {{ <{lower}> ?better ?old }} }} INSERT {{ GRAPH ?g {{ <{lower}> ?better "lower" }} }}
        WHERE {{ GRAPH ?g {{ <{lower}> <https://w3id.org/papers-kg/ontology#better> ?old ; ?better ?old }} }} ;
        DELETE {{ GRAPH ?g {{ <{equal}> ?value ?n }} }} INSERT {{ GRAPH ?g {{ <{equal}> ?value 91.0 }} }}
        WHERE {{ GRAPH ?g {{ <{equal}> ?value ?n }} FILTER(?value = <https://w3id.org/papers-kg/ontology#value>) }}"""
    )
    rows = Tables(indexed(store)).tables["image-classification-on-cifar-10"].rows
    assert [row.rank for row in rows] == [1, 1]
