"""roles"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("kg_roles")
def kg_roles(doc: Doc) -> Doc:
    return doc
