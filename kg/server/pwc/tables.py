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

import pyoxigraph as ox

from kg.graph.reader import GraphReader
from kg.vocabulary import KG, OA, XSD

_ENOUGH = 500  # papers that show which task goes with a dataset


@dataclass(frozen=True, slots=True)
class Row:
    """A comparable result.

    ``value`` is the number as the paper writes it, ``number`` the same on the scale of its table: a share is a
    percentage where others are. ``rank`` is its place by its metric in the table, from 1, the best; equal numbers share
    it; ``None`` where the graph does not know which values of the metric are better. ``start`` and ``end`` are the span
    of the value in the paper's text.
    """

    iri: str
    paper: str
    dataset: str
    metric: str
    method: str | None
    task: str | None
    value: str
    number: Decimal
    rank: int | None
    sentence: str
    start: int
    end: int
    confidence: float

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

    @property
    def papers(self) -> int:
        """How many papers report on it."""
        return len({row.paper for row in self.rows})


class Tables:
    """All evaluation tables of a graph.

    Args:
        reader: the graph.
        base: the IRI that its resources live under.
    """

    def __init__(self, reader: GraphReader, base: str) -> None:
        self._reader = reader
        self._tasks = f"{base}task/"
        self.better: dict[str, str | None] = {}
        tables = self._tables(list(self._results()))
        self.tables = {table.id: table for table in sorted(tables, key=lambda table: (-len(table.rows), table.id))}
        self.rows = {row.id: row for table in self.tables.values() for row in table.rows}
        self._of: dict[str, list[Table]] = defaultdict(list)
        self._by: dict[str, list[Row]] = defaultdict(list)
        for table in self.tables.values():
            for iri in (table.dataset, table.task):
                if iri:
                    self._of[iri].append(table)
            for row in table.rows:
                self._by[row.paper].append(row)

    def of(self, iri: str) -> list[Table]:
        """The tables of a dataset or a task, those with most rows first."""
        return self._of.get(iri, [])

    def by(self, paper: str) -> list[Row]:
        """The rows of a paper, in the order of its text."""
        return sorted(self._by.get(paper, ()), key=lambda row: (row.start, row.iri))

    def of_row(self, row: Row) -> Table:
        """The table that a row is in."""
        return self.tables[Table(row.dataset, row.task, ()).id]

    def _results(self) -> Iterable[tuple[str, str, str, str]]:
        """The comparable results: each with its paper, dataset and metric."""
        reader = self._reader
        for result in reader.subjects(KG + "comparable", ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))):
            paper = next(iter(reader.subjects(KG + "reports", ox.NamedNode(result))), None)
            dataset, metric = reader.value(result, KG + "onDataset"), reader.value(result, KG + "byMetric")
            if paper and dataset and metric:
                yield result, paper, dataset, metric

    def _tables(self, results: list[tuple[str, str, str, str]]) -> Iterable[Table]:
        on_task = {paper: self._tasks_of(paper) for _, paper, _, _ in results}
        sharing = {dataset: self._tasks_with(dataset) for dataset in {dataset for _, _, dataset, _ in results}}
        tables: dict[tuple[str, str | None], list[tuple[str, str, str, str]]] = defaultdict(list)
        for result in results:
            iri, paper, dataset, _ = result
            said = self._reader.value(iri, KG + "onTask")
            task = said or min(on_task[paper], key=lambda one: (-sharing[dataset][one], one), default=None)
            tables[dataset, task].append(result)
        for (dataset, task), members in tables.items():
            yield Table(dataset, task, tuple(self._ranked(members, task)))

    def _tasks_of(self, paper: str) -> list[str]:
        return [entity for entity in self._reader.objects(paper, KG + "mentions") if entity.startswith(self._tasks)]

    def _tasks_with(self, dataset: str) -> Counter[str]:
        """How many of the papers that name a dataset are on each task."""
        papers = self._reader.subjects(KG + "mentions", ox.NamedNode(dataset))[:_ENOUGH]
        return Counter(task for paper in papers for task in self._tasks_of(paper))

    def _ranked(self, results: Iterable[tuple[str, str, str, str]], task: str | None) -> list[Row]:
        """The rows of a table in their order."""
        by_metric: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        for result in results:
            by_metric[result[3]].append(result)
        rows: list[Row] = []
        for metric, members in sorted(by_metric.items(), key=lambda item: (-len(item[1]), item[0])):
            if metric not in self.better:
                self.better[metric] = self._reader.value(metric, KG + "better")
            better, numbers = self.better[metric], self._numbers(iri for iri, *_ in members)
            sign = 1 if better == "lower" else -1
            order = sorted(members, key=lambda result: (sign * numbers[result[0]], result[0]))
            places = sorted(sign * number for number in numbers.values())
            rows += (
                self._row(result, task, numbers[result[0]], _place(places, sign * numbers[result[0]], better))
                for result in order
            )
        return rows

    def _numbers(self, results: Iterable[str]) -> dict[str, Decimal]:
        """The values of results of one metric on one scale: shares become percentages where others are percentages."""
        values = {result: Decimal(self._reader.value(result, KG + "value") or 0) for result in results}
        percent = {result for result in values if self._reader.value(result, KG + "unit") == "%"}
        return {
            result: 100 * value if percent and result not in percent and value <= 1 else value
            for result, value in values.items()
        }

    def _row(self, result: tuple[str, str, str, str], task: str | None, number: Decimal, rank: int | None) -> Row:
        iri, paper, dataset, metric = result
        value = self._reader.value
        return Row(
            iri=iri,
            paper=paper,
            dataset=dataset,
            metric=metric,
            method=value(iri, KG + "ofMethod"),
            task=task,
            value=value(iri, KG + "valueText") or "",
            number=number,
            rank=rank,
            sentence=value(iri, KG + "sentence") or "",
            start=int(value(iri, OA + "start") or 0),
            end=int(value(iri, OA + "end") or 0),
            confidence=float(value(iri, KG + "confidence") or 0),
        )


def _place(places: list[Decimal], number: Decimal, better: str | None) -> int | None:
    return bisect_left(places, number) + 1 if better else None


def _last(iri: str) -> str:
    return iri.rpartition("/")[2]
