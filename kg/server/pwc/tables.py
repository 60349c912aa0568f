"""Evaluation tables as Papers with Code has them: the comparable results on a dataset, for a task.

Only results that the graph marks as comparable become rows; each row is one reported number with its sentence. Where
the graph does not say for which task a result is, the task is one that the paper is on: among these the one that most
papers which name the dataset are on. A paper that names no task gives a table without one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import pyoxigraph as ox

from kg.graph.index import LINKS_TO, IndexedReader
from kg.vocabulary import KG

_RESULTS = """SELECT result.iri, node.iri, dataset.iri, metric.iri, method.iri, value, unit IS '%' FROM result
    JOIN paper USING (place) JOIN node ON node.id = paper.node
    JOIN node AS dataset ON dataset.id = result.dataset JOIN node AS metric ON metric.id = result.metric
    LEFT JOIN node AS method ON method.id = result.method
    WHERE comparable AND value IS NOT NULL ORDER BY result.id"""
_TASKS_OF_PAPERS = """SELECT node.iri, task.iri FROM paper JOIN node ON node.id = paper.node JOIN edge USING (place)
    JOIN node AS task ON task.id = edge.node
    WHERE role < ? AND task.kind = 'task' AND place IN (SELECT place FROM result WHERE comparable)"""
_TASKS_OF_DATASETS = """SELECT dataset.iri, task.iri, count(*) FROM node AS dataset
    JOIN edge ON edge.node = dataset.id JOIN edge AS other ON other.place = edge.place AND other.role < ?
    JOIN node AS task ON task.id = other.node
    WHERE dataset.id IN (SELECT dataset FROM result WHERE comparable) AND task.kind = 'task'
    GROUP BY dataset.id, task.id"""


class _Result(NamedTuple):
    iri: str
    paper: str
    dataset: str
    metric: str
    method: str | None
    value: str
    percent: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A comparable result.

    ``number`` is its value on the scale of its table: a share is a percentage where others are. ``rank`` is its place
    by its metric in the table, from 1, the best; equal numbers share it; ``None`` where the graph does not know which
    values of the metric are better.
    """

    iri: str
    paper: str
    dataset: str
    metric: str
    method: str | None
    task: str | None
    number: Decimal
    rank: int | None

    @property
    def id(self) -> str:
        """What identifies the row: the last part of the result's IRI, with signs that an address has no use for."""
        return self.iri.rpartition("/")[2].replace("#result-", ".result-").replace(",", "-")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a dataset and a task, those of the most reported metric first, then by rank."""

    dataset: str
    task: str | None
    rows: tuple[Row, ...]

    @property
    def id(self) -> str:
        """What identifies the table, such as "image-classification-on-imagenet"."""
        return f"{_last(self.task)}-on-{_last(self.dataset)}" if self.task else f"on-{_last(self.dataset)}"

    @property
    def metrics(self) -> list[str]:
        """The metrics of the rows, the most reported first."""
        return list(dict.fromkeys(row.metric for row in self.rows))


class Tables:
    """All evaluation tables of a graph.

    Args:
        reader: the graph.
    """

    def __init__(self, reader: IndexedReader) -> None:
        self._reader = reader
        self.better: dict[str, str | None] = {}
        results = [_Result(*row) for row in reader.index.rows(_RESULTS)]
        tables = self._tables(results)
        self.tables = {table.id: table for table in sorted(tables, key=lambda table: (-len(table.rows), table.id))}
        self._of: dict[str, list[Table]] = defaultdict(list)
        for table in self.tables.values():
            for iri in (table.dataset, table.task):
                if iri:
                    self._of[iri].append(table)
        rows = {row.iri: row for table in self.tables.values() for row in table.rows}
        self.rows = {row.id: row for row in rows.values()}
        self._by: dict[str, list[Row]] = defaultdict(list)
        for result in results:  # in the order of the texts
            if result.iri in rows:
                self._by[result.paper].append(rows[result.iri])

    def of(self, iri: str) -> list[Table]:
        """The tables of a dataset or a task, those with most rows first."""
        return self._of.get(iri, [])

    def by(self, paper: str) -> list[Row]:
        """The rows of a paper, in the order of its text."""
        return self._by.get(paper, [])

    def _tables(self, results: Iterable[_Result]) -> Iterable[Table]:
        index = self._reader.index
        on_task: dict[str, list[str]] = defaultdict(list)
        for paper, task in index.rows(_TASKS_OF_PAPERS, LINKS_TO):
            on_task[paper].append(task)
        sharing: dict[str, Counter[str]] = defaultdict(Counter)
        for dataset, task, papers in index.rows(_TASKS_OF_DATASETS, LINKS_TO):
            sharing[dataset][task] = papers
        said = self._said_tasks()
        tables: dict[tuple[str, str | None], list[_Result]] = defaultdict(list)
        for result in results:
            shared = sharing[result.dataset]
            likely = min(on_task[result.paper], key=lambda task: (-shared[task], task), default=None)
            tables[result.dataset, said.get(result.iri, likely)].append(result)
        for (dataset, chosen), members in tables.items():
            yield Table(dataset, chosen, tuple(self._ranked(members, chosen)))

    def _said_tasks(self) -> dict[str, str]:
        """The tasks that the graph gives for results."""
        quads = self._reader.store.quads_for_pattern(None, ox.NamedNode(KG + "onTask"), None)
        return {quad.subject.value: quad.object.value for quad in quads}  # type: ignore[union-attr]  # no blank nodes

    def _ranked(self, results: Iterable[_Result], task: str | None) -> Iterable[Row]:
        """The rows of a table in their order."""
        by_metric: dict[str, list[_Result]] = defaultdict(list)
        for result in results:
            by_metric[result.metric].append(result)
        for metric, members in sorted(by_metric.items(), key=lambda item: (-len(item[1]), item[0])):
            if metric not in self.better:
                self.better[metric] = self._reader.value(metric, KG + "better")
            better, numbers = self.better[metric], _numbers(members)
            sign = 1 if better == "lower" else -1
            places = sorted(sign * number for number in numbers.values())
            for result in sorted(members, key=lambda result: (sign * numbers[result.iri], result.iri)):
                number = numbers[result.iri]
                rank = bisect_left(places, sign * number) + 1 if better else None
                yield Row(result.iri, result.paper, result.dataset, metric, result.method, task, number, rank)


def _numbers(results: Iterable[_Result]) -> dict[str, Decimal]:
    """The values of results of one metric on one scale: shares become percentages where others are percentages."""
    values = {result.iri: (Decimal(result.value), bool(result.percent)) for result in results}
    percentages = any(percent for _, percent in values.values())
    return {
        iri: 100 * value if percentages and not percent and value <= 1 else value
        for iri, (value, percent) in values.items()
    }


def _last(iri: str) -> str:
    return iri.rpartition("/")[2]
