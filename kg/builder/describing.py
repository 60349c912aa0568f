"""What the statements of a paper are made from, and what is written about papers with several entries."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from kg.builder.works import Work
from kg.graph.changes import paper_line
from kg.graph.indexing import IndexMaker
from kg.graph.statements import PaperStatements, SharedNodes, entities_within, first_seen_statements
from kg.records import Extraction, MergedEntry, Paper
from kg.resolution import Resolver
from kg.sources.duplicates import reasons
from kg.text.plain import without_markup
from kg.vocabulary import paper_iri


class Described(NamedTuple):
    """A paper as its statements have it: merged from its entries, with the names of their sources, resolved."""

    work: Work
    paper: Paper
    entries: Sequence[Paper]
    extraction: Extraction
    iri: str

    @classmethod
    def of(cls, work: Work, resolver: Resolver, names: Mapping[str, str]) -> Described:
        """A paper of the graph.

        Args:
            work: the paper.
            resolver: knows all names.
            names: what to call each source.
        """
        assert work.extraction is not None
        paper = work.paper
        entries = [replace(entry, source=names[entry.source or ""]) for entry in work.entries]
        iri = paper_iri(resolver.base, without_markup(paper.title), work.which)
        return cls(work, paper, entries, resolver.resolve(work.extraction), iri)

    def made_from(self, line: bytes, shared: SharedNodes) -> list[bytes]:
        """All that the statements are made from, when ``line`` is the paper's record."""
        sources, entities = (entry.source or "" for entry in self.entries), entities_within(self.extraction, shared)
        return [line, *("\0".join(found).encode(errors="surrogatepass") for found in (sources, entities))]

    def line(self, line: bytes, shared: SharedNodes) -> bytes:
        """Its line in the list of papers (:mod:`kg.graph.changes`)."""
        return paper_line(self.iri, self.made_from(line, shared))

    def statements(self, shared: SharedNodes, index: IndexMaker) -> Iterator[str]:
        """All N-Quads about the paper; the index and ``shared`` take what they need of them."""
        statements = self._statements(shared)
        yield from index.reading(statements.about())
        yield from statements.evidence()
        yield from first_seen_statements(self.iri, self.work.first_seen, shared.base)

    def collected(self, shared: SharedNodes, index: IndexMaker) -> None:
        """Have the index and ``shared`` take what they need, without making the others."""
        deque(index.reading(self._statements(shared).about()), maxlen=0)

    def _statements(self, shared: SharedNodes) -> PaperStatements:
        return PaperStatements(self.iri, self.paper, self.entries, self.extraction, shared)

    def merged(self) -> Iterator[MergedEntry]:
        """The entries of a paper that has several, with the names of their sources as people see them."""
        if len(self.entries) < 2:
            return
        title = without_markup(self.paper.title)
        for entry, why in zip(self.entries, ("", *reasons(self.work.entries)), strict=True):
            yield MergedEntry(
                entity=self.iri,
                label=title,
                name=entry.title,
                source=entry.source or "",
                line=entry.line,
                id=entry.id,
                why=why,
            )
