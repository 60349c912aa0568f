"""Extraction: papers in, mentions, abbreviations, links and results out. The only stage that imports spaCy."""

from kg.extraction.pipeline import Extractor

__all__ = ["Extractor"]
