"""Pairs of names, resolved in a corpus, are compared with the judgements of people."""

from pathlib import Path

import pytest

from kg.errors import InputError
from kg.evaluation.resolution import ResolutionScore, evaluate_resolution

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def score() -> ResolutionScore:
    return evaluate_resolution(DATA / "pairs.jsonl", [DATA / "pairs-papers.jsonl"])


def test_different_names_are_not_merged(score: ResolutionScore) -> None:
    assert score.wrong_merges == ()


def test_same_names_are_merged(score: ResolutionScore) -> None:
    assert score.wrong_splits == ()
    assert score.right == len((DATA / "pairs.jsonl").read_text(encoding="utf-8").splitlines())


def pairs_file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_wrong_merges_and_splits_are_counted(tmp_path: Path) -> None:
    pairs = pairs_file(
        tmp_path,
        '{"type": "Dataset", "a": {"name": "MNIST"}, "b": {"name": "M-NIST"}, "same": false}',
        '{"type": "Method", "a": {"name": "SAM", "paper": "p-bare"}, "b": {"name": "Adam"}, "same": true}',
        '{"type": "Method", "a": {"name": "SAM"}, "b": {"name": "Adam"}, "same": false}',
    )
    score = evaluate_resolution(pairs, [DATA / "pairs-papers.jsonl"])
    assert score.as_dict() == {"right": 1, "wrong": 2, "wrong_merges": 1, "wrong_splits": 1}
    assert [pair.a.name for pair in score.wrong_merges] == ["MNIST"]
    assert [str(pair.a) for pair in score.wrong_splits] == ["SAM (p-bare)"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"type": "Method", "a": {"name": "A"}, "b": {"name": "B"}}', '"same"'),
        ('{"type": "Thing", "a": {"name": "A"}, "b": {"name": "B"}, "same": true}', '"type"'),
        ('{"type": "Method", "a": {"name": ""}, "b": {"name": "B"}, "same": true}', '"a.name"'),
        ('{"type": "Method", "a": {"name": "A", "paper": "lost"}, "b": {"name": "B"}, "same": true}', '"lost"'),
        ("{", "is not a complete JSON object"),
    ],
)
def test_wrong_pair_is_refused_by_its_line(tmp_path: Path, line: str, problem: str) -> None:
    good = '{"type": "Dataset", "a": {"name": "A"}, "b": {"name": "B"}, "same": false}'
    path = pairs_file(tmp_path, good, line)
    with pytest.raises(InputError) as refused:
        evaluate_resolution(path, [DATA / "pairs-papers.jsonl"])
    assert refused.value.place == f"{path}:2"
    assert problem in refused.value.problem


def test_a_file_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no pair"):
        evaluate_resolution(pairs_file(tmp_path, ""), [DATA / "pairs-papers.jsonl"])
