"""What the statements of a paper are made from."""

from kg.builder.describing import Described
from kg.builder.works import Work
from kg.graph.changes import iri_of_line
from kg.graph.statements import SharedNodes
from kg.records import Extraction, Mention, Paper
from kg.resolution import Resolver

HOP = Mention(type="Task", text="hop", start=11, end=14, confidence=0.5, extractor="ner")
FROGS = Paper(id="1", title="Frogs", abstract="They hop.", source="a.txt", line=1)
TWICE = Paper(id="2", title="Frogs", abstract="They hop.", source="b.txt", line=1)


def described(work: Work, name: str = "a.txt", base: str = "http://x/") -> Described:
    resolver = Resolver(base)
    resolver.add(Extraction(id="1", title="Frogs", entities=(HOP,)))
    return Described.of(work, resolver, {"a.txt": name, "b.txt": "b.txt"})


def test_a_paper_is_another_when_its_record_its_source_or_an_entity_is() -> None:
    work = Work(key="frogs", entries=(FROGS,), extraction=Extraction(id="1", title="Frogs", entities=(HOP,)))
    found = described(work)
    line = found.line(b"{}", SharedNodes("http://x/"))
    assert iri_of_line(line) == found.iri == "http://x/paper/frogs"
    assert found.line(b"{} ", SharedNodes("http://x/")) != line
    assert described(work, "elsewhere/a.txt").line(b"{}", SharedNodes("http://x/")) != line
    assert described(work, base="http://y/").line(b"{}", SharedNodes("http://y/")) != line
    assert described(work).line(b"{}", SharedNodes("http://x/")) == line


def test_only_entries_of_a_paper_with_several_are_merged() -> None:
    extraction = Extraction(id="1", title="Frogs", entities=(HOP,))
    assert [*described(Work(key="frogs", entries=(FROGS,), extraction=extraction)).merged()] == []
    found = described(Work(key="frogs", entries=(FROGS, TWICE), extraction=extraction)).merged()
    assert [(entry.id, entry.source, entry.why) for entry in found] == [("1", "a.txt", ""), ("2", "b.txt", "title")]
