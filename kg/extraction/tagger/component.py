"""The pipeline component around the tagger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate
from kg.extraction.tagger.crf import batched, best_spans
from kg.extraction.tagger.network import Tagger

MOST = 0.99  # only a rule is certain


class Ner:
    """Proposes the spans that the tagger finds; if it ``decides``, also writes the likeliest to ``doc._.entities``."""

    def __init__(self) -> None:
        self.tagger: Tagger | None = None
        self.decides = False

    def __call__(self, doc: Doc) -> Doc:
        [doc] = self.pipe([doc])
        return doc

    def pipe(self, docs: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """The Docs, read ``batch_size`` at a time, which is faster than one by one and finds the same."""
        for batch in batched(docs, batch_size):
            for doc, found in zip(batch, self.tagger.predict(batch) if self.tagger else [[]] * len(batch), strict=True):
                proposed = {span: Candidate(*span, min(chance, MOST), "ner") for span, chance in found}
                doc._.candidates += proposed.values()
                if self.decides:
                    doc._.entities = [proposed[span] for span in best_spans(found)]
                yield doc


@Language.factory("kg_ner")
def make_ner(nlp: Language, name: str) -> Ner:
    """The component's factory."""
    return Ner()
