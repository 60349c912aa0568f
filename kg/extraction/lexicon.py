"""lexicon"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("kg_lexicon")
def kg_lexicon(doc: Doc) -> Doc:
    return doc
