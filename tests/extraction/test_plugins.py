"""Extractors of other packages: found by their entry points, added to the pipeline, part of the fingerprint."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from kg.builder.works import fingerprints
from kg.errors import KGError
from kg.extraction import Extractor, pipeline
from kg.extraction.document import make_doc
from kg.extraction.pipeline import READ_BY_TAGGER, Failure, record
from kg.extraction.plugins import installed_plugins
from kg.records import Paper

PAPER = Paper(id="1", title="T", abstract="Then quuxify the toad.")

EXTRACTOR = """
from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.document import Candidate


@Language.factory("{name}")
class Verbs:
    def __init__(self, nlp, name):
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        found = [token.i for token in doc if token.text == "quuxify"]
        doc._.candidates += [Candidate(place, place + 1, "Method", 1.0, self.name) for place in found]
        return doc
"""


def install(folder: Path, module: str, code: str) -> None:
    """Install a package with one extractor: its code, its metadata and its entry point."""
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[kg.extractors]\n{module} = {module}\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path of modules; what is imported from it is forgotten."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for module in set(sys.modules) - before:
        del sys.modules[module]


@pytest.mark.slow
def test_an_installed_extractor_proposes_names(packages: Path) -> None:
    assert installed_plugins() == ()
    install(packages, "quux_verbs", EXTRACTOR.format(name="quux_verbs"))
    plugins = Extractor().plugins
    assert [str(plugin) for plugin in plugins] == ["quux_verbs (quux_verbs 1.0)"]
    nlp = pipeline.build_pipeline(plugins=plugins)
    found = record(nlp(make_doc(nlp, PAPER)))
    [mention] = [mention for mention in found.entities if mention.text == "quuxify"]
    assert (mention.type, mention.confidence, mention.extractor) == ("Method", 1.0, "quux_verbs")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("return None", "TypeError: expected the Doc, found NoneType"),
        ("doc._.candidates.append('toad')", "TypeError: expected candidates, found str"),
        ("doc._.candidates.append(Candidate(0, 99, 'Method', 1.0, 'x'))", "does not fit a Doc of 7 tokens"),
        ("doc._.candidates.append(Candidate(-2, -1, 'Method', 1.0, 'x'))", "does not fit"),
        ("doc._.candidates.append(Candidate(0, 1, 'Animal', 1.0, 'x'))", "does not fit"),
        ("doc._.candidates.append(Candidate(0, 1, 'Method', 7.5, 'x'))", "does not fit"),
        ("doc._.candidates.append(Candidate(0, 1, 'Method', 1.0, 'x', 'new'))", "does not fit"),
    ],
)
def test_what_an_extractor_must_not_give_is_said_of_that_extractor(
    packages: Path, code: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"quux_{uuid4().hex}"  # spaCy keeps each factory under its name
    install(packages, name, EXTRACTOR.format(name=name).replace("return doc", f"{code}; return doc"))
    nlp = pipeline.build_pipeline(plugins=installed_plugins())
    monkeypatch.setattr(Extractor, "nlp", nlp)  # the tests share one pipeline, without plug-ins
    [failure] = Extractor().each([PAPER])
    assert isinstance(failure, Failure)
    assert problem in failure.reason and failure.reason.endswith(f" (in the component '{name}')")


@pytest.mark.slow
def test_extractors_are_added_after_the_patterns_by_name(packages: Path) -> None:
    for name in ("quux_b", "quux_c", "quux_a"):
        install(packages, name, EXTRACTOR.format(name=name))
    nlp = pipeline.build_pipeline(components=READ_BY_TAGGER, plugins=installed_plugins())
    assert nlp.pipe_names == [*READ_BY_TAGGER, "quux_a", "quux_b", "quux_c"]


@pytest.mark.slow
def test_the_version_of_a_package_is_part_of_the_fingerprint(packages: Path) -> None:
    without = fingerprints(Extractor())(PAPER)
    install(packages, "quux", "")
    first = fingerprints(Extractor())(PAPER)
    metadata = (packages / "quux-1.0.dist-info").rename(packages / "quux-1.1.dist-info") / "METADATA"
    metadata.write_text(metadata.read_text().replace("1.0", "1.1"))
    assert len({without, first, fingerprints(Extractor())(PAPER)}) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "problem"),
    [("raise ValueError('no frogs\\nhere')", "no frogs"), ("", "quux_broken"), ("import absent_", "absent_")],
)
def test_a_broken_extractor_is_named_in_one_line(packages: Path, code: str, problem: str) -> None:
    install(packages, "quux_broken", code)
    with pytest.raises(KGError, match=r"extractor quux_broken \(quux_broken 1\.0\): cannot be added") as error:
        pipeline.build_pipeline(components=("patterns",), plugins=installed_plugins())
    assert problem in str(error.value)
    assert "\n" not in str(error.value)
