"""patterns"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("kg_patterns")
def kg_patterns(doc: Doc) -> Doc:
    return doc
