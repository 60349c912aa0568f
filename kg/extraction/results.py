"""results"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("kg_results")
def kg_results(doc: Doc) -> Doc:
    return doc
