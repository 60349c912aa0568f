"""links"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("kg_links")
def kg_links(doc: Doc) -> Doc:
    return doc
