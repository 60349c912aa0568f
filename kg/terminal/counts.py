"""What a build did and what a graph holds, as the rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.ask.stats import Stats
    from kg.builder import BuildReport
    from kg.builder.catalogues import Imported
    from kg.graph.store import Settings


def build_rows(report: BuildReport, found: Stats) -> dict[str, object]:
    """The rows for a build: what it read, what the graph holds now, how long it took."""
    changes = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
    seen = ", ".join(f"{count:,} {name}" for name, count in changes.items() if count)
    read = {"entries read": report.entries, "their papers": seen, "papers extracted": report.extracted}
    if report.resumed:
        read["extracted by an interrupted build"] = report.resumed
    if report.failed:
        read["of these failed"] = report.failed
    return {**read, **stats_rows(found), "seconds": f"{report.seconds:.1f}"}


def import_rows(imported: Imported, report: BuildReport, found: Stats) -> dict[str, object]:
    """The rows for an import: what was read, what is said, and how long the build took."""
    read = ", ".join(f"{count:,} {table}" for table, count in imported.tables.items())
    facts = ", ".join(f"{count:,} {kind}{'s' * (kind != 'code')}" for kind, count in imported.facts.items())
    spam = {"advertisements left out": imported.advertisements} if imported.advertisements else {}
    seconds = {"seconds": f"{report.seconds:.1f}"}
    return {"read": read, "facts": facts, **spam, "papers": found.papers, "triples": found.triples, **seconds}


def settings_rows(settings: Settings) -> dict[str, object]:
    """The rows for what a graph is built with, without what is as shipped."""
    rules = ", ".join(map(str, settings.rules))
    return {
        "base IRI": settings.base,
        **({"rules": rules} if rules else {}),
        **({"model": str(settings.model)} if settings.model else {}),
    }


def stats_rows(found: Stats) -> dict[str, object]:
    """The rows for the counts of a graph."""
    entities = {
        f"{name.lower()}s": f"{count:,} ({found.introduced[name]:,} introduced)"
        for name, count in found.entities.items()
    }
    links = ", ".join(f"{count:,} {kind}" for kind, count in found.links.items())
    return {
        "papers": found.papers,
        "duplicates merged": found.merged,
        **entities,
        **({"of these only in a catalogue": found.from_catalogue} if found.from_catalogue else {}),
        "mentions": found.mentions,
        "links": f"{sum(found.links.values()):,} ({links})",
        "repositories": found.repositories,
        "results": found.results,
        "triples": found.triples,
    }
