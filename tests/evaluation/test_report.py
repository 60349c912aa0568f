"""The whole evaluation, from a file to figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kg
from kg.evaluation.gold import read_gold
from kg.evaluation.report import Evaluation, RoleScore, evaluate, score_extractions
from kg.records import Extraction, Mention, Result
from kg.vocabulary import Role

PAPER = {
    "id": "1",
    "title": "FrogNet: Hopping Networks",
    "abstract": "We propose FrogNet, a convolutional neural network. It reaches 93.5% accuracy on CIFAR-10.",
}
ENTITIES = [
    {"type": "Method", "text": "FrogNet", "role": "introduced"},
    {"type": "Method", "text": "convolutional neural network", "role": "used"},
    {"type": "Dataset", "text": "CIFAR-10", "role": "used"},
    {"type": "Metric", "text": "accuracy", "role": "used"},
]


def gold_file(folder: Path, *lines: object) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("gold")
    result = {"value": "93.5%", "metric": "accuracy", "dataset": "CIFAR-10", "method": "FrogNet"}
    return evaluate(gold_file(folder, {**PAPER, "entities": ENTITIES, "results": [result]}))


def test_papers_are_extracted_and_scored(measured: Evaluation) -> None:
    assert (measured.form, measured.texts) == ("papers", 1)
    assert measured.scores["Dataset"].f1 == 1
    assert measured.scores["Method"].gold == 2
    assert measured.scores["result+dataset"].gold == 1
    assert measured.roles is not None
    assert 1 <= measured.roles.gold <= 3
    assert sum(one.mentions for one in measured.calibration.bins) > 0


def test_papers_without_roles_have_no_rows_for_them(tmp_path: Path) -> None:
    entities = [{"type": entity["type"], "text": entity["text"]} for entity in ENTITIES]
    measured = evaluate(gold_file(tmp_path, {**PAPER, "entities": entities}))
    assert measured.roles is None
    assert {"introduced", "link", "abbreviation", "result"}.isdisjoint(measured.scores)


def test_papers_with_results_alone_have_only_rows_of_results(tmp_path: Path) -> None:
    result = {"value": "93.5%", "metric": "accuracy", "dataset": "CIFAR-10", "method": "FrogNet"}
    gold = read_gold(gold_file(tmp_path, {**PAPER, "results": [result]}))
    found = Result(metric="accuracy", value="93.5 %", number=93.5, unit="%", dataset="CIFAR-10", start=0, end=1)
    mention = Mention(type="Method", text="FrogNet", start=0, end=7, confidence=0.9, extractor="pattern")
    extraction = Extraction(id="1", title=PAPER["title"], entities=(mention,), results=(found,))
    measured = score_extractions(gold, [extraction], known=lambda name: False)
    assert list(measured.scores) == ["result", "result+dataset", "result+method", "result whole", "board"]
    assert {row: score.f1 for row, score in measured.scores.items()} == {
        "result": 1.0,
        "result+dataset": 1.0,
        "result+method": 0.0,
        "result whole": 1.0,
        "board": 1.0,
    }
    assert measured.roles is None


def test_papers_with_names_and_papers_with_results_are_scored_in_one_file(tmp_path: Path) -> None:
    lines = [{**PAPER, "entities": ENTITIES}, {**PAPER, "id": "2", "results": [{"value": "5%", "metric": "hops"}]}]
    gold = read_gold(gold_file(tmp_path, *lines))
    empty = [Extraction(id=number, title="") for number in ("1", "2")]
    measured = score_extractions(gold, empty, known=lambda name: False)
    assert (measured.scores["entity"].gold, measured.scores["result"].gold) == (4, 1)


def test_errors_add_up_to_what_the_scores_count(tmp_path: Path) -> None:
    path = gold_file(
        tmp_path, {**PAPER, "entities": [*ENTITIES[:2], {"type": "Task", "text": "Hopping", "role": "used"}]}
    )
    measured = evaluate(path)
    score = measured.scores["entity"]
    hits = round(score.recall * score.gold)
    assert sum(kind.missed for kind in measured.errors) == score.gold - hits
    assert sum(kind.spurious for kind in measured.errors) == round(hits / score.precision) - hits


def test_passages_are_scored_by_span_for_the_types_they_mark(tmp_path: Path) -> None:
    text = "ResNet-50 and MNIST."
    path = gold_file(tmp_path, {"text": text, "spans": [{"start": 14, "end": 19, "label": "DATASET"}]})
    mentions = [
        Mention(type="Method", text="ResNet-50", start=1, end=10, confidence=0.9, extractor="lexicon"),
        Mention(type="Dataset", text="MNIST", start=15, end=20, confidence=0.7, extractor="lexicon"),
    ]
    found = Extraction(id="1", title="", entities=tuple(mentions))
    measured = score_extractions(read_gold(path), [found], known=lambda name: False)
    assert measured.types == ("Dataset",)
    assert {row: score.f1 for row, score in measured.scores.items()} == {"mention": 1, "untyped": 1, "Dataset": 1}
    assert measured.errors == ()
    assert measured.calibration.error == pytest.approx(0.3)


def test_progress_and_the_library_call(tmp_path: Path) -> None:
    path = gold_file(tmp_path, {"id": "1", "entities": []}, {"id": "2", "entities": []})
    papers = tmp_path / "papers.jsonl"
    papers.write_text(
        "".join(json.dumps({**PAPER, "id": number}) + "\n" for number in (1, 2)) + '{"id": "3", "title": "T"}\n'
    )
    steps: list[tuple[str, int, int]] = []
    warnings: list[str] = []
    measured = evaluate(path, papers=papers, warn=warnings.append, progress=lambda *step: steps.append(step))
    assert [step[1:] for step in steps] == [(0, 2), (1, 2), (2, 2)]
    assert warnings == [f"{papers}:3: has no abstract; skipped"]
    with pytest.warns(UserWarning, match="has no abstract"):
        assert kg.evaluate(path, papers=papers) == measured


@pytest.mark.parametrize(
    ("annotated", "found", "expected"),
    [
        (("introduced", "used"), ("introduced", "introduced"), RoleScore(0.5, 2)),
        (("introduced", None), ("introduced", "introduced"), RoleScore(1.0, 1)),
        ((None, None), ("used", "used"), None),
    ],
)
def test_only_annotated_roles_of_names_that_were_found_are_scored(
    tmp_path: Path, annotated: tuple[Role | None, ...], found: tuple[Role, ...], expected: RoleScore | None
) -> None:
    names = ("FrogNet", "convolutional neural network", "toad network")
    paper = {**PAPER, "abstract": f"{PAPER['abstract']} No toad network hops."}
    lines = [{"type": "Method", "text": name, "role": role} for name, role in zip(names, annotated, strict=False)]
    text = f"{paper['title']}\n{paper['abstract']}"
    mentions = [
        Mention(
            type="Method",
            text=name,
            start=text.index(name),
            end=text.index(name) + len(name),
            role=role,
            confidence=1,
            extractor="pattern",
        )
        for name, role in zip(names, (*found, "used"), strict=True)
    ]
    gold = read_gold(gold_file(tmp_path, {**paper, "entities": [*lines, {"type": "Task", "text": "reaches"}]}))
    extraction = Extraction(id="1", title=paper["title"], entities=tuple(mentions))
    assert score_extractions(gold, [extraction], known=lambda name: False).roles == expected


def test_as_dict_is_all_of_it_for_json(measured: Evaluation) -> None:
    read = json.loads(json.dumps(measured.as_dict()))
    assert set(read) == {"form", "texts", "types", "scores", "roles", "errors", "calibration"}
    assert set(read["scores"]["entity"]) == {"precision", "recall", "f1", "gold"}
    assert len(read["calibration"]["bins"]) == 10
    for kind in read["errors"]:
        assert {"annotated", "found", "texts"} == set(kind["examples"][0])
