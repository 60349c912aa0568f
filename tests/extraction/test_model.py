"""The folder of a model: what is saved is loaded again, and what is damaged is refused in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spacy.language import Language

from kg.errors import InputError
from kg.extraction.document import make_doc
from kg.extraction.model import SHIPPED, Model
from kg.extraction.pipeline import Extractor
from kg.extraction.results.weights import CERTAINTY, SIZES, ResultWeights, exact
from kg.extraction.roles import RoleWeights
from kg.extraction.tagger.network import Shape, Tagger
from kg.records import Paper

TINY = Shape(width=16, distances=(1,), rows=(50, 50, 50, 50, 20, 20, 20, 20), mark_width=8)
ROLES = RoleWeights({"any": -0.5, "before=–": 0.1}, {"pondnet": 3})
CHANCE = np.random.default_rng(5)
ARRAYS = {**SIZES, "certainty": CERTAINTY}
RESULTS = ResultWeights(
    **{name: exact(np.where(CHANCE.random(size) < 0.001, 0.5, 0.0)) for name, size in ARRAYS.items()}
)
FILES = {"model.json", "results.npz", "roles.json", "weights.npz"}
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model, which tests only copy."""
    folder = tmp_path_factory.mktemp("tiny") / "model"
    Model(Tagger(TINY), ROLES, RESULTS, {"made": "first"}).save(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """The folder of a tiny model."""
    return shutil.copytree(saved, tmp_path / "model")


@pytest.mark.slow
def test_a_saved_tagger_finds_the_same(tmp_path: Path, hinting: Language) -> None:
    abstract = "We propose Flat Foo Distillation (FFD), which reaches 71.2% accuracy on ImageNet."
    doc = hinting(make_doc(hinting, Paper(id="1", title="A title", abstract=abstract)))
    shipped = Model.load(SHIPPED)
    shipped.save(tmp_path / "model")
    [before], [after] = (model.tagger.predict([doc]) for model in (shipped, Model.load(tmp_path / "model")))
    assert dict(after) == pytest.approx(dict(before), abs=0.02)


def test_roles_and_origin_are_saved_with_the_tagger(folder: Path) -> None:
    loaded = Model.load(folder)
    assert (loaded.roles, loaded.about) == (ROLES, {"made": "first"})
    assert {path.name for path in folder.iterdir()} == FILES


def test_the_weights_of_results_are_saved_to_the_last_step(folder: Path) -> None:
    loaded = Model.load(folder).results
    for name, size in ARRAYS.items():
        array = getattr(loaded, name)
        assert (array.shape, array.dtype) == ((size,), np.float32)
        assert (array == getattr(RESULTS, name)).all()


def test_the_shipped_weights_of_results_are_learned_and_whole_steps() -> None:
    shipped = Model.load(SHIPPED).results
    for name in ARRAYS:
        array = getattr(shipped, name)
        assert 0.2 < np.abs(array).max() < 100
        assert (exact(array) == array).all()


def test_the_shipped_roles_are_sorted_and_belong_to_patterns_and_keys() -> None:
    roles = Model.load(SHIPPED).roles
    assert list(roles.weights) == sorted(roles.weights) and list(roles.papers) == sorted(roles.papers)
    assert "title-colon" in roles.weights and "stochasticgradientdescent" in roles.papers


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("model.json", b"", "damaged"),
        ("model.json", b'{"shape": {}}', "damaged"),
        ("model.json", b"[1]", "damaged"),
        ("model.json", b'{"format": 2}', "format 2, and this version reads 8; train it anew"),
        ("weights.npz", b"", "damaged"),
        ("weights.npz", b"\x00\xff" * 500, "damaged"),
        ("results.npz", b"", "damaged"),
        ("results.npz", b"\x00\xff" * 500, "damaged"),
        ("roles.json", b"", "damaged"),
        ("roles.json", b"[]", "damaged"),
        ("roles.json", b'{"weights": {"any": "much"}, "papers": {}}', "damaged"),
        ("roles.json", b'{"weights": {}}', "damaged"),
        ("roles.json", b'{"weights": {"any": NaN}, "papers": {}}', "damaged: the number of 'any'"),
        ("roles.json", b'{"weights": {"any": 1e999}, "papers": {}}', "damaged: the number of 'any'"),
        ("roles.json", b'{"weights": {"any": -Infinity}, "papers": {}}', "damaged: the number of 'any'"),
    ],
)
def test_a_damaged_folder_is_refused(folder: Path, name: str, content: bytes, problem: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=problem) as error:
        Model.load(folder)
    assert str(folder) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["results.npz", "roles.json", "weights.npz"])
def test_an_incomplete_folder_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=name):
        Model.load(folder)


def test_a_model_that_cannot_be_written_leaves_the_old_one(folder: Path) -> None:
    with pytest.raises(TypeError):
        Model(Tagger(TINY), RoleWeights({}, {}), Model.load(SHIPPED).results, {"made": object()}).save(folder)
    loaded = Model.load(folder)
    assert (loaded.about, loaded.roles) == ({"made": "first"}, ROLES)
    assert (loaded.results.reading == RESULTS.reading).all()
    assert {path.name for path in folder.iterdir()} == FILES


def test_weights_of_another_size_are_refused(folder: Path) -> None:
    described = json.loads((folder / "model.json").read_text())
    described["shape"]["width"] = 24
    (folder / "model.json").write_text(json.dumps(described))
    with pytest.raises(InputError, match="another model"):
        Model.load(folder)


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    tagger = Tagger(TINY)
    tagger.transitions[:] = np.nan
    Model(tagger, ROLES, RESULTS).save(tmp_path)
    with pytest.raises(InputError, match="does not fit"):
        Model.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: {name: arrays[name] for name in arrays if name != "certainty"},
        lambda arrays: {**arrays, "metric": arrays["metric"][:-1]},
        lambda arrays: {**arrays, "metric": arrays["reading"]},
        lambda arrays: {**arrays, "metric": arrays["metric"].reshape(2, -1)},
        lambda arrays: {**arrays, "metric": arrays["metric"].astype(np.float64)},
        lambda arrays: {**arrays, "metric": np.full_like(arrays["metric"], np.nan)},
        lambda arrays: {**arrays, "metric": np.full_like(arrays["metric"], np.inf)},
        lambda arrays: {**arrays, "metric": np.array([None])},
    ],
    ids=["absent", "shorter", "longer", "two rows", "other numbers", "not a number", "infinite", "objects"],
)
def test_wrong_weights_of_results_are_refused(folder: Path, change: Callable[[Arrays], Arrays]) -> None:
    with np.load(folder / "results.npz") as arrays:
        changed: dict[str, Any] = change(dict(arrays))
    np.savez_compressed(folder / "results.npz", **changed)
    with pytest.raises(InputError, match=r"results\.npz: is damaged or of another model") as error:
        Model.load(folder)
    assert "\n" not in str(error.value)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a model folder"):
        Extractor(model=tmp_path / "absent")(Paper(id="1", title="T", abstract="A"))
