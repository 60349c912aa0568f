"""Annotated files: which forms are read, what is refused, and with which message."""

from __future__ import annotations

import gzip
import json
import os
import re
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.evaluation.gold import Gold, GoldResult, occurrences, read_gold
from kg.records import Paper

PAPER = {"id": "p1", "title": "FrogNet", "abstract": "FrogNet hops over LilyBench. FrogNets win."}


def written(path: Path, *lines: object) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gold.jsonl"


def quoted(gold: Gold) -> list[list[tuple[str, str]]]:
    """The marked words of each text, with their types."""
    return [[(text.paper.text[span.start : span.end], span.type) for span in text.spans] for text in gold.texts]


def refusal(path: Path, papers: Path | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_gold(path, papers)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- papers ----------------------------------------------------------------------------------------------------------


def test_papers_take_their_texts_from_a_file_or_from_their_own_line(file: Path, tmp_path: Path) -> None:
    papers = written(tmp_path / "papers.jsonl", {**PAPER, "id": 7}, {"id": "other", "title": "T", "abstract": "A"})
    entities = [{"type": "Dataset", "text": "LilyBench", "role": "introduced"}]
    written(file, {"id": "7", "entities": entities}, "", {**PAPER, "entities": entities, "links": []})
    gold = read_gold(file, papers)
    assert (gold.form, gold.types) == ("papers", ("Method", "Dataset", "Metric", "Task"))
    assert [text.paper.id for text in gold.texts] == ["7", "p1"]
    assert [text.place for text in gold.texts] == [f"{file}:1", f"{file}:3"]
    assert [text.links for text in gold.texts] == [None, ()]
    assert quoted(gold) == [[("LilyBench", "Dataset")]] * 2
    assert [entity.role for entity in gold.texts[0].entities or ()] == ["introduced"]


def test_names_mean_all_their_whole_word_occurrences_longest_first() -> None:
    text = "Deep frogs, deep-frogs: Deep frogs2, red Deep frogs; frogs."
    found = occurrences([("frogs", "Task"), ("Deep frogs", "Method"), ("red Deep frogs", "Dataset")], text)
    assert [(text[span.start : span.end], span.type) for span in found] == [
        ("Deep frogs", "Method"),
        ("frogs", "Task"),
        ("red Deep frogs", "Dataset"),
        ("frogs", "Task"),
    ]


@pytest.mark.slow
@given(st.text("ab -", max_size=40), st.lists(st.text("ab -", min_size=1, max_size=5)))
def test_occurrences_are_names_and_never_overlap(text: str, names: list[str]) -> None:
    found = occurrences([(name, "Method") for name in names], text)
    assert all(text[span.start : span.end] in names for span in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_an_annotated_part_of_a_word_is_a_name_without_a_mention(file: Path) -> None:
    gold = read_gold(written(file, {**PAPER, "entities": [{"type": "Method", "text": "Lily"}]}))
    assert gold.texts[0].spans == ()
    assert [entity.text for entity in gold.texts[0].entities or ()] == ["Lily"]


def test_a_line_with_results_needs_no_entities(file: Path, tmp_path: Path) -> None:
    papers = written(tmp_path / "papers.jsonl", PAPER, {**PAPER, "id": "p2"}, {**PAPER, "id": "p3"})
    result = {"value": "93.5%", "metric": "hops", "dataset": "LilyBench", "method": "FrogNet", "relative": True}
    lines = [
        {"id": "p1", "results": [result, {"value": "2x", "dataset": None, "baseline": "ToadNet"}]},
        {"id": "p2", "results": []},
        {"id": "p3", "entities": []},
    ]
    gold = read_gold(written(file, *lines), papers)
    assert gold.form == "papers"
    assert [text.entities for text in gold.texts] == [None, None, ()]
    assert [text.spans for text in gold.texts] == [(), (), ()]
    other = GoldResult(value="2x", baseline="ToadNet")
    assert [text.results for text in gold.texts] == [(GoldResult(**result), other), (), None]
    assert GoldResult(value="2x").relative is None


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"entities": [{"type": "Datset", "text": "LilyBench"}]}, '"Datset" is none of Method, Dataset, Metric, Task'),
        ({"entities": [{"type": "{x}", "text": "LilyBench"}]}, '"{x}" is none of'),
        ({"entities": [{"type": "Task", "text": "toads"}]}, '"toads" does not occur in the paper'),
        ({"entities": [{"type": "Task", "text": ""}]}, '"entities.0.text": '),
        ({"entities": [{"type": "Task", "text": "\ud800"}]}, '"entities.0.text": '),
        ({"entities": [{"type": "Task", "text": "hops", "role": "hero"}]}, '"entities.0.role": '),
        ({"entities": [{"type": "Task", "text": "hops", "start": 3, "end": 7}]}, "is not at characters 3-7"),
        ({"entities": [], "abbreviations": [["FN"]]}, '"abbreviations.0.1": '),
        ({"entities": [], "results": [{"metric": "hops"}]}, '"results.0.value": '),
        ({"results": [{"value": ""}]}, '"results.0.value": '),
        ({"results": [{"value": 93.5}]}, '"results.0.value": '),
        ({"results": [{"value": "9", "metric": 5}]}, '"results.0.metric": '),
        ({"results": [{"value": "9", "relative": "perhaps"}]}, '"results.0.relative": '),
        ({"results": {"value": "9"}}, '"results": '),
    ],
)
def test_a_wrong_paper_is_refused_by_its_line(file: Path, change: dict[str, Any], problem: str) -> None:
    good = {**PAPER, "id": "p0", "entities": []}
    message = refusal(written(file, good, {**PAPER, **change}))
    assert message.startswith(f"{file}:2: ")
    assert problem in message


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_annotations_and_papers_may_come_through_pipes(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    annotated = json.dumps({"id": "p1", "entities": [{"type": "Dataset", "text": "LilyBench"}]})
    filler = [json.dumps({"id": str(n), "title": "T", "abstract": "x" * 1_000}) for n in range(200)]
    contents = {"gold": annotated, "papers": "\n".join([*filler, json.dumps(PAPER)])}
    writers = []
    for name, content in contents.items():
        os.mkfifo(tmp_path / name)
        writers.append(threading.Thread(target=(tmp_path / name).write_bytes, args=(pack(content.encode()),)))
        writers[-1].start()
    gold = read_gold(tmp_path / "gold", tmp_path / "papers")
    for writer in writers:
        writer.join()
    assert quoted(gold) == [[("LilyBench", "Dataset")]]


def test_papers_that_were_read_already_serve_several_annotated_files(file: Path) -> None:
    papers = [
        Paper(id="p1", title="FrogNet", abstract="FrogNet hops."),
        Paper(id="p2", title="ToadNet", abstract="ToadNet walks."),
    ]
    for paper_id, name in (("p1", "FrogNet"), ("p2", "ToadNet")):
        written(file, {"id": paper_id, "entities": [{"type": "Method", "text": name}]})
        assert quoted(read_gold(file, papers))[0][0] == (name, "Method")
    written(file, {"id": "p3", "entities": []})
    with pytest.raises(InputError, match="the file of papers has no paper of this id"):
        read_gold(file, papers)


def test_offsets_of_papers_are_accepted_when_they_are_right(file: Path) -> None:
    entity = {"type": "Method", "text": "FrogNet", "start": 8, "end": 15}
    assert quoted(read_gold(written(file, {**PAPER, "entities": [entity]}))) == [[("FrogNet", "Method")] * 2]


def test_ids_that_match_nothing_or_twice_are_refused(file: Path, tmp_path: Path) -> None:
    papers = written(tmp_path / "papers.jsonl", PAPER)
    known, unknown = {"id": "p1", "entities": []}, {"id": "p2", "entities": []}
    written(file, known, unknown)
    assert (
        refusal(file, papers) == f'{file}:2: "p2" has no "title" and "abstract" here; {papers} has no paper of this id'
    )
    assert refusal(file) == f'{file}:1: "p1" has no "title" and "abstract" here, and no file of papers is given'
    assert refusal(written(file, known, known), papers) == f'{file}:2: has the id "p1", as has {file}:1'
    written(papers, PAPER, PAPER, {**PAPER, "abstract": "Another."})
    assert refusal(written(file, known), papers) == f'{papers}:3: has the id "p1", as has another paper before it'


# --- passages --------------------------------------------------------------------------------------------------------

TEXT = "FrogNet hops over LilyBench."


@pytest.mark.parametrize(
    "line",
    [
        {"text": TEXT, "spans": [{"start": 0, "end": 7, "label": "Method"}]},
        {"text": TEXT, "spans": [{"start": 0, "end": 7, "label": "METHOD", "token_start": 0}], "answer": "accept"},
        {"id": 3, "text": TEXT, "label": [[0, 7, "method"]], "Comments": []},
        {"id": 3, "data": TEXT, "labels": [[0, 8, "Method"]]},  # with the space after it
        {"id": 3, "text": TEXT, "entities": [{"id": 9, "label": "Method", "start_offset": 0, "end_offset": 7}]},
    ],
    ids=["plain", "Prodigy", "doccano 1", "doccano 1.5", "doccano 1.8"],
)
def test_passages_as_annotation_tools_export_them(file: Path, line: dict[str, Any]) -> None:
    gold = read_gold(written(file, line))
    assert (gold.form, gold.types) == ("passages", ("Method",))
    assert quoted(gold) == [[("FrogNet", "Method")]]
    assert gold.texts[0].paper.abstract == TEXT


def test_what_was_not_accepted_is_left_out_and_accepted_texts_need_no_spans(file: Path) -> None:
    spans = [{"start": 0, "end": 7, "label": "Nonsense"}]
    rejected: list[object] = [{"text": TEXT, "spans": [], "answer": answer} for answer in ("reject", "ignore")]
    gold = read_gold(written(file, *rejected, {"text": "Nothing here.", "answer": "accept"}))
    assert [text.place for text in gold.texts] == [f"{file}:3"]
    assert refusal(written(file, *rejected)) == f"{file}: has no annotated record; every line was rejected or ignored"
    assert "Nonsense" in refusal(written(file, {"text": TEXT, "spans": spans, "answer": "accept"}))


@pytest.mark.parametrize(
    "spans, problem",
    [
        ([{"start": 18, "end": 29, "label": "Dataset"}], "span 18-29 is not part of the text, which has 28 characters"),
        ([{"start": 7, "end": 7, "label": "Dataset"}], "span 7-7 is not part of the text"),
        ([{"start": 7, "end": 0, "label": "Dataset"}], "span 7-0 is not part of the text"),
        ([{"start": -1, "end": 7, "label": "Method"}], '"spans.0.start": '),
        ([{"start": "0", "end": 7, "label": "Method"}], '"spans.0.start": '),
        ([{"start": 0, "end": 7.0, "label": "Method"}], '"spans.0.end": '),
        ([{"start": False, "end": 7, "label": "Method"}], '"spans.0.start": '),
        ([{"start": 0, "label": "Method"}], '"spans.0.end": '),
        ([{"start": 0, "end": 7, "label": "Model"}], '"spans.0.label": "Model" is none of Method, Dataset, Metric'),
        ([{"start": 0, "end": 7}], '"spans.0.label": '),
        ([{"start": 1, "end": 8, "label": "Method"}], 'span 1-8, "rogNet ", cuts a word'),
        ([{"start": 7, "end": 8, "label": "Method"}], "span 7-8 marks only spaces"),
        ([[0, 7, "Method"], [0, 12, "Task"]], "spans 0-7 and 0-12 overlap"),
        (["FrogNet"], '"spans.0": '),
        (None, 'has no "spans"'),
    ],
)
def test_a_wrong_passage_is_refused_by_its_line(file: Path, spans: object, problem: str) -> None:
    message = refusal(written(file, {"text": TEXT, "spans": []}, {"text": TEXT, "spans": spans}))
    assert message.startswith(f"{file}:2: ")
    assert problem in message


def test_spans_may_end_within_words_of_scripts_without_spaces(file: Path) -> None:
    line = {"text": "我们用青蛙网络分类。", "spans": [{"start": 3, "end": 7, "label": "Method"}]}
    assert quoted(read_gold(written(file, line))) == [[("青蛙网络", "Method")]]


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.data())
def test_spans_point_at_the_marked_words(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    file = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    written(file, {"text": text, "spans": [{"start": start, "end": end, "label": "Task"}]})
    try:
        gold = read_gold(file)
    except InputError as error:
        assert re.search("only spaces|cuts a word|is not part", str(error))
    else:
        assert quoted(gold) == [[(text[start:end].strip(), "Task")]]


# --- either ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, place, problem",
    [
        (b"", "", "has no annotated record"),
        (b" \n\n", "", "has no annotated record"),
        (b'{"text": "T", "spans": []}\n{"text": "T", "spa', ":2", "is not a complete JSON object"),
        (b"[1]\n", ":1", "is not a JSON object"),
        (b'{"id": "1"}\n', ":1", "is not annotated; expected"),
        (b"\x89PNG\0\0\n", ":1", "is not UTF-8 text"),
        (b"caf\xe9\n", ":1", "is not UTF-8 text"),
        (
            b'{"text": "T", "spans": []}\n{"id": "1", "entities": []}\n',
            ":2",
            "has another form than the lines before",
        ),
        (b'{"id": 1, "text": "T", "spans": []}\n{"id": "1", "text": "T", "spans": []}\n', ":2", 'has the id "1"'),
    ],
)
def test_a_file_that_is_not_annotated_is_refused_by_its_place(
    file: Path, content: bytes, place: str, problem: str
) -> None:
    file.write_bytes(content)
    message = refusal(file)
    assert message.startswith(f"{file}{place}: ")
    assert problem in message


def test_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == f"{tmp_path / 'nowhere'}: cannot be read (No such file or directory)"
