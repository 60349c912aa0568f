"""The pipeline whose documents the tagger reads."""

from __future__ import annotations

import pytest
from spacy.language import Language


@pytest.fixture(scope="session")
def nlp(hinting: Language) -> Language:
    """All components before the tagger."""
    return hinting
