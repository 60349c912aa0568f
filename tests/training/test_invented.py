"""Invented sentences with results."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.evaluation.scores import normal_value
from kg.training.invented import SENTENCES, WHOSE, followed, invented_abstracts, invented_texts


@pytest.mark.parametrize("sentences", [SENTENCES, WHOSE])
def test_each_sentence_is_filled_with_names_and_values_and_says_what_is_annotated(sentences: Path) -> None:
    texts = list(invented_texts(2, sentences))
    assert len(texts) > 100
    assert len({text.paper.abstract for text in texts}) == len(texts)
    for text in texts:
        assert "{" not in text.paper.abstract
        assert text.results
        for result in text.results:
            assert result.value in text.paper.abstract and normal_value(result.value)
            for named in filter(None, (result.dataset, result.method)):
                assert named.lower() in text.paper.abstract.lower()
            assert all(word in text.paper.abstract for word in (result.metric or "").split())


def test_they_are_the_same_each_time() -> None:
    assert [text.paper.abstract for text in invented_texts(1)] == [text.paper.abstract for text in invented_texts(1)]
    values = {text.results[0].value for text in invented_texts(3) if text.results}
    assert len(values) > 100


def test_what_is_annotated_in_the_invented_abstracts_is_written_there() -> None:
    texts = invented_abstracts()
    assert len({text.paper.id for text in texts}) == len(texts) > 5000
    for text in texts:
        assert followed(text.paper) and text.results is not None
        for result in text.results:
            for written in filter(None, (result.value, result.metric, result.dataset, result.method)):
                assert written in text.paper.text
