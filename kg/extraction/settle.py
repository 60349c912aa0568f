"""settle"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("kg_settle")
def kg_settle(doc: Doc) -> Doc:
    return doc
