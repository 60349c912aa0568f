"""What the tagger learns from a teacher; the teacher here is a toy that needs no torch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from spacy.language import Language
from thinc.api import zero_init

from kg.extraction.document import make_doc
from kg.extraction.tagger.crf import TAGS, tags_of
from kg.extraction.tagger.network import Shape, Tagger
from kg.records import Paper
from kg.training.annotated import AnnotatedDoc
from kg.training.distil import distil_tagger, docs_of, found_by, labelled, lessons, sample, untagged, words_of
from kg.training.tagger import Recipe, TaggedText

TINY = Shape(width=16, distances=(1,), rows=(200, 100, 100, 50, 20, 20, 20, 20), mark_width=4)


class Toy:
    """A teacher for whom each "toad" is an introduced method."""

    def read(self, text: TaggedText, words: list[str], roles: np.ndarray | None = None) -> Any:
        return SimpleNamespace(text=text, words=words, roles=roles)

    def label(self, texts: Iterable[Any]) -> Iterator[tuple[TaggedText, np.ndarray]]:
        for reading in texts:
            toads = [place for place, word in enumerate(reading.words) if word == "toad"]
            tags = tags_of(len(reading.words), [(place, place + 1, "Method") for place in toads])
            chances = np.eye(TAGS, dtype=np.float16)[tags]
            roles = np.isin(np.arange(len(tags)), toads).astype(np.float16)
            yield TaggedText(reading.text.features, chances, reading.text.sentences), roles


@pytest.mark.slow
def test_the_tagger_learns_what_the_teacher_says() -> None:
    abstracts = ["A toad sits.", "The toad hops far.", "Frogs hop.", ""]
    papers = [Paper(id=str(number), title="T", abstract=abstract) for number, abstract in enumerate(abstracts)]
    toy: Any = Toy()
    tagger, roles = distil_tagger(toy, papers, Tagger(TINY), Recipe(epochs=40, rate=0.02, dropout=0.0))
    assert set(roles) == {paper.id for paper in papers}
    assert roles["0"].tolist() == [0, 0, 0, 1, 0, 0]
    with_toad, without = (dict(tagger.predict([doc])[0]) for doc in docs_of([papers[0], papers[2]]))
    assert with_toad[3, 4, "Method"] > 0.9
    assert (3, 4, "Method") not in without


@pytest.mark.slow
def test_a_tagger_may_learn_what_the_teacher_and_it_itself_say_together(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[TaggedText] = []
    quiet = Tagger(TINY, start=zero_init)  # to which all ways to tag a text are equally likely

    def learn(texts: list[TaggedText], recipe: Recipe, base: Tagger, progress: object) -> Tagger:
        learned.extend(texts)
        return base

    monkeypatch.setattr("kg.training.distil.train", learn)
    papers = [Paper(id="0", title="T", abstract="A toad.")]
    toy: Any = Toy()
    further = [toy.read(untagged(doc), words_of(doc)) for doc in docs_of([Paper(id="1", title="U", abstract="")])]
    tagger, roles = distil_tagger(toy, papers, quiet, own=0.25, further=further)
    assert tagger is quiet and set(roles) == {"0"} and len(learned) == 2
    [own, of_further] = labelled(quiet, learned)
    said = np.eye(TAGS)[tags_of(5, [(3, 4, "Method")])]
    np.testing.assert_allclose(learned[0].tags, 0.25 * own.wanted + 0.75 * said, atol=1e-3)
    assert own.wanted[3].max() < 0.5 and learned[1].tags[0, 0] == pytest.approx(
        0.75 + of_further.tags[0, 0] / 4, abs=1e-3
    )


@pytest.mark.slow
def test_names_that_are_found_get_the_roles_that_the_teacher_says() -> None:
    paper = Paper(id="1", title="T", abstract="Of batch normalization. Batch normalization.")
    quiet = Tagger(TINY, start=zero_init)
    [found] = found_by(quiet, [paper], {"1": np.array([0, 0, 0, 0.5, 1, 0], dtype=np.float16)})
    assert found.types == {(3, 5): "Method"}, "the rest has no labels"
    assert found.introduced == {(3, 5): 0.75}


def test_annotated_papers_are_read_with_their_roles(nlp: Language) -> None:
    doc = nlp(make_doc(nlp, Paper(id="1", title="T", abstract="PondNet beats LakeNet.")))
    paper = AnnotatedDoc(doc, {(2, 3): "Method", (4, 5): "Method"}, {(2, 3): 1.0})
    toy: Any = Toy()
    [reading] = cast(list[Any], lessons(toy, [paper]))
    assert reading.words == ["T", "\n", "PondNet", "beats", "LakeNet", "."]
    assert np.array_equal(reading.roles, [np.nan, np.nan, 1, np.nan, 0, np.nan], equal_nan=True)


def test_a_sample_is_the_same_each_time_and_leaves_out_known_papers(tmp_path: Path) -> None:
    abstracts, known = tmp_path / "abstracts.jsonl", tmp_path / "papers.jsonl"
    titles = [f"Pond {number}" for number in range(20)]
    abstracts.write_text("".join(json.dumps({"title": title, "abstract": "A."}) + "\n" for title in titles))
    known.write_text(json.dumps({"id": "a", "title": "POND 3", "abstract": "A."}) + "\n")
    chosen = sample(abstracts, known, 5)
    assert chosen == sample(abstracts, known, 5) and len({paper.id for paper in chosen}) == 5
    assert {paper.title for paper in sample(abstracts, known, 100)} == {*titles} - {"Pond 3"}
