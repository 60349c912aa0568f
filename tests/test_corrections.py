"""Writing down what is wrong: what is refused, what stands in the file, and what the next build makes of it."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kg.api import KnowledgeGraph
from kg.ask.merges import titles_of_entries
from kg.builder import build_graph
from kg.builder.works import read_records
from kg.corrections import FILE, correct_paper, line_of
from kg.errors import InputError, KGError
from kg.evaluation.corrected import corrected_papers
from kg.evaluation.gold import read_gold
from kg.graph.store import Settings
from kg.text.files import CORRECTIONS

FROGNET = "FrogNet: Hopping Networks for Image Classification"
PADS = "Segmenting Lily Pads with Diffusion Models"


@pytest.fixture
def graph(own_graph: Path) -> KnowledgeGraph:
    return KnowledgeGraph(own_graph)


def lines(graph: KnowledgeGraph) -> list[dict[str, Any]]:
    file = graph.folder / CORRECTIONS / FILE
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_correction_is_a_line_of_rules_under_the_title_of_the_paper(graph: KnowledgeGraph) -> None:
    said = graph.correct("segmenting lily pads with diffusion models", "61.0", "result", metric="IoU", dataset="")
    assert lines(graph) == [
        {"label": "CORRECTION", "paper": PADS, "pattern": "61.0", "id": "result", "metric": "IoU", "dataset": ""}
    ]
    assert said.before == ("result, metric mIoU, dataset LilyBench, method PadDiff",)
    assert (said.line, said.kept, said.guessed) == (lines(graph)[0], True, False)
    assert [line_of(rule) for rule in graph.corrections()] == lines(graph)


def test_what_the_graph_says_now_is_told(graph: KnowledgeGraph) -> None:
    said = graph.correct("Segmenting Lily", "PadDiff", "entity", type="Dataset", role="used")
    assert (said.before, said.guessed) == (("method, introduced, 2 mentions",), True)
    assert graph.correct(PADS, "lily pads", "entity", type="Task").before == ()


@pytest.mark.parametrize(
    ("paper", "words", "says", "changes", "problem"),
    [
        ("Toads of the North", "61.0", "no result", {}, r"the graph has no paper 'Toads of the North'$"),
        (
            "Lily Pads by Diffusion",
            "61.0",
            "no result",
            {},
            r"the graph has no paper .* \(nearest: Segmenting Lily Pads",
        ),
        (PADS, "62.0", "no result", {}, r"does not have the words '62\.0', exactly so"),
        (PADS, "", "no result", {}, r"does not have the words ''"),
        (PADS, "lily", "no result", {}, r"no result with the value 'lily', only .*'61\.0'"),
        (PADS, "lily", "no entity", {}, r"no entity 'lily', only .*'PadDiff'"),
        (PADS, "lily", "entity", {"role": "used"}, r"no entity 'lily' \(a type adds one\), only"),
        (PADS, "egmenting", "entity", {"type": "Task"}, r"only as parts of words"),
        (PADS, "PadDiff", "entity", {"type": "Frog"}, r"type: expected one of Method, .*, found 'Frog'"),
        (PADS, "PadDiff", "entity", {"metric": "mIoU"}, r"metric: cannot be said of 'entity', only type, role"),
        (PADS, "PadDiff", "entity", {}, r"entity: expected at least one of type, role"),
        (PADS, "61.0", "no result", {"metric": "mIoU"}, r"metric: cannot be said of 'no result', only nothing"),
        (PADS, "61.0", "result", {"metric": "x" * 301}, r"metric: expected a name of up to 300 characters"),
        (PADS, "61.0", "result", {"metric": "a\nb"}, r"metric: expected a name"),
        (PADS, "61.0", "result", {"metric": "\ud800"}, r"metric: expected a name"),
        (PADS, "61.0", "result", {"relative": 1}, r"relative: expected True or False, found 1"),
        (PADS, "61.0", "wrong", {}, r"says: expected one of entity, .*, found 'wrong'"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_written(
    graph_folder: Path, paper: str, words: str, says: Any, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(KGError, match=problem):
        KnowledgeGraph(graph_folder).correct(paper, words, says, **changes)
    assert not (graph_folder / CORRECTIONS).exists()


def test_nothing_is_said_twice_and_the_opposite_only_in_its_place(graph: KnowledgeGraph) -> None:
    graph.correct(PADS, "61.0", "no result")
    with pytest.raises(KGError, match=rf'{FILE}:1: says so already: "61.0" in "{PADS}" is no result'):
        graph.correct(PADS, "61.0", "no result")
    graph.correct(PADS, "48.3", "no result")
    with pytest.raises(KGError, match=rf'{FILE}:1: says otherwise: "61.0" in "{PADS}" is no result; replace it'):
        graph.correct(PADS, "61.0", "result", metric="IoU")
    said = graph.correct(PADS, "61.0", "result", metric="IoU", replace=True)
    assert said.replaced == (f'"61.0" in "{PADS}" is no result',)
    graph.correct(PADS, "61.0", "result", method="")
    assert [(line["pattern"], line["id"]) for line in lines(graph)] == [
        ("48.3", "no result"),
        ("61.0", "result"),
        ("61.0", "result"),
    ]


def test_a_folder_that_the_graph_is_not_built_with_has_to_be_given_to_a_build(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / FILE).write_text('{"label": "GENERIC", "pattern": "pond"}')  # no line feed at its end
    said = graph.correct(PADS, "61.0", "no result", rules=tmp_path / "mine")
    assert (said.file, said.kept) == (str(tmp_path / "mine" / FILE), False)
    assert len((tmp_path / "mine" / FILE).read_text().splitlines()) == 2
    assert graph.corrections() == []


def test_a_damaged_file_stays_as_it_is(graph: KnowledgeGraph) -> None:
    file = graph.folder / CORRECTIONS / FILE
    file.parent.mkdir()
    file.write_text('{"label": "CORR')
    with pytest.raises(InputError, match=rf"{FILE}:1: is not a complete JSON object"):
        graph.correct(PADS, "61.0", "no result")
    assert file.read_text() == '{"label": "CORR'


def test_a_folder_that_cannot_be_written_is_named(graph: KnowledgeGraph) -> None:
    (graph.folder / CORRECTIONS).write_text("a file")
    with pytest.raises(InputError, match=rf"{CORRECTIONS}: cannot be written"):
        graph.correct(PADS, "61.0", "no result")


def test_of_several_writers_at_a_time_each_is_heard(graph: KnowledgeGraph) -> None:
    words = [word for word in ["hard", "naive", "fail", "images", "diffusion", "model"] if word != "naive"]
    with ThreadPoolExecutor(len(words)) as writers:
        list(writers.map(lambda word: graph.correct(PADS, word, "entity", type="Task"), words))
    assert sorted(line["pattern"] for line in lines(graph)) == sorted(words)


@pytest.mark.slow
def test_what_was_corrected_once_is_never_read_again_and_only_its_paper_is_extracted_anew(
    graph: KnowledgeGraph, pages: Path, tmp_path: Path
) -> None:
    def values() -> set[str]:
        rows = KnowledgeGraph(graph.folder).query("SELECT ?value { ?result kg:valueText ?value }").records()
        return {str(row["value"]) for row in rows}

    assert "61.0" in values()
    graph.correct(PADS, "61.0", "no result")
    assert build_graph([], graph.folder).extracted == 1
    graph.correct(FROGNET, "1.5x", "no result")
    graph.correct(PADS, "48.3", "result", metric="Accuracy")  # which only another paper names
    assert build_graph([pages], graph.folder).extracted == 2
    assert not {"61.0", "1.5x"} & values()
    assert {"93.5%", "48.3"} <= values()
    built = KnowledgeGraph(graph.folder)
    assert built.compare("ADE20K").rows[0].shown("accuracy") == "48.3"
    assert built.validate().conforms
    assert [part.name for part in built.provenance()[-1].corrections] == [
        f'"1.5x" in "{FROGNET}" is no result',
        f'"48.3" in "{PADS}" is a result (metric: Accuracy)',
        f'"61.0" in "{PADS}" is no result',
    ]
    written = list(corrected_papers(graph.store, [graph.folder / CORRECTIONS]))
    file = tmp_path / "gold.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in written), encoding="utf-8")
    texts = read_gold(file).texts
    assert [text.paper.title for text in texts] == [FROGNET, PADS]
    assert [[result.value for result in text.results or ()] for text in texts] == [["93.5%", "71.2%"], ["48.3"]]


@pytest.mark.slow
def test_a_correction_stays_when_another_entry_gives_the_paper_its_title(graph: KnowledgeGraph, tmp_path: Path) -> None:
    graph.correct(PADS, "61.0", "no result")
    abstract = next(work.paper.abstract for work in read_records(graph.generation) if work.paper.title == PADS)
    longer = {"id": "9", "title": f"{PADS}: All of Them", "abstract": f"{abstract} We thank all frogs."}
    (tmp_path / "longer.jsonl").write_text(f"{json.dumps(longer)}\n")
    warnings: list[str] = []
    build_graph([tmp_path / "longer.jsonl"], graph.folder, warn=warnings.append)
    built = KnowledgeGraph(graph.folder)
    query = (
        "SELECT ?value { ?paper kg:reports/kg:valueText ?value ; schema:name ?title FILTER STRSTARTS(?title, 'Seg') }"
    )
    assert [row["value"] for row in built.query(query).records()] == ["48.3"]
    assert warnings == []
    with pytest.raises(KGError, match="says so already"):
        built.correct(PADS, "61.0", "no result")
    titles = titles_of_entries(built.generation)
    (paper,) = corrected_papers(built.store, [graph.folder / CORRECTIONS], titles=titles)
    assert (paper["title"], [result["value"] for result in paper["results"]]) == (longer["title"], ["48.3"])
    with pytest.raises(KGError, match="says otherwise"):
        built.correct(PADS, "61.0", "result", relative=True)
    said = built.correct(PADS, "61.0", "result", relative=True, replace=True)
    assert (said.replaced, said.before) == ((f'"61.0" in "{PADS}" is no result',), ())
    built.correct(PADS, "LilyBench", "no entity")
    build_graph([], graph.folder)
    built = KnowledgeGraph(graph.folder)
    assert {row["value"] for row in built.query(query).records()} == {"48.3", "61.0"}
    built.correct(PADS, "LilyBench", "entity", role="used", replace=True)
    assert [line["paper"] for line in lines(graph)] == [longer["title"]] * 2


@pytest.mark.slow
def test_corrections_may_be_taken_back_with_their_folder(graph: KnowledgeGraph) -> None:
    graph.correct(PADS, "61.0", "no result")
    build_graph([], graph.folder)
    shutil.rmtree(graph.folder / CORRECTIONS)
    moved = graph.folder.rename(graph.folder.with_name("moved"))
    assert build_graph([], moved).extracted == 1
    built = KnowledgeGraph(moved)
    assert built.settings.rules == ()
    assert built.correct(PADS, "61.0", "no result").kept


def test_a_metric_adds_a_result_where_none_was_found(graph: KnowledgeGraph) -> None:
    with pytest.raises(
        KGError, match=r"no result with the value '20\\%' \(a metric adds one\), only '48\.3', '61\.0'$"
    ):
        graph.correct(PADS, "20\\%", "result", dataset="")
    assert graph.correct(PADS, "20\\%", "result", metric="error").before == ()


def test_a_folder_of_rules_that_is_gone_is_not_made_anew_for_builds_to_do_without_its_rules(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    settings = Settings(rules=(tmp_path / "gone",))
    with pytest.raises(InputError, match=r"gone: is not a folder of rule files$"):
        correct_paper(graph.reader, graph.folder, settings, PADS, "61.0", "no result", {})
    assert not (tmp_path / "gone").exists()
