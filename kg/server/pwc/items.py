"""Papers, repositories, tasks, datasets, methods and results as the JSON that clients of Papers with Code read.

Each object has the fields that ``paperswithcode-client`` needs and those that ``pwc`` shows, and ``iri``, the resource
in this graph. What a client needs and abstracts do not say is empty or 0: stars and frameworks of repositories.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import pyoxigraph as ox

from kg.server.pwc.catalogue import Catalogue, Entry, arxiv_id, owner_and_name
from kg.server.pwc.tables import Row, Table
from kg.vocabulary import DCTERMS, KG, LINKS, NO_FRAMEWORK, OA, SCHEMA, SKOS, Kind

Json: TypeAlias = dict[str, Any]

_DATE = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?")


def last(iri: str) -> str:
    """The id of a resource: the last part of its IRI."""
    return iri.rpartition("/")[2]


class Items:
    """Makes the objects of one graph.

    Args:
        catalogue: the graph's lists.
        page: the address of a resource's page on this server, from its IRI.
    """

    def __init__(self, catalogue: Catalogue, page: Callable[[str], str]) -> None:
        self.catalogue = catalogue
        self.reader = catalogue.reader
        self.page = page

    # Papers and what belongs to them ----------------------------------------------------------------------------------

    def paper(self, iri: str, *, resources: bool = False) -> Json:
        """A paper; with ``resources`` also its repositories, project pages, tasks and methods."""
        reader = self.reader
        addresses = reader.objects(iri, SCHEMA + "url")
        arxiv = arxiv_id([*reader.objects(iri, DCTERMS + "identifier"), *addresses])
        address = next(iter(addresses), f"https://arxiv.org/abs/{arxiv}" if arxiv else self.page(iri))
        pdf = next((one for one in addresses if one.endswith(".pdf")), None)
        venue = reader.value(iri, SCHEMA + "isPartOf")
        year = self.catalogue.years.get(iri)
        found: Json = {
            "id": last(iri),
            "arxiv_id": arxiv,
            "nips_id": None,
            "url_abs": address,
            "url_pdf": pdf or (f"https://arxiv.org/pdf/{arxiv}" if arxiv else address),
            "title": reader.name(iri),
            "abstract": reader.value(iri, SCHEMA + "abstract") or "",
            "authors": reader.objects(iri, SCHEMA + "author"),
            "published": self._published(iri),
            "conference": venue and last(venue),
            "conference_url_abs": None,
            "conference_url_pdf": None,
            "proceeding": proceeding_id(venue, year) if venue and year else None,
            "conference_name": venue and reader.name(venue),
            "route_identifier": last(iri),
            "citation_count": None,
            "iri": iri,
            "page": self.page(iri),
        }
        if resources:
            found |= self._resources(iri)
        return found

    def _published(self, paper: str) -> str | None:
        """The date of a paper. Where the graph has the year alone, it is the first of January."""
        found = _DATE.match(self.reader.value(paper, SCHEMA + "datePublished") or "")
        return found and f"{found[1]}{found[2] or '-01'}{found[3] or '-01'}"

    def _resources(self, paper: str) -> Json:
        mentioned = self.entities_of(paper)
        return {
            "repositories": [self.repository(one, official=True) for one in self.reader.objects(paper, LINKS["code"])],
            "project_pages": self.reader.objects(paper, LINKS["project"]),
            "tasks": [self._named(one) for one in mentioned["task"]],
            "methods": [self._named(one) for one in mentioned["method"]],
        }

    def entities_of(self, paper: str) -> dict[Kind, list[str]]:
        """What a paper mentions, by kind."""
        found: dict[Kind, list[str]] = {"method": [], "dataset": [], "metric": [], "task": []}
        for entity in self.reader.objects(paper, KG + "mentions"):
            if kind := self.reader.kind(entity):
                found[kind].append(entity)
        return found

    def repository(self, iri: str, *, official: bool | None = None) -> Json:
        """A code repository. Those that papers link to are their authors' own, which is called official."""
        owner, name = owner_and_name(self.reader.name(iri))
        return {
            "url": self.reader.value(iri, SCHEMA + "codeRepository") or iri,
            "owner": owner,
            "name": name,
            "description": "",
            "stars": 0,
            "framework": NO_FRAMEWORK,
            "is_official": official,
            "iri": iri,
        }

    def paper_with_repository(self, paper: str, repository: str | None) -> Json:
        """A paper with one of its repositories."""
        found = self.repository(repository, official=True) if repository else None
        return {"paper": self.paper(paper), "repository": found, "is_official": found is not None}

    @staticmethod
    def author(entry: Entry) -> Json:
        """An author."""
        return {"id": entry.iri, "full_name": entry.name, "paper_count": entry.papers}

    def conference(self, entry: Entry) -> Json:
        """A venue."""
        papers = self.reader.count(SCHEMA + "isPartOf", entry.iri)
        slug = last(entry.iri)
        return {"id": slug, "slug": slug, "name": entry.name, "paper_count": papers, "iri": entry.iri}

    @staticmethod
    def proceeding(venue: str, year: int) -> Json:
        """The papers of a venue in a year."""
        return {"id": proceeding_id(venue, year), "year": year, "month": None}

    # Entities ---------------------------------------------------------------------------------------------------------

    def _named(self, iri: str) -> Json:
        return {"id": last(iri), "slug": last(iri), "name": self.reader.name(iri), "iri": iri}

    def area(self, iri: str) -> Json:
        """An area: a task with narrower ones and no broader one."""
        return self._named(iri)

    def task(self, iri: str) -> Json:
        """A task."""
        tables = self.catalogue.tables.of(iri)
        line = self.catalogue.line(iri)
        area = line[-1] if line else iri
        return self._named(iri) | {
            "description": self._sentence(iri)[1],
            "area_id": last(area) if area in self.catalogue.children else None,
            "level": len(line),
            "paper_count": self.catalogue.paper_count(iri),
            "benchmark_count": len({table.dataset for table in tables}),
            "evaluation_count": sum(len(table.rows) for table in tables),
        }

    def dataset(self, iri: str) -> Json:
        """A dataset; its description is the sentence with which a paper introduces it."""
        tables = self.catalogue.tables.of(iri)
        return self._named(iri) | {
            "full_name": self._full_name(iri),
            "url": self.reader.value(iri, SCHEMA + "url"),
            "description": self._sentence(iri)[1],
            "hf_url": None,
            "paper_count": self.catalogue.paper_count(iri),
            "evaluation_count": sum(len(table.rows) for table in tables),
        }

    def method(self, iri: str) -> Json:
        """A method; its description is the sentence with which a paper introduces it."""
        paper, sentence = self._sentence(iri)
        return self._named(iri) | {
            "full_name": self._full_name(iri),
            "description": sentence,
            "paper": paper and last(paper),
            "area_id": None,
            "introduced_year": self.catalogue.introduced.get(iri),
            "paper_count": self.catalogue.paper_count(iri),
            "source_title": paper and self.reader.name(paper),
            "source_url": paper and self.page(paper),
        }

    def _full_name(self, iri: str) -> str:
        """The long form of a name that is one word, else the name."""
        name = self.reader.name(iri)
        longer = [other for other in self.reader.objects(iri, SKOS + "altLabel") if " " in other and " " not in name]
        return max(longer, key=len, default=name)

    def _sentence(self, iri: str) -> tuple[str | None, str]:
        """The first paper that introduces an entity, and the sentence in which it does."""
        papers = self.reader.subjects(KG + "introduces", ox.NamedNode(iri))
        if not papers:
            return None, ""
        years = self.catalogue.years
        first = min(papers, key=lambda paper: (years.get(paper, 9999), paper))
        title = self.reader.name(first)
        for start, mention in self._mentions(iri, first):
            if start > len(title):
                return first, self.reader.value(mention, KG + "sentence") or ""
        return first, title

    def _mentions(self, entity: str, paper: str) -> list[tuple[int, str]]:
        """Where a paper mentions an entity, in the order of its text."""
        mentions = self.reader.subjects(OA + "hasTarget", ox.NamedNode(paper))
        found = [mention for mention in mentions if entity in self.reader.objects(mention, OA + "hasBody")]
        return sorted((int(self.reader.value(mention, OA + "start") or 0), mention) for mention in found)

    # Evaluations ------------------------------------------------------------------------------------------------------

    def table(self, table: Table) -> Json:
        """An evaluation table."""
        dataset = self.reader.name(table.dataset)
        task = self.reader.name(table.task) if table.task else ""
        return {
            "id": table.id,
            "task": last(table.task) if table.task else "",
            "dataset": last(table.dataset),
            "description": f"Comparable results from abstracts: {f'{task} on ' if task else ''}{dataset}",
            "mirror_url": None,
            "dataset_iri": table.dataset,
            "task_iri": table.task,
        }

    def metric(self, iri: str) -> Json:
        """A metric of an evaluation table."""
        better = self.catalogue.tables.better.get(iri)
        return {
            "id": last(iri),
            "name": self.reader.name(iri),
            "description": f"{better} values are better" if better else "",
            "is_loss": better == "lower",
            "iri": iri,
        }

    def result(self, row: Row) -> Json:
        """A row of an evaluation table, with its sentence."""
        metric, evidence = self.reader.name(row.metric), self.page(row.iri)
        method = self.reader.name(row.method) if row.method else ""
        code = self.catalogue.code.get(row.paper)
        return {
            "id": row.id,
            "best_rank": row.rank,
            "metrics": {metric: self.reader.value(row.iri, KG + "valueText")},
            "methodology": method,
            "uses_additional_data": False,
            "paper": last(row.paper),
            "best_metric": metric if row.rank else None,
            "evaluated_on": self._published(row.paper),
            "external_source_url": evidence,
            "evidence": {
                "iri": row.iri,
                "paper": row.paper,
                "sentence": self.reader.value(row.iri, KG + "sentence"),
                "start": int(self.reader.value(row.iri, OA + "start") or 0),
                "end": int(self.reader.value(row.iri, OA + "end") or 0),
                "confidence": float(self.reader.value(row.iri, KG + "confidence") or 0),
                "page": evidence,
            },
            # The names that `pwc` reads.
            "paper_id": last(row.paper),
            "paper_title": self.reader.name(row.paper),
            "paper_arxiv_id": arxiv_id(self.reader.objects(row.paper, DCTERMS + "identifier")),
            "paper_published_date": self._published(row.paper),
            "task_id": last(row.task) if row.task else None,
            "task_name": self.reader.name(row.task) if row.task else None,
            "dataset_id": last(row.dataset),
            "dataset_name": self.reader.name(row.dataset),
            "model_name": method or None,
            "harness": None,
            "is_open": bool(code),
            "result_url": evidence,
            "code_url": code and self.reader.value(code[0], SCHEMA + "codeRepository"),
        }

    def benchmark(self, tables: Iterable[Table]) -> Json:
        """The tables of one dataset as a benchmark, with the best row by the metric that is reported most."""
        tables = list(tables)
        rows = [row for table in tables for row in table.rows]
        best = next((row for row in rows if row.rank == 1), None)
        found = self.dataset(rows[0].dataset)
        papers = len({row.paper for row in rows})
        shown = self.result(best) if best else {}
        return found | {
            "recent_paper_count": None,
            "all_time_paper_count": papers,
            "paper_count": papers,
            "best_model_name": shown.get("model_name"),
            "best_paper_title": shown.get("paper_title"),
            "best_code_url": shown.get("code_url") or None,
        }


def proceeding_id(venue: str, year: int) -> str:
    """What identifies the papers of a venue in a year."""
    return f"{last(venue)}-{year}"
