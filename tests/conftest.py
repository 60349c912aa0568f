"""What all tests share: one extraction pipeline, pages written for the tests, and the graph built from them."""

from __future__ import annotations

import gc
import shutil
import signal
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from spacy.language import Language

    from kg.extraction import Extractor

Files = TypeVar("Files")

PAGES = {
    "one.txt": """news

Subscribe

Mar 11

FrogNet: Hopping Networks for Image Classification

We propose FrogNet, a novel convolutional neural network for image classification. FrogNet reaches 93.5% accuracy on \
CIFAR-10 and 71.2% accuracy on CIFAR-100, and is 1.5x faster than ResNet-50. Code is available at \
https://github.com/Pond-Lab/FrogNet.

Sharpness-Aware Minimization, Revisited

Sharpness-Aware Minimization (SAM) improves generalization at twice the cost of SGD. We study SAM on CIFAR10 and \
ImageNet with Vision Transformers (ViTs) and report top-1 accuracy. Our code: github.com/pond-lab/frognet/tree/main/sam.
""",
    "two.txt": """news

Subscribe

Mar 12

FROGNET - hopping networks for image classification

We propose FrogNet, a novel convolutional neural network for image classification. FrogNet reaches 93.5% accuracy on \
CIFAR-10 and 71.2% accuracy on CIFAR-100, and is 1.5x faster than ResNet-50. Code is available at \
https://github.com/Pond-Lab/FrogNet.

Segmenting Lily Pads with Diffusion Models

Semantic segmentation of lily pads is hard, na\\"ive approaches fail on 20\\% of images. We introduce PadDiff, a \
diffusion model, and LilyBench, a new benchmark. PadDiff attains an mIoU of 61.0 on LilyBench and 48.3 on ADE20K, \
see https://pond-lab.github.io/paddiff/.
""",
}


def pytest_configure(config: pytest.Config) -> None:
    """Heed Ctrl-C, which a shell makes jobs in its background ignore, and so all that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Share between all tests of this process what is the same in each and slow to make.

    Every ``Extractor()`` has the same pipeline, and the shipped rules and curated files are read once for all
    pipelines and builds. The components of a pipeline keep nothing of the documents that they read. A test that changes
    a pipeline, or adds a plug-in to one, builds its own with ``build_pipeline``, which is never shared.

    A hook and not a fixture, so that it holds for the doctests in kg/ too.
    """
    gc.set_threshold(50_000, 50, 100)  # the pipeline is a million objects, which every collection goes through
    from kg.builder import builder
    from kg.extraction import pipeline
    from kg.resolution import read_curated
    from kg.rulefiles import load_rules

    own, shared = pipeline.Extractor.__dict__["nlp"], cache(pipeline.build_pipeline)

    def nlp(extractor: Extractor) -> Language:
        found: Language = own.__get__(extractor) if extractor.rules or extractor.model else shared()
        return found

    patch = pytest.MonkeyPatch()
    patch.setattr(pipeline.Extractor, "nlp", property(nlp))
    patch.setattr(pipeline, "load_rules", shipped_once(load_rules))
    patch.setattr(builder, "load_rules", shipped_once(load_rules))
    patch.setattr(builder, "read_curated", shipped_once(read_curated))
    session.config.add_cleanup(patch.undo)


def shipped_once(read: Callable[[Iterable[Path]], Files]) -> Callable[[Iterable[Path]], Files]:
    """What reads the shipped files and those of further folders, with the shipped ones alone read only once."""
    shared = cache(read)

    def reading(folders: Iterable[Path] = ()) -> Files:
        further = tuple(folders)
        return read(further) if further else shared(further)

    return reading


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    """The extractor with the shipped rules and model; its pipeline is shared, tests only read with it."""
    from kg.extraction import Extractor

    return Extractor()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two listing pages: four entries, three papers."""
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def graph_folder(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a graph built from :func:`pages`, which tests only read; :func:`own_graph` is a copy to change."""
    from kg.builder.builder import build_graph

    folder = tmp_path_factory.mktemp("graph")
    build_graph([pages], folder)
    return folder


@pytest.fixture
def own_graph(graph_folder: Path, tmp_path: Path) -> Path:
    """A copy of the graph of :func:`graph_folder` that a test may change."""
    return shutil.copytree(graph_folder, tmp_path / "own-graph")


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Installs a package with one entry point, for the time of a test: its group, its name, the code of its module.

    The entry point is the module's ``PLUGIN``.
    """

    def install(group: str, name: str, code: str) -> None:
        module = f"plugin_{uuid4().hex}"
        (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
        metadata = tmp_path / f"{module}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:PLUGIN\n")
        monkeypatch.syspath_prepend(tmp_path)

    return install
