"""The pipeline that reads annotated papers, and toy names for results, for all tests of training."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate, make_doc
from kg.extraction.results.component import ResultFinder
from kg.records import Paper
from kg.rulefiles import load_rules
from kg.training.annotated import annotation_pipeline
from kg.vocabulary import EntityType

NAMES: dict[str, EntityType] = {
    **dict.fromkeys(("accuracy", "recall", "precision", "BLEU"), "Metric"),
    **dict.fromkeys(("MNIST", "ImageNet", "CIFAR-10", "SQuAD", "COCO"), "Dataset"),
    **dict.fromkeys(("ResNet-50", "BERT"), "Method"),
}


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Links and abbreviations, which change no state."""
    return annotation_pipeline()


@pytest.fixture(scope="session")
def finder() -> ResultFinder:
    """Finds quantities, and results if a test gives it weights."""
    made = ResultFinder()
    made.add_rules(load_rules())
    return made


@pytest.fixture(scope="session")
def settle(nlp: Language) -> Callable[[Paper], Doc]:
    """Makes Docs whose entities are the toy names in them."""

    def settled(one: Paper) -> Doc:
        doc = make_doc(nlp, one)
        doc._.entities = [
            Candidate(start, end, NAMES[name], 1.0, "lexicon", "used")
            for start in range(len(doc))
            for end in range(start + 1, min(start + 4, len(doc)) + 1)
            if (name := doc[start:end].text) in NAMES
        ]
        return doc

    return settled
