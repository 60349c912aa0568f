"""Extraction: papers in; mentions, abbreviations, links and results out. This stage and what uses it need spaCy."""

from kg.extraction import start  # noqa: F401 (imports spaCy, before any other module does)
from kg.extraction.pipeline import Extractor

__all__ = ["Extractor"]
