"""What the network reads of each token."""

from __future__ import annotations

from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import make_doc
from kg.extraction.tagger.features import WORD_COLUMNS, sentences, token_features
from kg.records import Paper


def doc_of(nlp: Language, abstract: str, title: str = "A title") -> Doc:
    return nlp(make_doc(nlp, Paper(id="1", title=title, abstract=abstract)))


def test_features_show_the_lexicon_and_the_case_of_words(nlp: Language) -> None:
    lower, upper = (token_features(doc_of(nlp, f"We use {name} here.")) for name in ("imagenet", "ImageNet"))
    row = [token.lower_ for token in doc_of(nlp, "We use imagenet here.")].index("imagenet")
    assert lower[row, 0] == upper[row, 0]
    assert lower[row, 3] != upper[row, 3]
    assert upper[row, 4] != upper[0, 4]


def test_sentences_cover_the_doc(nlp: Language) -> None:
    doc = doc_of(nlp, "One sentence is here. Another one follows it.")
    spans = sentences(doc)
    assert spans[0][0] == 0 and spans[-1][1] == len(doc)
    assert all(end == start for (_, end), (start, _) in pairwise(spans))


def test_features_show_the_title_and_the_abbreviations(nlp: Language) -> None:
    doc = doc_of(nlp, "A lily pad net (LPN) is a net.", title="A net")
    rows = token_features(doc)
    words = [token.text for token in doc]
    title, long, later = (index for index, word in enumerate(words) if word == "net")
    assert rows.shape == (len(doc), WORD_COLUMNS + 4)
    assert len({tuple(rows[index, :WORD_COLUMNS]) for index in (title, long, later)}) == 1, "one word"
    assert len({rows[index, WORD_COLUMNS + 2] for index in (title, long, later, words.index("LPN"))}) == 4


def test_an_empty_doc_has_no_features_and_no_sentences(nlp: Language) -> None:
    doc = nlp.make_doc("")
    assert token_features(doc).shape == (0, WORD_COLUMNS + 4)
    assert sentences(doc) == []
