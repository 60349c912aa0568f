"""abbreviations"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("kg_abbreviations")
def kg_abbreviations(doc: Doc) -> Doc:
    return doc
