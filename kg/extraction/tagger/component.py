"""The pipeline component around the tagger."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.tagger.crf import best_spans
from kg.extraction.tagger.network import Tagger

MOST = 0.99  # only a rule is certain


class Ner:
    """Proposes the spans that the tagger finds; if it ``decides``, also writes the likeliest to ``doc._.entities``."""

    def __init__(self) -> None:
        self.tagger: Tagger | None = None
        self.decides = False

    def __call__(self, doc: Doc) -> Doc:
        [found] = self.tagger.predict([doc]) if self.tagger else [[]]
        proposed = {span: Candidate(*span, min(chance, MOST), "ner") for span, chance in found}
        doc._.candidates += proposed.values()
        if self.decides:
            doc._.entities = [proposed[span] for span in best_spans(found)]
        return doc


@Language.factory("kg_ner")
def make_ner(nlp: Language, name: str) -> Ner:
    """The component's factory."""
    return Ner()
