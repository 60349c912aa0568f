"""The pipeline that reads annotated papers, for all tests of training."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.training.annotated import annotation_pipeline


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Links and abbreviations, which change no state."""
    return annotation_pipeline()
