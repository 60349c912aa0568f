"""Whatever a text contains, offsets point at it as it was given."""

import gc
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from kg.errors import InputError
from kg.extraction import Extractor, pipeline
from kg.extraction.document import make_doc
from kg.extraction.pipeline import Failure, build_pipeline
from kg.records import Extraction, Paper

PIECES = st.sampled_from(
    [
        "We propose FooNet (FN), a novel convolutional neural network. ",
        "It reaches 65.03\\% verified error on CIFAR-10 (epsilon=8{255}), ",
        '\\emph{ImageNet} and na\\"ive \\textbf{SGD}, ',
        "an FID of 1.70 on ImageNet 256x256x2013and 2.89. ",
        "Code: url{https://github.com/a/B.git{https://github.com/a/B}}. ",
        "R^{stimes d} $O(n)$ {\\it image classification} ",
        "中文 \x00 \u2028 (((( ",
        "\n",
        "x" * 500,
    ]
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.lists(PIECES, max_size=2).map("".join),
    abstract=st.lists(PIECES | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)).map("".join),
)
def test_offsets_point_at_the_text(extractor: Extractor, title: str, abstract: str) -> None:
    paper = Paper(id="1", title=title, abstract=abstract)
    found = extractor(paper)
    end = 0
    for mention in found.entities:
        assert paper.text[mention.start : mention.end] == mention.text
        assert mention.text.strip() == mention.text != ""
        assert mention.start >= end, "mentions come sorted and do not overlap"
        end = mention.end
    for link in found.links:
        assert 0 <= link.start < link.end <= len(paper.text)
        assert not any(link.start < mention.end and mention.start < link.end for mention in found.entities)
    for result in found.results:
        assert paper.text[result.start : result.end] == result.value
    for short, long in found.abbreviations:
        assert short
        assert long in paper.text


def test_a_name_may_begin_with_an_adjective(extractor: Extractor) -> None:
    abstract = "A new corpus of toad songs for named entity recognition and multiple object tracking."
    names = {mention.text for mention in extractor(Paper(id="1", title="Toads", abstract=abstract)).entities}
    assert names >= {"named entity recognition", "multiple object tracking"}


@pytest.mark.parametrize(
    ("abstract", "name"),
    [
        ("We introduce PadGate, an open-set recognizer of frogs in videos.", "PadGate"),
        ("PadGraph is a pond-free grader that links eyes to a graph.", "PadGraph"),
        ("PadTok represents ponds as tokens of curves.", "PadTok"),
    ],
)
def test_a_new_name_is_a_method_where_its_sentence_says_so(extractor: Extractor, abstract: str, name: str) -> None:
    found = extractor(Paper(id="1", title="Looking at Frogs", abstract=abstract))
    assert (name, "Method") in [(mention.text, mention.type) for mention in found.entities]


@pytest.mark.parametrize("name", ["MoNuSeg", "IEMOCAP", "FreiHAND"])
def test_a_known_dataset_is_one_wherever_it_is(extractor: Extractor, name: str) -> None:
    found = extractor(Paper(id="1", title="Looking at Frogs", abstract=f"Frogs are easy, but {name} is not."))
    assert [(mention.text, mention.type) for mention in found.entities] == [(name, "Dataset")]


def test_title_and_abstract_are_never_one_name(extractor: Extractor) -> None:
    found = extractor(Paper(id="1", title="A Study of CIFAR", abstract="10 ways to train. We use CIFAR-10."))
    assert [mention.text for mention in found.entities if mention.type == "Dataset"][-1] == "CIFAR-10"
    assert all("\n" not in mention.text for mention in found.entities)


def test_sentences_start_where_the_title_ends_and_after_full_stops(extractor: Extractor) -> None:
    doc = make_doc(extractor.nlp, Paper(id="1", title="A Title", abstract="One is here. Two is 1.5 long."))
    assert [token.text for token in doc if token.is_sent_start] == ["A", "One", "Two"]
    assert doc[: doc._.title_end].text.strip() == "A Title"


@pytest.mark.slow
def test_long_and_odd_texts_do_not_fail(extractor: Extractor) -> None:
    for abstract in ("", "word", "word " * 20_000, "中文摘要。" * 50, "\x01\x02\x7f", "(" * 3000, "a" * 100_000):
        found = extractor(Paper(id="1", title="T", abstract=abstract))
        assert all(0 <= mention.confidence <= 1 for mention in found.entities)


@pytest.mark.slow
def test_garbage_is_collected_again_after_the_rules_were_read(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text("{")
    with pytest.raises(InputError):
        build_pipeline([tmp_path])
    assert gc.isenabled()


def test_rules_of_further_folders_are_added(tmp_path: Path) -> None:
    rules = [
        {"label": "Dataset", "pattern": "Zorblatt archive"},
        {"label": "Method", "pattern": [{"LOWER": "quux"}, {"IS_DIGIT": True}], "id": "quux"},
    ]
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(rule) + "\n" for rule in rules))
    found = Extractor([tmp_path])(Paper(id="1", title="T", abstract="We run Quux 7 on the Zorblatt archive."))
    assert {(mention.type, mention.text) for mention in found.entities} >= {
        ("Method", "Quux 7"),
        ("Dataset", "Zorblatt archive"),
    }


HOSTILE = (
    *("(", "%", "=", "!", "_", "\N{GRINNING FACE}", "$", "\\", "{", "<", "&lt;", "-", "\n", "...", "“", "ab", "的中文"),
    *("A. ", "e.g. X ", "https://a.b/)", "https://", "www.", "git@github.com:a/b ", "https://github.com/a/ b "),
    *("short ", "NAME: ", "SAM (", "NAME, a ", "called ", "(a ", "a-b-", "a/b/", "a.b.", "on Reddit and "),
    *("93.5% ", "accuracy 93.5% on CIFAR-10 and ", "10%–", "1/", "$\\beta$", "RESULTS: "),
    *("a–Ba", "a--B", "<i>k</i>-means ", "CIFAR-{10,100} ", "ImageNet 64×64 ", "[Results] "),
)


SHORT = 0.02
"""Seconds below which a time is too short to be compared, and counts as this."""


def seconds(extractor: Extractor, abstract: str) -> float:
    """CPU time of one extraction, at least :data:`SHORT`."""
    started = time.process_time()
    extractor(Paper(id="1", title="T", abstract=abstract))
    return max(time.process_time() - started, SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_in_line_with_the_length_of_a_text(extractor: Extractor, piece: str) -> None:
    most = 2.6  # times as long for twice the text
    for _ in range(3):  # other processes, and the collection of garbage, disturb the clock
        longer = seconds(extractor, (piece * 4000)[:4000])
        for size in (2000, 1000):
            if longer < most * SHORT:  # then it is in line with half of the text, whatever that takes
                return
            shorter = seconds(extractor, (piece * size)[:size])
            if longer >= most * shorter:
                break
            longer = shorter
        else:
            return
    pytest.fail(f"{size} characters: {shorter:.3f} s, twice as many: {longer:.3f} s")


@pytest.mark.slow
def test_a_paper_that_makes_a_component_fail_is_told_apart_from_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    class Picky:
        def pipe(self, docs: list[Doc]) -> list[Doc]:
            if any("toad" in doc.text for doc in docs):
                raise ValueError("no\ntoads")
            return docs

    nlp = pipeline.build_pipeline(components=("links", "spans"))
    nlp._components.append(("picky", Picky()))  # type: ignore[arg-type]
    monkeypatch.setattr(Extractor, "nlp", nlp)
    papers = [Paper(id=str(number), title=title, abstract="") for number, title in enumerate(["frog", "toad", "newt"])]
    for size in (1, 2, 64):
        frog, toad, newt = Extractor().each(papers, size)
        assert isinstance(frog, Extraction) and isinstance(newt, Extraction)
        assert (frog.id, newt.id) == ("0", "2")
        assert toad == Failure("ValueError: no toads (in the component 'picky')")
    with pytest.raises(ValueError, match="no\ntoads"):
        list(Extractor().pipe(papers))


def test_what_is_wrong_with_a_model_is_not_the_fault_of_a_paper(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a model folder"):
        next(Extractor(model=tmp_path).each([Paper(id="1", title="T", abstract="")]))
