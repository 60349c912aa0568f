"""Mining on toy texts: names, datasets, senses, counts; and the files that the command writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spacy.language import Language

from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.roles import RoleWeights
from kg.extraction.tagger.network import Shape, Tagger
from kg.records import Paper
from kg.rulefiles import NameRule
from kg.training.annotated import AnnotatedDoc
from kg.training.command import run
from kg.training.mine import (
    look_up_folds,
    main,
    mine_datasets,
    mine_names,
    mine_seen,
    mine_senses,
    other_rules,
    read_lessons,
    read_own_lessons,
    write_names,
    write_seen,
)


def annotated(nlp: Language, abstract: str, *names: str) -> AnnotatedDoc:
    """A paper in which these names are annotated as methods wherever they occur."""
    doc = nlp(make_doc(nlp, Paper(id="1", title="T", abstract=abstract)))
    spans = [(start, end) for start in range(len(doc)) for end in range(start + 1, min(start + 4, len(doc)) + 1)]
    return AnnotatedDoc(doc, {(start, end): "Method" for start, end in spans if doc[start:end].text in names}, {})


def papers(*texts: str) -> list[Paper]:
    return [Paper(id=str(number), title="T", abstract=text) for number, text in enumerate(texts)]


def test_names_are_those_annotated_in_most_papers_that_have_them(nlp: Language) -> None:
    mined = mine_names(
        [
            annotated(nlp, "Frog kernels hop, toads sit.", "Frog kernels", "toads"),
            annotated(nlp, "A frog kernel hops. Toads sit.", "frog kernel"),
            annotated(nlp, "The frog kernel hops, toads sit.", "frog kernel"),
        ]
    )
    assert mined == [NameRule(label="Method", pattern="frog kernel", confidence=0.88)]


def test_a_name_within_a_longer_one_counts_neither_way(nlp: Language) -> None:
    mined = mine_names(
        [annotated(nlp, "A frog kernel hops.", "frog kernel"), annotated(nlp, "A wet frog kernel.", "wet frog kernel")]
    )
    assert {(rule.pattern, rule.confidence) for rule in mined} == {("frog kernel", 0.75), ("wet frog kernel", 0.75)}


@pytest.mark.slow
def test_each_paper_is_looked_up_in_a_lexicon_of_the_others(nlp: Language) -> None:
    docs = [annotated(nlp, f"We use quuxing {word} here.", f"quuxing {word}") for word in ("ponds", "ponds", "lakes")]
    look_up_folds(nlp, docs, folds=3)
    found = [{(c.start, c.end) for c in paper.doc._.candidates if c.extractor == "lexicon"} for paper in docs]
    assert [set(paper.types) <= spans for paper, spans in zip(docs, found, strict=True)] == [True, True, False]


def test_the_rules_of_the_annotated_papers_are_left_out() -> None:
    files = {Path(rule.place.rpartition(":")[0]).name for rule in other_rules()}
    assert "lexicon-datasets.jsonl" in files and "lexicon-annotated.jsonl" not in files


def test_datasets_are_cued_by_abstracts_or_marked_in_sentences() -> None:
    cued = ["We use the PondVision dataset."] * 3 + ["We use the LakeVision dataset."] * 2
    common = ["We use the SwampBase benchmark."] * 3 + ["SwampBase is big."] * 10
    text = "On the FROG-7 corpus and wet frogs."
    spans = [{"start": 3, "end": 20, "label": "Dataset"}, {"start": 25, "end": 34, "label": "Dataset"}]
    mined = mine_datasets(papers(*cued, *common), [{"text": text, "spans": spans}] * 2)
    assert [(rule.pattern, rule.confidence) for rule in mined] == [("FROG-7", 0.85), ("PondVision", 0.8)]


@pytest.mark.slow
def test_senses_are_those_that_enough_papers_define() -> None:
    lines = mine_senses(
        papers(*["We use lily pad nets (LPNs)."] * 9, "A leaping pond newt (LPN).", "With toad nets (TNs).")
    )
    assert lines == [{"short": "lpn", "papers": 10, "senses": {"lily pad nets": 9}}]


@pytest.mark.slow
def test_names_are_counted_once_a_paper_and_not_if_one_paper_has_them() -> None:
    abstract = "We train ResNet-50 on CIFAR-10. ResNet-50 is deep."
    counts = mine_seen(papers(abstract, abstract, "We train on MNIST."))
    assert list(counts) == sorted(counts)
    assert (counts["resnet50"], counts["cifar10"], counts.get("mnist")) == (2, 2, None)


def test_mined_names_have_keys(nlp: Language, tmp_path: Path) -> None:
    write_names(tmp_path / "x.jsonl", nlp, [NameRule(label="Method", pattern="Frog-Kernels", confidence=0.75)])
    line = {"label": "Method", "pattern": "Frog-Kernels", "key": "frogkernel", "confidence": 0.75}
    assert [json.loads(text) for text in (tmp_path / "x.jsonl").read_text().splitlines()] == [line]


def test_counts_are_written_into_a_model(tmp_path: Path) -> None:
    tiny = Tagger(Shape(width=8, distances=(1,), rows=(20,) * 8, mark_width=4))
    Model(tiny, RoleWeights({"any": 0.5}, {"toadkernel": 2}), Model.load(SHIPPED).results, {"texts": 3}).save(tmp_path)
    write_seen(tmp_path, {"frogkernel": 7})
    changed = Model.load(tmp_path)
    assert changed.roles == RoleWeights({"any": 0.5}, {"frogkernel": 7})
    assert changed.about == {"texts": 3}
    assert (changed.results.metric == Model.load(SHIPPED).results.metric).all()


@pytest.mark.slow
def test_the_command_writes_the_lexicon_of_annotated_papers(tmp_path: Path) -> None:
    gold, texts = tmp_path / "gold.jsonl", tmp_path / "papers.jsonl"
    gold.write_text('{"id": "a", "entities": [{"type": "Task", "text": "pond mapping"}]}\n')
    texts.write_text('{"id": "a", "title": "Ponds", "abstract": "We study pond mapping."}\n')
    main(["--gold", str(gold), "--papers", str(texts), "--out", str(tmp_path)])
    [line] = (tmp_path / "lexicon-annotated.jsonl").read_text().splitlines()
    assert json.loads(line) == {"label": "Task", "pattern": "pond mapping", "key": "pondmapping", "confidence": 0.75}


@pytest.mark.parametrize("only", ["--senses", "--seen"])
def test_what_needs_abstracts_says_so(only: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--gold", "x", "--papers", "x", "--out", "x", only])
    assert stopped.value.code == 2
    assert "need --abstracts" in capsys.readouterr().err


def test_an_error_is_one_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "absent.jsonl")
    with pytest.raises(SystemExit) as stopped:
        run(lambda: main(["--gold", missing, "--papers", missing, "--out", str(tmp_path)]))
    assert stopped.value.code == f"error: {missing}: cannot be read (No such file or directory)"


@pytest.mark.slow
def test_nothing_is_learned_from_the_kept_papers_of_a_file_aside(nlp: Language, tmp_path: Path) -> None:
    ids = [f"p{number}" for number in range(14)]
    papers, file = tmp_path / "papers.jsonl", tmp_path / "gold.jsonl"
    papers.write_text(
        "".join(json.dumps({"id": name, "title": "T", "abstract": "A frog kernel."}) + "\n" for name in ids)
    )
    names = [{"type": "Method", "text": "frog kernel", "role": "used"}]
    file.write_text("".join(json.dumps({"id": name, "entities": names}) + "\n" for name in ids))
    read = read_lessons(nlp, [file], [file], papers)
    assert [paper.doc._.paper.id for paper in read] == [
        *ids,
        *(name for name in ids if name not in ("p2", "p5", "p7", "p10", "p12")),
    ]


@pytest.mark.slow
def test_our_own_annotations_are_learned_too_and_teach_no_lexicon(
    nlp: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers, gold, own, conferences = (tmp_path / f"{name}.jsonl" for name in ("papers", "gold", "own", "conferences"))
    papers.write_text(json.dumps({"id": "a", "title": "T", "abstract": "A quuxing toad kernel."}))
    gold.write_text(json.dumps({"id": "a", "entities": [{"type": "Method", "text": "quuxing toad kernel"}]}))
    abstracts = [
        {"id": name, "title": name, "abstract": "A quuxing toad kernel and a quuxing newt kernel."} for name in "bc"
    ]
    conferences.write_text("".join(json.dumps(abstract) + "\n" for abstract in abstracts))
    names = [{"type": "Method", "text": f"quuxing {word} kernel"} for word in ("toad", "newt")]
    own.write_text("".join(json.dumps({"id": name, "entities": names}) + "\n" for name in "bc"))
    monkeypatch.setattr("kg.training.mine.OWN_NAMES", own)
    annotated_by_others = read_lessons(nlp, [gold], [], papers)
    read = read_own_lessons(nlp, conferences, annotated_by_others)
    assert [(paper.doc._.paper.id, len(paper.types)) for paper in read] == [("b", 2), ("c", 2)]
    assert read_own_lessons(nlp, None, annotated_by_others) == []
    found = {read[0].doc[c.start : c.end].text for c in read[0].doc._.candidates if c.extractor == "lexicon"}
    assert "quuxing toad kernel" in found and "quuxing newt kernel" not in found
