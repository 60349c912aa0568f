"""The records of papers: the fields of the JSON lines contract, and what offsets count."""

from __future__ import annotations

import json

from kg.records import Extraction, Link, Mention, Paper, Result


def test_an_extraction_has_the_fields_of_the_json_lines_contract() -> None:
    found = Extraction(
        id="1",
        title="T",
        entities=(Mention(type="Method", text="FrogNet", start=0, end=7, confidence=0.5, extractor="pattern"),),
        abbreviations=(("FN", "FrogNet"),),
        links=(Link(url="https://example.org", kind="project", start=8, end=27),),
        results=(Result(metric="accuracy", value="93.5%", number=93.5, unit="%", start=28, end=33),),
    )
    read = json.loads(json.dumps(found.as_dict()))
    assert set(read) == {"id", "title", "entities", "abbreviations", "links", "results"}
    assert read["abbreviations"] == [["FN", "FrogNet"]]
    assert set(read["entities"][0]) == {"type", "text", "start", "end", "role", "confidence", "extractor", "entity"}
    assert read["entities"][0]["role"] == "used"
    assert set(read["links"][0]) == {"url", "kind", "start", "end"}
    assert list(read["results"][0]) == [
        *("metric", "value", "number", "unit", "dataset", "method", "task", "baseline"),
        *("relative", "confidence", "settings", "start", "end"),
    ]
    assert (read["results"][0]["relative"], read["results"][0]["confidence"]) == (False, 1.0)


def test_offsets_count_the_characters_of_title_and_abstract() -> None:
    paper = Paper(id="1", title="FrogNet", abstract="It hops.")
    assert paper.text == "FrogNet\nIt hops."
    assert paper.text[8:10] == "It"
