from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ask.evidence import RowProofs, paper_proofs, result_proofs
from kg.graph.reader import GraphReader
from kg.vocabulary import DEFAULT_BASE

PAPER = f"{DEFAULT_BASE}paper/frognet-hops"
CIFAR = f"{DEFAULT_BASE}dataset/cifar-10"
SENTENCE = "FrogNet attains 93.50% accuracy in image classification on CIFAR-10."


@pytest.fixture(scope="module")
def reader() -> GraphReader:
    store = ox.Store()
    store.load(path=Path(__file__).parents[1] / "data" / "small.trig", format=ox.RdfFormat.TRIG)
    return GraphReader(store)


def test_a_paper_is_proved_by_a_mention_of_each_entity(reader: GraphReader) -> None:
    proof = paper_proofs(reader, PAPER)[CIFAR]
    assert (proof.words, proof.start, proof.end, proof.sentence) == ("CIFAR-10", 72, 80, SENTENCE)
    assert (proof.iri, proof.sentence_start, proof.confidence) == (f"{PAPER}#char=72,80", 13, 0.9)


def test_a_number_is_proved_by_its_sentence(reader: GraphReader) -> None:
    (proof,) = result_proofs(reader, PAPER)
    assert (proof.name, proof.start, proof.sentence) == ("93.50%", 29, SENTENCE)


def test_a_row_with_a_paper_is_proved_by_what_it_says(reader: GraphReader) -> None:
    row = {"title": "FrogNet hops", "reported": "93.50%", "method": "FrogNet", "year": 2018, "code": None}
    found = RowProofs(reader, [CIFAR]).of(row)
    assert [proof.name for proof in found] == ["93.50%", "FrogNet", "CIFAR-10"]


def test_a_row_with_a_count_is_proved_by_one_paper(reader: GraphReader) -> None:
    found = RowProofs(reader, [f"{DEFAULT_BASE}task/image-classification"]).of({"dataset": "CIFAR-10", "papers": 1})
    assert [(proof.paper, proof.name) for proof in found] == [(PAPER, "CIFAR-10"), (PAPER, "image classification")]


def test_a_row_may_have_iris(reader: GraphReader) -> None:
    row = {"p": PAPER, "x": CIFAR, "y": "not an <IRI>"}
    assert RowProofs(reader).things(row) == {"p": PAPER, "x": CIFAR}
    assert [proof.about for proof in RowProofs(reader).of(row)] == [CIFAR]


def test_a_row_that_names_nothing_has_no_proof(reader: GraphReader) -> None:
    assert RowProofs(reader).of({"year": 2018, "papers": 2}) == []
    assert RowProofs(reader).of({"title": "No such paper"}) == []
