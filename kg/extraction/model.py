"""The folder of a model: ``model.json``, ``weights.npz`` (the tagger), ``roles.json`` (weights for roles) and
``results.npz`` (weights for results)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from math import isnan
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from pydantic import TypeAdapter, ValidationError

from kg.errors import InputError
from kg.extraction.results.weights import CERTAINTY, SIZES, ResultWeights
from kg.extraction.roles import RoleWeights
from kg.extraction.tagger.network import Shape, Tagger
from kg.text.files import writing

FORMAT = 8  # of model folders; one more whenever features, network or files change
SHIPPED = Path(__file__).parents[1] / "model"
_MANY = 50_000  # numbers in an array that is stored in 8 bits
_LARGEST = 1_000_000  # weight or count in roles.json
_RESULTS = {**SIZES, "certainty": CERTAINTY}  # arrays of results.npz, and their lengths
_ROLES = TypeAdapter(RoleWeights)


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learned from texts: the tagger, what roles and results are decided by, and ``about``, where it comes
    from."""

    tagger: Tagger
    roles: RoleWeights
    results: ResultWeights
    about: Mapping[str, Any] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write the folder's files, in the place of those of another model, when all of them are complete.

        Raises:
            OSError: a file cannot be written.
        """
        described = {"format": FORMAT, "shape": asdict(self.tagger.shape), "about": self.about}
        folder.mkdir(parents=True, exist_ok=True)
        with (
            writing(folder / "model.json") as description,
            writing(folder / "roles.json") as roles,
            writing(folder / "results.npz") as results,
            writing(folder / "weights.npz") as weights,
        ):
            of_results: dict[str, Any] = {name: getattr(self.results, name).astype(np.float16) for name in _RESULTS}
            np.savez_compressed(results, **of_results)
            packed: dict[str, Any] = dict(_packed(self.tagger.parameters()))
            np.savez_compressed(weights, **packed)
            tables = (f'"{name}": {_table(getattr(self.roles, name))}' for name in ("papers", "weights"))
            roles.write("{{\n{}\n}}\n".format(",\n".join(tables)).encode())
            description.write((json.dumps(described, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path) -> Model:
        """Read a model's folder.

        Raises:
            InputError: it is not a model's folder, is damaged, or was written by another version of this program.
        """
        described = _description(folder)
        with _reading(folder / "weights.npz") as weights:
            sizes: dict[str, Any] = described["shape"]
            shape = Shape(**{**sizes, **{name: tuple(sizes[name]) for name in ("distances", "rows")}})
            tagger = Tagger.of(shape, _unpacked(weights))
            about = dict(described["about"])
        with _reading(folder / "results.npz") as stored:
            results = ResultWeights(**{name: _of_size(stored[name], size) for name, size in _RESULTS.items()})
        return cls(tagger, _roles(folder / "roles.json"), results, about)


@contextmanager
def _reading(path: Path) -> Iterator[dict[str, np.ndarray]]:
    """The arrays of a file; what is wrong with them is an InputError."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            yield dict(arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(str(path), f"is damaged or of another model ({reason})") from None


def _of_size(array: np.ndarray, size: int) -> np.ndarray:
    """An array as float32.

    Raises:
        ValueError: it has another size, or numbers that are not finite.
    """
    if array.shape != (size,) or array.dtype != np.float16 or not np.isfinite(array).all():
        raise ValueError(f"weights of shape {array.shape} instead of ({size},)")
    return array.astype(np.float32)


def _description(folder: Path) -> dict[str, Any]:
    path = folder / "model.json"
    try:
        described: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        number = described["format"]
    except OSError:
        raise InputError(str(folder), "is not a model folder (it has no model.json that can be read)") from None
    except (ValueError, KeyError, TypeError):
        raise InputError(str(path), "is damaged: it does not describe a model") from None
    if number != FORMAT:
        raise InputError(str(folder), f"is a model of format {number}, and this version reads {FORMAT}; train it anew")
    return described


def _roles(path: Path) -> RoleWeights:
    try:
        roles = _ROLES.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from None
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"].partition("\n")[0]
        raise InputError(str(path), f"is damaged: it does not hold weights and counts of papers ({problem})") from None
    numbers: list[float] = [0, *roles.weights.values(), *roles.papers.values()]
    if min(numbers) >= -_LARGEST and max(numbers) <= _LARGEST and not any(map(isnan, numbers)):
        return roles
    for name, number in (*roles.weights.items(), *roles.papers.items()):
        if not abs(number) <= _LARGEST:  # nor is a NaN
            raise InputError(str(path), f"is damaged: the number of {name!r} is not one from -{_LARGEST} to {_LARGEST}")
    return roles


def _table(numbers: Mapping[str, float]) -> str:
    """Numbers as JSON, one a line: as with an indent of 0, which is written ten times slower."""
    lines = json.dumps(dict(numbers), ensure_ascii=False, sort_keys=True, separators=(",\n", ": "))[1:-1]
    return f"{{\n{lines}\n}}" if lines else "{}"


def _packed(parameters: Sequence[np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays as stored: in 16-bit floats, or, if they are large, in 8 bits with the size of a step in each column."""
    for number, array in enumerate(parameters):
        if array.size >= _MANY:
            steps = np.abs(array).max(axis=0) / 127 + 1e-9
            yield f"p{number:02}", np.rint(array / steps).astype(np.int8)
            yield f"steps{number:02}", steps
        else:
            yield f"p{number:02}", array.astype(np.float16)


def _unpacked(stored: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    return [
        stored[name].astype(np.float32) * stored.get(name.replace("p", "steps"), np.float32(1))
        for name in sorted(name for name in stored if name.startswith("p"))
    ]
